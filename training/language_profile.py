"""What a language brings beside its sentence pairs: spelling rules, service words, licences."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import InvalidInput

LANGUAGES_FOLDER = Path(__file__).resolve().parent / "languages"
PROFILE_FILE = "profile.json"
SERVICE_WORDS_FILE = "service_words.tsv"
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
UNSTATED_LICENCE = "not stated"


@dataclass(frozen=True, slots=True)
class LanguageProfile:
    """A language's own settings; all of them may be empty.

    `replacements` run before the model's normaliser, in order. `english_words` are base pieces
    that keep their row although the language uses them, too. `service_words` is a file of pairs
    that is read beside the given ones.
    """

    language: str
    replacements: tuple[tuple[str, str], ...]
    english_words: frozenset[str]
    licences: Mapping[str, str]
    service_words: Path | None

    def licence(self, source: str) -> str:
        """The licence of a corpus, or that none is stated."""
        return self.licences.get(source, UNSTATED_LICENCE)


def load_profile(language: str, folder: Path = LANGUAGES_FOLDER) -> LanguageProfile:
    """The profile of a language, an empty one where the folder has none.

    Raises InvalidInput when the code is none or the profile cannot be read.
    """
    if not LANGUAGE_CODE.fullmatch(language):
        raise InvalidInput(f"{language!r} is no language code such as de, nl or fr", field="lang")
    path = folder / language / PROFILE_FILE
    words = folder / language / SERVICE_WORDS_FILE
    try:
        stated = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return LanguageProfile(
            language,
            tuple((str(old), str(new)) for old, new in stated.get("replacements", ())),
            frozenset(stated.get("english_words", ())),
            {str(key): str(value) for key, value in stated.get("licences", {}).items()},
            words if words.is_file() else None,
        )
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidInput(f"{path}: cannot be read as a language profile ({error})") from error

"""Language packs: found by name, checked, read; a bad one is refused in one line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import InvalidInput, Unavailable
from kb.settings import Settings

BASE_LANGUAGE = "en"
"""What the bundled model knows without a pack."""

BASE_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The bundled all-MiniLM-L6-v2, the one model that packs are for."""

BASE_DIMENSION = 384
BASE_VOCABULARY = 30_522

PACK_FORMAT = 1
CARD_FILE = "card.json"
PIECES_FILE = "pieces.txt"
ROWS_FILE = "rows.npy"
SCALES_FILE = "scales.npy"
"""One factor per row, beside int8 rows only."""

MAX_REASON_LENGTH = 200
LANGUAGE = re.compile(r"[a-z]{2,3}")


class PackRefused(Unavailable):
    """A language pack cannot be used; `language` names it."""

    def __init__(self, language: str, reason: str) -> None:
        shown = " ".join(reason.split()).rstrip(".")[:MAX_REASON_LENGTH]
        super().__init__(f"language pack {language} is refused: {shown}; check KB_LANGUAGES")
        self.language = language


@dataclass(frozen=True, slots=True)
class PackCard:
    """What a pack says of itself, checked against the bundled model; its rows are not read yet.

    `replacements` are (letter, spelling) pairs that texts are normalised with before the model's
    own normaliser. `checksums` maps file names to SHA-256, `digest` is that of the card itself.
    """

    language: str
    recipe: str
    replacements: tuple[tuple[str, str], ...]
    checksums: Mapping[str, str]
    folder: Path
    digest: str


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """A pack that was read whole: `rows` (pieces, 384), float32, the input row of each piece."""

    card: PackCard
    pieces: tuple[str, ...]
    rows: NDArray[np.float32]


def chosen_packs(settings: Settings) -> tuple[PackCard, ...]:
    """The cards of the packs that `KB_LANGUAGES` names, in its order.

    Raises InvalidInput for a language without a pack, PackRefused for an unusable card.
    """
    named = dict.fromkeys(part.strip().lower() for part in settings.languages.split(","))
    there = pack_folders(settings)
    wanted = [name for name in named if name and name != BASE_LANGUAGE]
    for name in wanted:
        if name not in there:
            known = ", ".join([BASE_LANGUAGE, *there])
            raise InvalidInput(
                f"KB_LANGUAGES: there is no language pack {name!r}, there are {known}",
                field="KB_LANGUAGES",
            )
    return tuple(read_card(name, there[name]) for name in wanted)


def pack_folders(settings: Settings) -> dict[str, Path]:
    """The folder of each pack by its language, sorted; one in `KB_HOME` hides a shipped one."""
    found: dict[str, Path] = {}
    for place in (Path(str(files("kb.demo"))) / "languages", settings.home / "languages"):
        if place.is_dir():
            found.update({one.name: one for one in place.iterdir() if _is_pack(one)})
    return dict(sorted(found.items()))


def _is_pack(folder: Path) -> bool:
    return LANGUAGE.fullmatch(folder.name) is not None and folder.is_dir()


def read_card(language: str, folder: Path) -> PackCard:
    """The checked card of the pack in `folder`; raises PackRefused."""
    try:
        written = (folder / CARD_FILE).read_bytes()
        card = json.loads(written)
        _check_base(language, card)
        return PackCard(
            language=language,
            recipe=str(card["recipe"]),
            replacements=_replacements(card["replacements"]),
            checksums=_checksums(card["sha256"]),
            folder=folder,
            digest=hashlib.sha256(written).hexdigest(),
        )
    except OSError as error:
        raise PackRefused(language, f"{CARD_FILE}: {error.strerror}") from error
    except KeyError as error:
        raise PackRefused(language, f"{CARD_FILE} has no {error}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise PackRefused(language, f"{CARD_FILE}: {error}") from error


def _check_base(language: str, card: Mapping[str, Any]) -> None:
    """Raise ValueError unless the card is of a known format, this language and our model."""
    if card["format"] != PACK_FORMAT:
        raise ValueError(f"format {card['format']!r}, this version reads {PACK_FORMAT}")
    if card["language"] != language:
        raise ValueError(f"it is of language {card['language']!r}")
    base = card["base"]
    if base["weights_sha256"] != BASE_WEIGHTS_SHA256:
        raise ValueError(f"it is for another model, {base['model']!r}")
    shape = (base["dimension"], base["vocabulary"])
    if shape != (BASE_DIMENSION, BASE_VOCABULARY):
        raise ValueError(
            f"it is for {shape[0]} dimensions and {shape[1]} pieces, "
            f"the bundled model has {BASE_DIMENSION} and {BASE_VOCABULARY}"
        )


def _replacements(found: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for letter, spelling in found:
        if not (isinstance(letter, str) and isinstance(spelling, str) and letter):
            raise ValueError(f"replacement {letter!r}: both sides must be text")
        pairs.append((letter, spelling))
    return tuple(pairs)


def _checksums(found: Mapping[str, str]) -> dict[str, str]:
    known = {str(name): str(digest) for name, digest in found.items()}
    for name in (PIECES_FILE, ROWS_FILE):
        if name not in known:
            raise ValueError(f"it has no checksum of {name}")
    if unknown := sorted(set(known) - {PIECES_FILE, ROWS_FILE, SCALES_FILE}):
        raise ValueError(f"it names a file that no pack has, {unknown[0]!r}")
    return known


def read_pack(card: PackCard) -> LanguagePack:
    """The whole pack, its files checked against the card; raises PackRefused."""
    try:
        for name, expected in card.checksums.items():
            with (card.folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise ValueError(f"{name} is damaged, its checksum differs")
        pieces = _pieces(card.folder / PIECES_FILE)
        return LanguagePack(card, pieces, _rows(card, len(pieces)))
    except OSError as error:
        name = Path(str(error.filename or card.folder)).name
        raise PackRefused(card.language, f"{name}: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise PackRefused(card.language, str(error)) from error


def _pieces(path: Path) -> tuple[str, ...]:
    # Not splitlines: a piece may be a character that Python takes for the end of a line.
    pieces = tuple(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
    for place, piece in enumerate(pieces, start=1):
        if not piece.removeprefix("##") or piece != piece.strip() or piece.startswith("["):
            raise ValueError(f"{path.name} line {place}: {piece!r} is no piece")
    if len(set(pieces)) != len(pieces):
        raise ValueError(f"{path.name} has a piece twice")
    return pieces


def _rows(card: PackCard, count: int) -> NDArray[np.float32]:
    stored = _array(card.folder / ROWS_FILE)
    if stored.shape != (count, BASE_DIMENSION):
        raise ValueError(
            f"{ROWS_FILE} has shape {stored.shape}, {(count, BASE_DIMENSION)} is wanted"
        )
    if stored.dtype == np.float16:
        rows: NDArray[np.float32] = stored.astype(np.float32)
    elif stored.dtype == np.int8 and SCALES_FILE in card.checksums:
        scales = _array(card.folder / SCALES_FILE)
        if scales.shape != (count,) or scales.dtype != np.float32:
            raise ValueError(f"{SCALES_FILE} must be {count} float32 numbers")
        rows = stored.astype(np.float32) * scales[:, None]
    else:
        raise ValueError(f"{ROWS_FILE} must be float16, or int8 with {SCALES_FILE}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{ROWS_FILE} holds numbers that are none")
    return rows


def _array(path: Path) -> NDArray[Any]:
    # np.load would take zip files and pickles for arrays, too.
    with path.open("rb") as file:
        stored: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return stored

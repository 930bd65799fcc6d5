"""Masks texts of one person, each only once: ahead of a transaction, then again in it for free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.intake.cleaning import CleanText, clean_question


@dataclass(frozen=True, slots=True)
class RawText:
    """What cleaning looks at; `lang` is what is known of the language."""

    subject: str
    body: str
    is_html: bool
    lang: str | None


@dataclass(frozen=True, slots=True)
class MaskedTexts:
    """Cleans texts and remembers them: a mail takes milliseconds, and writers would wait."""

    _known: dict[tuple[RawText, tuple[str, ...]], CleanText] = field(default_factory=dict)

    def clean(self, raw: RawText, names: Sequence[str]) -> CleanText:
        """The text cleaned and masked, with the person's names, as the worker would do it."""
        key = (raw, tuple(names))
        if key not in self._known:
            self._known[key] = clean_question(
                raw.subject, raw.body, is_html=raw.is_html, lang=raw.lang, names=key[1]
            )
        return self._known[key]

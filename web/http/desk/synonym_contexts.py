"""What the template of the synonyms' page may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from web.http.contexts import FieldError, Notice


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """One language that synonyms can be in; `code` is empty for every one."""

    code: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class SynonymRow:
    """One group; of a `one_way` one the first term leads to the others.

    `language` is its name, empty for every language; `lang` its code, None for every one.
    """

    anchor: str
    terms: tuple[str, ...]
    one_way: bool
    language: str
    lang: str | None
    added_by: str
    added_on: date | None
    remove_url: str


@dataclass(frozen=True, slots=True)
class SynonymsPage:
    """All that desk/synonyms.html may read.

    `total` counts all groups, `found` those that `q` leaves. `terms` is what was typed into the
    form, kept where it has errors.
    """

    rows: tuple[SynonymRow, ...]
    total: int
    found: int
    q: str
    terms: str
    languages: tuple[LanguageChoice, ...]
    errors: tuple[FieldError, ...] = ()
    notice: Notice | None = None
    first_url: str | None = None
    next_url: str | None = None

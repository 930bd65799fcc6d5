"""Synonyms: words and phrases that an installation counts as the same when it searches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kb.errors import InvalidInput

MAX_GROUPS = 5_000
MAX_TERMS = 20
MAX_TERM_CHARS = 80
MAX_TERM_WORDS = 6
"""Longer than any name of a thing; what is longer is a sentence."""

Kind = Literal["two-way", "one-way"]

TWO_WAY: Kind = "two-way"
ONE_WAY: Kind = "one-way"
ARROW = "=>"
SEPARATOR = ","

_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
_WORD = re.compile(r"[^\W_]")
_LANG_COLUMN = re.compile(r"\s*([a-z]{2,3}(?:-[a-z0-9]{2,8})?)\s*:\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """Terms that mean the same; of a `one-way` group the first one also means all others.

    `lang` None: in every language. `terms` are as written, at least two, without repeats. `id`
    is 0 before the record has it.
    """

    terms: tuple[str, ...]
    kind: Kind = TWO_WAY
    lang: str | None = None
    id: int = 0
    by_name: str = ""
    created_at: datetime | None = None

    @property
    def key(self) -> str:
        """What two groups that say the same have in common."""
        terms = [_folded(term) for term in self.terms]
        ordered = sorted(terms) if self.kind == TWO_WAY else [terms[0], *sorted(terms[1:])]
        said = "\n".join([self.kind, self.lang or "", *ordered])
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def line(self) -> str:
        """The group as `parse_group` reads it."""
        before = f"{self.lang}: " if self.lang else ""
        if self.kind == ONE_WAY:
            return f"{before}{self.terms[0]} {ARROW} {f'{SEPARATOR} '.join(self.terms[1:])}"
        return before + f"{SEPARATOR} ".join(self.terms)


def make_group(terms: Iterable[str], *, one_way: bool = False, lang: str | None) -> SynonymGroup:
    """Return a valid group of the terms, cleaned; raises InvalidInput with the reason."""
    kept: dict[str, str] = {}
    for term in terms:
        shown = " ".join(term.split())
        if shown:
            kept.setdefault(_folded(shown), _checked(shown))
    if len(kept) < 2:
        raise InvalidInput("synonyms need at least two different words", field="terms")
    if len(kept) > MAX_TERMS:
        raise InvalidInput(
            f"a group of synonyms has at most {MAX_TERMS} words, got {len(kept)}", field="terms"
        )
    code = (lang or "").strip().casefold() or None
    if code is not None and not _LANG.fullmatch(code):
        raise InvalidInput(f"language must be a code like en or de, got {lang!r}", field="lang")
    return SynonymGroup(tuple(kept.values()), ONE_WAY if one_way else TWO_WAY, code)


def parse_group(line: str, *, lang: str | None = None) -> SynonymGroup:
    """Read one group as people write it: `a, b, c`, `abbreviation => long form`, `de: a, b`.

    `lang` is that of a line that names none. Raises InvalidInput with the reason.
    """
    named = _LANG_COLUMN.match(line)
    body = line[named.end() :] if named else line
    first, arrow, rest = body.partition(ARROW)
    if arrow and (ARROW in rest or SEPARATOR in first or not first.strip() or not rest.strip()):
        raise InvalidInput(
            f"one word stands before {ARROW} and at least one after it", field="terms"
        )
    parts = [first, *rest.split(SEPARATOR)] if arrow else body.split(SEPARATOR)
    return make_group(parts, one_way=bool(arrow), lang=named.group(1) if named else lang)


def parse_groups(text: str) -> list[SynonymGroup]:
    """Read a file of groups, one a line; empty lines and lines that begin with # are skipped.

    Each group comes once. Raises InvalidInput that names the line.
    """
    groups: dict[str, SynonymGroup] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            group = parse_group(line)
        except InvalidInput as problem:
            raise InvalidInput(f"line {number}: {problem}", field=problem.field) from None
        groups.setdefault(group.key, group)
    return list(groups.values())


def groups_as_text(groups: Sequence[SynonymGroup]) -> str:
    """Return the groups as `parse_groups` reads them, one a line."""
    return "".join(f"{group.line}\n" for group in groups)


def _folded(term: str) -> str:
    return " ".join(term.casefold().split())


def _checked(term: str) -> str:
    if len(term) > MAX_TERM_CHARS or len(term.split()) > MAX_TERM_WORDS:
        raise InvalidInput(
            f"{term[:MAX_TERM_CHARS]!r} is too long: at most {MAX_TERM_WORDS} words and"
            f" {MAX_TERM_CHARS} characters",
            field="terms",
        )
    if not _WORD.search(term) or any(not char.isprintable() for char in term):
        raise InvalidInput(f"{term!r} has no word in it", field="terms")
    return term

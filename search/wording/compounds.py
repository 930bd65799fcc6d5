"""German compounds: which known words a word is made of, and which known words are made with it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from search.wording.analysis import bare_spelling, is_stop_word, stem

LANG = "de"

LINKING = ("", "s", "es", "n", "en", "e", "er")
"""What German puts between the parts of a compound."""

MIN_PART_CHARS = 4
"""Shorter parts are found in any word."""

MIN_SHORT_PART_CHARS = 3
SHORT_PART_DOCUMENTS = 3
"""A part of three letters (Uhr, Tür as tuer, Rad) must stand in as many documents."""

MIN_COMPOUND_CHARS = 7
MAX_COMPOUND_CHARS = 40
MAX_PARTS = 4

MAX_COMPOUNDS = 12
"""Compounds of one word that are looked for, the most frequent ones."""

_LOOKED_AT = 48


class Terms(Protocol):
    """The stems that are known, and in how many documents each stands."""

    def documents(self, term: str) -> int:
        """In how many documents a term stands, 0 where it is not known."""
        ...

    def begins_any(self, prefix: str) -> bool:
        """Whether any term begins so."""
        ...

    def starting_with(self, prefix: str, *, limit: int) -> list[tuple[str, int]]:
        """The terms that begin so, and their documents, the most frequent first."""
        ...

    def ending_with(self, suffix: str, *, limit: int) -> list[tuple[str, int]]:
        """The terms that end so, and their documents, the most frequent first."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    term: str
    documents: int


def split_compound(word: str, terms: Terms) -> tuple[str, ...]:
    """Return the stems of the known words that a folded word is made of, in order.

    Empty where there is no such split. Of several the one with fewest parts wins, then the one
    whose parts are the most frequent (geometric mean). Source: Koehn and Knight, EACL 2003.
    """
    if not MIN_COMPOUND_CHARS <= len(word) <= MAX_COMPOUND_CHARS:
        return ()
    splits = list(_splits(word, terms, MAX_PARTS))
    if not splits:
        return ()
    best = min(splits, key=lambda parts: (len(parts), -_usual(parts)))
    return tuple(part.term for part in best)


def compounds_with(word: str, terms: Terms) -> list[str]:
    """Return the known compounds that end or begin with a folded word, the most frequent first.

    At most MAX_COMPOUNDS. What stands before or behind the word must be a known word itself.
    """
    if len(word) < MIN_PART_CHARS:
        return []
    stemmed = stem(word, LANG)
    found: dict[str, int] = {}
    if len(stemmed) >= MIN_PART_CHARS:
        for compound, documents in terms.ending_with(stemmed, limit=_LOOKED_AT):
            head = compound[: -len(stemmed)]
            if any(_known(each, terms) for each in _without_link(head)):
                found[compound] = documents
    for compound, documents in terms.starting_with(word, limit=_LOOKED_AT):
        for link in LINKING:
            rest = compound[len(word) :]
            if rest.startswith(link) and _known(rest[len(link) :], terms):
                found[compound] = documents
                break
    found.pop(stemmed, None)
    return sorted(found, key=lambda each: (-found[each], each))[:MAX_COMPOUNDS]


def _splits(word: str, terms: Terms, most: int) -> Iterator[list[_Part]]:
    """Yield the ways to read a word as at least two known words."""
    for place in range(MIN_SHORT_PART_CHARS, len(word) - MIN_SHORT_PART_CHARS + 1):
        rest = word[place:]
        if not _begins_any(rest, terms):
            continue
        head = max(
            (part for each in _without_link(word[:place]) if (part := _known(each, terms))),
            key=lambda part: (len(part.term), part.documents),
            default=None,
        )
        if head is None:
            continue
        last = _known(rest, terms)
        if last is not None:
            yield [head, last]
        if most > 2 and len(rest) >= MIN_COMPOUND_CHARS:
            for tail in _splits(rest, terms, most - 1):
                yield [head, *tail]


def _without_link(head: str) -> Iterator[str]:
    """Yield the words that may stand before a linking letter at the end of a head."""
    for link in LINKING:
        if head.endswith(link):
            yield head[: len(head) - len(link)]


def _known(part: str, terms: Terms) -> _Part | None:
    """The stem of a part where it is a known word and no mere ending or stop word."""
    if len(part) < MIN_SHORT_PART_CHARS or is_stop_word(part, (LANG,)):
        return None
    if not _begins_any(part, terms):
        return None
    stemmed = stem(part, LANG)
    documents = terms.documents(stemmed)
    least = 1 if len(part) >= MIN_PART_CHARS else SHORT_PART_DOCUMENTS
    return _Part(stemmed, documents) if documents >= least else None


def _begins_any(word: str, terms: Terms) -> bool:
    """Whether a stem may begin as a word does: far cheaper than to stem it."""
    begin = word[:MIN_SHORT_PART_CHARS]
    bare = bare_spelling(word[: MIN_SHORT_PART_CHARS + 1])[:MIN_SHORT_PART_CHARS]
    return terms.begins_any(begin) or (bare != begin and terms.begins_any(bare))


def _usual(parts: list[_Part]) -> float:
    return float(math.prod(part.documents for part in parts) ** (1 / len(parts)))

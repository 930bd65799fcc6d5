"""Proposes another spelling of a query, only from words that the viewer may read."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from search.calibration import Bounds
from search.index import IndexSnapshot
from search.lexical.index import LexicalIndex
from search.lexical.query import query_terms
from search.query import ParsedQuery, parse_query
from search.results import Filters, Verdict
from search.wording.analysis import split_words
from search.wording.spelling import ReadableWords, Vocabulary, did_you_mean

CACHED_WORDS = 16
"""One for each part of an index and set of audiences in use, at most some ten megabytes each."""


CLEARLY_MORE = 0.05
"""How much surer a correction must be than the query, where both would be a maybe."""


def finds_more(confidence: float, corrected: float, bounds: Bounds) -> bool:
    """Whether a correction is worth proposing: above the floor, and a better verdict or surer.

    Ranking knows near words by itself, so that a query with a typo may find the right thing
    unsurely; what was meant is then still told.
    """
    before, after = bounds.verdict(confidence), bounds.verdict(corrected)
    if after is Verdict.NONE:
        return False
    return after.rank > before.rank or corrected >= confidence + CLEARLY_MORE


class Corrector:
    """Corrects queries by the words that a viewer may read, which it keeps for each index."""

    def __init__(self) -> None:
        self._words = lru_cache(CACHED_WORDS)(_readable_words)

    def meant(
        self, query: ParsedQuery, snapshot: IndexSnapshot, audiences: frozenset[str]
    ) -> str | None:
        """The query with its unknown words corrected, None where there are none.

        Not for showing: a word may stand in what was hidden since the generation was built.
        """
        indexes = [part.segment.lexical for part in snapshot.parts]
        words = [self._words(index, audiences) for index in indexes]
        langs = snapshot.readable("lang", audiences)
        return did_you_mean(query, Vocabulary(words, langs=langs))

    def correct(
        self, query: ParsedQuery, snapshot: IndexSnapshot, audiences: frozenset[str]
    ) -> str | None:
        """The same to be shown: each new word stands in a document that these may read now."""
        proposed = self.meant(query, snapshot, audiences)
        if proposed is None or not may_be_shown(proposed, query, snapshot, audiences):
            return None
        return proposed


def may_be_shown(
    proposed: str, query: ParsedQuery, snapshot: IndexSnapshot, audiences: frozenset[str]
) -> bool:
    """Whether each new word of a correction stands in a document that these may read now."""
    new = set(split_words(proposed)) - set(split_words(query.text))
    return all(_is_found(word, snapshot, audiences) for word in new)


def _readable_words(index: LexicalIndex, audiences: frozenset[str]) -> ReadableWords:
    return ReadableWords(index.vocabulary(audiences))


def _is_found(word: str, snapshot: IndexSnapshot, audiences: frozenset[str]) -> bool:
    allowed = snapshot.allowed(audiences, Filters())
    asked = parse_query(word)
    langs = snapshot.readable("lang", audiences)
    asked = replace(asked, terms=tuple(query_terms(asked, lang=None, langs=langs)))
    return any(
        match.bm25 > 0
        for part, mask in zip(snapshot.parts, allowed, strict=True)
        for match in part.segment.lexical.search(asked, allowed=mask, limit=1, lang=None)
    )

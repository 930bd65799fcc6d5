"""Proposes another spelling of a query, only from words that the viewer may read."""

from __future__ import annotations

from functools import lru_cache

from search.analysis import split_words
from search.index import IndexSnapshot
from search.query import ParsedQuery, parse_query
from search.results import Filters
from search.spelling import Vocabulary, did_you_mean

CACHED_VOCABULARIES = 8
"""One for each set of audiences that is in use, a few megabytes each in a large store."""


class Corrector:
    """Proposes corrections from the vocabularies of index snapshots, which it keeps."""

    def __init__(self) -> None:
        self._vocabulary = lru_cache(CACHED_VOCABULARIES)(_vocabulary)

    def correct(
        self, query: ParsedQuery, snapshot: IndexSnapshot, audiences: frozenset[str]
    ) -> str | None:
        """The query with its unknown words corrected, None where there is nothing to say.

        Each new word stands in a document that these audiences may read now: a vocabulary
        alone would still know the words of what was hidden since the generation was built.
        """
        proposed = did_you_mean(query, self._vocabulary(_Identity(snapshot), audiences))
        if proposed is None:
            return None
        new = set(split_words(proposed)) - set(split_words(query.text))
        readable = all(_is_found(word, snapshot, audiences) for word in new)
        return proposed if readable else None


class _Identity:
    """A snapshot compared by what it is of, so that it can be the key of a cache."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        self.snapshot = snapshot
        self._key = (snapshot.incarnation, snapshot.generation, snapshot.seq, id(snapshot))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _vocabulary(of: _Identity, audiences: frozenset[str]) -> Vocabulary:
    indexes = [part.segment.lexical for part in of.snapshot.parts]
    langs = dict.fromkeys(lang for index in indexes for lang in index.langs)
    return Vocabulary.merged([index.vocabulary(audiences) for index in indexes], langs=list(langs))


def _is_found(word: str, snapshot: IndexSnapshot, audiences: frozenset[str]) -> bool:
    allowed = snapshot.allowed(audiences, Filters())
    asked = parse_query(word)
    return any(
        match.bm25 > 0
        for part, mask in zip(snapshot.parts, allowed, strict=True)
        for match in part.segment.lexical.search(asked, allowed=mask, limit=1, lang=None)
    )

"""Known words that an unknown word of a query was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from search.wording.analysis import bare_spelling
from search.wording.spelling import may_be_meant, most_edits

ONE_TYPO_WORTH = 0.9
TWO_TYPOS_WORTH = 0.7
BARE_WORTH = 0.95
"""How much of the meant word is said: one typo away, two, only its umlauts written otherwise."""

MAX_MEANT = 3
LEAST_SHARE = 0.1
"""A near word this much rarer than the most frequent one as near as it was not meant."""


class Spelling(Protocol):
    """Known words by how they are spelt."""

    def near(self, word: str, *, edits: int) -> list[tuple[str, int, int]]:
        """Known words at most `edits` typos away: (word, typos, documents), nearest first."""
        ...


def near_words(stems: Iterable[str], known: Spelling) -> list[tuple[str, float]]:
    """Return known stems near to those of an unknown word, each with its worth, best first.

    At most MAX_MEANT, all equally near.
    """
    found: dict[str, tuple[float, int]] = {}
    for each in stems:
        edits = most_edits(each)
        for term, typos, documents in known.near(each, edits=edits) if edits else ():
            worth = _worth(each, term, typos)
            if worth > found.get(term, (0.0, 0))[0]:
                found[term] = (worth, documents)
    if not found:
        return []
    best = max(worth for worth, _ in found.values())
    near = {term: documents for term, (worth, documents) in found.items() if worth == best}
    least = LEAST_SHARE * max(near.values())
    meant = sorted(
        (term for term, documents in near.items() if documents >= least),
        key=lambda term: (-near[term], term),
    )
    return [(term, best) for term in meant[:MAX_MEANT]]


def _worth(asked: str, term: str, typos: int) -> float:
    if bare_spelling(asked) == bare_spelling(term):
        return BARE_WORTH
    if not may_be_meant(asked, term, typos):
        return 0.0
    return TWO_TYPOS_WORTH if typos > 1 else ONE_TYPO_WORTH

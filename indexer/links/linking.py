"""Links between entries of like meaning, each with a reason that can be checked.

Whether two entries are linked hangs on their own wordings, on the floor and on which words are
rare, so that after a change only the entries it touches are looked at again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.facts.keywords import WORD
from indexer.facts.stopwords import stop_words
from indexer.links.floor import drawn_entries, link_floor
from indexer.links.near_entries import SCORED_PAIRS, NearEntries

LINKING_VERSION = 1
"""Raised with each change of what this module returns, so that all links are found anew."""

MAX_LINKS = 5
# A shared word is a reason only if few entries have it.
RARE_SHARE = 0.1
MAX_SHARED_WORDS = 3
# 99 % of sentence pairs from unrelated domains lie below it with the default model.
MIN_REASON = 0.3
# float32 products differ in their last bits with the shape of the matrix; scores are rounded,
# so that a pair scores the same whoever else is looked at.
SCORE_DIGITS = 4
ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class LinkPhrasing:
    """One wording of a published entry; only a shown one is ever quoted."""

    phrasing_id: int
    entry_id: int
    text: str
    lang: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class LinkReason:
    """Why two entries are linked: their closest shown phrasings and rare words in both."""

    from_phrasing: int
    to_phrasing: int
    cosine: float
    shared_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkCandidate:
    """A link from one entry to another; score is a cosine, above the language's floor."""

    from_entry: int
    to_entry: int
    score: float
    reason: LinkReason


class LinkFinder:
    """The wordings of entries that may link to each other: one language, one set of readers.

    phrasings: any order; vectors: shape (n, dim), float32, unit rows, one per phrasing.
    passages: what an entry's answer says, unit rows; an entry may have none.
    """

    def __init__(
        self,
        phrasings: Sequence[LinkPhrasing],
        vectors: NDArray[np.float32],
        passages: Mapping[int, NDArray[np.float32]] | None = None,
    ) -> None:
        order = sorted(
            range(len(phrasings)), key=lambda row: (phrasings[row].entry_id, phrasings[row].text)
        )
        self._phrasings = [phrasings[row] for row in order]
        self._vectors = np.ascontiguousarray(vectors[order], dtype=np.float32)
        owners = np.array([one.entry_id for one in self._phrasings], dtype=np.int64)
        given = passages or {}
        self._passages = {
            int(entry): given[int(entry)]
            for entry in np.unique(owners)
            if len(given.get(int(entry), ()))
        }
        self._all = NearEntries(self._vectors, owners, self._passages)
        drawn = np.isin(owners, drawn_entries(self.entries))
        sample = NearEntries(self._vectors[drawn], owners[drawn], self._passages)
        self.floor = link_floor(sample.pair_scores(), len(self.entries))
        self._shown = {
            entry: [row for row in self._rows(entry) if self._phrasings[row].is_shown]
            for entry in self.entries
        }
        self._rare = self._rare_words()

    @property
    def entries(self) -> list[int]:
        """The ids of all entries here, in order."""
        return self._all.entries

    def digest(self, entry: int) -> str:
        """What the links of an entry hang on besides the others: changes when any of it does."""
        found = hashlib.sha256(
            f"{LINKING_VERSION} {self.floor} {sorted(self._rare[entry])}".encode()
        )
        for row in self._rows(entry):
            one = self._phrasings[row]
            found.update(f"{one.phrasing_id} {one.is_shown} {one.text}\0".encode())
            found.update(self._vectors[row].tobytes())
        if entry in self._passages:
            found.update(self._passages[entry].tobytes())
        return found.hexdigest()[:16]

    def near(self, entry: int) -> list[tuple[int, float]]:
        """The entries that score the floor or more with this one, best first, then by id."""
        found = [
            (other, score)
            for other, _bound in self._bounds(entry)
            if (score := self.score(entry, other)) >= self.floor
        ]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def links_of(self, entry: int) -> list[LinkCandidate]:
        """The links from an entry, best first, at most five.

        Only where the shown phrasings of both bear it out.
        """
        found: list[LinkCandidate] = []
        for other, bound in self._bounds(entry):
            if len(found) >= MAX_LINKS and bound + ROUNDING < found[MAX_LINKS - 1].score:
                break
            score = self.score(entry, other)
            if score < self.floor or not self._shown[entry] or not self._shown[other]:
                continue
            reason = self._reason(entry, other)
            if reason.cosine >= MIN_REASON or reason.shared_words:
                found.append(LinkCandidate(entry, other, score, reason))
                found.sort(key=lambda link: (-link.score, link.to_entry))
        return found[:MAX_LINKS]

    def touched_by(self, changed: Collection[int]) -> set[int]:
        """The entries whose links may change when these have: themselves and all near them."""
        found = set(changed) & set(self.entries)
        for entry in sorted(found):
            found |= {other for other, _bound in self._bounds(entry)}
        return found

    def score(self, one: int, other: int) -> float:
        """How near two entries are, a cosine: by what they are asked with and by what they say.

        The mean of the closest pairs of wordings, each wording once; where both answers have
        passages, the mean of that and the closest pair of passages.
        """
        products = self._products(self._rows(one), self._rows(other))
        wanted = min(SCORED_PAIRS, *products.shape)
        best: list[float] = []
        while len(best) < wanted:
            row, column = divmod(int(products.argmax()), products.shape[1])
            best.append(float(products[row, column]))
            products[row, :] = products[:, column] = -np.inf
        found = sum(best) / wanted
        if one in self._passages and other in self._passages:
            left = self._passages[one].astype(np.float64)
            said = float((left @ self._passages[other].astype(np.float64).T).max())
            found = (found + said) / 2
        return float(round(found, SCORE_DIGITS))

    def closeness(self, one: int, other: int) -> float:
        """The cosine of the closest shown wordings of two entries, -1 where one shows none."""
        if not self._shown[one] or not self._shown[other]:
            return -1.0
        return float(self._products(self._shown[one], self._shown[other]).max())

    def _bounds(self, entry: int) -> list[tuple[int, float]]:
        """(other entry, what the pair scores at most), best first, where the floor is in reach."""
        return self._all.within_reach(entry, least=self.floor - ROUNDING)

    def _rows(self, entry: int) -> range:
        return self._all.rows(entry)

    def _products(self, one: Sequence[int], other: Sequence[int]) -> NDArray[np.float64]:
        left = self._vectors[list(one)].astype(np.float64)
        right = self._vectors[list(other)].astype(np.float64)
        return np.asarray(left @ right.T)

    def _reason(self, one: int, other: int) -> LinkReason:
        shown, other_shown = self._shown[one], self._shown[other]
        cosines = self._products(shown, other_shown).round(SCORE_DIGITS)
        row, column = divmod(int(cosines.argmax()), cosines.shape[1])
        shared = self._rare[one] & self._rare[other]
        return LinkReason(
            self._phrasings[shown[row]].phrasing_id,
            self._phrasings[other_shown[column]].phrasing_id,
            float(np.clip(cosines[row, column], -1.0, 1.0)),
            tuple(sorted(shared, key=lambda word: (-len(word), word))[:MAX_SHARED_WORDS]),
        )

    def _rare_words(self) -> dict[int, frozenset[str]]:
        """Words of each entry's shown phrasings that few entries share, but more than one."""
        words = {
            entry: {
                word for row in rows for word in re.findall(WORD, self._phrasings[row].text.lower())
            }
            for entry, rows in self._shown.items()
        }
        uses = Counter(word for found in words.values() for word in found)
        most = max(2.0, RARE_SHARE * len(words))
        silent = stop_words()
        return {
            entry: frozenset(w for w in found if w not in silent and 1 < uses[w] <= most)
            for entry, found in words.items()
        }


def find_links(
    phrasings: Sequence[LinkPhrasing],
    vectors: NDArray[np.float32],
    passages: Mapping[int, NDArray[np.float32]] | None = None,
) -> list[LinkCandidate]:
    """At most five links per entry, by entry, then best first.

    vectors: shape (n, dim), float32, unit rows, one per phrasing. Entries link only within
    one language, never to themselves, and only where their shown phrasings bear it out.
    """
    by_lang: dict[str, list[int]] = defaultdict(list)
    for row, phrasing in enumerate(phrasings):
        by_lang[phrasing.lang].append(row)
    links: list[LinkCandidate] = []
    for _lang, rows in sorted(by_lang.items()):
        finder = LinkFinder([phrasings[row] for row in rows], vectors[rows], passages)
        links += [link for entry in finder.entries for link in finder.links_of(entry)]
    return sorted(links, key=lambda link: (link.from_entry, -link.score, link.to_entry))

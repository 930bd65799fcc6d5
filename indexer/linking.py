"""Links between entries of like meaning, each with a reason that can be checked."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from indexer.keywords import WORD
from indexer.stopwords import stop_words
from indexer.vectors import nearest_neighbours

MAX_LINKS = 5
NEIGHBOURS = 30
# An entry pair scores the mean of its closest phrasing pairs, so that one odd wording among
# many cannot make a link.
SCORED_PAIRS = 3
# Between unrelated entries cosines scatter around a median; a link has to stand out of them.
# Few entries make few pairs, of which fewer reach far by chance: there less is asked.
MAX_FLOOR_DEVIATIONS = 3.0
# 99 % of sentence pairs from unrelated domains lie below it with the default model.
MIN_FLOOR = 0.3
MAX_FLOOR = 0.8
# Fewer entries than this give no distribution to stand out of: then only what is near by any
# measure is linked.
FEW_ENTRIES = 5
FEW_ENTRIES_FLOOR = 0.5
SAMPLED_PAIRS = 20_000
MAD_TO_DEVIATION = 1.4826
# A shared word is a reason only if few entries have it.
RARE_SHARE = 0.1
MAX_SHARED_WORDS = 3


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


def find_links(
    phrasings: Sequence[LinkPhrasing], vectors: NDArray[np.float32], *, seed: int = 0
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
        links += _links_of_language([phrasings[row] for row in rows], vectors[rows], seed)
    return sorted(links, key=lambda link: (link.from_entry, -link.score, link.to_entry))


def link_floor(entries: NDArray[np.int64], vectors: NDArray[np.float32], *, seed: int = 0) -> float:
    """The least score of a link among these phrasings, a cosine.

    So many robust deviations (median absolute deviation) above the median cosine of random
    phrasing pairs of different entries, nearly all of them unrelated, that among all pairs
    of entries one would lie above by chance, but at most three. At least 0.3, and 0.5 among
    fewer than five entries; at most 0.8, for a set about one thing only.
    """
    draw = np.random.default_rng(seed).integers(0, len(entries), size=(2, SAMPLED_PAIRS))
    one, two = draw[:, entries[draw[0]] != entries[draw[1]]]
    if len(one) == 0:
        return MAX_FLOOR
    cosines = np.einsum("ij,ij->i", vectors[one], vectors[two])
    median = float(np.median(cosines))
    deviation = MAD_TO_DEVIATION * float(np.median(np.abs(cosines - median)))
    count = len(np.unique(entries))
    chance = 2.0 / max(count * (count - 1), 4)
    deviations = min(float(norm.isf(chance)), MAX_FLOOR_DEVIATIONS)
    least = FEW_ENTRIES_FLOOR if count < FEW_ENTRIES else MIN_FLOOR
    return float(np.clip(median + deviations * deviation, least, MAX_FLOOR))


def _links_of_language(
    phrasings: Sequence[LinkPhrasing], vectors: NDArray[np.float32], seed: int
) -> list[LinkCandidate]:
    entries = np.array([phrasing.entry_id for phrasing in phrasings], dtype=np.int64)
    if len(set(entries.tolist())) < 2:
        return []
    floor = link_floor(entries, vectors, seed=seed)
    shown: dict[int, list[int]] = defaultdict(list)
    for row, phrasing in enumerate(phrasings):
        if phrasing.is_shown:
            shown[phrasing.entry_id].append(row)
    rare = _rare_words(phrasings)
    ranked: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (one, two), score in _entry_scores(entries, vectors).items():
        if score >= floor and one in shown and two in shown:
            ranked[one].append((-score, two))
            ranked[two].append((-score, one))
    links: list[LinkCandidate] = []
    for entry, others in ranked.items():
        told: list[LinkCandidate] = []
        for negated, other in sorted(others):
            shared = rare[entry] & rare[other]
            reason = _reason(phrasings, vectors, (shown[entry], shown[other]), shared)
            if reason.cosine >= MIN_FLOOR or reason.shared_words:
                told.append(LinkCandidate(entry, other, -negated, reason))
        links += told[:MAX_LINKS]
    return links


def _entry_scores(
    entries: NDArray[np.int64], vectors: NDArray[np.float32]
) -> dict[tuple[int, int], float]:
    """Mean of the closest phrasing pairs of each pair of neighbouring entries.

    An entry with many wordings fills its own neighbourhood, so the search reaches that much
    further. Each phrasing counts once in a pair of entries.
    """
    widest = int(np.unique(entries, return_counts=True)[1].max())
    found = nearest_neighbours(vectors, k=NEIGHBOURS + widest - 1)
    pairs: dict[tuple[int, int], list[tuple[float, int, int]]] = defaultdict(list)
    for row in range(len(entries)):
        for near, cosine in zip(found.indices[row], found.cosines[row], strict=True):
            if near >= 0 and entries[near] != entries[row]:
                one, two = sorted((row, int(near)), key=lambda r: (entries[r], r))
                pairs[int(entries[one]), int(entries[two])].append((-float(cosine), one, two))
    return {key: _mean_of_closest(sorted(set(listed))) for key, listed in pairs.items()}


def _mean_of_closest(pairs: Iterable[tuple[float, int, int]]) -> float:
    used: set[int] = set()
    best: list[float] = []
    for negated, one, two in pairs:
        if one not in used and two not in used:
            used |= {one, two}
            best.append(-negated)
        if len(best) == SCORED_PAIRS:
            break
    return float(np.mean(best))


def _rare_words(phrasings: Sequence[LinkPhrasing]) -> dict[int, frozenset[str]]:
    """Words of each entry's shown phrasings that few entries share."""
    words: dict[int, set[str]] = defaultdict(set)
    for phrasing in phrasings:
        if phrasing.is_shown:
            words[phrasing.entry_id] |= set(re.findall(WORD, phrasing.text.lower()))
    uses = Counter(word for found in words.values() for word in found)
    most = max(2.0, RARE_SHARE * len(words))
    silent = stop_words()
    return defaultdict(
        frozenset,
        {
            entry: frozenset(w for w in found if w not in silent and uses[w] <= most)
            for entry, found in words.items()
        },
    )


def _reason(
    phrasings: Sequence[LinkPhrasing],
    vectors: NDArray[np.float32],
    shown: tuple[Sequence[int], Sequence[int]],
    shared: frozenset[str],
) -> LinkReason:
    cosines = vectors[shown[0]] @ vectors[shown[1]].T
    row, column = divmod(int(cosines.argmax()), cosines.shape[1])
    return LinkReason(
        phrasings[shown[0][row]].phrasing_id,
        phrasings[shown[1][column]].phrasing_id,
        float(np.clip(cosines[row, column], -1.0, 1.0)),
        tuple(sorted(shared, key=lambda word: (-len(word), word))[:MAX_SHARED_WORDS]),
    )

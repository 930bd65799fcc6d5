"""How near each document stands to the others: one that is near to all is found too often."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search.meaning.crowds import Codes
from search.meaning.vectors import DocumentVectors

NEIGHBOURS = 5
"""Other documents whose mean says how crowded a place is; 3 and 10 rank nearly as well."""

MOST_WORDINGS = 10
"""Wordings of a document that are compared: about what the weights were learned with."""

MOST_COMPARED = 20_000
"""Vectors compared with one another: seconds of building, and nothing while searching."""

BLOCK = 512

Crowding = NDArray[np.float32]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def crowding_of(held: DocumentVectors, langs: Codes, public: Mask) -> Crowding:
    """Mean cosine of each document's wordings to its nearest other documents, shape (n,).

    `langs`, shape (n,), is the code of each document's language; only those of one language are
    compared. `public`, shape (n,), says what anybody may read: it is compared with its like
    alone, so that nothing hidden shows in it, and the rest with everything. NaN for a document
    without a vector, for the only one of its language, and for all where the vectors are held by
    an index. Source of the idea: Conneau and others, Word translation without parallel data,
    2018 (cross-domain similarity local scaling).
    """
    found = np.full(len(langs), np.nan, dtype=np.float32)
    if not len(held.vectors):
        return found
    documents = held.groups.documents
    shown = public[documents]
    everything = np.ones(len(documents), dtype=np.bool_)
    for asked, among in ((shown, shown), (~shown, everything)):
        if not asked.any():
            continue
        numbers, owners = _compared(held, among)
        of_owner = langs[documents[owners]]
        for code in np.unique(langs[documents[asked]]).tolist():
            own = of_owner == code
            means = _means_of(np.asarray(held.vectors[numbers[own]]), owners[own], asked)
            for place, mean in means.items():
                found[documents[place]] = mean
    return found


def _compared(held: DocumentVectors, among: Mask) -> tuple[Numbers, Numbers]:
    """Some vectors of each of some documents, spread over its wordings, and its place.

    `among` has the shape of the documents that have vectors.
    """
    places = np.flatnonzero(among)
    starts, ends = held.groups.starts[:-1][places], held.groups.starts[1:][places]
    most = int(np.clip(MOST_COMPARED // max(len(starts), 1), 1, MOST_WORDINGS))
    counts = np.minimum(ends - starts, most)
    owners = np.repeat(np.arange(len(starts)), counts)
    rank = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    step = (ends - starts)[owners] / counts[owners]
    numbers = starts[owners] + (rank * step).astype(np.int64)
    return numbers, places[owners]


def _means_of(vectors: NDArray[np.float32], owners: Numbers, asked: Mask) -> dict[int, float]:
    """The mean over the vectors of each owner that is asked about; empty for one owner alone."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    count = min(NEIGHBOURS, len(starts) - 1)
    if count < 1:
        return {}
    number = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(owners))))
    means = np.zeros(len(vectors))
    # A sample of the others will do where they are many: all documents are compared with it.
    others = np.sort(np.random.default_rng(0).permutation(len(vectors))[:MOST_COMPARED])
    theirs = vectors[others].T
    heads = np.flatnonzero(np.diff(number[others], prepend=-1))
    columns = number[others][heads]
    wanted = np.flatnonzero(asked[owners])
    for start in range(0, len(wanted), BLOCK):
        block = wanted[start : start + BLOCK]
        best = np.maximum.reduceat(vectors[block] @ theirs, heads, axis=1)
        best[number[block, None] == columns] = -1.0
        means[block] = np.partition(best, -count, axis=1)[:, -count:].mean(axis=1)
    summed = np.add.reduceat(means, starts) / np.bincount(number)
    told = zip(owners[starts].tolist(), summed.tolist(), strict=True)
    return {owner: mean for owner, mean in told if asked[owner]}

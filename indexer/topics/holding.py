"""Old topics follow a grouping found afresh in its clearest changes, a few questions at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.topics.constraints import PairDecision
from indexer.topics.grouping import MIN_TOPIC_SIZE, UNCLEAR_BELOW, UNGROUPED, Grouping
from indexer.topics.matching import match_topics

# A part of a topic moves only where it is this much nearer, in mean cosine, to where it goes.
MIN_GAIN = 0.02
# A grouped question keeps its place down to this much less confidence than it takes to get one.
STAY_MARGIN = 0.1
# A question that is new goes where most of so many of its nearest fellows went.
VOTING_FELLOWS = 5
# Cosines held at once: 80 MB.
BLOCK_PAIRS = 20_000_000
NEW_IDS = 1 << 40
"""Stands in for the ids of new topics; no record has so many."""


@dataclass(frozen=True, slots=True)
class HeldTopics:
    """A grouping and the old id of each of its topics, None where the topic is new."""

    grouping: Grouping
    ids: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """How old topics are held.

    budget: share of the questions grouped before that may move, 0 to 1. keep: ids that must
    live on. release: ids that are not held, because what people said of them changed. pairs: rows
    that must share a topic, or must not.
    """

    budget: float
    keep: frozenset[int] = frozenset()
    release: frozenset[int] = frozenset()
    pairs: Sequence[PairDecision] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """What one old topic and one fresh one share, where that would have to move."""

    rows: NDArray[np.int64]
    old: int
    fresh: int
    gain: float


def hold_topics(
    vectors: NDArray[np.float32], fresh: Grouping, previous: NDArray[np.int64], hold: Hold
) -> HeldTopics:
    """The fresh grouping, but with old questions where they were as far as that is right.

    vectors: shape (n, dim), unit rows; previous: shape (n,), the id of the topic each question
    was in, negative where it had none. Fresh topics take over old ids by overlap. What a fresh
    topic draws from another old one would move; such parts move in the order of how much
    nearer they are to where they go, until the budget is used up, and the rest waits for a
    later run. What is new follows its nearest fellows in its fresh topic. All pairs hold that
    the fresh grouping holds.
    """
    placed = fresh.nearest_topic
    match = match_topics(
        _members(previous, previous), _listed(placed, fresh.topic_count), keep=hold.keep
    )
    id_of = np.array(
        [NEW_IDS + number if one is None else one for number, one in enumerate(match.ids)],
        dtype=np.int64,
    )
    old = np.flatnonzero((previous >= 0) & (placed != UNGROUPED))
    parts = _parts(vectors, placed, previous, old, id_of)
    final = np.full(len(placed), -1, dtype=np.int64)
    final[old] = previous[old]
    _move(final, parts, id_of, hold, most=hold.budget * len(old))
    _follow(vectors, final, placed, id_of)
    _settle_pairs(final, placed, id_of, hold.pairs)
    _let_go_of_small(final, placed, id_of)
    return _numbered(fresh, final, previous)


def _members(topic_of: NDArray[np.int64], kept: NDArray[np.int64]) -> dict[int, set[int]]:
    """Rows by topic, those of negative topics left out."""
    found: dict[int, set[int]] = {}
    for row in np.flatnonzero(kept >= 0).tolist():
        found.setdefault(int(topic_of[row]), set()).add(row)
    return found


def _listed(topic_of: NDArray[np.int32], count: int) -> list[set[int]]:
    found = _members(topic_of.astype(np.int64), topic_of.astype(np.int64))
    return [found.get(topic, set()) for topic in range(count)]


def _parts(
    vectors: NDArray[np.float32],
    placed: NDArray[np.int32],
    previous: NDArray[np.int64],
    old: NDArray[np.int64],
    id_of: NDArray[np.int64],
) -> list[_Part]:
    """What would move, the clearest first."""
    leaving = old[id_of[placed[old]] != previous[old]]
    if len(leaving) == 0:
        return []
    topics, number = np.unique(previous, return_inverse=True)
    fresh_sums = _sums(vectors, placed.astype(np.int64), len(id_of))
    old_sums = _sums(vectors, number.astype(np.int64), len(topics))
    old_sizes = np.bincount(number, minlength=len(topics))
    fresh_sizes = np.bincount(placed[placed >= 0], minlength=len(id_of))
    keys = number[leaving] * np.int64(len(id_of)) + placed[leaving]
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(keys[order]) > 0])
    parts = []
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        rows = leaving[order[start:end]]
        source, target = int(number[rows[0]]), int(placed[rows[0]])
        own = vectors[rows].sum(axis=0)
        there = fresh_sums[target] - own if fresh_sizes[target] > len(rows) else None
        here = old_sums[source] - own if old_sizes[source] > len(rows) else None
        gain = _nearness(own, there, len(rows)) - _nearness(own, here, len(rows))
        parts.append(_Part(rows, int(topics[source]), target, gain))
    return sorted(parts, key=lambda part: (-part.gain, int(part.rows[0])))


def _sums(
    vectors: NDArray[np.float32], group_of: NDArray[np.int64], groups: int
) -> NDArray[np.float32]:
    rows = np.flatnonzero(group_of >= 0)
    ones = np.ones(len(rows), np.float32)
    fold = csr_matrix((ones, (group_of[rows], rows)), shape=(groups, len(vectors)))
    return np.asarray(fold @ vectors, dtype=np.float32)


def _nearness(own: NDArray[np.float32], other: NDArray[np.float32] | None, size: int) -> float:
    """Mean cosine of a part's rows (their sum is given) to the mean of others, 0 to none."""
    if other is None:
        return 0.0
    return float(own @ other) / (size * max(float(np.linalg.norm(other)), 1e-9))


def _move(
    final: NDArray[np.int64],
    parts: Sequence[_Part],
    id_of: NDArray[np.int64],
    hold: Hold,
    *,
    most: float,
) -> None:
    """Move parts as far as the budget reaches; the others stay where they were."""
    left = most
    for part in parts:
        released = part.old in hold.release or int(id_of[part.fresh]) in hold.release
        clear = part.gain >= MIN_GAIN and len(part.rows) <= left
        if released or clear:
            final[part.rows] = id_of[part.fresh]
            left -= 0 if released else len(part.rows)


def _follow(
    vectors: NDArray[np.float32],
    final: NDArray[np.int64],
    placed: NDArray[np.int32],
    id_of: NDArray[np.int64],
) -> None:
    """Give questions that are new the place of their nearest fellows in their fresh topic."""
    order = np.argsort(placed, kind="stable")
    bounds = np.searchsorted(placed[order], np.arange(len(id_of) + 1))
    for topic, own_id in enumerate(id_of.tolist()):
        rows = order[bounds[topic] : bounds[topic + 1]]
        new, known = rows[final[rows] < 0], rows[final[rows] >= 0]
        if len(new) == 0:
            continue
        ids = np.unique(final[known])
        if len(ids) < 2:
            final[new] = ids[0] if len(ids) else own_id
            continue
        size = max(1, BLOCK_PAIRS // len(known))
        for start in range(0, len(new), size):
            block = new[start : start + size]
            final[block] = _voted(vectors[block] @ vectors[known].T, final[known])


def _voted(cosines: NDArray[np.float32], topics: NDArray[np.int64]) -> NDArray[np.int64]:
    """The topic of most of the nearest columns of each row, nearer ones counting more."""
    k = min(VOTING_FELLOWS, cosines.shape[1])
    best = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    weights = np.maximum(np.take_along_axis(cosines, best, axis=1), 0.0) ** 2
    fellows = topics[best]
    votes = ((fellows[:, :, None] == fellows[:, None, :]) * weights[:, None, :]).sum(axis=2)
    chosen: NDArray[np.int64] = np.take_along_axis(fellows, votes.argmax(axis=1)[:, None], axis=1)[
        :, 0
    ]
    return chosen


def _settle_pairs(
    final: NDArray[np.int64],
    placed: NDArray[np.int32],
    id_of: NDArray[np.int64],
    pairs: Sequence[PairDecision],
) -> None:
    """Where what stayed breaks a pair, let it follow the fresh grouping, which breaks none."""
    while True:
        broken = {
            row
            for pair in pairs
            if (final[pair.first] == final[pair.second]) != pair.same
            and (placed[pair.first] == placed[pair.second]) == pair.same
            for row in (pair.first, pair.second)
        }
        rows = np.array(sorted(broken), dtype=np.int64)
        astray = rows[(placed[rows] >= 0) & (final[rows] != id_of[placed[rows]])]
        if len(astray) == 0:
            return
        final[astray] = id_of[placed[astray]]


def _let_go_of_small(
    final: NDArray[np.int64], placed: NDArray[np.int32], id_of: NDArray[np.int64]
) -> None:
    """Let what is left of a topic, too small for one, follow the fresh grouping."""
    ids, counts = np.unique(final[final >= 0], return_counts=True)
    left = np.flatnonzero(np.isin(final, ids[counts < MIN_TOPIC_SIZE]) & (placed >= 0))
    final[left] = id_of[placed[left]]


def _numbered(fresh: Grouping, final: NDArray[np.int64], previous: NDArray[np.int64]) -> HeldTopics:
    """The grouping of these ids, biggest topic first; the unclear are left out as ever."""
    asked = UNCLEAR_BELOW - STAY_MARGIN
    stays = (fresh.topic_of != UNGROUPED) | ((previous >= 0) & (fresh.confidence >= asked))
    held = np.where(stays, final, -1)
    ids, sizes = np.unique(held[held >= 0], return_counts=True)
    order = np.lexsort((ids, -sizes))
    number = {int(ids[place]): rank for rank, place in enumerate(order)}

    def numbers(of: NDArray[np.int64]) -> NDArray[np.int32]:
        known = {one: number.get(one, UNGROUPED) for one in np.unique(of).tolist()}
        return _mapped(of, known)

    grouping = replace(
        fresh,
        topic_of=numbers(held),
        nearest_topic=numbers(final),
        topic_count=len(ids),
        exchanged=None,
    )
    chosen = ids[order].tolist()
    return HeldTopics(grouping, tuple(None if one >= NEW_IDS else one for one in chosen))


def _mapped(values: NDArray[np.int64], to: Mapping[int, int]) -> NDArray[np.int32]:
    distinct, inverse = np.unique(values, return_inverse=True)
    return np.array([to[one] for one in distinct.tolist()], dtype=np.int32)[inverse]

"""New topics matched to the old ones, so that a topic keeps its id from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

# An id passes on where the shared questions are at least half of the smaller side.
MIN_SHARED_SHARE = 0.5
# A part counts as split off or merged in where it carries this share of the old topic.
MIN_PART_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Churn:
    """What a regrouping changed, counted over questions grouped both before and after.

    kept: questions under the same topic id; moved: under another. merged: (old id, id it went
    into); split: (old id, positions of the new topics that hold its parts, biggest first).
    """

    kept: int
    moved: int
    new_topics: int
    vanished: tuple[int, ...]
    merged: tuple[tuple[int, int], ...]
    split: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def kept_share(self) -> float:
        """Share of questions that stayed, 0 to 1; 1 where there was nothing to keep."""
        return self.kept / (self.kept + self.moved) if self.kept + self.moved else 1.0


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """The old id of each new topic, None where it is new.

    emptied: ids that must survive although no new topic took them over, ascending.
    """

    ids: tuple[int | None, ...]
    emptied: tuple[int, ...]
    churn: Churn


def match_topics(
    old: Mapping[int, Collection[int]],
    new: Sequence[Collection[int]],
    *,
    keep: frozenset[int] = frozenset(),
) -> TopicMatch:
    """Give each new topic the id of the old one it continues.

    old: question ids per topic id; new: question ids per new topic. The ids in `keep` choose
    first and take any overlap, jointly the greatest; the others follow by overlap, the
    greatest first, equal ones by the smaller id. No id is given twice.
    """
    old_topic = {question: topic for topic, members in old.items() for question in members}
    overlap = _overlaps(old_topic, new)
    ids = _kept_first(overlap, keep)
    taken = set(ids.values())
    pairs = sorted(
        (-count, topic, position)
        for position, counts in overlap.items()
        for topic, count in counts.items()
        if count >= MIN_SHARED_SHARE * min(len(old[topic]), sum(counts.values()))
    )
    for _count, topic, position in pairs:
        if position not in ids and topic not in taken:
            ids[position] = topic
            taken.add(topic)
    given = tuple(ids.get(position) for position in range(len(new)))
    churn = _churn(old, overlap, given, keep)
    return TopicMatch(given, tuple(sorted((keep & old.keys()) - taken)), churn)


def count_churn(
    old: Mapping[int, Collection[int]],
    new: Sequence[Collection[int]],
    ids: Sequence[int | None],
    *,
    keep: frozenset[int] = frozenset(),
) -> Churn:
    """What changed where new topics have these ids, None for a new one; as in match_topics."""
    old_topic = {question: topic for topic, members in old.items() for question in members}
    return _churn(old, _overlaps(old_topic, new), ids, keep)


def _overlaps(
    old_topic: Mapping[int, int], new: Sequence[Collection[int]]
) -> dict[int, Counter[int]]:
    """How many questions of each old topic each new one holds, by position."""
    return {
        position: Counter(old_topic[one] for one in members if one in old_topic)
        for position, members in enumerate(new)
    }


def _kept_first(overlap: Mapping[int, Counter[int]], keep: frozenset[int]) -> dict[int, int]:
    topics = sorted({topic for counts in overlap.values() for topic in counts if topic in keep})
    positions = [p for p, counts in overlap.items() if any(topic in keep for topic in counts)]
    if not topics:
        return {}
    weights = np.array([[overlap[p][topic] for p in positions] for topic in topics])
    chosen = zip(*linear_sum_assignment(-weights), strict=True)
    return {positions[column]: topics[row] for row, column in chosen if weights[row, column] > 0}


def _churn(
    old: Mapping[int, Collection[int]],
    overlap: Mapping[int, Counter[int]],
    ids: Sequence[int | None],
    keep: frozenset[int],
) -> Churn:
    both = sum(sum(counts.values()) for counts in overlap.values())
    kept = sum(overlap[p][topic] for p, topic in enumerate(ids) if topic is not None)
    survivors = {topic for topic in ids if topic is not None}
    parts: dict[int, list[tuple[int, int]]] = {}
    for position, counts in overlap.items():
        for topic, count in counts.items():
            if count >= max(1.0, MIN_PART_SHARE * len(old[topic])):
                parts.setdefault(topic, []).append((-count, position))
    merged = []
    for topic in sorted(old.keys() - survivors):
        if best := min(parts.get(topic, []), default=None):
            into = ids[best[1]]
            if into is not None:
                merged.append((topic, into))
    split = tuple(
        (topic, tuple(position for _count, position in sorted(found)))
        for topic, found in sorted(parts.items())
        if len(found) > 1
    )
    return Churn(
        kept=kept,
        moved=both - kept,
        new_topics=sum(topic is None for topic in ids),
        vanished=tuple(sorted(old.keys() - survivors - keep)),
        merged=tuple(merged),
        split=split,
    )

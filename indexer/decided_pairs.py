"""What people decided, as pairs of rows that a grouping must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.constraints import PairDecision
from indexer.grouping_state import GroupingState
from kb.store.decisions import SAME

MERGE = "merge"
"""The action of a decision that speaks for two whole topics."""


@dataclass(frozen=True, slots=True)
class DecidedPairs:
    """Pairs of rows, oldest first, and beside each the id of its decision (None: implied)."""

    pairs: list[PairDecision]
    decision_ids: list[int | None]

    def ids_of(self, positions: Sequence[int]) -> tuple[int, ...]:
        """The decisions at these positions, implied ones left out."""
        found = (self.decision_ids[position] for position in positions)
        return tuple(one for one in found if one is not None)


def pair_decisions(state: GroupingState) -> DecidedPairs:
    """The decisions that stand; those about questions that are gone or noise are passed over.

    A merge is stored as one pair but speaks for two topics: while it stands, the members of
    the topic that it made stay together. These implied pairs come first, so that whatever
    people said of single questions wins over them.
    """
    row_of = {one.id: row for row, one in enumerate(state.questions)}
    said = [
        one for one in state.said.decisions if one.question_a in row_of and one.question_b in row_of
    ]
    topics = state.topics()
    implied: dict[tuple[int, int], PairDecision] = {}
    for one in said:
        place = state.assigned.get(one.question_a)
        other = state.assigned.get(one.question_b)
        if one.action != MERGE or place is None or other is None or place.topic_id is None:
            continue
        if place.topic_id == other.topic_id:
            first = row_of[one.question_a]
            for member in sorted(topics[place.topic_id] & row_of.keys()):
                implied[first, row_of[member]] = PairDecision(first, row_of[member], True)
    pairs = [PairDecision(row_of[d.question_a], row_of[d.question_b], d.kind == SAME) for d in said]
    return DecidedPairs(
        [*implied.values(), *pairs], [None] * len(implied) + [one.id for one in said]
    )

"""What people decided, as pairs of rows that a grouping must keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.regrouping.state import GroupingState
from indexer.topics.constraints import PairDecision, settle_decisions
from indexer.topics.propagation import near_copies
from kb.embedded_text import embedded_text
from kb.store.grouping.decisions import NOT_SAME, SAME
from kb.topics import Decision

MERGE = "merge"
"""The action of a decision that speaks for two whole topics."""

SPLIT = "split"
"""The action of decisions that speak for all the questions that were taken together."""

LEAVES = frozenset({SPLIT, "move", "out"})
"""Actions that take questions away from whatever was SAME as they before."""

OF_TWO = frozenset({"same", "not same"})
"""Actions about two questions that a person named."""

Copies = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class DecidedPairs:
    """Pairs of rows, oldest first; beside each the id of its decision (None: implied) and batch.

    `superseded`: the newer batch by id of each decision that it took the ground from.
    """

    pairs: list[PairDecision]
    decision_ids: list[int | None]
    batches: list[str] = field(default_factory=list)
    superseded: dict[int, str] = field(default_factory=dict)

    def ids_of(self, positions: Sequence[int]) -> tuple[int, ...]:
        """All decisions that count no more when the pairs at these positions lost, ascending."""
        lost = {self.decision_ids[position] for position in positions} - {None}
        return tuple(sorted({one for one in lost if one is not None} | self.superseded.keys()))


def pair_decisions(
    state: GroupingState, vectors: NDArray[np.float32] | None = None
) -> DecidedPairs:
    """The decisions that stand; those about questions that are gone or noise are passed over.

    Equal texts are one row, the first. With `vectors` (rows as `state.questions`) what was said
    of a question holds for its near-copies too, unless somebody said anything of these.
    """
    first_row: dict[str, int] = {}
    row_of = {
        one.id: first_row.setdefault(one.text_hash, row) for row, one in enumerate(state.questions)
    }
    decisions = state.said.decisions
    copies: Copies = {}
    if vectors is not None and decisions:
        named = {row_of[one] for one in _named(decisions) if one in row_of}
        asked = {row_of[one] for one in _subjects(decisions) if one in row_of}
        texts = [embedded_text(one.subject, one.body) for one in state.questions]
        found = near_copies(vectors, texts, asked=sorted(asked))
        copies = {
            row: [one for one in near if one not in named and one in first_rows]
            for first_rows in [set(first_row.values())]
            for row, near in found.items()
        }
    return decided_pairs(decisions, row_of, copies=copies, present=state.topics())


def overriders(decisions: Sequence[Decision]) -> dict[int, str]:
    """Which newer batch overrides each decision that lost, judged by what was said alone.

    decisions: all that stand, oldest first.
    """
    ids = {one for said in decisions for one in (said.question_a, said.question_b)}
    ids |= {one for said in decisions for one in (*said.about, *said.beside)}
    row_of = {one: row for row, one in enumerate(sorted(ids))}
    given = decided_pairs(decisions, row_of)
    settled = settle_decisions(given.pairs, rows=len(row_of))
    lost = dict(given.superseded)
    for position, winner in settled.winners.items():
        decision_id = given.decision_ids[position]
        if decision_id is not None and given.batches[winner] != given.batches[position]:
            lost[decision_id] = given.batches[winner]
    return lost


def decided_pairs(
    decisions: Sequence[Decision],
    row_of: Mapping[int, int],
    *,
    copies: Copies | None = None,
    present: Mapping[int, Iterable[int]] | None = None,
) -> DecidedPairs:
    """What the decisions, oldest first, say about rows; `row_of` names the row of a question.

    A merge holds the questions together that both topics had then, a split those that were
    taken, as far as no newer action took them elsewhere: whatever was said of a single question
    later wins over what was said of many. `copies` are the near-copies of rows, which go with
    them; `present` the topics of today, for merges of older versions that name no members.
    """
    batches: dict[str, list[Decision]] = {}
    for one in decisions:
        batches.setdefault(one.batch, []).append(one)
    taken = _Taken(row_of, copies or {}, present or {})
    for said in reversed(batches.values()):
        taken.add(said)
    taken.found.reverse()
    return DecidedPairs(
        [pair for pair, _id, _batch in taken.found],
        [id_ for _pair, id_, _batch in taken.found],
        [batch for _pair, _id, batch in taken.found],
        taken.superseded,
    )


class _Taken:
    """Collects pairs from the newest action to the oldest."""

    def __init__(
        self, row_of: Mapping[int, int], copies: Copies, present: Mapping[int, Iterable[int]]
    ) -> None:
        self.found: list[tuple[PairDecision, int | None, str]] = []
        self.superseded: dict[int, str] = {}
        self._row_of = row_of
        self._copies = copies
        self._present = present
        # The rows that newer actions spoke of, and by which batches those were taken away.
        self._spoken: set[int] = set()
        self._gone_by: dict[int, list[str]] = {}

    def add(self, said: Sequence[Decision]) -> None:
        """Take what one action said, older than all taken before."""
        action, batch = said[0].action, said[0].batch
        about = self._with_copies(said[0].about) if action != MERGE else []
        for one in reversed(said):
            self._take(one)
        for pair in reversed(list(self._implied(said, about))):
            self.found.append((pair, None, batch))
        self._spoken.update(about)
        if action in LEAVES:
            for row in about:
                self._gone_by.setdefault(row, []).append(batch)

    def _take(self, one: Decision) -> None:
        a, b = self._row_of.get(one.question_a), self._row_of.get(one.question_b)
        if a is None or b is None:
            return
        if one.kind == SAME:
            # Taken away together they are still the same; newest first, as they were added.
            of_a, of_b = self._gone_by.get(a, []), self._gone_by.get(b, [])
            alone = [x for x in of_a if x not in of_b] + [x for x in of_b if x not in of_a]
            if alone:
                self.superseded[one.id] = alone[0]
                return
        self.found.append((PairDecision(a, b, one.kind == SAME), one.id, one.batch))

    def _implied(self, said: Sequence[Decision], about: Sequence[int]) -> Iterator[PairDecision]:
        """Give what an action says of many; a question named before another binds it less."""
        action = said[0].action
        if action == MERGE:
            yield from self._merged(said[0])
        if action == SPLIT:
            yield from self._split(said)
        named = self._rows(said[0].about if action != MERGE else ())
        if action in OF_TWO:
            named += self._rows(one for d in said for one in (d.question_a, d.question_b))
        for row in dict.fromkeys(named):
            for copy in self._copies.get(row, ()):
                yield PairDecision(copy, row, True)

    def _merged(self, one: Decision) -> Iterator[PairDecision]:
        came, stayed = self._left_of(one.about), self._left_of(one.beside)
        if not one.about:
            ends = {one.question_a, one.question_b}
            held = next((m for m in map(set, self._present.values()) if ends <= m), ends)
            came = stayed = self._left_of(sorted(held))
        if came and stayed:
            for row in dict.fromkeys((*stayed[1:], *came)):
                yield PairDecision(stayed[0], row, True)

    def _split(self, said: Sequence[Decision]) -> Iterator[PairDecision]:
        taken = self._left_of(said[0].about)
        if not taken:
            return
        out = set(said[0].about)
        for one in said:
            if one.kind == NOT_SAME:
                contrast = one.question_b if one.question_a in out else one.question_a
                for row in self._rows([contrast]):
                    yield PairDecision(taken[0], row, False)
        for row in taken[1:]:
            yield PairDecision(taken[0], row, True)

    def _rows(self, question_ids: Iterable[int]) -> list[int]:
        return [self._row_of[one] for one in question_ids if one in self._row_of]

    def _left_of(self, question_ids: Iterable[int]) -> list[int]:
        """Return the rows of questions of which nothing newer was said."""
        rows = dict.fromkeys(self._rows(question_ids))
        return [row for row in rows if row not in self._spoken]

    def _with_copies(self, question_ids: Iterable[int]) -> list[int]:
        rows = self._rows(question_ids)
        return list(dict.fromkeys((*rows, *(c for row in rows for c in self._copies.get(row, ())))))


def _named(decisions: Sequence[Decision]) -> set[int]:
    """Return the questions that somebody said something of, or that others were put to.

    Those that only stand for what a question was taken away from are not among them.
    """
    same = (said for said in decisions if said.kind == SAME)
    found = {one for said in same for one in (said.question_a, said.question_b)}
    return found | _subjects(decisions)


def _subjects(decisions: Sequence[Decision]) -> set[int]:
    """Return the questions whose near-copies go with them: not those they were compared to."""
    found = {one for said in decisions if said.action != MERGE for one in said.about}
    two = (said for said in decisions if said.action in OF_TWO)
    return found | {one for said in two for one in (said.question_a, said.question_b)}

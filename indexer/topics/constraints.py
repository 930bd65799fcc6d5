"""What people decided about questions, enforced over whatever a grouping says."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from kb.errors import InvalidInput

# A question taken out of its topic joins another only where most of its neighbourhood is.
MOVE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class PairDecision:
    """Two questions (row numbers) mean the same, or do not."""

    first: int
    second: int
    same: bool


@dataclass(frozen=True, slots=True)
class SettledDecisions:
    """Decisions after newer ones won over older ones.

    unit_of: shape (n,), int64: rows with one number must stay together; numbered from 0 in
    order of first appearance. apart: unit pairs that must not meet, newest first.
    overridden: positions in the given sequence of the decisions that lost, ascending.
    winners: for each of these the position of a newer one that it conflicts with.
    """

    unit_of: NDArray[np.int64]
    apart: tuple[tuple[int, int], ...]
    overridden: tuple[int, ...]
    winners: Mapping[int, int] = field(default_factory=dict)


def settle_decisions(decisions: Sequence[PairDecision], *, rows: int) -> SettledDecisions:
    """Resolve conflicts among `decisions`, given oldest first, over `rows` questions.

    Taken newest first, a decision holds unless those already taken rule it out, be it through
    a chain of others. Raises InvalidInput for a row that does not exist.
    """
    joined = _Joined(rows)
    kept_apart: list[tuple[int, int]] = []
    winners: dict[int, int] = {}
    for position in range(len(decisions) - 1, -1, -1):
        decision = decisions[position]
        first, second = decision.first, decision.second
        if not (0 <= first < rows and 0 <= second < rows):
            raise InvalidInput(f"decision {position + 1} names a row outside 0 to {rows - 1}")
        if decision.same:
            winner = joined.unite(first, second, position)
        else:
            winner = joined.keep_apart(first, second, position)
            if winner is None:
                kept_apart.append((first, second))
        if winner is not None:
            winners[position] = winner
    unit_of = _numbered([joined.root(row) for row in range(rows)])
    apart = dict.fromkeys((int(unit_of[one]), int(unit_of[two])) for one, two in kept_apart)
    return SettledDecisions(unit_of, tuple(apart), tuple(sorted(winners)), winners)


def separate(
    topic_of: NDArray[np.int64], apart: Sequence[tuple[int, int]], graph: csr_matrix
) -> NDArray[np.int64]:
    """Topics in which no pair of `apart` shares one; all else stays.

    topic_of: shape (units,), topic numbers from 0; graph: shape (units, units), weights. Of a
    pair the unit with less weight in the shared topic leaves: for the topic that holds most
    of its weight and none of its opponents, else for a new topic.
    """
    result = topic_of.copy()
    enemies: dict[int, set[int]] = {}
    for one, two in apart:
        enemies.setdefault(one, set()).add(two)
        enemies.setdefault(two, set()).add(one)
    next_topic = int(result.max()) + 1 if len(result) else 0
    for one, two in apart:
        if result[one] != result[two]:
            continue
        shared = int(result[one])
        shares = {unit: topic_shares(unit, result, graph) for unit in (one, two)}
        mover = min((one, two), key=lambda unit: (shares[unit].get(shared, 0.0), -unit))
        closed = {int(result[enemy]) for enemy in enemies[mover]}
        offers = {topic: s for topic, s in shares[mover].items() if topic not in closed}
        best = max(offers, key=lambda topic: (offers[topic], -topic), default=None)
        if best is not None and offers[best] >= MOVE_SHARE:
            result[mover] = best
        else:
            result[mover] = next_topic
            next_topic += 1
    return result


def topic_shares(unit: int, topic_of: NDArray[np.int64], graph: csr_matrix) -> dict[int, float]:
    """Share of the unit's edge weight per neighbouring topic, 0 to 1; negative topics left out."""
    span = slice(graph.indptr[unit], graph.indptr[unit + 1])
    weights: dict[int, float] = {}
    for neighbour, weight in zip(graph.indices[span], graph.data[span], strict=True):
        topic = int(topic_of[neighbour])
        weights[topic] = weights.get(topic, 0.0) + float(weight)
    total = sum(weights.values())
    return {topic: weight / total for topic, weight in weights.items() if topic >= 0}


class _Joined:
    """Rows joined into units, units that must not meet, and the decisions that say so."""

    def __init__(self, rows: int) -> None:
        self._parent = list(range(rows))
        self._enemies: dict[int, dict[int, int]] = {}
        self._edges: dict[int, list[tuple[int, int]]] = {}

    def root(self, row: int) -> int:
        """The row that stands for its unit."""
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def unite(self, first: int, second: int, position: int) -> int | None:
        """Join two rows' units, or return the decision that forbids it."""
        one, two = self.root(first), self.root(second)
        winner = self._enemies.get(one, {}).get(two)
        if winner is not None or one == two:
            return winner
        self._edges.setdefault(first, []).append((second, position))
        self._edges.setdefault(second, []).append((first, position))
        self._parent[two] = one
        for enemy, said in self._enemies.pop(two, {}).items():
            del self._enemies[enemy][two]
            self._enemies[enemy][one] = said
            self._enemies.setdefault(one, {})[enemy] = said
        return None

    def keep_apart(self, first: int, second: int, position: int) -> int | None:
        """Keep two rows' units apart, or return the newest decision that joins them."""
        one, two = self.root(first), self.root(second)
        if one == two:
            return self._newest_between(first, second, position)
        self._enemies.setdefault(one, {})[two] = position
        self._enemies.setdefault(two, {})[one] = position
        return None

    def _newest_between(self, first: int, second: int, position: int) -> int:
        """Return the newest decision on the way from one row to another of its unit.

        A row that is said to differ from itself has no way to go: its own decision is returned.
        """
        newest = {first: position}
        waiting = deque([first])
        while waiting and second not in newest:
            row = waiting.popleft()
            for neighbour, said in self._edges.get(row, ()):
                if neighbour not in newest:
                    newest[neighbour] = max(newest[row], said)
                    waiting.append(neighbour)
        return newest[second]


def _numbered(roots: Sequence[int]) -> NDArray[np.int64]:
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root, len(numbers)) for root in roots], dtype=np.int64)

"""Asks a store questions with known answers and describes what it finds, to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.calibration import Calibration
from search.candidates import Candidates, Request, gather
from search.delta import Key
from search.documents import Document
from search.features import Table, word_table
from search.generation import Segment, VectorSource, make_segment
from search.index import IndexSnapshot, Part, snapshot_of
from search.learning.asks import Ask, Kind, Round
from search.learning.fitting import Examples
from search.meaning.vectors import QueryEncoder
from search.query import parse_query
from search.results import Filters

KEPT_CANDIDATES = 12
"""Candidates kept of each question: the right ones and the likeliest wrong ones."""

JUDGED_WEIGHT = 2.0
"""How much a query that a person judged counts beside a wording."""

FAR_SHARE = 1.0
"""How much far questions count in all beside those whose entry was taken out. More makes false
answers about neighbouring things, less makes real answers look doubtful (measured)."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Described:
    """What one question found: the same candidates described for both modes, and which are right.

    `hybrid` is None without a model; `labels` (n,) is 1 where a candidate answers, and
    `first_is_right` says whether the likeliest one does as the search is now, which it is sure of
    to `confidence`, 0 to 1.
    """

    ask: Ask
    words: Table
    hybrid: Table | None
    labels: NDArray[np.float64]
    first_is_right: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class OwnExamples:
    """What was found for all questions, for one mode.

    The other arrays have shape (questions,): `groups` is the entry that a question is about,
    `right` how many documents answer it, `ordered` whether it tells how they are to be ordered,
    `foreign` whether it is known that nothing answers it.
    """

    examples: Examples
    groups: NDArray[np.int64]
    right: NDArray[np.int64]
    ordered: NDArray[np.bool_]
    foreign: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.groups)

    def part(self, chosen: NDArray[np.bool_]) -> OwnExamples:
        """The examples of these questions, `chosen` has shape (questions,)."""
        whole = self.examples
        rows = chosen[whole.queries]
        numbers = np.cumsum(chosen) - 1
        kept = Examples(
            whole.table[rows],
            whole.labels[rows],
            whole.weights[rows],
            numbers[whole.queries[rows]],
        )
        return OwnExamples(
            kept,
            self.groups[chosen],
            self.right[chosen],
            self.ordered[chosen],
            self.foreign[chosen],
        )


def describe_all(
    rounds: Iterable[Round],
    vectors: VectorSource,
    encoder: QueryEncoder | None,
    calibration: Calibration,
) -> list[Described]:
    """Ask every question of its round's store; one that finds nothing is left out."""
    found = []
    for one in rounds:
        if not one.asks or not one.documents:
            continue
        store = _Store(make_segment(one.documents, vectors), one.documents)
        asked = encoder.encode([ask.text for ask in one.asks]) if encoder is not None else None
        found_first: set[tuple[int, str]] = set()
        for place, ask in enumerate(one.asks):
            if ask.kind is Kind.WITHOUT and (ask.group, ask.text) not in found_first:
                # It lies between entries: what remains may well answer it.
                continue
            vector = None if asked is None else asked[place]
            described = store.describe(ask, vector, calibration)
            if described is not None:
                found.append(described)
                if described.first_is_right:
                    found_first.add((ask.group, ask.text))
    return found


def examples_of(described: Sequence[Described], *, hybrid: bool) -> OwnExamples:
    """The examples of one mode: what has an answer counts as much in all as what has none."""
    tables = [one.hybrid if hybrid else one.words for one in described]
    weights = _weights([one.ask for one in described])
    lengths = [len(one.labels) for one in described]
    return OwnExamples(
        Examples(
            np.concatenate([table for table in tables if table is not None]),
            np.concatenate([one.labels for one in described]),
            np.repeat(weights, lengths),
            np.repeat(np.arange(len(described)), lengths),
        ),
        groups=np.array([one.ask.group for one in described]),
        right=np.array([len(one.ask.right) for one in described]),
        ordered=np.array([_tells_order(one.ask) for one in described]),
        foreign=np.array([_is_foreign(one.ask) for one in described]),
    )


class _Store:
    """Documents in memory that are asked one question after the other."""

    def __init__(self, segment: Segment, documents: Sequence[Document]) -> None:
        self._segment = segment
        self._row = {document.key: row for row, document in enumerate(documents)}
        self._audiences = frozenset(document.audience for document in documents)
        self._whole = snapshot_of(segment, fingerprint="")

    def describe(
        self, ask: Ask, vector: Vector | None, calibration: Calibration
    ) -> Described | None:
        snapshot = self._whole if ask.hidden is None else self._without(ask.hidden)
        query = parse_query(ask.text)
        # A translation of the right entry is no wrong one: only the question's language counts.
        filters = Filters(langs=(ask.lang,))
        request = Request(query, vector, ask.lang, self._audiences, filters)
        candidates = gather(snapshot, request)
        if not len(candidates):
            return None
        right = np.array([self._row[key] for key in ask.right if key in self._row], dtype=np.int64)
        labels = np.isin(candidates.rows, right).astype(np.float64)
        words = word_table(candidates, query)
        hybrid = None if vector is None else calibration.hybrid_features(candidates, words)
        likely = calibration.logits(candidates, query, lang=ask.lang)
        kept = self._kept(ask, candidates, likely, labels)
        if hybrid is not None:
            # What has no vector yet is judged by its words: it tells nothing of meaning.
            kept = kept[~np.isnan(hybrid[kept]).any(axis=1)]
        if not len(kept):
            return None
        return Described(
            ask,
            words[kept],
            None if hybrid is None else hybrid[kept],
            labels[kept],
            first_is_right=bool(labels[np.argmax(likely)]),
            confidence=float(1.0 / (1.0 + np.exp(-likely.max()))),
        )

    def _kept(
        self, ask: Ask, candidates: Candidates, likely: Table, labels: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        if ask.above:
            known = np.array([self._row.get(key, -1) for key in ask.above], dtype=np.int64)
            return np.flatnonzero(np.isin(candidates.rows, known) | (labels > 0))
        order = np.lexsort((-likely, -labels))
        return np.sort(order[: max(KEPT_CANDIDATES, int(labels.sum()))])

    def _without(self, key: Key) -> IndexSnapshot:
        alive = np.ones(len(self._row), dtype=np.bool_)
        alive[self._row[key]] = False
        return replace(self._whole, parts=(Part(self._segment, alive),), _scopes={})


def _weights(asks: Sequence[Ask]) -> NDArray[np.float64]:
    """The weight of each question, 1 in all: half for those that have an answer."""
    kinds = np.array([one.kind for one in asks])
    weights = np.array([one.weight for one in asks])
    weights[kinds == Kind.JUDGED] *= JUDGED_WEIGHT
    without = weights[kinds == Kind.WITHOUT].sum()
    far = kinds == Kind.FAR
    if without and far.any():
        weights[far] *= FAR_SHARE * without / weights[far].sum()
    inside = np.array([bool(one.right) for one in asks])
    for side in (inside, ~inside):
        if side.any():
            weights[side] /= weights[side].sum()
    return np.asarray(weights / weights.sum())


def _tells_order(ask: Ask) -> bool:
    """A click on the first hit only repeats the order that was shown."""
    return bool(ask.right) and (ask.above is None or bool(ask.above))


def _is_foreign(ask: Ask) -> bool:
    """Where only the entry was taken out, another one may answer."""
    return not ask.right and ask.kind is not Kind.WITHOUT

"""Questions grouped into topics by meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.topics.attaching import attach, founding_rows
from indexer.topics.constraints import PairDecision, separate
from indexer.topics.near_topics import exchanged_shares
from indexer.topics.question_units import MIN_EDGE_COSINE as MIN_EDGE_COSINE
from indexer.topics.question_units import UNGROUPED as UNGROUPED
from indexer.topics.question_units import copies, fold_questions, langs_of
from indexer.topics.splitting import measure_spread, split_loose
from indexer.topics.unclear import MAX_UNCLEAR_SHARE as MAX_UNCLEAR_SHARE
from indexer.topics.unclear import MIN_TOPIC_SIZE as MIN_TOPIC_SIZE
from indexer.topics.unclear import UNCLEAR_BELOW as UNCLEAR_BELOW
from indexer.topics.unclear import leave_out_unclear, membership_confidence, name_nearest
from kb.errors import InvalidInput

EXPECTED_RESOLUTIONS = 8

OnProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Topics of n questions, numbered from 0, biggest first.

    topic_of: shape (n,), int32, UNGROUPED where it is unclear. nearest_topic: shape (n,),
    int32, the own topic or the nearest one for the ungrouped, UNGROUPED only where there is
    no topic at all. confidence: shape (n,), float32, 0 to 1, that the question belongs to
    its nearest topic. overridden: positions of decisions that lost to newer ones. exchanged:
    shape (topics, topics), share of each topic's edge weight that goes to each topic, for
    near_topics.nearest_topics.
    """

    topic_of: NDArray[np.int32]
    nearest_topic: NDArray[np.int32]
    confidence: NDArray[np.float32]
    topic_count: int
    resolution: float
    overridden: tuple[int, ...] = ()
    exchanged: csr_matrix | None = None

    @property
    def ungrouped_share(self) -> float:
        """Share of questions without a topic, 0 to 1."""
        return float((self.topic_of == UNGROUPED).mean()) if len(self.topic_of) else 0.0


def group_questions(
    vectors: NDArray[np.float32],
    *,
    texts: Sequence[str] | None = None,
    langs: Sequence[str | None] | None = None,
    decisions: Sequence[PairDecision] = (),
    may_found: NDArray[np.bool_] | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Grouping:
    """Topics over all questions; the number of topics is found, not set.

    vectors: shape (n, dim), float32, unit rows. Questions with equal `texts` (equal vectors
    where no texts are given) count as one and share a topic. `decisions`, oldest first, are
    kept without exception, but for those that contradict newer ones or equal texts. `langs`
    (codes) keep a language that the encoder hardly knows from passing for one topic.
    At most a quarter is left out, but for questions that resemble no other. Equal input gives
    equal output.
    `may_found`, shape (n,): a question with False takes no part in finding topics, but joins
    the one of its neighbours where it is near enough, and is ungrouped otherwise, whatever
    the share; one with the text of a question that may, or named in a decision, may too.
    """
    for name, given in (
        ("texts", texts),
        ("languages", langs),
        ("marks who may found", may_found),
    ):
        if given is not None and len(given) != len(vectors):
            raise InvalidInput(f"{len(given)} {name} do not fit {len(vectors)} vectors")
    report = on_progress or (lambda _stage, _share: None)
    if len(vectors) == 0:
        empty = np.empty(0, np.int32)
        return Grouping(empty, empty, np.empty(0, np.float32), 0, 1.0)
    if may_found is not None and not may_found.all():
        founding = founding_rows(may_found, copies(vectors, texts), decisions)
        if not founding.all():
            return _founded(
                vectors,
                founding,
                _Given(texts, langs, decisions),
                seed=seed,
                on_progress=on_progress,
            )
    report("neighbours", 0.0)
    units = fold_questions(vectors, texts=texts, decisions=decisions, seed=seed)
    report("topics", 0.0)
    tried: list[float] = []

    def on_resolution(resolution: float) -> None:
        tried.append(resolution)
        report("topics", min(len(tried) / EXPECTED_RESOLUTIONS, 0.95))

    units.free.on_resolution = on_resolution
    # As fine as without decisions: these join what they name and change nothing beside it.
    partition = (
        units.free.finest_with(units.settled.unit_of) if units.bound.any() else units.free.finest()
    )
    spread = measure_spread(units.vectors, units.graph, langs_of(units, langs))
    split = split_loose(units.graph, partition.community_of, spread, seed=seed)
    inner = separate(split, units.settled.apart, units.graph)
    confidence = membership_confidence(units, inner)
    community_of, grouped = leave_out_unclear(units, inner, confidence)
    nearest = name_nearest(units, community_of, grouped)
    report("topics", 1.0)
    topics = int(grouped.max()) + 1
    return Grouping(
        topic_of=grouped[units.unit_of].astype(np.int32),
        nearest_topic=nearest[units.unit_of].astype(np.int32),
        confidence=confidence[units.unit_of].astype(np.float32),
        topic_count=topics,
        resolution=partition.resolution,
        overridden=units.settled.overridden,
        exchanged=exchanged_shares(units.graph, grouped, topics),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What is said about the questions, row by row."""

    texts: Sequence[str] | None
    langs: Sequence[str | None] | None
    decisions: Sequence[PairDecision]


def _founded(
    vectors: NDArray[np.float32],
    founding: NDArray[np.bool_],
    given: _Given,
    *,
    seed: int,
    on_progress: OnProgress | None,
) -> Grouping:
    """Topics of the questions that may found one, the others attached to them."""
    rows = np.flatnonzero(founding)
    place = np.cumsum(founding) - 1
    found = group_questions(
        vectors[rows],
        texts=None if given.texts is None else [given.texts[row] for row in rows.tolist()],
        langs=None if given.langs is None else [given.langs[row] for row in rows.tolist()],
        decisions=[
            PairDecision(int(place[one.first]), int(place[one.second]), one.same)
            for one in given.decisions
        ],
        seed=seed,
        on_progress=on_progress,
    )
    joined = attach(vectors[~founding], vectors[rows], found.topic_of)
    topic_of = np.full(len(vectors), UNGROUPED, dtype=np.int32)
    nearest, confidence = topic_of.copy(), np.zeros(len(vectors), dtype=np.float32)
    topic_of[rows], topic_of[~founding] = found.topic_of, joined.topic_of
    nearest[rows], nearest[~founding] = found.nearest_topic, joined.nearest_topic
    confidence[rows], confidence[~founding] = found.confidence, joined.confidence
    return _numbered(
        replace(found, topic_of=topic_of, nearest_topic=nearest, confidence=confidence)
    )


def _numbered(grouping: Grouping) -> Grouping:
    """The grouping with its topics numbered biggest first."""
    kept = grouping.topic_of[grouping.topic_of != UNGROUPED]
    sizes = np.bincount(kept, minlength=grouping.topic_count)
    order = np.lexsort((np.arange(len(sizes)), -sizes))
    number = np.append(np.argsort(order), UNGROUPED).astype(np.int32)
    exchanged = grouping.exchanged
    return replace(
        grouping,
        topic_of=number[grouping.topic_of],
        nearest_topic=number[grouping.nearest_topic],
        exchanged=None if exchanged is None else csr_matrix(exchanged[order][:, order]),
    )

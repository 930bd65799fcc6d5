"""Turns the public judged sets into examples to learn the shipped weights from."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.encoders import Blurred
from benchmarks.judged_sets import (
    SEED,
    JudgedQuery,
    JudgedSet,
    demo_set,
    faq_set,
    intent_set,
)
from kb.access import GUEST
from search.bootstrap import measure_pairs, trust_in
from search.calibration import Bounds, Calibration, Judge, Logistic, Origin
from search.candidates import Request, gather
from search.documents import Document
from search.features import HYBRID_FEATURES, Table, word_table
from search.generation import make_segment
from search.index import IndexSnapshot, snapshot_of
from search.learning.fitting import Examples
from search.meaning.vectors import QueryEncoder
from search.query import parse_query

Labels = NDArray[np.float64]

SMALL_STORES = (2, 5, 15, 40)
"""Sizes at which the verdict must be as honest as in a full store."""

STORES_A_SIZE = 3
LEFT_OUT = 1 / 3
"""Share of a set's entries taken out, so that their queries have no answer any more."""

LEFT_OUT_WEIGHT = 0.3
SMALL_WEIGHT = 0.3
"""How much such stores count beside the full one. What is asked about an entry that was taken out
may well be answered by another one, and the more these count, the less does plain distance."""

FAR_WEIGHT = 0.4
"""How much queries of other sets count beside those of the set that nothing answers."""

HARD_CANDIDATES = 12
"""Candidates kept of each query: the right ones and the most tempting wrong ones."""

MOST_QUERIES = 250
MOST_FAR = 60
MOST_SMALL = 30
"""Queries of each kind asked of a full and of a small store."""

BLURS = (0.6, 1.0)
"""Noise of spoilt vectors: about what the English model makes of German, and worse."""

BLURRED = " blurred"
INTENT_SETS = (
    "banking77",
    "clinc150_oos",
    "hint3_curekart",
    "roboai_faq_de",
    "roboai_faq_en",
    "vira_intents",
)


@dataclass(frozen=True, slots=True)
class Learned:
    """Examples of one set for both modes, from all stores made of it."""

    name: str
    words: Examples
    hybrid: Examples


def make_snapshot(documents: Sequence[Document], encoder: QueryEncoder) -> IndexSnapshot:
    """Make documents searchable in memory with the encoder's vectors."""
    texts = {key: text for one in documents for key, text in one.embedded_texts().items()}
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True))
    segment = make_segment(documents, lambda _: vectors)
    return snapshot_of(segment, fingerprint=encoder.fingerprint)


@dataclass(frozen=True, slots=True)
class Store:
    """Documents, and the queries that they answer, that they do not, and that are far off."""

    documents: Sequence[Document]
    kinds: tuple[tuple[Sequence[JudgedQuery], float], ...]
    weight: float


def stores_of(judged: JudgedSet, far: Sequence[JudgedQuery]) -> Iterator[Store]:
    """The set, the set with some entries taken out, and small stores of a few entries each."""
    mixed = random.Random(SEED)
    documents = list(judged.documents)
    mixed.shuffle(documents)
    yield _store(judged, documents, far, most=MOST_QUERIES, weight=1.0)
    kept = documents[: round(len(documents) * (1 - LEFT_OUT))]
    alone = replace(judged, unanswerable=())
    yield _store(alone, kept, far, most=MOST_QUERIES, weight=LEFT_OUT_WEIGHT)
    sizes = [size for size in SMALL_STORES if size < len(documents)]
    for size in sizes:
        for _ in range(STORES_A_SIZE):
            some = mixed.sample(documents, size)
            weight = SMALL_WEIGHT / (len(sizes) * STORES_A_SIZE)
            some_far = mixed.sample(list(far), MOST_SMALL)
            yield _store(judged, some, some_far, most=MOST_SMALL, weight=weight)


def _store(
    judged: JudgedSet,
    documents: Sequence[Document],
    far: Sequence[JudgedQuery],
    *,
    most: int,
    weight: float,
) -> Store:
    kept = {document.id for document in documents}
    inside: list[JudgedQuery] = []
    outside = list(judged.unanswerable)
    for query in judged.answerable:
        relevant = {key: gain for key, gain in query.relevant.items() if key in kept}
        (inside if relevant else outside).append(replace(query, relevant=relevant))
    mixed = random.Random(SEED)
    mixed.shuffle(inside)
    mixed.shuffle(outside)
    kinds = ((inside[:most], 1.0), (outside[:most], 1.0), (far[:MOST_FAR], FAR_WEIGHT))
    return Store(documents, kinds, weight)


def learn_from(
    judged: JudgedSet, far: Sequence[JudgedQuery], encoder: QueryEncoder, base: Calibration
) -> Learned:
    """Turn a set into examples from all stores made of it."""
    words: list[Table] = []
    hybrid: list[Table] = []
    labels: list[Labels] = []
    weights: list[Labels] = []
    for store in stores_of(judged, far):
        snapshot = make_snapshot(store.documents, encoder)
        for queries, share in store.kinds:
            for query in queries:
                found = describe(snapshot, query, encoder, base)
                if found is None:
                    continue
                words.append(found[0])
                hybrid.append(found[1])
                labels.append(found[2])
                weights.append(np.full(len(found[2]), store.weight * share / len(queries)))
    numbers = np.repeat(np.arange(len(labels)), [len(one) for one in labels])
    weight = np.concatenate(weights)
    weight /= weight.sum()
    label = np.concatenate(labels)
    return Learned(
        judged.name,
        Examples(np.concatenate(words), label, weight, numbers),
        Examples(np.concatenate(hybrid), label, weight, numbers),
    )


def describe(
    snapshot: IndexSnapshot, query: JudgedQuery, encoder: QueryEncoder, base: Calibration
) -> tuple[Table, Table, Labels] | None:
    """Word features, hybrid features and labels of a query's most tempting candidates."""
    parsed = parse_query(query.text)
    vector = encoder.encode([parsed.free_text])[0]
    candidates = gather(snapshot, Request(parsed, vector, query.lang, GUEST.audiences))
    if not len(candidates):
        return None
    ids = snapshot.parts[0].segment.metadata.ids[candidates.rows]
    label = np.array([float(id_ in query.relevant) for id_ in ids.tolist()])
    words = word_table(candidates, parsed)
    hybrid = base.hybrid_features(candidates, words)
    kept = _tempting(hybrid, label)
    return words[kept], hybrid[kept], label[kept]


def family(name: str) -> str:
    """What sets of one origin share: "roboai" of both languages, "banking77" of any wordings."""
    return name.split(" ")[0].split("_")[0]


def learn_all(sets: Sequence[JudgedSet], encoder: QueryEncoder) -> Iterator[Learned]:
    """Examples of all sets, and of the first of each family with spoilt vectors."""
    for noise in (0.0, *BLURS):
        source = Blurred(encoder, noise) if noise else encoder
        base = measured_base(source, files("kb.demo"))
        seen: set[str] = set()
        for judged in sets:
            if noise and family(judged.name) in seen:
                continue
            seen.add(family(judged.name))
            learned = learn_from(judged, far_from(judged, sets), source, base)
            yield replace(learned, name=f"{judged.name}{BLURRED if noise else ''}")
            print(f"# {source.fingerprint}: {judged.name}", file=sys.stderr)


def learning_sets(folder: Path) -> Iterator[JudgedSet]:
    """The mix: entries with one wording, and intents with some."""
    yield demo_set("tuning")
    for name in ("roboai_faq_de", "roboai_faq_en", "covid_faq_en", "thunderbird_kb"):
        yield faq_set(folder / name, most=MOST_QUERIES)
    yield faq_set(folder / "vira_intents", most=MOST_QUERIES)
    for wordings in (10, 3):
        for name in INTENT_SETS:
            yield intent_set(folder / name, wordings=wordings, most=MOST_QUERIES)
    for name in INTENT_SETS[:3]:
        yield intent_set(folder / name, wordings=30, most=MOST_QUERIES)


def far_from(judged: JudgedSet, sets: Sequence[JudgedSet]) -> list[JudgedQuery]:
    """Queries of sets about something else, as queries without an answer."""
    foreign = [
        query
        for other in sets
        if family(other.name) != family(judged.name)
        for query in other.answerable
    ]
    random.Random(SEED).shuffle(foreign)
    return [replace(query, relevant={}) for query in foreign[:MOST_QUERIES]]


def measured_base(encoder: QueryEncoder, corpus: Traversable) -> Calibration:
    """An empty calibration with the encoder's scale and distrust."""
    languages, elsewhere = trust_in(measure_pairs(encoder, corpus))
    nothing = Judge(Logistic(0.0, {}), Logistic(0.0, {}), Bounds(0.5, 0.2))
    return Calibration(
        fingerprint=encoder.fingerprint,
        origin=Origin.SHIPPED,
        languages=languages,
        elsewhere=elsewhere,
        hybrid=nothing,
        keyword=nothing,
    )


def _tempting(hybrid: Table, label: Labels) -> NDArray[np.int64]:
    columns = [HYBRID_FEATURES.index(name) for name in ("meaning_best", "words_share", "letters")]
    appeal = np.nan_to_num(hybrid[:, columns]).sum(axis=1)
    order = np.argsort(-(appeal + 10.0 * label))
    return np.sort(order[: max(HARD_CANDIDATES, int(label.sum()))])

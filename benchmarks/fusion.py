"""Learns the weights that Kundig ships, from several public sets; only numbers come out."""

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

from benchmarks.encoders import Blurred, RememberingEncoder
from benchmarks.judged_sets import SEED, JudgedQuery, JudgedSet, faq_set, intent_set
from indexer.encoder import open_encoder
from kb.access import GUEST
from kb.settings import read_settings
from search.bootstrap import measure_pairs, trust_in
from search.calibration import Bounds, Calibration, Judge, Logistic, Origin
from search.candidates import Request, gather
from search.documents import Document
from search.features import (
    ACROSS_COLUMNS,
    ACROSS_FEATURES,
    HYBRID_FEATURES,
    WORD_FEATURES,
    Table,
    word_table,
)
from search.fitting import Examples, fit_judge
from search.generation import make_segment
from search.index import IndexSnapshot, snapshot_of
from search.meaning import QueryEncoder
from search.query import parse_query

Labels = NDArray[np.float64]

FREE_FEATURES = (
    "short_query",
    "meaning_agree",
    *(name for name in HYBRID_FEATURES if name.endswith("_doubted")),
)
"""Features that may count against a document."""

SMALL_STORES = (1, 2, 3, 5, 10, 30)
"""Sizes at which the verdict must be as honest as in a full store."""

STORES_A_SIZE = 3
LEFT_OUT = 0.25
"""Share of a set's entries taken out, so that their queries have no answer any more."""

HARD_CANDIDATES = 12
"""Candidates kept of each query: the right ones and the most tempting wrong ones."""

MOST_QUERIES = 250
WORDINGS = 10
BLURS = (0.6, 1.0)
"""Noise of spoilt vectors: about what the English model makes of German, and worse."""

FAR_QUERIES = 30
"""Queries of other sets asked of each small store: they are far off its topic."""


HEADER = '''"""The shipped weights, learned from several public sets by `benchmarks.fusion`."""

from __future__ import annotations

from search.calibration import Bounds, Calibration, Judge, Logistic, Origin, Trust
from search.features import CosineScale
'''


@dataclass(frozen=True, slots=True)
class Learned:
    """Examples of one set for both modes, from all stores made of it."""

    name: str
    words: Examples
    hybrid: Examples


def make_snapshot(documents: Sequence[Document], encoder: QueryEncoder) -> IndexSnapshot:
    """Make documents searchable in memory with the encoder's vectors."""
    texts = {p.text_hash: p.text for document in documents for p in document.phrasings}
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True))
    segment = make_segment(documents, lambda _: vectors)
    return snapshot_of(segment, fingerprint=encoder.fingerprint)


def stores_of(judged: JudgedSet, far: Sequence[JudgedQuery]) -> Iterator[JudgedSet]:
    """The set with some entries taken out, and small stores of a few entries each."""
    mixed = random.Random(SEED)
    documents = list(judged.documents)
    mixed.shuffle(documents)
    kept = documents[: round(len(documents) * (1 - LEFT_OUT))]
    full = _restricted(judged, kept, ())
    yield replace(full, unanswerable=(*full.unanswerable, *far[: len(full.unanswerable)]))
    for size in SMALL_STORES:
        for _ in range(STORES_A_SIZE):
            some = mixed.sample(documents, min(size, len(documents)))
            yield _restricted(judged, some, mixed.sample(list(far), FAR_QUERIES))


def learn_from(
    judged: JudgedSet, far: Sequence[JudgedQuery], encoder: QueryEncoder, base: Calibration
) -> Learned:
    """Turn a set into examples, the full store counting as much as all small ones."""
    words: list[Table] = []
    hybrid: list[Table] = []
    labels: list[Labels] = []
    weights: list[Labels] = []
    for number, store in enumerate(stores_of(judged, far)):
        snapshot = make_snapshot(store.documents, encoder)
        share = 1.0 if number == 0 else 1.0 / (len(SMALL_STORES) * STORES_A_SIZE)
        for kind in (store.answerable, store.unanswerable):
            for query in kind:
                found = describe(snapshot, query, encoder, base)
                if found is None:
                    continue
                words.append(found[0])
                hybrid.append(found[1])
                labels.append(found[2])
                weights.append(np.full(len(found[2]), share / len(kind)))
    queries = np.repeat(np.arange(len(labels)), [len(one) for one in labels])
    weight = np.concatenate(weights)
    weight /= weight.sum()
    label = np.concatenate(labels)
    return Learned(
        judged.name,
        Examples(np.concatenate(words), label, weight, queries),
        Examples(np.concatenate(hybrid), label, weight, queries),
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


def fit(learned: Sequence[Learned], base: Calibration) -> Calibration:
    """Fit both modes on a mix of sets, each counting the same."""
    hybrid = _mixed([one.hybrid for one in learned])
    words = _mixed([one.words for one in learned])
    return replace(
        base,
        hybrid=fit_judge(hybrid, HYBRID_FEATURES, free=FREE_FEATURES),
        keyword=fit_judge(words, WORD_FEATURES, free=FREE_FEATURES),
        # Learned within languages with the words left out: no set has both sides.
        across=fit_judge(
            replace(hybrid, table=hybrid.table[:, ACROSS_COLUMNS]),
            ACROSS_FEATURES,
            free=FREE_FEATURES,
        ),
    )


def as_python(calibration: Calibration) -> str:
    """The text of `search/shipped_weights.py` for a calibration."""
    assert calibration.across is not None
    judges = {
        "HYBRID": calibration.hybrid,
        "KEYWORD": calibration.keyword,
        "ACROSS": calibration.across,
    }
    lines = [HEADER]
    for name, judge in judges.items():
        order, confidence = _rounded(judge.order), _rounded(judge.confidence)
        lines.append(
            f"{name} = Judge(order={order}, confidence={confidence},"
            f" bounds=Bounds(answer={judge.bounds.answer:.3f}, floor={judge.bounds.floor:.3f}))\n"
        )
    trusts = {**calibration.languages, "elsewhere": calibration.elsewhere}
    scales = {
        lang: f"Trust(CosineScale({t.scale.background:.3f}, {t.scale.match:.3f}), {t.distrust:.3f})"
        for lang, t in trusts.items()
    }
    elsewhere = scales.pop("elsewhere")
    languages = ", ".join(f'"{lang}": {trust}' for lang, trust in scales.items())
    lines.append(
        f"SHIPPED = Calibration(fingerprint='', origin=Origin.SHIPPED,"
        f" languages={{{languages}}}, elsewhere={elsewhere}, hybrid=HYBRID, keyword=KEYWORD,"
        " across=ACROSS)\n"
    )
    return "\n".join(lines)


def _rounded(model: Logistic) -> str:
    weights = {name: round(value, 3) for name, value in model.weights.items() if value}
    return f"Logistic({model.bias:.3f}, {weights})"


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


def _mixed(parts: Sequence[Examples]) -> Examples:
    offsets = np.cumsum([0, *(part.queries[-1] + 1 for part in parts)])
    return Examples(
        np.concatenate([part.table for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.weights / len(parts) for part in parts]),
        np.concatenate([part.queries + o for part, o in zip(parts, offsets[:-1], strict=True)]),
    )


def _restricted(
    judged: JudgedSet, documents: Sequence[Document], far: Sequence[JudgedQuery]
) -> JudgedSet:
    kept = {document.id for document in documents}
    inside, outside = [], list(judged.unanswerable)
    for query in judged.answerable:
        relevant = {key: gain for key, gain in query.relevant.items() if key in kept}
        (inside if relevant else outside).append(replace(query, relevant=relevant))
    if far:
        mixed = random.Random(SEED)
        mixed.shuffle(inside)
        mixed.shuffle(outside)
        inside, outside = inside[:FAR_QUERIES], [*outside[:FAR_QUERIES], *far]
    return JudgedSet(judged.name, tuple(documents), tuple(inside), tuple(outside))


def _tempting(hybrid: Table, label: Labels) -> NDArray[np.int64]:
    columns = [HYBRID_FEATURES.index(name) for name in ("meaning_best", "words_share", "letters")]
    appeal = np.nan_to_num(hybrid[:, columns]).sum(axis=1)
    order = np.argsort(-(appeal + 10.0 * label))
    return np.sort(order[: max(HARD_CANDIDATES, int(label.sum()))])


def main() -> int:
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    encoder = RememberingEncoder(open_encoder(settings))
    sets = list(learning_sets(settings.bench_data))
    learned = []
    for source in (encoder, *(Blurred(encoder, noise) for noise in BLURS)):
        base = measured_base(source, files("kb.demo"))
        for judged in sets:
            learned.append(learn_from(judged, far_from(judged, sets), source, base))
            print(f"# {source.fingerprint}: {judged.name}", file=sys.stderr)
    print(as_python(fit(learned, measured_base(encoder, files("kb.demo")))))
    return 0


def learning_sets(folder: Path) -> Iterator[JudgedSet]:
    """The mix: entries with one wording, and intents with some."""
    for name in ("roboai_faq_de", "roboai_faq_en", "covid_faq_en", "thunderbird_kb"):
        yield faq_set(folder / name, most=MOST_QUERIES)
    yield faq_set(folder / "vira_intents", most=MOST_QUERIES)
    for name in ("banking77", "clinc150_oos", "hint3_curekart", "roboai_faq_de", "roboai_faq_en"):
        yield intent_set(folder / name, wordings=WORDINGS, most=MOST_QUERIES)


def far_from(judged: JudgedSet, sets: Sequence[JudgedSet]) -> list[JudgedQuery]:
    """Queries of sets about something else, as queries without an answer."""
    topic = judged.name[:6]
    foreign = [q for other in sets if other.name[:6] != topic for q in other.answerable]
    random.Random(SEED).shuffle(foreign)
    return [replace(query, relevant={}) for query in foreign[:MOST_QUERIES]]


if __name__ == "__main__":
    sys.exit(main())

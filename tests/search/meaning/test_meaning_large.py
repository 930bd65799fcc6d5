from dataclasses import replace

import numpy as np
import pytest

from indexer.vector_index import VectorIndex
from kb.access import PUBLIC
from search.candidates import Request, gather
from search.delta import Delta
from search.documents import Document, DocumentPhrasing
from search.generation import (
    IndexBroken,
    RecordState,
    build_generation,
    make_segment,
    open_generation,
    read_manifest,
)
from search.generation_files import file_checksum, write_manifest
from search.index import IndexSnapshot, Part, make_snapshot
from search.meaning.groups import VectorGroups
from search.meaning.looking import CellLook, Scan, Scope
from search.meaning.nearness import MEANING_CANDIDATES
from search.meaning.vectors import PHRASING_FILES, DocumentVectors
from search.meaning.writing import TextHashes, write_vectors
from search.query import parse_query
from search.results import Filters
from tests.search.stores import FINGERPRINT

DIM = 32
TOPICS = 60
DOCUMENTS = 1_200
PHRASINGS = 4
LOWERED = 1_000
"""Exact up to here, so that a small store is searched as a large one is."""

STATE = RecordState("first life", 7, FINGERPRINT)
EVERYONE = frozenset({PUBLIC})


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def around_topics(count, seed):
    topics = np.random.default_rng(0).standard_normal((TOPICS, DIM))
    noise = np.random.default_rng(seed)
    return unit(topics[np.arange(count) % TOPICS] + 0.6 * noise.standard_normal((count, DIM)))


def document(number):
    """The languages share the store as 50, 40, 8 and 2 %; each tenth document is internal."""
    share = number * 37 % 100
    lang = "en" if share < 50 else "de" if share < 90 else "fr" if share < 98 else "it"
    texts = [f"wording item{number} {place}" for place in range(PHRASINGS)]
    return Document(
        type="entry",
        id=number + 1,
        title=texts[0],
        answer="",
        url=f"/faq/{number + 1}",
        phrasings=tuple(DocumentPhrasing(text, True) for text in texts),
        lang=lang,
        audience="internal" if number % 10 == 0 else PUBLIC,
        source_id=f"faq-{number}",
    )


STORE = tuple(document(number) for number in range(DOCUMENTS))
VECTORS = dict(
    zip(
        (phrasing.text_hash for one in STORE for phrasing in one.phrasings),
        around_topics(DOCUMENTS * PHRASINGS, seed=1),
        strict=True,
    )
)
QUERIES = around_topics(60, seed=2)


def index_of(vectors):
    index = VectorIndex.trained(vectors, rows=len(vectors))
    index.add(vectors)
    return index


def stored(hashes):
    return {key: VECTORS[key] for key in hashes if key in VECTORS}


def build(folder, *, exact_vectors=LOWERED):
    return build_generation(
        folder, documents=STORE, vectors=stored, state=STATE, exact_vectors=exact_vectors
    )


@pytest.fixture(scope="module")
def generation(tmp_path_factory):
    return open_generation(build(tmp_path_factory.mktemp("index")))


def scanning(snapshot: IndexSnapshot) -> IndexSnapshot:
    """The same snapshot with the exact vectors in place of its index."""
    exact = DocumentVectors.of([one.phrasing_hashes for one in STORE], VECTORS)
    parts = tuple(Part(replace(part.segment, meaning=exact), part.alive) for part in snapshot.parts)
    return replace(snapshot, parts=parts, _scopes={})


def found(snapshot, vector, filters=Filters(), text="nothing like it"):  # noqa: B008
    return passing(gather(snapshot, Request(parse_query(text), vector, "en", EVERYONE, filters)))


def passing(candidates):
    """Those of the candidates that pass the filters."""
    names = ("parts", "rows", "passing", "cosines", "lang_codes")
    kept = {name: getattr(candidates, name)[candidates.passing] for name in names}
    return replace(candidates, **kept)


def nearest(candidates, count=10):
    order = np.argsort(-candidates.cosines[:, 0], kind="stable")[:count]
    return set(zip(candidates.parts[order].tolist(), candidates.rows[order].tolist(), strict=True))


@pytest.mark.parametrize("langs", [(), ("en",), ("fr",), ("it",)])
def test_the_index_finds_what_scanning_finds(generation, langs):
    snapshot = make_snapshot(generation, Delta(seq=7))
    filters = Filters(langs=langs)
    pairs = [
        (found(snapshot, query, filters), found(scanning(snapshot), query, filters))
        for query in QUERIES
    ]

    shared = [len(nearest(near) & nearest(true)) / 10 for near, true in pairs]
    assert np.mean(shared) >= 0.98
    for near, true in pairs:
        assert len(near) == len(true)
        for lang, crowd in near.crowds.items():
            nearest_of = true.crowds[lang][: len(crowd)]
            np.testing.assert_allclose(crowd, nearest_of, atol=0.05)
        assert near.crowds.keys() == true.crowds.keys()


def test_the_cosines_of_candidates_are_those_of_all_their_wordings(generation):
    snapshot = make_snapshot(generation, Delta(seq=7))
    near = found(snapshot, QUERIES[0], text="item700")

    exact = scanning(snapshot).parts[0].segment.meaning.look(QUERIES[0])
    np.testing.assert_allclose(near.cosines, exact.largest(near.rows, count=3), atol=0.005)
    assert near.wordings.tolist() == [PHRASINGS] * len(near)
    assert len(near) > MEANING_CANDIDATES


def test_the_same_query_gets_the_same_bytes_again(generation):
    snapshot = make_snapshot(generation, Delta(seq=7))
    first, second = (found(snapshot, QUERIES[3], Filters(langs=("en",))) for _ in range(2))

    assert first.rows.tobytes() == second.rows.tobytes()
    assert first.cosines.tobytes() == second.cosines.tobytes()


def test_nothing_is_found_that_the_filter_or_the_audience_excludes(generation):
    snapshot = make_snapshot(generation, Delta(seq=7))
    for query in QUERIES[:10]:
        near = found(snapshot, query, Filters(langs=("de",)))
        documents = [STORE[row] for row in near.rows.tolist()]
        assert {(one.lang, one.audience) for one in documents} == {("de", PUBLIC)}


def test_a_narrow_filter_is_answered_exactly(generation):
    snapshot = make_snapshot(generation, Delta(seq=7))
    for query in QUERIES[:10]:
        near, true = (
            found(one, query, Filters(langs=("it",))) for one in (snapshot, scanning(snapshot))
        )
        assert near.rows.tolist() == true.rows.tolist()
        assert 0 < len(near) < MEANING_CANDIDATES
        np.testing.assert_allclose(near.cosines, true.cosines, atol=0.005)


def test_a_filter_that_nothing_passes_finds_nothing(generation):
    snapshot = make_snapshot(generation, Delta(seq=7))

    assert len(found(snapshot, QUERIES[0], Filters(langs=("nl",)))) == 0


def test_an_excluded_word_takes_documents_out_of_what_the_index_finds(generation):
    snapshot = make_snapshot(generation, Delta(seq=7))
    row = next(iter(nearest(found(snapshot, QUERIES[0]), 1)))[1]

    without = found(snapshot, QUERIES[0], text=f"anything -item{row}")

    assert row not in without.rows
    assert len(without) >= MEANING_CANDIDATES


def test_tombstones_are_not_found_and_the_delta_is(generation):
    query = QUERIES[0]
    best = nearest(found(make_snapshot(generation, Delta(seq=7)), query), 3)
    gone = [STORE[row] for _, row in best]
    changed = frozenset(one.key for one in gone)
    segment = make_segment(gone[:1], stored)

    near = found(make_snapshot(generation, Delta(8, changed, segment=segment)), query)

    places = set(zip(near.parts.tolist(), near.rows.tolist(), strict=True))
    assert not places & best
    assert (1, 0) in places
    assert segment.meaning.index is None


def test_documents_with_very_many_phrasings_do_not_crowd_the_others_out():
    vectors = around_topics(9_000, seed=3)
    vectors[:8_500] = unit(vectors[0] + 0.02 * vectors[:8_500])
    groups = VectorGroups.of([8_500] + [5] * 100)
    index = index_of(vectors)
    every = Scope(np.ones(101, dtype=np.bool_))

    rows, best = CellLook(vectors[0], index, groups).nearest(every, enough=101)

    true, theirs = Scan(vectors[0], vectors, groups).nearest(every, enough=101)
    assert rows.tolist() == true.tolist() == list(range(101))
    np.testing.assert_allclose(best, theirs, atol=0.005)


def test_a_store_of_few_phrasings_has_no_index_file(tmp_path):
    folder = build(tmp_path, exact_vectors=DOCUMENTS * PHRASINGS)

    assert not (folder / PHRASING_FILES.index).exists()
    assert open_generation(folder).segment.meaning.index is None


@pytest.mark.parametrize(("stored_of_ten", "indexed"), [(1, False), (9, True)])
def test_vectors_are_counted_before_an_index_is_made_of_them(tmp_path, stored_of_ten, indexed):
    hashes = TextHashes()
    for number, one in enumerate(STORE):
        hashes.add(one.phrasing_hashes if number % 10 < stored_of_ten else ["0" * 64])
    some = dict(list(VECTORS.items()))

    count = write_vectors(
        tmp_path,
        PHRASING_FILES,
        hashes,
        lambda keys: {key: some[key] for key in keys if key in some},
        exact=LOWERED,
    )

    opened = DocumentVectors.open(tmp_path, PHRASING_FILES)
    assert count == len(opened) == DOCUMENTS * PHRASINGS * stored_of_ten // 10
    assert (opened.index is not None) == indexed
    assert opened.counts(np.array([0, 9])).tolist() == [PHRASINGS, 0]


@pytest.mark.parametrize("tear", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")])
def test_a_torn_or_missing_index_file_is_never_served(tmp_path, tear):
    folder = build(tmp_path)
    tear(folder / PHRASING_FILES.index)

    with pytest.raises(IndexBroken, match=PHRASING_FILES.index):
        open_generation(folder)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.write_bytes(b"of another version"), "not a readable vector index"),
        (lambda path: index_of(QUERIES).save(path), "searches 60 of 4800 vectors"),
    ],
)
def test_an_index_that_does_not_fit_is_never_served_even_if_it_was_signed(tmp_path, spoil, told):
    folder = build(tmp_path)
    path = folder / PHRASING_FILES.index
    spoil(path)
    manifest = read_manifest(folder)
    files = {**manifest.files, path.name: (path.stat().st_size, file_checksum(path))}
    write_manifest(folder, replace(manifest, files=files))

    with pytest.raises(IndexBroken, match=told):
        open_generation(folder)

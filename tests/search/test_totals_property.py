"""Totals, facets and pages agree with each other, after floor, permissions and filters.

Stores are drawn at random, half of each in a generation on disk and half in the delta.
"""

import random
from collections import Counter
from dataclasses import astuple, dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.access import GUEST, INTERNAL, MEMBERS, PUBLIC, Role, Viewer, may_read
from search.bootstrap import calibrate_bootstrap
from search.candidates import LEXICAL_CANDIDATES
from search.facets import FACETS
from search.generation import RecordState, build_generation
from search.index import IndexFollower
from search.meaning.nearness import MEANING_CANDIDATES
from search.results import Filters
from search.searcher import MAX_LIMIT, Searcher
from tests.search.stores import FINGERPRINT, LetterEncoder, MemoryRecord, entry

WORDS = (
    "battery", "charger", "lamp", "cable", "hinge", "screen", "update", "refund", "parcel",
    "invoice", "password", "login", "router", "printer", "filter", "pump", "noise", "button",
)  # fmt: skip
GERMAN = (
    "akku", "ladegerät", "lampe", "kabel", "rechnung", "paket", "passwort", "drucker", "pumpe",
)  # fmt: skip

STORES = 6
VIEWERS = (
    GUEST,
    Viewer(role=Role.CUSTOMER),
    Viewer(role=Role.CUSTOMER, groups=frozenset({"partners"})),
    Viewer(role=Role.AGENT),
)
FIELD_OF = {"type": "types", "lang": "langs", "product": "products", "category": "categories"}
FIELD_OF["tag"] = "tags"


@dataclass(frozen=True)
class Store:
    """A searcher, its index, and the documents that it should know."""

    searcher: Searcher
    index: IndexFollower
    documents: tuple


def random_entry(drawn, number):
    lang = drawn.choice(["en", "en", "de"])
    words = GERMAN if lang == "de" else WORDS
    return entry(
        number,
        " ".join(drawn.sample(words, drawn.randint(2, 4))),
        " ".join(drawn.sample(words, 6)),
        lang=lang,
        audience=drawn.choice([PUBLIC, PUBLIC, PUBLIC, MEMBERS, INTERNAL, "partners"]),
        product=drawn.choice([None, "alpha", "beta", "gamma"]),
        category=drawn.choice([None, "care", "setup"]),
        tags=tuple(drawn.sample(["red", "green", "blue"], drawn.randint(0, 3))),
        wordings=[" ".join(drawn.sample(words, 3)) for _ in range(drawn.randint(0, 4))],
        translation_group=drawn.choice([None, None, f"group {drawn.randint(1, 20)}"]),
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Makes the store of a number: a generation, then entries changed, added and removed."""
    calibration = calibrate_bootstrap(LetterEncoder())

    @cache
    def make(number):
        drawn = random.Random(number)
        size = drawn.choice([3, 20, 50, 90])
        record = MemoryRecord(random_entry(drawn, id_) for id_ in range(1, size + 1))
        folder = tmp_path_factory.mktemp("index")
        build_generation(
            folder,
            documents=record.kept.values(),
            vectors=lambda hashes: record.vectors(FINGERPRINT, hashes),
            state=RecordState(record.incarnation(), 0, FINGERPRINT),
        )
        for id_ in drawn.sample(range(1, size + 1), size // 3):
            record.put(random_entry(drawn, id_))
        for id_ in range(size + 1, size + 1 + size // 2):
            record.put(random_entry(drawn, id_))
        for id_ in drawn.sample(range(1, size + 1), size // 5):
            record.remove(id_)
        follower = IndexFollower(folder, record)
        follower.refresh()
        assert len(follower.snapshot.parts) == 2
        searcher = Searcher(follower, LetterEncoder(), calibration)
        return Store(searcher, follower, tuple(record.kept.values()))

    return make


numbers = st.integers(0, STORES - 1)
viewers = st.sampled_from(VIEWERS)
plain_queries = st.lists(
    st.sampled_from([*WORDS, *GERMAN, "pasword", "chargr"]), min_size=1, max_size=4
).map(" ".join)
queries = st.lists(
    st.sampled_from([*WORDS, *GERMAN, "pasword", "-pump", '"lamp"', "lang:en", "tag:red", "E-07"]),
    max_size=5,
).map(" ".join)
filter_sets = st.builds(
    Filters,
    types=st.sampled_from([(), ("entry",), ("thread",)]),
    langs=st.sampled_from([(), (), ("en",), ("de",)]),
    products=st.sampled_from([(), (), ("alpha",), ("alpha", "beta"), ("none such",)]),
    categories=st.sampled_from([(), (), ("care",)]),
    tags=st.sampled_from([(), (), ("red",), ("green", "blue")]),
)


def all_pages(searcher, query, *, limit, **options):
    """Every page of a search, each asked for with the cursor of the one before."""
    pages, cursor = [], None
    while True:
        pages.append(searcher.search(query, limit=limit, cursor=cursor, **options))
        cursor = pages[-1].cursor
        if cursor is None:
            return pages


def values_of(hit, facet):
    if facet == "tag":
        return hit.tags
    value = getattr(hit, facet)
    return () if value is None else (value,)


def counted(facets):
    return {name: {one.value: one.count for one in values} for name, values in facets.items()}


def is_capped(held, viewer):
    """Whether a part of the index has more than are ranked, so that some were left out."""
    snapshot = held.index.snapshot
    readable = snapshot.allowed(snapshot.audiences_of(viewer), Filters())
    return any(mask.sum() > min(LEXICAL_CANDIDATES, MEANING_CANDIDATES) for mask in readable)


def findable(documents, viewer, filters):
    """The documents that a viewer's filters leave, by what is said about filters alone."""
    wanted = dict(zip(("types", "langs", "products", "categories"), astuple(filters), strict=False))
    fields = {"types": "type", "langs": "lang", "products": "product", "categories": "category"}
    return {
        one.key
        for one in documents
        if may_read(viewer, one.audience)
        and all(not wanted[name] or getattr(one, fields[name]) in wanted[name] for name in fields)
        and (not filters.tags or set(filters.tags) & set(one.tags))
    }


@settings(max_examples=60, deadline=None)
@given(numbers, queries, viewers, filter_sets, st.booleans(), st.integers(1, 12))
def test_pages_hold_every_hit_once_and_total_and_facets_count_them(
    store, number, query, viewer, filters, floor, limit
):
    held = store(number)
    pages = all_pages(
        held.searcher, query, limit=limit, viewer=viewer, filters=filters, floor=floor
    )
    hits = [hit for page in pages for hit in page.hits]

    assert {page.total for page in pages} == {len(hits)}
    assert len({(hit.type, hit.id) for hit in hits}) == len(hits)
    assert all(len(page.hits) == limit for page in pages[:-1])
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {(hit.type, hit.id) for hit in hits} <= findable(held.documents, viewer, filters)
    expected = {
        facet: dict(Counter(value for hit in hits for value in values_of(hit, facet)))
        for facet in FACETS
    }
    assert all(counted(page.facets) == expected for page in pages)


@settings(max_examples=60, deadline=None)
@given(numbers, plain_queries, viewers, st.booleans(), st.data())
def test_each_facet_value_as_a_filter_finds_as_many_as_it_says_and_translations_besides(
    store, number, query, viewer, floor, data
):
    held = store(number)
    found = held.searcher.search(query, viewer=viewer, limit=MAX_LIMIT, floor=floor)
    offered = [(facet, one) for facet in FACETS for one in found.facets[facet]]
    if not offered or is_capped(held, viewer):
        return
    facet, one = data.draw(st.sampled_from(offered))

    filters = Filters(**{FIELD_OF[facet]: (one.value,)})
    narrowed = held.searcher.search(
        query, viewer=viewer, filters=filters, limit=MAX_LIMIT, floor=floor
    )

    alone = {one.id for one in held.documents if one.translation_group is None}
    shown = {hit.id for hit in found.hits if one.value in values_of(hit, facet)}
    after = {hit.id for hit in narrowed.hits}
    assert len(shown) == one.count <= narrowed.total
    assert shown <= after
    assert shown & alone == after & alone


@settings(max_examples=40, deadline=None)
@given(numbers, plain_queries, viewers, filter_sets)
def test_a_filter_moves_no_score(store, number, query, viewer, filters):
    held = store(number)
    search = held.searcher.search
    every = search(query, viewer=viewer, limit=MAX_LIMIT, floor=False)
    narrowed = search(query, viewer=viewer, filters=filters, limit=MAX_LIMIT, floor=False)

    if not is_capped(held, viewer):
        alone = {one.key for one in held.documents if one.translation_group is None}
        scores = {(hit.type, hit.id): hit.score for hit in every.hits}
        for hit in narrowed.hits:
            if (hit.type, hit.id) in alone:
                assert hit.score == scores[hit.type, hit.id]


@settings(max_examples=40, deadline=None)
@given(numbers, queries, viewers, filter_sets)
def test_without_the_floor_there_are_the_same_hits_and_then_more(
    store, number, query, viewer, filters
):
    search = store(number).searcher.search
    above = search(query, viewer=viewer, filters=filters, limit=MAX_LIMIT)
    every = search(query, viewer=viewer, filters=filters, limit=MAX_LIMIT, floor=False)

    assert every.hits[: len(above.hits)] == above.hits
    assert every.total >= above.total
    near = [hit.id for hit in above.near]
    assert [hit.id for hit in every.hits[above.total :]][: len(near)] == near


@settings(max_examples=40, deadline=None)
@given(numbers, plain_queries, viewers, filter_sets)
def test_a_narrow_filter_leaves_all_that_passes_it_to_be_found(
    store, number, query, viewer, filters
):
    held = store(number)
    expected = findable(held.documents, viewer, filters)
    found = held.searcher.search(
        query, viewer=viewer, filters=filters, limit=MAX_LIMIT, floor=False
    )

    # In a part of up to 60 documents each is a candidate, by its meaning if not by its words;
    # of translations of each other one may stand for all.
    keys = {(hit.type, hit.id) for hit in found.hits}
    assert keys <= expected
    if len(expected) <= 60:
        groups = {one.key: one.translation_group for one in held.documents}
        shown = {groups[key] for key in keys} - {None}
        assert [key for key in expected - keys if groups[key] not in shown] == []
        assert keys == expected or not filters.langs
    else:
        assert len(found.hits) >= 40


@settings(max_examples=25, deadline=None)
@given(numbers, queries, viewers, st.booleans(), st.integers(1, 5))
def test_a_cursor_gives_the_same_page_each_time_whatever_was_asked_in_between(
    store, number, query, viewer, floor, limit
):
    searcher = store(number).searcher
    first = all_pages(searcher, query, limit=limit, viewer=viewer, floor=floor)
    for other in VIEWERS:
        searcher.search(query, viewer=other, limit=limit, floor=not floor)
    again = all_pages(searcher, query, limit=limit, viewer=viewer, floor=floor)

    assert [page.hits for page in again] == [page.hits for page in first]

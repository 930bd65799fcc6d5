"""What is hidden from a viewer changes nothing of what they get, scores and totals included."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.access import GUEST, Role, Viewer
from search.bootstrap import calibrate_bootstrap
from search.generation import RecordState, build_generation
from search.index import IndexFollower
from search.results import Filters
from search.searcher import Searcher
from search.suggest import Suggester
from tests.search.stores import FINGERPRINT, LetterEncoder, MemoryRecord, Shelf, entry, snapshot

WORDS = (
    "battery", "charger", "lamp", "cable", "hinge", "screen", "update", "refund", "parcel",
    "invoice", "password", "login", "router", "printer", "filter", "pump", "noise", "smell",
    "leak", "button",
)  # fmt: skip
SECRET = ["quarzwolke", "zebrowski", "E-41", "lawsuit", "nova"]
AGENT = Viewer(role=Role.AGENT)
CUSTOMER = Viewer(role=Role.CUSTOMER)
DRAWN = random.Random(3)


def sentence(count, *more):
    return " ".join([*DRAWN.sample(WORDS, count), *more])


def shown(id_):
    return entry(
        id_,
        sentence(3),
        f"The {sentence(7)}.",
        wordings=[sentence(3)],
        category=DRAWN.choice(["care", "setup"]),
        product=DRAWN.choice(["alba", None]),
    )


def hidden(id_):
    return entry(
        id_,
        sentence(2, "quarzwolke"),
        sentence(5, "zebrowski", "E-41", "lawsuit"),
        audience=DRAWN.choice(["internal", "partners"]),
        lang=DRAWN.choice(["en", "fr"]),
        category="geheim",
        product="nova",
        wordings=[sentence(2, "zebrowski") for _ in range(3)],
    )


PUBLIC = [shown(id_) for id_ in range(1, 31)]
HIDDEN = [hidden(100 + id_) for id_ in range(12)]
LATER = [shown(id_) for id_ in range(50, 56)]
HIDDEN_LATER = [hidden(120 + id_) for id_ in range(4)]
ENCODER = LetterEncoder()


def in_one_part(documents, _later, _folder):
    return Shelf(snapshot(documents))


def in_two_parts(documents, later, folder):
    """A generation on disk, and what came after in the delta."""
    record = MemoryRecord(documents)
    build_generation(
        folder,
        documents=documents,
        vectors=lambda hashes: record.vectors(FINGERPRINT, hashes),
        state=RecordState(record.incarnation(), 0, FINGERPRINT),
    )
    for one in later:
        record.put(one)
    follower = IndexFollower(folder, record)
    follower.refresh()
    return follower


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Pairs of searchers by name: what is public alone, and the same beside what is hidden."""
    made = {}
    for mode, encoder in (("hybrid", ENCODER), ("keyword", None)):
        calibration = calibrate_bootstrap(encoder)
        for name, index, later, hidden_later in (
            ("one part", in_one_part, [], []),
            ("two parts", in_two_parts, LATER, HIDDEN_LATER),
            ("hidden delta", in_two_parts, [], HIDDEN_LATER),
        ):
            made[mode, name] = tuple(
                Searcher(index(*kept, tmp_path_factory.mktemp("index")), encoder, calibration)
                for kept in ((PUBLIC, later), (PUBLIC + HIDDEN, later + hidden_later))
            )
    return made


names = st.sampled_from(
    [(mode, name) for mode in ("hybrid", "keyword") for name in ("one part", "two parts")]
    + [("hybrid", "hidden delta"), ("keyword", "hidden delta")]
)
queries = st.lists(
    st.sampled_from([*WORDS, *SECRET, "zebrovski", "pasword"]), min_size=1, max_size=5
).map(" ".join)


@settings(max_examples=120, deadline=None)
@given(
    queries,
    names,
    st.sampled_from([GUEST, CUSTOMER]),
    st.booleans(),
    st.sampled_from(["en", "de"]),
    st.sampled_from([Filters(), Filters(categories=("care",))]),
)
def test_what_is_hidden_changes_nothing_of_what_is_found(
    stores, query, name, viewer, floor, lang, filters
):
    alone, beside = (
        replace(
            one.search(
                query,
                viewer=viewer,
                floor=floor,
                lang=lang,
                explain=True,
                limit=100,
                filters=filters,
            ),
            took_ms=0.0,
        )
        for one in stores[name]
    )
    assert beside == alone


@pytest.mark.parametrize("name", ["one part", "two parts"])
@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
@pytest.mark.parametrize("word", ["quarzwolke", "zebrowski", "E-41"])
def test_who_may_read_it_finds_the_hidden_by_its_own_words(stores, mode, name, word):
    _, beside = stores[mode, name]

    found = beside.search(word, viewer=AGENT, limit=3, floor=False)
    assert [hit.category for hit in found.hits] == ["geheim"] * 3
    others = beside.search(word, viewer=GUEST, limit=100, floor=False)
    assert "geheim" not in {hit.category for hit in others.hits}


def test_where_nothing_is_public_everything_counts():
    index = snapshot(HIDDEN)

    assert index.documents == len(HIDDEN)
    assert len(index.parts[0].segment.lexical.spelt_terms) > len(SECRET)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*WORDS, *SECRET]), st.integers(2, 9))
def test_what_is_hidden_changes_nothing_of_what_is_suggested(word, size):
    near = [
        entry(200 + n, f"{word[:size]}{chr(97 + n)}x", "", audience="internal") for n in range(26)
    ]
    alone, beside = Suggester.build(PUBLIC), Suggester.build([*near, *HIDDEN, *PUBLIC])
    for typed in (word[:size], word[: size - 1] + "x", word[:1] + "q" + word[2:size]):
        asked = [one.suggest(typed, audiences=GUEST.audiences) for one in (alone, beside)]
        assert asked[0] == asked[1]

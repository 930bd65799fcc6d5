import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.access import GUEST, INTERNAL, MEMBERS, PUBLIC, Role, Viewer, may_read
from kb.errors import Conflict, InvalidInput
from kb.searches.synonyms import SynonymGroup
from search.bootstrap import calibrate_bootstrap
from search.calibration import Bounds
from search.query import parse_query
from search.result_cache import RESULT_BYTES, Asked, ResultCache
from search.results import Filters, Mode, SearchResults, Verdict
from search.searcher import Searcher
from search.wording.correction import Corrector, finds_more
from search.wording.synonyms import Synonyms
from tests.search.stores import HELP_DESK, LetterEncoder, Shelf, entry, snapshot

AGENT = Viewer(role=Role.AGENT)
CUSTOMER = Viewer(role=Role.CUSTOMER)
PARTNER = Viewer(role=Role.CUSTOMER, groups=frozenset({"partners"}))

EMPTY = SearchResults("", Mode.HYBRID, None, Verdict.NONE, 0.0, 0, 0.0, {}, (), ())

WORDS = [
    "battery",
    "charger",
    "lamp",
    "cable",
    "hinge",
    "screen",
    "update",
    "refund",
    "parcel",
    "invoice",
    "password",
    "login",
    "router",
    "printer",
    "filter",
    "pump",
    "noise",
    "smell",
    "leak",
    "button",
]


def random_store(count=60):
    mixed = random.Random(5)
    return [
        entry(
            number,
            " ".join(mixed.sample(WORDS, 4)),
            " ".join(mixed.sample(WORDS, 8)),
            audience=mixed.choice([PUBLIC, PUBLIC, MEMBERS, INTERNAL, "partners"]),
            lang=mixed.choice(["en", "en", "de"]),
            product=mixed.choice([None, "alpha", "beta"]),
            category=mixed.choice([None, "care", "setup"]),
            tags=tuple(mixed.sample(["red", "green", "blue"], mixed.randint(0, 2))),
            wordings=[" ".join(mixed.sample(WORDS, 3)) for _ in range(mixed.randint(0, 4))],
        )
        for number in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def calibration():
    return calibrate_bootstrap(LetterEncoder())


@pytest.fixture(scope="module")
def searcher(calibration):
    return Searcher(Shelf(snapshot(HELP_DESK)), LetterEncoder(), calibration)


@pytest.fixture(scope="module")
def mixed_searcher(calibration):
    return Searcher(Shelf(snapshot(random_store())), LetterEncoder(), calibration)


def test_an_entry_is_found_by_a_wording_that_nobody_sees(searcher):
    results = searcher.search("i forgot my password", viewer=GUEST)

    assert results.hits[0].id == 1
    assert results.hits[0].matched_phrasing is None
    assert results.mode is Mode.HYBRID
    assert results.degraded is None
    assert results.confidence == results.hits[0].score


def test_the_exact_title_comes_first_as_an_answer(searcher):
    results = searcher.search("Where is my parcel?", viewer=GUEST)

    assert results.hits[0].id == 2
    assert results.verdict is Verdict.ANSWER
    assert results.answered


def test_an_error_code_comes_first_in_any_spelling(searcher):
    for query in ("E-07", "e07", "my machine shows E 07 again"):
        assert searcher.search(query, viewer=GUEST).hits[0].id == 4


def test_what_is_off_the_topic_has_no_answer(searcher):
    results = searcher.search("sourdough bread baking times", viewer=GUEST)

    assert results.verdict is Verdict.NONE
    assert results.hits == ()
    assert results.total == 0
    assert results.confidence == 0.0
    assert len(results.near) <= 3


def test_a_store_of_one_entry_with_many_wordings_has_no_answer_to_everything(calibration):
    wordings = [f"cannot send mail {word} today" for word in WORDS]
    one = entry(1, "Mails are not sent", "Check the outgoing server.", wordings=wordings)
    searcher = Searcher(Shelf(snapshot([one])), LetterEncoder(), calibration)

    assert searcher.search("sourdough bread", viewer=GUEST).verdict is Verdict.NONE
    assert searcher.search("cannot send mail since today", viewer=GUEST).hits[0].id == 1


def test_without_the_floor_every_candidate_is_a_hit(searcher):
    results = searcher.search("sourdough parcel", viewer=GUEST, floor=False)

    assert results.total == len(results.hits) > 0
    assert results.near == ()


def test_without_a_model_words_find_and_the_results_say_so():
    searcher = Searcher(Shelf(snapshot(HELP_DESK)), None, calibrate_bootstrap(None))

    results = searcher.search("return an item", viewer=GUEST)

    assert results.hits[0].id == 3
    assert (results.mode, results.degraded) == (Mode.KEYWORD, "model")


def test_an_index_of_another_model_is_searched_by_words(calibration):
    other = calibrate_bootstrap(LetterEncoder("another model"))
    searcher = Searcher(Shelf(snapshot(HELP_DESK)), LetterEncoder("another model"), other)

    results = searcher.search("return an item", viewer=GUEST)

    assert results.hits[0].id == 3
    assert (results.mode, results.degraded) == (Mode.KEYWORD, "model")


def test_without_an_index_nothing_is_found_and_the_results_say_so(calibration):
    results = Searcher(Shelf(None), None, calibration).search("parcel", viewer=GUEST)

    assert (results.degraded, results.verdict, results.hits) == ("index", Verdict.NONE, ())


def test_a_calibration_of_another_model_is_refused(calibration):
    with pytest.raises(Conflict, match="another model"):
        Searcher(Shelf(None), LetterEncoder("another model"), calibration)


def test_a_repeated_query_is_encoded_once(calibration):
    encoder = LetterEncoder()
    searcher = Searcher(Shelf(snapshot(HELP_DESK)), encoder, calibration)
    for _ in range(3):
        searcher.search("where is my parcel", viewer=GUEST)
    searcher.search('"my parcel" tag:parcel', viewer=GUEST)

    assert encoder.encoded == ["where is my parcel", "my parcel"]


def test_each_viewer_finds_what_they_may_read_and_nothing_else(searcher):
    def ids(viewer, query):
        found = searcher.search(query, viewer=viewer, floor=False)
        return {hit.id for hit in (*found.hits, *found.near)}

    assert 6 in ids(AGENT, "refunds above the limit")
    assert 6 not in ids(CUSTOMER, "refunds above the limit")
    assert 7 in ids(CUSTOMER, "discount for members")
    assert 7 not in ids(GUEST, "discount for members")


TYPOS = ["pasword", "parcle", "zebrovski", "refnud", "dispach", "lable", "the rinse of a brwe unit"]


def test_a_correction_never_uses_a_word_that_the_viewer_may_not_read():
    held, asked = snapshot(HELP_DESK), parse_query("zebrovski")

    assert Corrector().correct(asked, held, AGENT.audiences) == "zebrowski"
    assert Corrector().correct(asked, held, CUSTOMER.audiences) is None
    assert Corrector().correct(parse_query("pasword"), held, GUEST.audiences) == "password"


@pytest.mark.parametrize("viewer", [GUEST, AGENT])
def test_a_correction_is_offered_only_where_it_finds_more(calibration, viewer):
    store = (
        *HELP_DESK,
        entry(8, "When do you deliver?", "Our drivers take one break. " + "Ask them. " * 30),
    )
    searcher = Searcher(Shelf(snapshot(store)), LetterEncoder(), calibration)

    for text in [*TYPOS, "how do i take bread"]:
        found = searcher.search(text, viewer=viewer)
        if found.did_you_mean is not None:
            meant = searcher.search(found.did_you_mean, viewer=viewer)
            assert found.verdict is not Verdict.ANSWER
            assert meant.confidence > found.confidence
            assert meant.total


def test_what_is_clearly_surer_or_of_a_better_verdict_is_more():
    bounds = Bounds(answer=0.5, floor=0.2)

    assert finds_more(0.45, 0.51, bounds)
    assert finds_more(0.0, 0.21, bounds)
    assert finds_more(0.25, 0.4, bounds)
    assert not finds_more(0.25, 0.26, bounds)
    assert not finds_more(0.0, 0.19, bounds)


def test_what_a_correction_would_find_is_looked_for_with_the_same_filters(searcher):
    assert searcher.search("pasword", viewer=GUEST, floor=False).hits[0].id == 1
    assert searcher.search("pasword product:shop", viewer=GUEST).did_you_mean is None


def test_filters_narrow_and_one_given_wins_over_one_typed(searcher):
    def ids(query, **filters):
        found = searcher.search(query, viewer=GUEST, floor=False, filters=Filters(**filters))
        return {hit.id for hit in found.hits}

    assert ids("parcel return category:delivery") == {2, 3}
    assert ids("parcel return", tags=("tracking",)) == {2}
    assert ids("parcel return product:piazza", products=("shop",)) == {2, 3}
    assert ids("parcel", products=("no such product",)) == set()


def test_a_required_phrase_and_an_excluded_word_hold_for_the_meaning_too(searcher):
    def ids(query):
        return {hit.id for hit in searcher.search(query, viewer=GUEST, floor=False).hits}

    assert ids('"return label" item') == {3}
    assert 2 not in ids("where is my parcel -dispatch")


def test_the_own_language_comes_first_and_the_other_is_labelled(searcher):
    english = searcher.search("password passwort", viewer=GUEST, floor=False, lang="en").hits
    german = searcher.search("password passwort", viewer=GUEST, floor=False, lang="de").hits

    assert {hit.lang for hit in english} == {hit.lang for hit in german} == {"en", "de"}
    scores = {hit.id: hit.score for hit in english}
    assert {hit.id: hit.score for hit in german}[5] > scores[5]


def test_explaining_names_the_parts_of_a_score(searcher):
    explained = searcher.search("return an item", viewer=GUEST, explain=True).hits[0]
    plain = searcher.search("return an item", viewer=GUEST).hits[0]

    assert any(part > 0 for part in explained.score_parts.values())
    assert any(name.startswith("confidence") for name in explained.score_parts)
    assert plain.score_parts == {}


def test_the_same_search_again_is_answered_from_memory(calibration):
    searcher = Searcher(Shelf(snapshot(HELP_DESK)), LetterEncoder(), calibration)
    asked = Asked("where is my parcel")

    assert searcher.recall(asked, viewer=GUEST) is None
    first = searcher.answer(asked, viewer=GUEST)
    again = searcher.recall(asked, viewer=GUEST)

    assert replace(again, took_ms=0.0) == replace(first, took_ms=0.0)
    assert again.hits is first.hits
    assert again.took_ms != first.took_ms


@pytest.mark.parametrize(
    "other",
    [
        Asked("where is my parcel?"),
        Asked("where is my parcel", Filters(products=("shop",))),
        Asked("where is my parcel", limit=3),
        Asked("where is my parcel", floor=False),
        Asked("where is my parcel", explain=True),
        Asked("where is my parcel", lang="de"),
    ],
)
def test_another_search_is_not_answered_from_memory(calibration, other):
    searcher = Searcher(Shelf(snapshot(HELP_DESK)), LetterEncoder(), calibration)
    searcher.answer(Asked("where is my parcel"), viewer=GUEST)

    assert searcher.recall(other, viewer=GUEST) is None


@pytest.mark.parametrize("viewer", [GUEST, CUSTOMER, PARTNER, AGENT])
def test_no_audience_is_ever_answered_from_the_memory_of_another(calibration, viewer):
    store = random_store()
    hidden = {one.id for one in store if not may_read(viewer, one.audience)}
    searcher = Searcher(Shelf(snapshot(store)), LetterEncoder(), calibration)
    for other in (AGENT, PARTNER, CUSTOMER, GUEST):
        if other.audiences != viewer.audiences:
            searcher.search("battery lamp", viewer=other, floor=False, limit=100)

    assert searcher.recall(Asked("battery lamp", floor=False, limit=100), viewer=viewer) is None
    found = searcher.search("battery lamp", viewer=viewer, floor=False, limit=100)

    assert not hidden & {hit.id for hit in found.hits}
    remembered = searcher.search("battery lamp", viewer=viewer, floor=False, limit=100)
    assert remembered.hits is found.hits


def test_nothing_is_remembered_across_a_change_of_the_index_or_the_synonyms(calibration):
    shelf = Shelf(snapshot(HELP_DESK))
    searcher = Searcher(shelf, LetterEncoder(), calibration)
    asked = Asked("where is my parcel")
    assert searcher.answer(asked, viewer=GUEST).hits[0].id == 2

    shelf.snapshot = snapshot([one for one in HELP_DESK if one.id != 2])
    assert searcher.recall(asked, viewer=GUEST) is None
    assert 2 not in {hit.id for hit in searcher.answer(asked, viewer=GUEST).hits}
    synonyms = Synonyms([SynonymGroup(("parcel", "item"))], langs=("en",))
    shelf.snapshot = replace(shelf.snapshot, synonyms=synonyms)
    assert searcher.recall(asked, viewer=GUEST) is None


def test_the_memory_of_results_is_bounded_and_forgets_the_oldest():
    results = [replace(EMPTY, query=str(number)) for number in range(4)]
    few, small = ResultCache(max_entries=2), ResultCache(max_bytes=2 * RESULT_BYTES)

    for cache in (few, small):
        for one in results[:3]:
            cache.keep("state", (Asked(one.query), GUEST.audiences), one)
            cache.find("state", (Asked("0"), GUEST.audiences))
        known = [cache.find("state", (Asked(one.query), GUEST.audiences)) for one in results]
        assert known == [results[0], None, results[2], None]
        cache.keep("other state", (Asked("3"), GUEST.audiences), results[3])
        assert cache.find("state", (Asked("0"), GUEST.audiences)) is None
        assert len(cache) == 1


def test_threads_that_search_while_the_index_changes_see_one_state_each(calibration):
    whole, without = snapshot(HELP_DESK), snapshot([one for one in HELP_DESK if one.id != 2])
    shelf = Shelf(whole)
    searcher = Searcher(shelf, LetterEncoder(), calibration)
    expected = [searcher.search("where is my parcel", viewer=GUEST).hits]
    shelf.snapshot = without
    expected.append(searcher.search("where is my parcel", viewer=GUEST).hits)

    def search(number):
        shelf.snapshot = (whole, without)[number % 2]
        return searcher.search("where is my parcel", viewer=GUEST).hits

    with ThreadPoolExecutor(4) as pool:
        assert all(hits in expected for hits in pool.map(search, range(60)))
    shelf.snapshot = without
    assert searcher.search("where is my parcel", viewer=GUEST).hits == expected[1]


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_out_of_range_is_refused(searcher, limit):
    with pytest.raises(InvalidInput, match="limit"):
        searcher.search("parcel", viewer=GUEST, limit=limit)


@pytest.mark.parametrize("cursor", ["x", "!!", "bnVsbA", "W10", "äöü", "9" * 500])
def test_a_foreign_cursor_is_refused(searcher, cursor):
    with pytest.raises(InvalidInput, match="cursor"):
        searcher.search("parcel", viewer=GUEST, cursor=cursor)


@pytest.mark.parametrize("query", ["", " ", "category:delivery", "-word", '""', "\0", "🙂"])
def test_a_query_without_words_finds_nothing_and_raises_nothing(searcher, query):
    assert searcher.search(query, viewer=GUEST).hits == ()


queries = st.lists(st.sampled_from([*WORDS, "pasword", "-pump", '"parcel"']), max_size=5)
filter_sets = st.builds(
    Filters,
    langs=st.sampled_from([(), ("en",), ("de",)]),
    products=st.sampled_from([(), ("alpha",), ("alpha", "beta")]),
    tags=st.sampled_from([(), ("red",), ("green", "blue")]),
)


@settings(max_examples=25, deadline=None)
@given(words=queries, filters=filter_sets, floor=st.booleans(), limit=st.integers(1, 9))
def test_total_facets_and_pages_always_agree(mixed_searcher, words, filters, floor, limit):
    query, hits, cursor = " ".join(words), [], None
    while True:
        page = mixed_searcher.search(
            query, viewer=CUSTOMER, filters=filters, limit=limit, cursor=cursor, floor=floor
        )
        hits += page.hits
        cursor = page.cursor
        if cursor is None:
            break
        assert len(page.hits) == limit

    assert len({hit.id for hit in hits}) == len(hits) == page.total
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for facet, values in {
        "lang": [hit.lang for hit in hits],
        "type": [hit.type for hit in hits],
        "product": [hit.product for hit in hits if hit.product],
        "category": [hit.category for hit in hits if hit.category],
        "tag": [tag for hit in hits for tag in hit.tags],
    }.items():
        assert {one.value: one.count for one in page.facets[facet]} == {
            value: values.count(value) for value in values
        }


@settings(max_examples=25, deadline=None)
@given(
    words=queries,
    viewer=st.sampled_from([GUEST, CUSTOMER, PARTNER, AGENT]),
    floor=st.booleans(),
)
def test_no_viewer_ever_finds_another_audience(mixed_searcher, words, viewer, floor):
    hidden = {one.id for one in random_store() if not may_read(viewer, one.audience)}

    found = mixed_searcher.search(" ".join(words), viewer=viewer, floor=floor, limit=100)

    assert not hidden & {hit.id for hit in (*found.hits, *found.near)}


@settings(max_examples=50, deadline=None)
@given(query=st.text(max_size=300))
def test_any_text_is_a_query(searcher, query):
    assert searcher.search(query, viewer=GUEST).total >= 0

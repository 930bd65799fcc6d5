"""The keyword half of search, on a small store in two languages."""

from __future__ import annotations

import math
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import Conflict, Unavailable
from search.documents import Document, DocumentPhrasing
from search.lexical import ngrams as lexical_ngrams
from search.lexical import scoring as lexical_scoring
from search.lexical.index import LexicalIndex
from search.lexical.matches import MATCH_COLUMNS, lexical_score
from search.query import parse_query
from search.wording.analysis import ngrams
from search.wording.terms import QueryTerm


def entry(title, answer="", *, lang="en", hidden=(), shown=(), **fields):
    phrasings = (
        DocumentPhrasing(title, shown=True),
        *(DocumentPhrasing(text, shown=True) for text in shown),
        *(DocumentPhrasing(text, shown=False) for text in hidden),
    )
    values = {"audience": "public", "source_id": None, "id": 1, "url": "/faq/1"} | fields
    return Document(
        type="entry", title=title, answer=answer, lang=lang, phrasings=phrasings, **values
    )


STORE = [
    entry(
        "How do I reset my password?",
        "Open the account page. Choose a new secret and save it.",
        hidden=["forgot my login", "locked out of my account"],
        tags=("account",),
        product="sky-router",
    ),
    entry(
        "Why does the pump show E-07?",
        "The filter is blocked. Clean it, part CF-1204-B fits.",
        hidden=["pump blinks red"],
    ),
    entry("Why does the pump show E-08?", "The pump runs dry. Fill the tank with water."),
    entry("Wie wechsle ich die Druckerpatrone?", "Klappe öffnen, Patrone ziehen.", lang="de"),
    entry("Wo finde ich meine Rechnung?", "Unter Konto, Rechnungen für alle Käufe.", lang="de"),
    entry("入力ができない", "再起動してください。", lang="ja"),
    entry("Which cloths clean the screen?", "A dry one, never with a wet paper towel or soap."),
    entry("Is C++ supported?", "Yes, C++ and C# can't be mixed."),
]


@pytest.fixture(scope="module")
def index():
    index = LexicalIndex.in_memory(STORE)
    yield index
    index.close()


def found(index, text, *, allowed=None, limit=10, lang=None):
    return index.search(parse_query(text), allowed=allowed, limit=limit, lang=lang)


def best(index, text, **options):
    matches = found(index, text, **options)
    return STORE[matches[0].row].title if matches else None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("resetting passwords", "How do I reset my password?"),
        ("i am locked out", "How do I reset my password?"),
        ("pasword forgoten", "How do I reset my password?"),
        ("choose a new secret", "How do I reset my password?"),
        ("sky router", "How do I reset my password?"),
        ("Patrone wechseln", "Wie wechsle ich die Druckerpatrone?"),
        ("rechnungen fuer kaeufe", "Wo finde ich meine Rechnung?"),
        ("alle kaufe", "Wo finde ich meine Rechnung?"),
        ("入力", "入力ができない"),
        ("入", "入力ができない"),
        ("c++?", "Is C++ supported?"),
        ("can't", "Is C++ supported?"),
    ],
)
def test_a_query_finds_its_entry_first(index, text, title):
    assert best(index, text) == title


def test_matches_are_ordered_by_score_and_parts_fit_together(index):
    matches = found(index, "pump filter blocked")

    scores = [lexical_score(match) for match in matches]
    assert scores == sorted(scores, reverse=True)
    first = matches[0]
    assert first.row == 1
    assert first.bm25 > 0
    assert first.title > 0
    assert first.answer > 0
    assert 0 < first.bm25_share <= 1
    assert first.term_share == pytest.approx(1.0, abs=1e-6)
    assert 0 < first.ngram <= 1


def test_a_hidden_wording_counts_as_phrasing_not_as_title(index):
    match = found(index, "forgot login")[0]

    assert match.phrasings > 0
    assert match.title == 0


def test_a_wording_said_exactly_has_ngram_similarity_one(index):
    assert found(index, "pump blinks red")[0].ngram == pytest.approx(1.0, abs=1e-3)


def test_nothing_alike_is_not_found(index):
    assert found(index, "zzzz qqqq xxxx") == []
    assert found(index, "🎉") == []
    assert found(index, "") == []


@pytest.mark.parametrize("text", ["E-07", "pump e07", "e 07 pump show", "CF1204B", "cf-1204-b"])
def test_a_code_in_any_spelling_comes_first(index, text):
    match = found(index, text)[0]

    assert match.row == 1
    assert match.exact_code


def test_a_number_is_never_taken_for_its_neighbour(index):
    assert [match.row for match in found(index, "E-08") if match.exact_code] == [2]
    assert not any(match.exact_code for match in found(index, "E-09"))


def test_a_code_that_everything_has_is_not_exact():
    with_code = [entry(f"Covid-19 rule number {word}") for word in "abcdefgh"]
    index = LexicalIndex.in_memory(with_code)

    matches = found(index, "covid-19")

    assert len(matches) == len(with_code)
    assert not any(match.exact_code for match in matches)
    index.close()


def test_a_code_in_a_title_is_exact_however_many_answers_mention_it():
    others = [entry(f"Question {word}", f"About {word}.") for word in "abcdefghijklmnopqrst" * 3]
    mentions = [entry(f"Question {n}", "Not where it shows E-07.") for n in range(20)]
    index = LexicalIndex.in_memory([entry("What does E-07 mean?"), *mentions, *others])

    exact = {match.row: match.exact_code for match in found(index, "E-07")}

    assert exact[0] == 1.0
    assert not any(exact[row] for row in exact if row)
    index.close()


def test_a_code_names_less_and_less_the_more_documents_have_it():
    others = [entry(f"Question {word}", f"About {word}.") for word in "abcdefghijklmnopqrst" * 4]
    told = []
    for count in range(1, 13):
        index = LexicalIndex.in_memory(
            [*(entry(f"E-07 shows, {n}") for n in range(count)), *others]
        )
        told.append(found(index, "E-07")[0].exact_code)
        index.close()

    assert told[:3] == [1.0, 1.0, 1.0]
    assert told == sorted(told, reverse=True)
    assert 0.5 < told[3] < 1.0
    assert told[9] == 0.0


def test_an_exact_title_is_known_whatever_its_case_and_punctuation(index):
    match = found(index, "HOW DO I RESET MY PASSWORD")[0]
    assert (match.row, match.exact_title) == (0, True)
    assert not found(index, "reset my password")[0].exact_title


def test_a_quoted_phrase_is_required_in_its_order(index):
    matches = found(index, '"pump runs dry"')
    assert [match.row for match in matches] == [2]
    assert matches[0].phrase
    assert found(index, '"dry runs pump"') == []
    assert not found(index, "pump runs dry")[0].phrase


def test_a_phrase_does_not_reach_from_one_wording_into_the_next(index):
    assert found(index, '"forgot my login locked out"') == []


def test_an_excluded_word_or_phrase_excludes(index):
    assert {match.row for match in found(index, "pump -filter")} == {2}
    assert {match.row for match in found(index, 'pump -"runs dry"')} == {1}


def test_only_allowed_rows_are_found_and_they_fill_the_limit(index):
    allowed = np.zeros(len(index), dtype=np.bool_)
    allowed[2] = True

    assert [match.row for match in found(index, "pump E-07", allowed=allowed, limit=1)] == [2]
    assert found(index, "pump", allowed=np.zeros(len(index), dtype=np.bool_)) == []


def test_the_limit_keeps_the_best(index):
    every = found(index, "the pump show paper")

    assert len(every) > 1
    assert found(index, "the pump show paper", limit=1) == every[:1]
    assert found(index, "pump", limit=0) == []


def test_a_query_language_that_no_document_has_still_finds_words(index):
    assert best(index, "sky router", lang="fi") == "How do I reset my password?"


def test_operators_of_the_full_text_engine_are_words(index):
    for text in (
        "NEAR(pump filter)",
        "pump AND",
        "OR pump",
        "title:pump",
        "^pump*",
        'pump"',
        "{pump",
    ):
        assert 1 in {match.row for match in found(index, text)}
    for text in ('"', "*", "-", "()", "what?"):
        assert found(index, text) == []


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=80) | st.text(alphabet="\"-*():^ abNEAROD+#'{}äß日", max_size=60))
def test_no_query_breaks_the_index(index, text):
    for match in found(index, text, limit=3):
        assert 0 <= match.term_share <= 1
        assert 0 <= match.ngram <= 1
        assert 0 <= match.bm25_share <= 1.0001


def test_ten_thousand_characters_are_a_query(index):
    assert best(index, "pump blinks red " * 700) == "Why does the pump show E-07?"


def test_documents_come_back_as_they_went_in(index):
    assert [index.document(row) for row in range(len(index))] == STORE
    assert index.documents([3, 0]) == [STORE[3], STORE[0]]
    with pytest.raises(IndexError):
        index.document(len(STORE))


def test_a_file_finds_what_memory_finds(index, tmp_path):
    path = tmp_path / "lexical.sqlite3"
    LexicalIndex.build(path, iter(STORE))
    written = LexicalIndex.open(path)

    for text in ("pump E-07", '"runs dry"', "Patrone"):
        assert found(written, text) == found(index, text)
    assert written.langs == ("en", "de", "ja")
    written.close()


def test_many_threads_find_the_same(index, tmp_path):
    path = tmp_path / "lexical.sqlite3"
    LexicalIndex.build(path, STORE)
    written = LexicalIndex.open(path)

    for searched in (written, index):
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda _, each=searched: found(each, "pump filter"), range(40)))
        assert all(result == results[0] for result in results)
    written.close()


def test_a_file_that_is_there_already_is_not_written_over(tmp_path):
    path = tmp_path / "lexical.sqlite3"
    LexicalIndex.build(path, STORE[:1])

    with pytest.raises(Conflict):
        LexicalIndex.build(path, STORE)


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path):
    with pytest.raises(Unavailable, match="cannot be written"):
        LexicalIndex.build(tmp_path / "missing" / "lexical.sqlite3", STORE)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_a_damaged_file_of_arrays_is_refused(tmp_path, damage):
    path = tmp_path / "lexical.sqlite3"
    LexicalIndex.build(path, STORE)
    beside = tmp_path / "lexical.arrays"
    whole = beside.read_bytes()
    if damage == "missing":
        beside.unlink()
    else:
        kept = {"empty": b"", "cut": whole[:-64], "other": b"x" * len(whole)}
        beside.write_bytes(kept[damage])

    with pytest.raises(Unavailable):
        LexicalIndex.open(path)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other", "incomplete", "old"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "lexical.sqlite3"
    LexicalIndex.build(path, STORE)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "other":
        path.write_text("no index", encoding="utf-8")
    else:
        fact = "complete" if damage == "incomplete" else "schema"
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("UPDATE facts SET value = '0' WHERE name = ?", [fact])
        connection.close()

    with pytest.raises(Unavailable):
        LexicalIndex.open(path)


def test_an_empty_index_finds_nothing():
    index = LexicalIndex.in_memory([])

    assert len(index) == 0
    assert found(index, "pump") == []
    assert index.documents([]) == []


def test_the_codes_of_a_document_are_known_apart_for_wordings_and_answer():
    index = LexicalIndex.in_memory([entry("Error E-07 or E 09", "Not for CF-1204-B.")])

    codes = index.codes(0)

    assert codes.wordings == {"e07"}
    assert codes.answer == {"cf1204b"}
    with pytest.raises(IndexError):
        index.codes(1)
    index.close()


def test_an_entry_without_any_word_is_kept_and_harmless():
    index = LexicalIndex.in_memory([entry("🎉"), entry("pump")])

    assert [match.row for match in found(index, "pump")] == [1]
    index.close()


def test_the_vocabulary_holds_only_what_these_readers_see():
    index = LexicalIndex.in_memory(
        [
            entry("Pump noise", "Tighten it.", hidden=["mywifessurname rattles"]),
            entry("Pump recall plan", audience="internal", id=2),
        ]
    )

    public = index.vocabulary(frozenset({"public"}))
    assert public == {"it": 1, "noise": 1, "pump": 1, "tighten": 1}
    assert index.vocabulary(frozenset({"public", "internal"}))["pump"] == 2
    assert "recall" in index.vocabulary(frozenset({"internal"}))
    index.close()


NGRAM = MATCH_COLUMNS.index("ngram")

MANY_WORDS = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("ane", "ilo", "ure")]


def many_entries(count=600):
    drawn = random.Random(3)
    return [
        entry(
            f"how do i {' '.join(drawn.sample(MANY_WORDS, 2))} {number % 9}",
            " ".join(drawn.sample(MANY_WORDS, 3)),
            hidden=[f"how to {' '.join(drawn.sample(MANY_WORDS, 3))}" for _ in range(3)],
        )
        for number in range(count)
    ]


@pytest.fixture
def narrow_bounds(monkeypatch):
    """Bounds of cost that a small store reaches."""
    monkeypatch.setattr(lexical_scoring, "MAX_POSTINGS", 300)
    monkeypatch.setattr(lexical_ngrams, "MAX_PASSAGES", 100)


MANY_QUERIES = ["how do i bane kilo 3", "to fure the nilo", "bane", "rilo lure gane how do i"]


@pytest.mark.usefixtures("narrow_bounds")
def test_bounds_of_cost_lose_few_of_the_best_and_what_is_told_of_terms_stays_exact():
    index = LexicalIndex.in_memory(many_entries())
    for text in MANY_QUERIES:
        query = parse_query(text)
        found = index.find(query, allowed=None, limit=60, lang="en")
        every = index.find(query, allowed=None, limit=60, lang="en", exhaustive=True)

        assert found.rows[0] == every.rows[0]
        assert len(np.intersect1d(found.rows, every.rows[:10])) >= 8
        exact = dict(zip(every.rows.tolist(), every.table.tolist(), strict=True))
        for row, parts in zip(found.rows.tolist(), found.table.tolist(), strict=True):
            known = exact.get(row, parts)
            assert parts[:NGRAM] == pytest.approx(known[:NGRAM], abs=1e-6)
            # The best wording may be one that costs too much to look at.
            assert parts[NGRAM] <= known[NGRAM] + 1e-6
    index.close()


@pytest.mark.usefixtures("narrow_bounds")
def test_a_narrow_filter_is_filled_whatever_the_bounds_of_cost():
    index = LexicalIndex.in_memory(many_entries())
    allowed = np.zeros(len(index), dtype=np.bool_)
    allowed[[7, 99, 300, 511]] = True

    for text in MANY_QUERIES:
        query = parse_query(text)
        found = index.find(query, allowed=allowed, limit=60, lang="en")
        every = index.find(query, allowed=allowed, limit=60, lang="en", exhaustive=True)
        assert found.rows.tolist() == every.rows.tolist()
        assert set(found.rows.tolist()) <= {7, 99, 300, 511}
    assert len(index.find(parse_query("how do i"), allowed=allowed, limit=60, lang="en").rows) == 4
    index.close()


def test_ngrams_of_two_words_count_once():
    texts = ["reset resetting reset", "reset the thing", "unresetable"]
    index = LexicalIndex.in_memory([entry(text) for text in texts])
    asked = "resetting reset"

    counts = {}
    for passage in (ngrams(text) for text in texts):
        for gram in passage:
            counts[gram] = counts.get(gram, 0) + 1

    def squared(grams):
        # The three answers, though empty, are passages too.
        return sum((math.log((1 + 6) / (1 + counts.get(gram, 0))) + 1) ** 2 for gram in grams)

    for match in found(index, asked):
        title = ngrams(texts[match.row])
        cosine = squared(title & ngrams(asked)) / math.sqrt(squared(title) * squared(ngrams(asked)))
        assert match.ngram == pytest.approx(cosine, abs=1e-5)
    index.close()


def test_of_the_alternatives_of_a_term_the_best_counts_once():
    index = LexicalIndex.in_memory([entry("parcel"), entry("package"), entry("parcel package")])

    def strength(*alternatives, worths=()):
        query = replace(parse_query("parcel"), terms=(QueryTerm(alternatives, 1.0, worths=worths),))
        matches = index.search(query, allowed=None, limit=10, lang="en")
        return {match.row: match for match in matches}

    one = strength("parcel")
    both = strength("parcel", "packag", worths=(1.0, 0.5))
    assert both[0].bm25 == pytest.approx(one[0].bm25)
    assert both[2].bm25 == pytest.approx(one[2].bm25)
    assert both[1].term_share == pytest.approx(both[0].term_share / 2)
    assert 1 not in one or one[1].bm25 == 0.0
    index.close()


def test_a_term_is_known_with_its_number_of_documents(index):
    terms = index.spelt_terms

    assert terms.documents("pump") == 2
    assert terms.documents("pumps") == 0

"""A hit shows the piece of its answer that the query is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.searches.synonyms import SynonymGroup
from search.documents import Document, DocumentPhrasing
from search.generation import make_segment
from search.lexical.readable import read_document, read_text
from search.marks import Marker
from search.query import parse_query
from search.snippets import make_snippet, matched_phrasing
from search.wording.expansion import Wording
from search.wording.synonyms import Synonyms

LONG = (
    "Switch the machine off first. Wait until the lamp is dark and the fan stands still. "
    "Then open the lid at the back with both hands. The filter sits behind a grey cover and "
    "can be washed in warm water. Let it dry for a day before you put it back. "
    "Close the lid and switch the machine on again. The lamp turns green after a minute."
)


def entry(answer="", *, title="Cleaning", shown=(), hidden=()):
    phrasings = [DocumentPhrasing(title, shown=True)]
    phrasings += [DocumentPhrasing(text, shown=True) for text in shown]
    phrasings += [DocumentPhrasing(text, shown=False) for text in hidden]
    return Document(
        type="entry",
        id=1,
        source_id=None,
        title=title,
        answer=answer,
        lang="en",
        audience="public",
        url="/faq/1",
        phrasings=tuple(phrasings),
    )


def snippet(answer, text, *, lang="en", max_chars=120):
    answer = read_document(entry(answer)).answer
    return make_snippet(answer, Marker.of(parse_query(text), lang), max_chars=max_chars)


def marked(text, query, lang="en"):
    marks = Marker.of(parse_query(query), lang).marks(read_text(text, lang))
    return [text[a:b] for a, b in marks]


def named(document, query):
    return matched_phrasing(read_document(document), parse_query(query))


def test_a_short_answer_is_shown_whole():
    shown = snippet("Clean the filter.\n\nThen rest.", "filters")

    assert shown.text == "Clean the filter. Then rest."
    assert [shown.text[a:b] for a, b in shown.marks] == ["filter"]


def test_the_window_holds_the_matches_and_begins_with_their_sentence():
    shown = snippet(LONG, "washing the filter")

    assert shown.text.startswith("… The filter sits behind a grey cover and can be washed")
    assert shown.text.endswith(" …")
    assert [shown.text[a:b] for a, b in shown.marks] == ["filter", "washed"]


def test_without_a_match_the_beginning_of_the_answer_is_shown():
    shown = snippet(LONG, "invoice")

    assert shown.text.startswith("Switch the machine off first.")
    assert shown.marks == ()
    assert snippet("", "invoice").text == ""


def test_a_match_far_inside_one_long_sentence_is_reached():
    answer = "and so on " * 80 + "until the gasket breaks " + "and so on " * 80

    shown = snippet(answer, "gasket")

    assert "gasket" in shown.text
    assert len(shown.text) <= 120


@pytest.mark.parametrize(
    ("text", "query", "lang", "words"),
    [
        ("Printing prints, printers too", "print", "en", ["Printing", "prints", "printers"]),
        ("Größe der Füße", "groesse fuss", "de", ["Größe", "Füße"]),
        ("Die Druckerpatronen wechseln", "Patrone", "de", ["Druckerpatronen"]),
        ("The pump is off", "the pump", "en", ["pump"]),
        ("日本語入力の設定", "入力", "ja", ["入力"]),
        ("再起動して", "動", "ja", ["動"]),
        ("Art of starting", "art", "en", ["Art"]),
        ("Anything", "", "en", []),
        ("Error E-07: the unit is out", "what is E-07", "en", ["E-07"]),
        ("Error E-07 on the display", "e07", "en", ["E-07"]),
        ("Class E, part 07, E 07 and E-15", "E-07 error", "en", ["E 07"]),
        ("The iPhone 15 case", "case iPhone-15", "en", ["iPhone", "case"]),
    ],
)
def test_words_are_marked_by_stem_and_fold(text, query, lang, words):
    assert marked(text, query, lang) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("clean the hopper", ["Clean", "bean", "tank"]),
        ("clean the tnak", ["Clean", "tank"]),
        ("gasket", []),
    ],
)
def test_synonyms_and_what_a_typing_error_was_taken_for_are_marked(typed, words):
    text = "Clean the bean tank weekly."
    segment = make_segment([entry(text)], lambda _: {})
    synonyms = Synonyms(
        [SynonymGroup(lang="en", kind="two-way", terms=("hopper", "bean tank"))], langs=["en"]
    )
    wording = Wording([segment.lexical.spelt_terms], langs=["en"], synonyms=synonyms)
    query = wording.expand(parse_query(typed), lang="en")

    marks = Marker.of(query, "en").marks(read_text(text, "en"))

    assert [text[a:b] for a, b in marks] == words


@given(
    st.text(alphabet="ab .!?äß\n日本🎉-'", max_size=400),
    st.text(alphabet="ab 日ä", max_size=12),
    st.integers(20, 200),
)
def test_every_snippet_fits_and_its_marks_lie_inside(answer, text, max_chars):
    shown = snippet(answer, text, max_chars=max_chars)

    assert len(shown.text) <= max_chars
    ends = [place for pair in shown.marks for place in pair]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(shown.text) for place in ends)


@given(st.lists(st.sampled_from(["filter", "lid", "lamp.", "extraordinarily", "a"]), max_size=80))
def test_no_word_is_cut(words):
    shown = snippet(" ".join(words), "lamp", max_chars=60)

    assert set(shown.text.replace("…", " ").split()) <= set(words)


def test_a_shown_wording_nearer_than_the_title_is_named():
    document = entry(shown=["The fan is loud", "Water leaks out"], hidden=["my fan is loud, Bob"])

    assert named(document, "fan loud") == "The fan is loud"
    assert named(document, "my fan is loud, Bob") == "The fan is loud"


def test_an_unshown_wording_is_never_named():
    document = entry(hidden=["my fan is loud, Bob"])

    assert named(document, "my fan is loud, Bob") is None


def test_no_wording_is_named_where_the_title_fits_better():
    document = entry(title="The fan is loud", shown=["Water leaks out"])

    assert named(document, "loud fan") is None
    assert named(document, "invoice") is None

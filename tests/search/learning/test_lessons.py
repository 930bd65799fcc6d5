from dataclasses import replace
from datetime import UTC, datetime

from kb.searches.intents import SearchLesson
from search.learning.asks import Kind
from search.learning.lessons import lesson_asks
from tests.search.stores import HELP_DESK

KNOWN = {document.key: document for document in HELP_DESK}
ANSWERED = SearchLesson(
    id=1,
    text="how to sign in again",
    lang="en",
    product=None,
    mode="hybrid",
    verdict="maybe",
    confidence=0.4,
    shown=("entry:2", "entry:3", "entry:1"),
    opened=(("entry:1", 3),),
    outcome="answered",
    evidence="strong",
    answered_by="entry:1",
    refused=(),
    visitor="v1",
    at=datetime(2026, 3, 1, tzinfo=UTC),
)


def test_an_answer_counts_against_what_was_passed_over():
    (ask,) = lesson_asks([ANSWERED], KNOWN)

    assert ask.kind is Kind.CLICK
    assert ask.right == {("entry", 1)}
    assert ask.above == {("entry", 2), ("entry", 3)}
    assert ask.weight == 1.0


def test_a_click_on_the_first_hit_tells_nothing_of_the_order():
    first = replace(ANSWERED, shown=("entry:1", "entry:2"), opened=(("entry:1", 1),))

    (ask,) = lesson_asks([first], KNOWN)

    assert ask.above == frozenset()


def test_who_only_stayed_away_says_less_and_a_mere_click_says_nothing():
    (ask,) = lesson_asks([replace(ANSWERED, evidence="weak")], KNOWN)
    assert ask.weight == 0.5

    left = replace(ANSWERED, outcome="left", evidence="weak", answered_by=None)
    assert lesson_asks([left], KNOWN) == []


def test_a_visitor_counts_once_for_an_entry_and_another_one_again():
    again = replace(ANSWERED, id=2, text="sign in please")
    other = replace(again, id=3, visitor="v2")

    assert [ask.text for ask in lesson_asks([ANSWERED, again], KNOWN)] == ["sign in please"]
    assert len(lesson_asks([ANSWERED, again, other], KNOWN)) == 2


def test_what_nothing_answered_is_learned_only_where_somebody_said_so():
    said_no = replace(
        ANSWERED, outcome="left", answered_by=None, refused=("entry:1",), evidence="strong"
    )
    asked = replace(ANSWERED, outcome="asked", answered_by=None, opened=(), evidence="strong")

    for lesson in (said_no, asked):
        (ask,) = lesson_asks([lesson], KNOWN)
        assert (ask.kind, ask.right) == (Kind.LEFT, frozenset())
    assert lesson_asks([replace(said_no, evidence="weak")], KNOWN) == []


def test_an_entry_that_is_gone_a_known_wording_and_an_order_teach_nothing():
    gone = replace(ANSWERED, answered_by="entry:99")
    odd = replace(ANSWERED, answered_by="thread:x")
    known = replace(ANSWERED, text="I forgot my password!")
    order = replace(ANSWERED, text='find "sign in"')

    assert lesson_asks([gone, odd, known, order], KNOWN) == []

"""Searches are folded, settled and made questions of, and told apart by what was done then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.searches.folding import is_continued
from kb.searches.intents import Click, SearchIntent
from kb.searches.keeping import SearchReport, keep_searches
from kb.searches.questions import asks_something
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry
from kb.store.entries.writing import add_entry, vote_helpful
from kb.store.schema import clicks, jobs, questions, search_days, search_intents
from kb.store.searches.intents import add_clicks, add_intents
from kb.store.searches.learning import count_lessons, search_lessons
from kb.store.searches.popularity import popular_searches, popularity

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
YEAR = 365
NUMBERS = count()


def search(text: str, *, after_s: float = 0, key: str = "", **changed: Any) -> SearchIntent:
    one = SearchIntent(
        text=text,
        lang="en",
        mode="hybrid",
        verdict="none",
        confidence=0.1,
        first_hit=None,
        visitor="v1",
        at=NOON + timedelta(seconds=after_s),
        key=key or f"key-{next(NUMBERS)}",
    )
    return replace(one, **changed)


def opened(key: str | None, *, after_s: float, target: int = 7, **changed: Any) -> Click:
    at = NOON + timedelta(seconds=after_s)
    one = Click(key, "v1", "opened", at, type="entry", target_id=target, rank=1)
    return replace(one, **changed)


def keep(engine: Engine, *things: SearchIntent | Click, now: datetime = LATER) -> SearchReport:
    with transaction(engine) as conn:
        add_intents(conn, [one for one in things if isinstance(one, SearchIntent)])
        add_clicks(conn, [one for one in things if isinstance(one, Click)])
    return keep_searches(engine, now=now, retention_days=YEAR)


def stored(engine: Engine) -> list[tuple[str, str | None, str | None, str | None]]:
    columns = search_intents.c
    with reading(engine) as conn:
        rows = conn.execute(
            select(columns.text, columns.outcome, columns.evidence, columns.answered_by).order_by(
                columns.at
            )
        )
        return [tuple(row) for row in rows]


def asked(engine: Engine) -> list[str]:
    with reading(engine) as conn:
        statement = select(questions.c.subject_raw).where(questions.c.channel == "search")
        return sorted(conn.execute(statement).scalars())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("desc", "descale the machine"),
        ("descale machine", "descale machines"),
        ("desacle the pump", "descale the pump"),
        ("pump leaks water", "pump leaks"),
        ("e-0", "e-07"),
    ],
)
def test_typing_on_and_small_corrections_go_on_from_a_search(before: str, after: str) -> None:
    assert is_continued(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("error e-07", "error e-08"), ("grinder jams", "refund"), ("pump", "pum"), ("tea", "sea")],
)
def test_other_words_or_numbers_begin_a_new_search(before: str, after: str) -> None:
    assert not is_continued(before, after)


def test_keystrokes_fold_into_the_last_text_and_only_that_becomes_a_question(
    engine: Engine,
) -> None:
    typed = ["stea", "steam wa", "steam wand drips", "steam wand drops"]
    report = keep(engine, *(search(text, after_s=3 * number) for number, text in enumerate(typed)))

    assert report == SearchReport(settled=1, questions=1)
    assert stored(engine) == [("steam wand drops", "left", "weak", None)]
    assert asked(engine) == ["steam wand drops"]
    with reading(engine) as conn:
        assert conn.execute(select(search_intents.c.reformulations)).scalar_one() == 1


def test_two_things_looked_for_stay_two(engine: Engine) -> None:
    keep(engine, search("steam wand drips"), search("where is my parcel", after_s=60))

    assert [row[0] for row in stored(engine)] == ["steam wand drips", "where is my parcel"]
    assert len(asked(engine)) == 2


def test_paging_and_filters_are_no_new_searches(engine: Engine) -> None:
    keep(
        engine,
        search("lid seal", verdict="answer", key="first"),
        search("Lid seal ", after_s=300, product="piazza", verdict="none", key="second"),
        opened("second", after_s=320),
    )

    with reading(engine) as conn:
        row = conn.execute(select(search_intents)).one()
        assert conn.execute(select(clicks.c.intent_key)).scalar_one() == "first"
    assert (row.verdict, row.product, row.outcome) == ("answer", None, "answered")


def test_folded_keystrokes_show_before_the_outcome_is_known(engine: Engine) -> None:
    soon = NOON + timedelta(seconds=20)
    report = keep(engine, search("steam wand"), search("steam wand drips", after_s=4), now=soon)

    assert report == SearchReport()
    with reading(engine) as conn:
        statement = select(search_intents.c.text).where(search_intents.c.folded_into.is_(None))
        assert conn.execute(statement).scalars().all() == ["steam wand drips"]


def test_opening_an_answer_for_good_is_a_weak_yes(engine: Engine) -> None:
    keep(engine, search("lid seal", verdict="answer", key="k"), opened("k", after_s=5))

    assert stored(engine) == [("lid seal", "answered", "weak", "entry:7")]


def test_who_soon_looks_further_was_not_answered(engine: Engine) -> None:
    keep(
        engine,
        search("lid seal", verdict="answer", key="k"),
        opened("k", after_s=5),
        search("gasket replacement", after_s=70, verdict="answer"),
    )

    assert [row[1] for row in stored(engine)] == ["left", "left"]
    assert asked(engine) == []


@pytest.mark.parametrize(
    ("helpful", "expected"),
    [(True, ("answered", "strong")), (False, ("left", "strong"))],
)
def test_a_vote_on_what_was_opened_is_strong_evidence(
    engine: Engine, helpful: bool, expected: tuple[str, str]
) -> None:
    with transaction(engine) as conn:
        content = EntryContent(title="The lid seal", answer="Turn it.")
        entry_id = add_entry(conn, content, viewer=OPERATOR, state="published")
        entry = get_entry(conn, entry_id, viewer=OPERATOR)
        # A vote has the time of now; so the search has, too.
        vote_helpful(conn, entry, "v1", helpful=helpful)
    now = datetime.now(UTC)
    keep(
        engine,
        search("lid seal", verdict="answer", key="k", at=now - timedelta(minutes=1)),
        replace(opened("k", after_s=0, target=entry_id), at=now - timedelta(seconds=30)),
        now=now + timedelta(hours=1),
    )

    assert stored(engine)[0][1:3] == expected
    with reading(engine) as conn:
        (lesson,) = search_lessons(conn)
        assert lesson.opened == ((f"entry:{entry_id}", 1),)
        assert lesson.refused == (() if helpful else (f"entry:{entry_id}",))


def test_a_question_sent_after_a_search_is_not_made_a_second_one(engine: Engine) -> None:
    keep(
        engine,
        search("steam wand drips", key="k"),
        opened("k", after_s=60, action="asked", type="question", target_id=None, rank=None),
    )

    assert stored(engine) == [("steam wand drips", "asked", "strong", None)]
    assert asked(engine) == []


def test_a_question_sent_from_elsewhere_counts_for_the_search_before_it(engine: Engine) -> None:
    keep(
        engine,
        search("steam wand drips", key="k"),
        search("bitter coffee taste", after_s=7200, key="l"),
        opened(None, after_s=60, action="asked", type="question", target_id=None, rank=None),
        now=NOON + timedelta(hours=9),
    )

    assert [row[1:3] for row in stored(engine)] == [("asked", "weak"), ("left", "weak")]
    assert asked(engine) == ["bitter coffee taste", "steam wand drips"]


def test_the_same_words_of_a_visitor_are_one_question_a_day(engine: Engine) -> None:
    keep(engine, search("steam wand drips"), search("refund", after_s=3000))
    keep(
        engine,
        search("Steam wand drips?", after_s=9000),
        search("steam wand drips", after_s=9000, visitor="v2", key="other"),
        now=NOON + timedelta(hours=9),
    )
    again = keep_searches(engine, now=NOON + timedelta(hours=10), retention_days=YEAR)

    assert again == SearchReport()
    assert asked(engine) == ["steam wand drips", "steam wand drips"]
    with reading(engine) as conn:
        assert conn.execute(select(jobs.c.kind)).scalars().all() == ["index"]


def test_only_gaps_become_questions(engine: Engine) -> None:
    keep(
        engine,
        search("milk frother cold", verdict="answer", visitor="a"),
        search("milk frother loud", verdict="maybe", visitor="b", key="b"),
        opened("b", after_s=9, visitor="b"),
        search("milk frother smells", verdict="maybe", visitor="c"),
        search("milk frother pick", verdict="picked", mode="picked", place="suggest", visitor="d"),
    )

    assert asked(engine) == ["milk frother smells"]


@pytest.mark.parametrize(
    "text", ["E-07", "0x80070005", "grinder jams", "咖啡机漏水", "wlan geht nicht"]
)
def test_two_words_or_a_code_ask_something(text: str) -> None:
    assert asks_something(text)


@pytest.mark.parametrize(
    "text",
    ["grinder", "how do i", "was ist", "[email]", "fuck off", "asdfasdf", "4711", "thank you"],
)
def test_broken_off_rude_and_empty_searches_ask_nothing(text: str) -> None:
    assert not asks_something(text)


def test_what_was_searched_long_ago_is_settled_and_becomes_no_question(engine: Engine) -> None:
    report = keep(engine, search("steam wand drips"), now=NOON + timedelta(days=31))

    assert report == SearchReport(settled=1)
    assert stored(engine)[0][1] == "left"


def test_an_unknown_product_in_an_address_is_not_put_up(engine: Engine) -> None:
    keep(engine, search("steam wand drips", product="made-up"))

    with reading(engine) as conn:
        row = conn.execute(select(questions)).one()
    assert (row.product_id, row.sender) == (None, "v1")


def test_old_searches_are_forgotten_and_their_counts_stay(engine: Engine) -> None:
    keep(engine, search("steam wand drips", key="k"), opened("k", after_s=4, target=3))
    soon = keep_searches(engine, now=LATER + timedelta(days=300), retention_days=YEAR)
    assert soon.forgotten == 0

    report = keep_searches(engine, now=LATER + timedelta(days=366), retention_days=YEAR)

    assert report.forgotten == 2
    with reading(engine) as conn:
        assert conn.execute(select(search_intents)).all() == []
        assert conn.execute(select(clicks)).all() == []
        assert conn.execute(select(search_days.c.searches)).scalar_one() == 1
        assert conn.execute(select(questions.c.sender)).scalar_one() is None


def test_without_a_limit_nothing_is_forgotten(engine: Engine) -> None:
    keep(engine, search("steam wand drips"))

    far = LATER + timedelta(days=9_999)
    assert keep_searches(engine, now=far, retention_days=0).forgotten == 0


def test_what_teaches_is_counted_and_picked_suggestions_teach_nothing(engine: Engine) -> None:
    keep(
        engine,
        search("lid seal", verdict="answer", key="k", shown=("entry:4", "entry:7")),
        opened("k", after_s=5),
        search("gone", visitor="v2"),
        search("lid", verdict="picked", place="suggest", visitor="v3", key="p"),
        opened("p", after_s=1, visitor="v3"),
    )

    with reading(engine) as conn:
        lessons = search_lessons(conn)
        assert count_lessons(conn) == 1
        assert count_lessons(conn, after_id=lessons[-1].id) == 0
    assert [one.text for one in lessons] == ["lid seal", "gone"]
    assert lessons[0].shown == ("entry:4", "entry:7")


def _popular(conn: Connection) -> list[str]:
    return [one.text for one in popular_searches(conn, since=NOON - timedelta(days=1))]


def test_a_search_is_popular_from_five_visitors_on(engine: Engine) -> None:
    def by(visitor: str, text: str, **changed: Any) -> SearchIntent:
        found = {"verdict": "answer", "first_hit": "entry:7", "visitor": visitor, **changed}
        return search(text, key=f"{visitor}{text[:5]}", **found)

    for number in range(5):
        keep(engine, by(f"v{number}", "lid seal"), by(f"v{number}", "mail [email]", after_s=2_000))
    for number in range(4):
        keep(engine, by(f"w{number}", "steam wand"))
    keep(engine, *(by("x", "one person", after_s=2_000 * n) for n in range(9)))

    with reading(engine) as conn:
        assert _popular(conn) == ["lid seal"]


def test_popularity_counts_a_visitor_once_and_votes_both_ways(engine: Engine) -> None:
    for key, visitor in (("a", "v1"), ("b", "v1"), ("c", "v2")):
        keep(engine, opened(key, after_s=1, visitor=visitor))

    with reading(engine) as conn:
        found = popularity(conn, since=NOON - timedelta(days=1))
        assert found == {("entry", 7): 2.0}
        assert popularity(conn, since=LATER) == {}

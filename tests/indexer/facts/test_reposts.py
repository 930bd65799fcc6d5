"""What one sender repeats, told apart from what others ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from indexer.facts.reposts import find_reposts
from kb.questions import GroupableQuestion

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def asked(number: int, sender: str | None, text: str, *, hours: float) -> GroupableQuestion:
    when = NOON + timedelta(hours=hours)
    return GroupableQuestion(number, text, text, "", "en", None, "ticket", when, sender)


def test_a_repost_is_the_same_sender_on_the_same_day_or_in_the_same_words():
    members = [
        asked(1, "ada", "late", hours=100),
        asked(2, "ada", "late", hours=0),
        asked(3, "ada", "other words", hours=5),
        asked(4, "bob", "late", hours=0),
        asked(5, None, "late", hours=0),
        asked(6, None, "late", hours=0),
        asked(7, "", "late", hours=0),
        asked(8, "", "late", hours=0),
        asked(9, "ada", "other words still", hours=13),
    ]

    assert [one.id for one, again in zip(members, find_reposts(members), strict=True) if again] == [
        1,
        3,
    ]


def test_the_day_is_that_of_utc():
    late = datetime.fromisoformat("2026-03-03T00:30:00+02:00")
    same_day = GroupableQuestion(2, "b", "b", "", "en", None, "ticket", late, "ada")

    assert find_reposts([asked(1, "ada", "a", hours=0), same_day]) == [False, True]


def test_nothing_asked_is_nothing_repeated():
    assert find_reposts([]) == []

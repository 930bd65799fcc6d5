"""Searches in the same words are counted week by week, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection

from kb.access import GUEST, OPERATOR
from kb.errors import NotPermitted
from kb.searches.intents import SearchIntent
from kb.store.searches.groups import search_groups
from kb.store.searches.intents import add_intents
from kb.store.searches.reports import SearchesWanted

TWO_WEEKS = SearchesWanted(date(2026, 11, 9), date(2026, 11, 23))


def searched(key: str, day: int) -> SearchIntent:
    at = datetime(2026, 11, day, 12, tzinfo=UTC)
    return SearchIntent("milk foam", "en", "full", "none", 0.1, None, f"v{key}", at, key=key)


def test_searches_in_the_same_words_are_one_group_with_its_weeks(conn: Connection) -> None:
    add_intents(conn, [searched("a", 10), searched("b", 17), searched("c", 18)])

    (group,) = search_groups(conn, TWO_WEEKS, viewer=OPERATOR)

    assert (group.text, group.searches, group.visitors) == ("milk foam", 3, 3)
    assert group.weeks == ((date(2026, 11, 9), 1), (date(2026, 11, 16), 2))


def test_guests_do_not_see_what_others_look_for(conn: Connection) -> None:
    with pytest.raises(NotPermitted):
        search_groups(conn, TWO_WEEKS, viewer=GUEST)

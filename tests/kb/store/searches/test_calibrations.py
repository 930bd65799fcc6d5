"""Every version is kept; the newest that may serve does, of one fingerprint only."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.errors import NotFound
from kb.store.entries.writing import add_entry
from kb.store.searches.calibrations import (
    REFUSED,
    calibration_versions,
    count_learnable,
    find_calibration,
    get_calibration,
    last_attempt,
    newest_calibration_id,
    save_calibration,
)


def test_the_newest_version_serves_and_older_ones_stay(conn: Connection) -> None:
    first = save_calibration(conn, "f", "bootstrap", {"n": 1})
    second = save_calibration(conn, "f", "installation", {"n": 2})

    assert find_calibration(conn, "f") == {"n": 2}
    assert [one.id for one in calibration_versions(conn, "f")] == [second, first]
    assert get_calibration(conn, first).body == {"n": 1}
    assert newest_calibration_id(conn) == second
    assert calibration_versions(conn, "g") == []


def test_an_attempt_that_was_not_taken_never_serves_and_is_remembered(conn: Connection) -> None:
    first = save_calibration(conn, "f", "bootstrap", {"n": 1})
    attempt = save_calibration(conn, "f", REFUSED, {"wordings": 40})

    assert find_calibration(conn, "f") == {"n": 1}
    assert newest_calibration_id(conn) == first
    found = last_attempt(conn, "f")
    assert found is not None
    assert (found.id, found.body) == (attempt, {"wordings": 40})


def test_where_nothing_was_tried_there_is_no_attempt(conn: Connection) -> None:
    save_calibration(conn, "f", "bootstrap", {})
    save_calibration(conn, "g", "installation", {})

    assert last_attempt(conn, "f") is None
    with pytest.raises(NotFound):
        get_calibration(conn, 99)


def test_a_record_without_any_has_no_newest_one(conn: Connection) -> None:
    assert newest_calibration_id(conn) == 0
    assert find_calibration(conn, "f") is None


def test_wordings_of_published_entries_count_without_their_titles(conn: Connection) -> None:
    content = EntryContent("How loud is it?", "Very.", phrasings=("the noise", "it is loud"))
    add_entry(conn, content, viewer=OPERATOR, state="published")
    add_entry(conn, content, viewer=OPERATOR, state="draft")

    assert count_learnable(conn) == 2

"""What the columns keep, whatever comes in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import StatementError

from kb.store.schema import audit_log, calibrations, runs
from kb.store.types import storable

NASTY = "null \x00 and half a pair \ud83d in one line"


def test_text_that_no_database_keeps_is_mended() -> None:
    assert storable(NASTY) == "null \ufffd and half a pair \ufffd in one line"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_all_other_text_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


@given(st.text(alphabet=st.characters()))
def test_mended_text_can_always_be_encoded(text: str) -> None:
    assert "\x00" not in storable(text).encode("utf-8").decode("utf-8")


def test_json_is_mended_in_keys_values_and_lists(conn: Connection) -> None:
    body = {"a\x00": [NASTY, {"deep": ("x\ud800", 1, None, True, 0.5)}], "ok": "日本語 🎉"}

    conn.execute(
        insert(calibrations).values(
            fingerprint="f", origin="bootstrap", body=body, created_at=datetime.now(UTC)
        )
    )

    assert conn.execute(select(calibrations.c.body)).scalar_one() == {
        "a\ufffd": [storable(NASTY), {"deep": ["x\ufffd", 1, None, True, 0.5]}],
        "ok": "日本語 🎉",
    }


def test_a_moment_comes_back_in_utc_to_the_microsecond(conn: Connection) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=east)

    _add_run(conn, moment)

    found = conn.execute(select(runs.c.started_at)).scalar_one()
    assert found == moment
    assert found.tzinfo == UTC


def test_a_moment_without_a_zone_is_refused(conn: Connection) -> None:
    with pytest.raises(StatementError, match="time zone"):
        _add_run(conn, datetime(2026, 2, 3))


def test_moments_sort_by_time_even_before_the_year_1000(conn: Connection) -> None:
    moments = [datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 33, 999, 1970)]
    for moment in moments:
        _add_run(conn, moment)

    found = conn.execute(select(runs.c.started_at).order_by(runs.c.started_at)).scalars()
    assert list(found) == sorted(moments)


def test_text_columns_take_text_of_any_length(conn: Connection) -> None:
    name = "n" * 5_000
    conn.execute(
        insert(audit_log).values(
            at=datetime.now(UTC), actor=name, action="a", kind="k", object_id=1, facts={}
        )
    )
    assert conn.execute(select(audit_log.c.actor)).scalar_one() == name


def _add_run(conn: Connection, moment: datetime) -> None:
    conn.execute(
        insert(runs).values(
            kind="group", state="done", fingerprint="f", started_at=moment, report={}
        )
    )

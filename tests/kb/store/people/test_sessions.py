"""Sessions: who is signed in where, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from kb.access import OPERATOR, Role, Scope
from kb.clock import utc_now
from kb.errors import NotFound
from kb.store.people.accounts import add_account
from kb.store.people.directory import change_role, disable_account
from kb.store.people.keys import add_api_key, find_key_id, revoke_api_key
from kb.store.people.sessions import (
    CUSTOMER_IDLE,
    CUSTOMER_LONGEST,
    STAFF_IDLE,
    add_session,
    end_session,
    end_session_by_secret,
    end_sessions,
    find_session_id,
    find_signed_in,
    forget_sessions,
    list_sessions,
    note_session_seen,
)
from kb.store.schema import sessions


@pytest.fixture
def mara(conn: Connection) -> int:
    return add_account(conn, "Mara", role=Role.CUSTOMER, email="mara@example.com", locale="de")


def age(conn: Connection, by: timedelta) -> None:
    """Let all sessions be older."""
    for row in conn.execute(select(sessions)).all():
        moved = {
            name: getattr(row, name) - by for name in ("created_at", "last_seen_at", "expires_at")
        }
        conn.execute(update(sessions).where(sessions.c.id == row.id).values(moved))


def test_a_session_stands_for_its_account_and_its_secret_is_not_stored(
    conn: Connection, mara: int
) -> None:
    secret = add_session(conn, mara, device="Firefox on Android")
    found = find_signed_in(conn, secret)

    assert found is not None
    viewer = found.viewer
    assert (viewer.account_id, viewer.name, viewer.locale) == (mara, "Mara", "de")
    assert viewer.scopes is None
    assert not found.is_due
    (listed,) = list_sessions(conn, mara)
    assert (listed.device, listed.id) == ("Firefox on Android", find_session_id(conn, secret))
    assert secret not in str(conn.execute(select(sessions)).all())
    assert find_signed_in(conn, secret[:-1]) is None
    assert find_signed_in(conn, "\ud800") is None


def test_a_session_slides_on_while_it_is_used_and_ends_when_it_is_not(
    conn: Connection, mara: int
) -> None:
    secret = add_session(conn, mara)
    age(conn, CUSTOMER_IDLE - timedelta(hours=1))
    found = find_signed_in(conn, secret)
    assert found is not None
    assert found.is_due

    note_session_seen(conn, found)
    age(conn, CUSTOMER_IDLE - timedelta(hours=1))
    assert find_signed_in(conn, secret) is not None
    age(conn, timedelta(hours=2))
    assert find_signed_in(conn, secret) is None
    assert list_sessions(conn, mara) == []


def test_a_session_ends_at_some_age_however_often_it_is_used(conn: Connection, mara: int) -> None:
    secret = add_session(conn, mara)
    for _ in range(CUSTOMER_LONGEST // timedelta(days=20)):
        age(conn, timedelta(days=20))
        found = find_signed_in(conn, secret)
        if found is not None:
            note_session_seen(conn, found)

    assert find_signed_in(conn, secret) is None


def test_an_agents_session_lasts_a_working_day(conn: Connection, mara: int) -> None:
    secret = add_session(conn, mara)
    age(conn, STAFF_IDLE + timedelta(hours=1))
    assert find_signed_in(conn, secret) is not None

    change_role(conn, mara, Role.AGENT, viewer=OPERATOR)
    assert find_signed_in(conn, secret) is None


def test_one_ends_ones_own_sessions_and_nobody_elses(conn: Connection, mara: int) -> None:
    ada = add_account(conn, "Ada", role=Role.CUSTOMER)
    here, there, hers = (add_session(conn, who) for who in (mara, mara, ada))
    kept = find_session_id(conn, here)

    with pytest.raises(NotFound):
        end_session(conn, ada, kept or 0)
    assert end_sessions(conn, mara, keep=kept) == 1
    assert find_signed_in(conn, there) is None
    assert find_signed_in(conn, here) is not None
    end_session(conn, mara, kept or 0)
    with pytest.raises(NotFound):
        end_session(conn, mara, kept or 0)
    assert find_signed_in(conn, here) is None
    end_session_by_secret(conn, hers)
    end_session_by_secret(conn, "unknown")
    assert find_signed_in(conn, hers) is None


def test_a_disabled_account_has_no_session_and_gets_none(conn: Connection, mara: int) -> None:
    secret = add_session(conn, mara)
    disable_account(conn, mara, viewer=OPERATOR)

    assert find_signed_in(conn, secret) is None
    with pytest.raises(NotFound):
        add_session(conn, mara)
    with pytest.raises(NotFound):
        add_session(conn, 999)


def test_a_session_by_key_has_its_scopes_and_ends_with_it(conn: Connection, mara: int) -> None:
    key = add_api_key(conn, mara, "test", scopes=[Scope.READ])
    key_id = find_key_id(conn, key)
    assert key_id is not None
    secret = add_session(conn, mara, api_key_id=key_id)
    found = find_signed_in(conn, secret)
    assert found is not None
    assert found.viewer.scopes == {Scope.READ}

    revoke_api_key(conn, key_id)
    assert find_signed_in(conn, secret) is None


def test_old_sessions_are_forgotten_and_open_ones_kept(conn: Connection, mara: int) -> None:
    ended, expired = add_session(conn, mara), add_session(conn, mara)
    end_session_by_secret(conn, ended)
    age(conn, CUSTOMER_IDLE + timedelta(days=1))
    conn.execute(
        update(sessions).where(sessions.c.ended_at.is_not(None)).values(ended_at=utc_now())
    )
    fresh = add_session(conn, mara)

    assert forget_sessions(conn, before=utc_now() - timedelta(days=2)) == 0
    assert forget_sessions(conn, before=utc_now()) == 2
    assert find_signed_in(conn, fresh) is not None
    assert find_session_id(conn, expired) is None
    assert conn.execute(select(func.count()).select_from(sessions)).scalar_one() == 1

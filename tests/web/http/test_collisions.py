"""Two requests for the same thing at the same moment: one wins, the other is told or agrees."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from kb.access import OPERATOR, Role
from kb.entries import EntryContent
from kb.people.passwords import Passwords
from kb.people.signing_up import password_link
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import add_account, get_account, set_password_hash
from kb.store.people.sessions import add_session
from kb.store.schema import (
    accounts,
    attachments,
    groups,
    helpful_votes,
    one_time_tokens,
    questions,
    sessions,
    watches,
    widget_sites,
)
from tests.web.http.conftest import SECRET, browser
from web.http.app import create_app
from web.http.asking.stamps import make_stamp
from web.http.rate_limits import RateLimits

AT_ONCE = 5
PASSWORD = "correct horse battery"
Send = Callable[[TestClient], Any]
Together = Callable[[Send], list[int]]


@pytest.fixture
def app(record_url: str, tmp_path: Path) -> Iterator[Any]:
    """A site on each of the two databases, with one entry."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text(SECRET, encoding="ascii")
    app = create_app(Settings(home=home, database_url=record_url))
    with browser(app):
        with transaction(app.state.site.engine) as conn:
            content = EntryContent("How do I descale it?", "With care.")
            app.state.entry = add_entry(conn, content, viewer=OPERATOR, state="published")
        yield app


@pytest.fixture
def engine(app: Any) -> Engine:
    engine: Engine = app.state.site.engine
    return engine


@pytest.fixture
def together(app: Any) -> Together:
    """Sends the same from several browsers at once; gives the statuses, the lowest first."""

    def send_all(send: Send) -> list[int]:
        barrier, found = threading.Barrier(AT_ONCE), []

        def one() -> None:
            client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
            barrier.wait()
            found.append(send(client).status_code)

        threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(found)

    return send_all


@pytest.fixture
def admin(engine: Engine) -> dict[str, str]:
    """The header of an administrator who is signed in."""
    with transaction(engine) as conn:
        account_id = add_account(
            conn, "Ada", role=Role.ADMIN, email="a@example.com", confirmed=True
        )
        return {"cookie": f"kb_session={add_session(conn, account_id)}"}


@pytest.fixture
def mara(engine: Engine) -> int:
    with transaction(engine) as conn:
        account_id = add_account(
            conn, "Mara", role=Role.CUSTOMER, email="mara@example.com", confirmed=True
        )
        set_password_hash(conn, account_id, Passwords().hash(PASSWORD))
    return account_id


def count(engine: Engine, table: Any, *where: Any) -> int:
    with reading(engine) as conn:
        return int(conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def fine(statuses: list[int], good: int) -> bool:
    """Whether at least one came through, and the others did too or were told of a collision."""
    return statuses[0] == good and set(statuses) <= {good, 409, 410, 404, 422, 429}


def test_the_same_address_signs_up(together: Together, engine: Engine) -> None:
    form = {"name": "Kim", "email": "kim@example.org", "password": PASSWORD, "locale": "en"}
    assert fine(together(lambda client: client.post("/sign-up", data=form)), 303)
    assert count(engine, accounts, accounts.c.email == "kim@example.org") == 1


def test_the_same_link_sets_a_password_once(together: Together, engine: Engine, mara: int) -> None:
    with transaction(engine) as conn:
        link = f"/new-password/{password_link(conn, get_account(conn, mara))}"
    form = {"password": "a staple of other words"}
    statuses = together(lambda client: client.post(link, data=form))

    assert statuses == [303, *[410] * (AT_ONCE - 1)]
    assert count(engine, sessions) == 1
    assert count(engine, one_time_tokens, one_time_tokens.c.used_at.is_(None)) == 0


def test_the_same_guest_confirms_a_question_and_a_watch(
    together: Together, app: Any, engine: Engine
) -> None:
    form = {
        "title": "Why does it beep?",
        "email": "kim@example.org",
        "started": make_stamp(app.state.site, shown_at=1_000_000.0),
    }
    assert fine(together(lambda client: client.post("/ask", data=form)), 303)
    assert count(engine, questions) == 1
    watch = {"kind": "entry", "target": str(app.state.entry), "watch_email": "kim@example.org"}
    object.__setattr__(app.state.site, "limits", RateLimits())
    assert fine(together(lambda client: client.post("/watch", data=watch)), 200)


def test_the_same_reader_votes_and_follows(
    together: Together, app: Any, engine: Engine, admin: dict[str, str]
) -> None:
    helpful = f"/faq/{app.state.entry}/helpful"
    assert fine(together(lambda client: client.post(helpful, data={"value": "yes"})), 303)
    assert count(engine, helpful_votes) == 1
    watch = {"kind": "entry", "target": str(app.state.entry)}
    assert fine(together(lambda c: c.post("/watch", data=watch, headers=admin)), 303)
    assert count(engine, watches) == 1


def test_administrators_add_the_same_group_site_and_account(
    together: Together, engine: Engine, admin: dict[str, str]
) -> None:
    def sent(path: str, **form: str) -> Send:
        return lambda client: client.post(path, data=form, headers=admin)

    assert fine(together(sent("/admin/groups", name="partner")), 303)
    assert count(engine, groups) == 1
    assert fine(together(sent("/admin/widget-sites", origin="https://shop.example.com")), 303)
    assert count(engine, widget_sites) == 1
    new = {"name": "Kim", "email": "kim@example.org", "role": "agent", "locale": "en"}
    assert fine(together(sent("/admin/accounts/new", **new)), 303)
    assert count(engine, accounts) == 2


def test_an_account_is_erased_while_its_owner_asks(
    together: Together, engine: Engine, mara: int, admin: dict[str, str]
) -> None:
    with transaction(engine) as conn:
        own = {"cookie": f"kb_session={add_session(conn, mara)}"}
    erases = iter([True])

    def send(client: TestClient) -> Any:
        if next(erases, False):
            form = {"mode": "delete", "typed": "Mara"}
            return client.post(f"/admin/accounts/{mara}/erase", data=form, headers=admin)
        form = {"title": "Why does it beep?", "email": "kim@example.org"}
        note = {"files": ("note.txt", b"Three times.", "text/plain")}
        return client.post("/ask", data=form, files=note, headers=own)

    # 404: the account went between the sign-in and the writing.
    assert set(together(send)) <= {303, 404, 409, 422, 429}
    # What was stored before is erased; nothing that came after bears the name.
    with reading(engine) as conn:
        for row in conn.execute(select(questions)):
            assert "Mara" not in str(tuple(row))
            assert "mara@" not in str(tuple(row))
            assert row.account_id is None or row.erased_at is not None, row
    # Who was signed out in between is a guest, whose form waits for a stamp: its file lies ahead
    # of any question, under nobody's name, for a day.
    assert count(engine, attachments, attachments.c.object_id > 0) == 0

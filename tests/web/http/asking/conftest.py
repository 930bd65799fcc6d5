"""A form that was looked at for a while, and what guests get by mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from kb.access import OPERATOR
from kb.store.engine import reading
from kb.store.mail.deliveries import list_deliveries
from kb.store.schema import questions
from web.http.asking.stamps import make_stamp

A_MOMENT_AGO = 1_000_000.0


@pytest.fixture
def started(client: TestClient) -> str:
    """What a form carries that somebody looked at for long."""
    app: Any = client.app
    return make_stamp(app.state.site, shown_at=A_MOMENT_AGO)


@pytest.fixture
def form(started: str) -> dict[str, str]:
    """What a guest sends."""
    return {"title": "Why is it so loud?", "email": "kim@example.org", "started": started}


@pytest.fixture
def mails(site_engine: Engine) -> Callable[[], list[Any]]:
    """The mails that wait, newest first."""

    def read() -> list[Any]:
        with reading(site_engine) as conn:
            return list(list_deliveries(conn, viewer=OPERATOR))

    return read


@pytest.fixture
def secret(mails: Callable[[], list[Any]]) -> Callable[[], str]:
    """The secret part of the link in the newest mail."""
    return lambda: re.search(r"secret=([\w-]+)", mails()[0].body_text)[1]


@pytest.fixture
def stored(site_engine: Engine) -> Callable[[], list[Any]]:
    """The rows of the questions in the record, by id."""

    def read() -> list[Any]:
        with reading(site_engine) as conn:
            return list(conn.execute(select(questions).order_by(questions.c.id)))

    return read


@pytest.fixture
def ask(client: TestClient, form: dict[str, str]) -> Callable[..., str]:
    """Sends a guest's question and returns its private address."""

    def send(**changed: str) -> str:
        sent = client.post("/ask", data={**form, **changed})
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])

    return send


@pytest.fixture
def confirmed(
    client: TestClient, ask: Callable[..., str], secret: Callable[[], str]
) -> Callable[..., str]:
    """Sends a guest's question, confirms it, and returns its private address."""

    def send(**changed: str) -> str:
        address = ask(**changed).partition("&")[0]
        assert client.post("/ask/confirm", data={"secret": secret()}).status_code == 303
        return address

    return send

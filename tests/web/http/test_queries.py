"""A page asks the record a fixed number of times, however many rows its list has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update

from kb.access import OPERATOR, Role
from kb.entries import EntryContent
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import add_account
from kb.store.people.groups import add_group
from kb.store.schema import questions
from search.build import build_index
from tests.kb.questions_given import give_question
from tests.web.http.conftest import NO_MODEL

COUNTED = Callable[[Engine], AbstractContextManager[list[str]]]
LISTS: Mapping[str, Role | None] = {
    "/": None,
    "/search?q=machine": None,
    "/categories": None,
    "/categories/care": None,
    "/products": None,
    "/products/piazza": None,
    "/tags": None,
    "/downloads": None,
    "/feed": None,
    "/account/questions": Role.CUSTOMER,
    "/account/watches": Role.CUSTOMER,
    "/account/devices": Role.CUSTOMER,
    "/account/consents": Role.CUSTOMER,
    "/admin/accounts": Role.ADMIN,
    "/admin/groups": Role.ADMIN,
    "/admin/keys": Role.ADMIN,
    "/admin/outbox": Role.ADMIN,
    "/admin/shelves": Role.ADMIN,
    "/admin/widget-sites": Role.ADMIN,
}
"""Pages with a list, each with the role that may see it."""

MOST = 14
"""The most that any of them may ask; each is far below a query a row."""


@pytest.fixture
def people(make_account: Callable[..., int]) -> Mapping[Role, int]:
    """An account of each role that the lists need."""
    return {role: make_account(role) for role in (Role.CUSTOMER, Role.ADMIN)}


def fill(engine: Engine, customer: int, *, start: int, rows: int) -> None:
    """Store that many more of everything that is listed."""
    with transaction(engine) as conn:
        for n in range(start, start + rows):
            content = EntryContent(
                title=f"How do I clean the machine number {n}?",
                answer=f"With **water** {n}.",
                category="Care",
                product="Piazza",
                tags=(f"cleaning {n}",),
            )
            add_entry(conn, content, viewer=OPERATOR, state="published")
            asked = give_question(conn, f"own{n}", f"machine {n}", f"Why is machine {n} loud?")
            conn.execute(
                update(questions).where(questions.c.id == asked).values(account_id=customer)
            )
            add_account(conn, f"Kim {n}", role=Role.CUSTOMER, email=f"kim{n}@example.org")
            add_group(conn, f"group-{n}")


def test_a_longer_list_asks_the_record_no_more_often(
    client: TestClient,
    site_engine: Engine,
    settings: Any,
    people: Mapping[Role, int],
    sign_in: Callable[[TestClient, int], None],
    count_queries: COUNTED,
) -> None:
    app: Any = client.app
    site = app.state.site

    def counts() -> dict[str, int]:
        build_index(site_engine, settings.index_dir, fingerprint=NO_MODEL)
        site.live.refresh()
        found = {}
        for role in (None, *people):
            client.cookies.clear()
            if role is not None:
                sign_in(client, people[role])
            for path in (one for one, whose in LISTS.items() if whose is role):
                client.get(path)
                with count_queries(site.engine) as statements:
                    assert client.get(path).status_code == 200, path
                found[path] = len(statements)
        return found

    fill(site_engine, people[Role.CUSTOMER], start=0, rows=3)
    few = counts()
    fill(site_engine, people[Role.CUSTOMER], start=3, rows=12)
    many = counts()

    assert {path: (few[path], many[path]) for path in LISTS if many[path] > few[path]} == {}
    assert {path: count for path, count in many.items() if count > MOST} == {}

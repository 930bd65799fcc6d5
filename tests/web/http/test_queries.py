"""A page asks the record a fixed number of times, however many rows its list has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from kb.access import OPERATOR, Role, Scope
from kb.attachments import check_file
from kb.entries import EntryContent
from kb.mail import Mail
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from kb.store.mail.deliveries import add_delivery
from kb.store.mail.watches import add_watch
from kb.store.people.accounts import add_account
from kb.store.people.groups import add_group, set_groups
from kb.store.people.keys import add_api_key
from kb.store.people.sessions import add_session
from kb.store.people.widget_sites import add_widget_site
from kb.store.questions.incoming import Asker, note_asker
from kb.watches import Follower
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
    "/desk/questions": Role.AGENT,
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
    return {
        role: make_account(role, email=f"{role}@x.example")
        for role in (Role.CUSTOMER, Role.AGENT, Role.ADMIN)
    }


def mail(number: int) -> Mail:
    """A mail of the outbox."""
    return Mail(
        purpose="news",
        recipient=f"k{number}@x.example",
        locale="en",
        subject=f"News {number}",
        body_text="News.",
        body_html="<p>News.</p>",
        message_id=f"<{number}@x.example>",
    )


def fill(engine: Engine, people: Mapping[Role, int], *, start: int, rows: int) -> None:
    """Store that many more of everything that is listed."""
    follower = Follower("customer@x.example", "en", people[Role.CUSTOMER])
    with transaction(engine) as conn:
        for n in range(start, start + rows):
            content = EntryContent(
                title=f"How do I clean the machine number {n}?",
                answer=f"With **water** {n}.",
                category="Care",
                product="Piazza",
                tags=(f"cleaning {n}",),
            )
            entry_id = add_entry(conn, content, viewer=OPERATOR, state="published")
            asked = give_question(conn, f"own{n}", f"machine {n}", f"Why is machine {n} loud?")
            note_asker(conn, asked, Asker("en", account_id=people[Role.CUSTOMER]))
            account_id = add_account(conn, f"Kim {n}", role=Role.CUSTOMER, email=f"k{n}@x.example")
            add_group(conn, f"group-{n}")
            set_groups(conn, account_id, {f"group-{n}"})
            add_api_key(conn, account_id, f"key {n}", scopes=[Scope.READ])
            add_widget_site(conn, f"https://shop{n}.example", viewer=OPERATOR)
            for what, number in (("entry", entry_id), ("question", asked)):
                add_watch(conn, what, number, frequency="daily", follower=follower)
            add_session(conn, people[Role.CUSTOMER], device=f"Firefox on machine {n}")
            manual = check_file(f"manual{n}.txt", b"Rinse it %d." % n)
            add_attachment(conn, "entry", entry_id, manual, by_id=None, label=f"Manual {n}")
            add_delivery(conn, mail(n), kept=True)


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

    fill(site_engine, people, start=0, rows=1)
    few = counts()
    fill(site_engine, people, start=1, rows=29)
    many = counts()

    assert {path: (few[path], many[path]) for path in LISTS if many[path] > few[path]} == {}
    assert {path: count for path, count in many.items() if count > MOST} == {}

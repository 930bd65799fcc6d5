"""No address that a reader may type shows what is planted behind it, whatever id is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, update

from kb.access import OPERATOR, Role
from kb.attachments import check_file
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.mail import Mail
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from kb.store.mail.deliveries import add_delivery
from kb.store.mail.watches import add_watch
from kb.store.people.groups import add_group
from kb.store.people.keys import add_api_key
from kb.store.people.sessions import add_session
from kb.store.people.widget_sites import add_widget_site
from kb.store.questions.incoming import Asker, note_asker, set_question_owner
from kb.store.schema import categories, products, questions, tags
from kb.watches import Follower
from search.build import build_index
from tests.kb.questions_given import give_question, give_topic
from tests.web.http.conftest import NO_MODEL
from web.http.rules import ADMIN, AGENT, Rule
from web.http.who_may import WHO_MAY


def _is_open(key: str, rule: Rule) -> bool:
    """Whether readers get as far as the route; `test_who_may` looks at the others."""
    return key.startswith("GET ") and rule not in (AGENT, ADMIN)


WORD = "mondkalb"
SECRET = re.compile(rf"{WORD}|quarzwolke|geheimregal|nebelhorn|traumschiff", re.IGNORECASE)
MAX_ID = 8
"""Every id that the planted things have is below it."""

NUMBERS = tuple(str(one) for one in range(1, MAX_ID + 1))
OPEN = tuple(key.partition(" ")[2] for key, rule in WHO_MAY.items() if _is_open(key, rule))
QUERIES = ("", "?locale=de", f"?q={WORD[:5]}", "?cursor=x")
KINDS = ("entry", "category", "product", "tag", "question")


@pytest.fixture
def planted(client: TestClient, site_engine: Engine, settings: Any, make_account: Any) -> list[str]:
    """Something secret of each kind; gives the words that addresses may name it by."""
    owner = make_account(name=f"Eva {WORD}", email="eva@traumschiff.example")
    staff = make_account(Role.ADMIN, name=f"Ada {WORD}", email="ada@traumschiff.example")
    with transaction(site_engine) as conn:
        asked = [give_question(conn, f"m{n}", f"{WORD} {n}", f"{WORD} words") for n in range(5)]
        give_topic(conn, WORD, asked[3:])
        set_question_owner(conn, asked[0], owner)
        until = utc_now() + timedelta(days=7)
        note_asker(conn, asked[1], Asker("en", None, until, False))
        conn.execute(update(questions).where(questions.c.id == asked[2]).values(state="hidden"))
        add_group(conn, "partner", label=WORD)
        secret = EntryContent(
            f"{WORD} rebate",
            f"{WORD} percent",
            audience="partner",
            category=f"{WORD} shelf",
            product=f"{WORD} product",
            tags=(f"{WORD} tag",),
        )
        entry = add_entry(conn, secret, viewer=OPERATOR, state="published")
        members = add_entry(
            conn,
            EntryContent(f"{WORD} draft for members", WORD, audience="members"),
            viewer=OPERATOR,
            state="draft",
        )
        files = [
            add_attachment(conn, kind, one, check_file(f"{WORD}.txt", b"mondkalb"), by_id=staff)
            for kind, one in (("entry", entry), ("entry", members), ("question", asked[0]))
        ]
        follower = Follower("eva@traumschiff.example", "en", owner)
        add_watch(conn, "category", 1, frequency="daily", follower=follower)
        add_widget_site(conn, f"https://{WORD}.example.com", viewer=OPERATOR)
        add_api_key(conn, staff, WORD, scopes=("read",))
        add_session(conn, owner, device=f"{WORD} browser")
        mail = Mail("x", "eva@traumschiff.example", "en", WORD, WORD, WORD, f"<{WORD}@x>")
        add_delivery(conn, mail, kept=True)
        slugs = [
            row.slug
            for table in (categories, products, tags)
            for row in conn.execute(select(table.c.slug))
        ]
    build_index(site_engine, settings.index_dir, fingerprint=NO_MODEL)
    app: Any = client.app
    app.state.site.live.refresh()
    return [*slugs, *(one.token for one in files)]


def _addresses(words: list[str]) -> Iterator[str]:
    yield from (f"/watch?kind={kind}&target={one}" for kind in KINDS for one in NUMBERS)
    for path in OPEN:
        path = path.replace("{name:path}", "x").replace("{name}", "x")
        if "{slug}" in path or "{token}" in path:
            yield from (re.sub(r"\{[^}]+\}", word, path) for word in words)
        elif "{" in path:
            yield from (re.sub(r"\{[^}]+\}", one, path) for one in NUMBERS)
        else:
            yield from (path + query for query in QUERIES)


@pytest.mark.parametrize("who", ["guest", "customer"])
def test_no_address_shows_what_is_planted(
    who: str, client: TestClient, planted: list[str], make_account: Any, sign_in: Any
) -> None:
    if who == "customer":
        sign_in(client, make_account(name="Kim", groups=("others",)))
    shown: Mapping[str, Any] = {
        path: client.get(path) for path in dict.fromkeys(_addresses(planted))
    }

    assert {path: one.status_code for path, one in shown.items() if one.status_code >= 500} == {}
    assert sum(one.status_code == 200 for one in shown.values()) > 50
    typed = re.compile("|".join(map(re.escape, planted)))
    told = {
        path: SECRET.findall(text)
        for path, one in shown.items()
        if SECRET.search(text := typed.sub("", one.text + str(one.headers.raw)))
    }
    assert told == {}


def test_the_owner_and_the_team_see_it(
    client: TestClient, planted: list[str], make_account: Any, sign_in: Any
) -> None:
    sign_in(client, make_account(name="Robin", groups=("partner",)))
    assert WORD in client.get("/categories").text.lower()
    sign_in(client, make_account(Role.AGENT, name="Ida"))
    assert WORD in client.get("/desk/topics").text.lower()

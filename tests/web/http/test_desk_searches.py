"""The agents' page of searches: for the support team, in both languages, safe to download."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.access import Role, Scope
from kb.clock import utc_now
from kb.searches.intents import SearchIntent
from kb.searches.keeping import keep_searches
from kb.store.engine import reading, transaction
from kb.store.schema import jobs, questions
from kb.store.searches.intents import add_intents
from tests.web.http.conftest import bearer

PAGE = "/desk/searches"


@pytest.fixture
def searched(site_engine):
    """Searches of some visitors, an hour ago."""
    texts = [
        ("nozzle frozen solid", "none", "de"),
        ("nozzle frozen solid", "none", "en"),
        ("=HYPERLINK(evil) pump", "none", "en"),
        ("descaler", "none", "en"),
        ("reset password", "answer", "en"),
    ]
    at = utc_now() - timedelta(hours=1)
    with transaction(site_engine) as conn:
        add_intents(
            conn,
            [
                SearchIntent(text, lang, "hybrid", verdict, 0.2, None, f"v{n}", at, key=f"k{n}")
                for n, (text, verdict, lang) in enumerate(texts)
            ],
        )
    keep_searches(site_engine, now=utc_now(), retention_days=365)


@pytest.fixture
def staff(client, make_key):
    """A browser that an agent signed in with."""
    client.post("/sign-in", data={"key": make_key(Role.AGENT)})
    return client


def test_guests_sign_in_first_and_customers_are_refused(client, make_key, searched):
    assert client.get(PAGE).status_code == 303
    assert client.get(f"{PAGE}.csv").status_code == 303
    customer = bearer(make_key(Role.CUSTOMER))
    for path in (PAGE, f"{PAGE}.csv", "/api/v1/searches"):
        assert client.get(path, headers=customer).status_code == 403
    reader = bearer(make_key(Role.AGENT, Scope.READ))
    assert client.get("/api/v1/searches", headers=reader).status_code == 403


@pytest.mark.parametrize(("locale", "word"), [("en", "Without an answer"), ("de", "Ohne Antwort")])
def test_searches_without_an_answer_come_first(staff, searched, locale, word):
    staff.post("/language", data={"locale": locale})
    page = staff.get(PAGE)

    assert page.status_code == 200
    assert word in page.text
    assert "nozzle frozen solid" in page.text
    assert "reset password" not in page.text
    assert "reset password" in staff.get(PAGE, params={"show": "all"}).text


def test_a_language_can_be_chosen(staff, searched):
    page = staff.get(PAGE, params={"lang": "de"}).text

    assert "nozzle frozen solid" in page
    assert "descaler" not in page


def test_an_empty_record_says_what_will_be_here(staff):
    assert "Nothing without an answer" in staff.get(PAGE).text
    assert "No searches yet" in staff.get(PAGE, params={"show": "all"}).text


@pytest.mark.parametrize("query", ["weeks=0", "weeks=x", "lang=DE1", "show=none"])
def test_an_unknown_choice_is_refused(staff, query):
    assert staff.get(f"{PAGE}?{query}").status_code == 422


def test_a_download_runs_nothing_in_a_spreadsheet(staff, searched):
    reply = staff.get(f"{PAGE}.csv", params={"show": "all"})
    table = list(csv.DictReader(io.StringIO(reply.text.lstrip("\ufeff"))))

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["cache-control"] == "private, no-store"
    found = {row["search"]: row for row in table}
    assert "'=HYPERLINK(evil) pump" in found
    assert found["nozzle frozen solid"]["people"] == "2"
    assert not any(text.startswith(("=", "+", "-", "@")) for text in found)


def test_a_short_search_becomes_a_question_when_an_agent_says_so(staff, site_engine, searched):
    def asked():
        with reading(site_engine) as conn:
            return sorted(conn.execute(select(questions.c.subject_raw)).scalars())

    assert "descaler" not in asked()
    assert "Make it a question" in staff.get(PAGE).text

    for _ in range(2):
        assert staff.post(f"{PAGE}/ask", data={"key": "descaler"}).status_code == 303

    assert asked().count("descaler") == 1
    assert "Make it a question" not in staff.get(PAGE).text
    with reading(site_engine) as conn:
        assert "index" in set(conn.execute(select(jobs.c.kind)).scalars())
    assert staff.post(f"{PAGE}/ask", data={"key": "nobody searched"}).status_code == 404


def test_the_api_counts_the_same(client, agent, searched):
    found = client.get("/api/v1/searches", params={"unanswered": True}, headers=agent).json()
    first = found["searches"][0]

    assert (first["text"], first["people"], first["unanswered"]) == ("nozzle frozen solid", 2, 2)
    assert first["outcomes"] == {"left": 2}
    assert sum(week["searches"] for week in found["weeks"]) == 5
    assert sum(week["unanswered"] for week in found["weeks"]) == 4
    assert len(found["weeks"]) == 12

"""What visitors look for and do then is noted: once, masked, and only for themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from kb.access import Role
from kb.clock import utc_now
from kb.searches.keeping import keep_searches
from kb.store.engine import reading, transaction
from kb.store.schema import (
    clicks,
    metadata,
    questions,
    search_days,
    search_intents,
)
from kb.store.searches.learning import search_lessons
from search.results import Hit, Mode, SearchResults, Verdict
from tests.web.http.conftest import bearer
from web.http.asking.stamps import make_stamp
from web.http.searching import intents
from web.http.searching.results_page import SearchRequest, search_page
from web.http.visitors import Visitors

OTHER = {"user-agent": "another browser"}


def hit_links(html: str) -> list[str]:
    found = re.findall(r'href="(/faq/[^"]+)"', html)
    return [unescape(link) for link in found if "s=" in link]


def flush(client: TestClient) -> None:
    client.app.state.site.intents.flush()


def rows(engine: Engine, table) -> list:
    with reading(engine) as conn:
        return list(conn.execute(select(table).order_by(table.c.id)))


def settle(client: TestClient, engine: Engine, *, hours: float = 1) -> None:
    flush(client)
    keep_searches(engine, now=utc_now() + timedelta(hours=hours), retention_days=365)


def test_a_hit_that_is_opened_counts_for_its_search(client, site_engine, entries):
    page = client.get("/search", params={"q": "reset password"}).text
    link = hit_links(page)[0]

    opened = client.get(link)
    client.get(link)
    settle(client, site_engine)

    assert opened.status_code == 200
    assert "?s=" not in re.search(r'rel="canonical" href="([^"]+)"', opened.text)[1]
    (search,) = rows(site_engine, search_intents)
    assert (search.text, search.outcome, search.evidence) == ("reset password", "answered", "weak")
    assert search.answered_by == f"entry:{entries['reset']}"
    assert search.shown[0] == f"entry:{entries['reset']}"
    (click,) = rows(site_engine, clicks)
    assert (click.target_id, click.rank, click.visitor) == (entries["reset"], 1, search.visitor)


def test_a_link_that_was_passed_on_counts_for_nobody(client, site_engine):
    link = hit_links(client.get("/search", params={"q": "reset password"}).text)[0]

    assert client.get(link, headers=OTHER).status_code == 200
    assert client.get(link.replace("s=", "s=x")).status_code == 200
    settle(client, site_engine)

    assert rows(site_engine, clicks) == []
    assert rows(site_engine, search_intents)[0].outcome == "left"


def test_a_wrong_slug_keeps_where_the_reader_came_from(client, site_engine, entries):
    link = hit_links(client.get("/search", params={"q": "reset password"}).text)[0]
    moved = client.get(f"/faq/{entries['reset']}-old?{urlsplit(link).query}")

    assert moved.headers["location"] == link
    flush(client)
    assert rows(site_engine, clicks) == []


def test_later_pages_belong_to_the_first_and_go_on_counting_ranks():
    hits = tuple(
        Hit(n, None, "entry", f"Title {n}", f"/faq/{n}-title", "", (), (), None, 0.9, "en")
        for n in range(1, 11)
    )
    results = SearchResults(
        "lid", Mode.KEYWORD, None, Verdict.ANSWER, 0.9, 30, 1.0, {}, hits, (), cursor="c"
    )
    first = SearchRequest("lid", "en", search="token")
    second = SearchRequest("lid", "en", cursor="c", search="token", shown_before=10)

    assert search_page(results, first).next_url == "/search?q=lid&cursor=c&s=token&n=10"
    assert search_page(results, second).rows[0].url == "/faq/1-title?s=token&r=11"
    assert search_page(results, second).next_url == "/search?q=lid&cursor=c&s=token&n=20"
    unnoted = search_page(results, SearchRequest("lid", "en"))
    assert (unnoted.rows[0].url, unnoted.next_url) == ("/faq/1-title", "/search?q=lid&cursor=c")


def test_a_reload_is_no_second_search_and_a_flood_is_cut(client, site_engine, monkeypatch):
    first = client.get("/api/v1/search", params={"q": "reset password"}).json()["intent"]
    again = client.get("/api/v1/search", params={"q": "reset password"}).json()["intent"]
    assert first == again

    monkeypatch.setattr(intents, "MAX_A_MINUTE", 2)
    tokens = [
        client.get("/api/v1/search", params={"q": f"reset password {word}"}).json()["intent"]
        for word in ("now", "today", "tomorrow")
    ]
    flush(client)

    assert tokens[0] is not None
    assert tokens[1:] == [None, None]
    assert len(rows(site_engine, search_intents)) == 2


def test_programs_and_the_support_team_are_no_demand(client, site_engine, agent):
    for headers in ({"user-agent": "Examplebot/2.0"}, {"sec-purpose": "prefetch"}, agent):
        page = client.get("/search", params={"q": "reset password"}, headers=headers)
        assert hit_links(page.text) == []
    flush(client)

    assert rows(site_engine, search_intents) == []


def test_a_question_sent_after_a_search_is_what_came_of_it(client, site_engine):
    page = client.get("/search", params={"q": "nozzle frozen solid"}).text
    token = re.search(r'name="s" value="([^"]+)"', page)[1]
    started = make_stamp(client.app.state.site, shown_at=0.0)
    typed = {"title": "nozzle frozen solid", "email": "kim@example.org", "started": started}
    sent = client.post("/ask", data={**typed, "s": token})
    settle(client, site_engine)

    assert sent.status_code == 303
    (search,) = rows(site_engine, search_intents)
    assert (search.verdict, search.outcome, search.evidence) == ("none", "asked", "strong")
    assert [row.channel for row in rows(site_engine, questions)] == ["form"]
    (click,) = rows(site_engine, clicks)
    assert click.target_id is None


def test_this_answers_it_is_noted_and_leads_to_the_entry(client, site_engine, entries):
    page = client.get("/ask", params={"title": "reset my password"}).text
    token = re.search(r'name="s" value="([^"]+)"', page)[1]
    assert "/ask/answered" in page

    said = client.post("/ask/answered", data={"entry": entries["reset"], "s": token})
    settle(client, site_engine)

    assert said.headers["location"].startswith(f"/faq/{entries['reset']}-")
    (search,) = rows(site_engine, search_intents)
    assert (search.place, search.outcome, search.evidence) == ("ask", "answered", "strong")
    assert search.answered_by == f"entry:{entries['reset']}"


def test_what_may_not_be_read_answers_nothing(client, site_engine, entries):
    for name in ("internal", "draft"):
        refused = client.post("/ask/answered", data={"entry": entries[name], "title": "a b"})
        assert refused.status_code == 404
    flush(client)
    assert rows(site_engine, clicks) == []


def test_a_widget_reports_clicks_and_questions_with_the_token_of_its_search(
    client, site_engine, entries, make_key
):
    found = client.get("/api/v1/search", params={"q": "reset password"}).json()
    click = {"intent": found["intent"], "id": entries["reset"], "rank": 1}

    assert client.post("/api/v1/clicks", json=click).json() == {"noted": True}
    assert client.post("/api/v1/clicks", json=click, headers=OTHER).json() == {"noted": False}
    settle(client, site_engine)
    with reading(site_engine) as conn:
        (lesson,) = search_lessons(conn)
    assert lesson.opened == ((f"entry:{entries['reset']}", 1),)

    key = bearer(make_key(Role.CUSTOMER))
    found = client.get("/api/v1/search", params={"q": "frozen nozzle"}, headers=key).json()
    question = {"source_id": "1", "subject": "frozen nozzle", "intent": found["intent"]}
    assert client.post("/api/v1/questions", json=question, headers=key).status_code == 201
    settle(client, site_engine)
    assert rows(site_engine, search_intents)[-1].outcome == "asked"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"id": 999_999}, 404), ({"rank": 0}, 422), ({"intent": "", "typed": " "}, 422)],
)
def test_a_click_on_nothing_is_refused(client, entries, change, status):
    click = {"intent": "x", "id": entries["reset"], **change}

    assert client.post("/api/v1/clicks", json=click).status_code == status


def test_a_click_on_what_may_not_be_read_is_refused(client, entries):
    for name in ("internal", "draft"):
        click = {"typed": "quarz", "id": entries[name]}
        assert client.post("/api/v1/clicks", json=click).status_code == 404


def test_a_chosen_suggestion_counts_for_what_is_popular(client, site_engine, entries):
    before = client.get("/api/v1/suggest", params={"q": ""}).json()["suggestions"]
    click = {"typed": "desc", "id": entries["descale"], "rank": 1}
    assert client.post("/api/v1/clicks", json=click).json() == {"noted": True}
    settle(client, site_engine)
    client.app.state.site.live.count_popular()

    after = client.get("/api/v1/suggest", params={"q": ""}).json()["suggestions"]

    assert before == []
    assert [(one["type"], one["id"]) for one in after] == [("entry", entries["descale"])]
    (pick,) = rows(site_engine, search_intents)
    assert (pick.place, pick.verdict, pick.unanswered) == ("suggest", "picked", False)


def test_nobody_popular_search_shows_what_a_reader_may_not_read(client, site_engine, entries):
    for number in range(5):
        headers = {"user-agent": f"browser {number}"}
        for words in ("reset password", "reset quarzwolke password"):
            client.get("/search", params={"q": words}, headers=headers)
    settle(client, site_engine)
    with transaction(site_engine) as conn:
        conn.execute(search_intents.update().values(
            verdict="answer", first_hit=f"entry:{entries['reset']}"))  # fmt: skip
    client.app.state.site.live.count_popular()

    for typed in ("", "reset"):
        found = client.get("/api/v1/suggest", params={"q": typed}).json()["suggestions"]
        texts = [one["text"] for one in found]
        assert "reset password" in texts
        assert not any("quarzwolke" in text for text in texts)


def test_names_mails_and_numbers_are_stored_nowhere(client, site_engine):
    secrets = {
        "mail": "eva.mustermann@example.org",
        "phone": "+49 30 23125555",
        "iban": "DE89 3704 0044 0532 0130 00",
        "name": "Kind regards, Eva Mustermann",
    }
    for text in secrets.values():
        client.get("/search", params={"q": f"pump broken {text}", "product": text})
        client.get("/api/v1/search", params={"q": f"leak {text}", "product": text})
        client.get("/ask", params={"title": f"the pump leaks {text}"})
    settle(client, site_engine)

    with reading(site_engine) as conn:
        tables = (search_intents, clicks, search_days, questions)
        stored = " ".join(
            str(dict(row._mapping)) for table in tables for row in conn.execute(select(table))
        )
    assert "[email]" in stored
    for planted in ("mustermann@", "23125555", "3704 0044", "testclient", "Mustermann"):
        assert planted not in stored
    assert set(metadata.tables) >= {table.name for table in tables}


def test_a_token_holds_for_its_visitor_and_key_alone():
    visitors = Visitors(b"a secret that is long enough for tests")
    token = visitors.search_token("k" * 11, "visitor")

    assert visitors.search_key(token, "visitor") == "k" * 11
    for given, visitor in ((token, "other"), (token[:-1], "visitor"), ("", "visitor"), ("ü", "v")):
        assert visitors.search_key(given, visitor) is None
    assert Visitors(b"another").search_key(token, "visitor") is None

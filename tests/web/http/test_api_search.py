"""GET /api/v1/search and /suggest as programs see them."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from kb.access import Role, Scope
from kb.store.engine import reading
from kb.store.schema import search_intents
from tests.web.http.conftest import Keys, bearer

SEARCH = "/api/v1/search"
FIELDS = {
    "query",
    "mode",
    "degraded",
    "verdict",
    "answered",
    "confidence",
    "total",
    "took_ms",
    "facets",
    "hits",
    "near",
}
HIT_FIELDS = {
    "id",
    "source_id",
    "type",
    "title",
    "url",
    "snippet",
    "matched_phrasing",
    "score",
    "lang",
}


def test_a_search_returns_all_that_the_design_promises(shared, entries):
    found = shared.get(SEARCH, params={"q": "reset my password"}).json()

    assert set(found) >= FIELDS
    assert set(found["hits"][0]) >= HIT_FIELDS
    assert found["hits"][0]["id"] == entries["reset"]
    assert found["hits"][0]["url"] == f"/faq/{entries['reset']}-how-do-i-reset-my-password"
    assert found["answered"] is True
    assert "score_parts" not in found["hits"][0]


def test_a_question_that_nobody_answered_has_the_verdict_none(shared):
    found = shared.get(SEARCH, params={"q": "how do I bake sourdough bread"}).json()

    assert (found["verdict"], found["answered"], found["hits"]) == ("none", False, [])


def test_without_a_model_the_search_says_that_it_is_degraded(shared):
    found = shared.get(SEARCH, params={"q": "password"}).json()

    assert (found["mode"], found["degraded"]) == ("keyword", "model")


def test_the_parts_of_a_score_are_told_when_asked_for(shared):
    found = shared.get(SEARCH, params={"q": "reset my password", "explain": "1"}).json()

    assert found["hits"][0]["score_parts"]


def test_without_the_floor_what_is_below_it_is_a_hit_too(shared):
    query = {"q": "coffee please"}
    with_floor = shared.get(SEARCH, params=query).json()
    without = shared.get(SEARCH, params={**query, "floor": "off"}).json()

    assert without["total"] >= with_floor["total"]
    assert without["near"] == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("lang", "de", ["reset-de"]),
        ("product", "piazza", ["reset"]),
        ("category", "account", ["reset", "reset-de"]),
        ("tag", "sign-in", ["reset"]),
        ("type", "thread", []),
        ("product", "PIAZZA", ["reset"]),
    ],
)
def test_a_filter_leaves_only_what_it_names(shared, entries, name, value, expected):
    query = {"q": "password passwort", "floor": "off", name: value}
    found = shared.get(SEARCH, params=query).json()

    assert {hit["id"] for hit in found["hits"]} <= {entries[one] for one in expected}
    assert len(found["hits"]) >= min(1, len(expected))


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "101"), ("limit", "x"), ("floor", "maybe"), ("explain", "7")],
)
def test_a_parameter_out_of_range_is_named(shared, name, value):
    refused = shared.get(SEARCH, params={"q": "x", name: value})

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == name


@pytest.mark.parametrize("cursor", ["x", "AAAA", "ÿ", "W10", "e30", "bnVsbA"])
def test_a_cursor_that_is_not_ours_is_refused(shared, cursor):
    refused = shared.get(SEARCH, params={"q": "password", "cursor": cursor})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "cursor"


def test_pages_follow_each_other_without_gaps_or_repeats(shared):
    query = {"q": "how do I machine password passwort", "floor": "off"}
    whole = [hit["id"] for hit in shared.get(SEARCH, params=query).json()["hits"]]
    paged, cursor = [], None
    while True:
        params = {**query, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = shared.get(SEARCH, params=params).json()
        paged += [hit["id"] for hit in page["hits"]]
        cursor = page["cursor"]
        if cursor is None:
            break

    assert len(whole) >= 2
    assert paged == whole


def test_an_agent_finds_what_is_internal_and_a_guest_does_not(client, entries, agent):
    query = {"q": "quarzwolke refund a machine"}

    agents = client.get(SEARCH, params=query, headers=agent).json()
    assert agents["hits"][0]["id"] == entries["internal"]
    guests = client.get(SEARCH, params=query).json()
    assert entries["internal"] not in {hit["id"] for hit in guests["hits"] + guests["near"]}


def test_a_wrong_key_is_refused_and_not_taken_for_a_guest(shared):
    refused = shared.get(SEARCH, params={"q": "password"}, headers=bearer("kb_wrong"))

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer ", "x", ""])
def test_a_header_that_is_no_key_is_refused(shared, header):
    refused = shared.get(SEARCH, params={"q": "x"}, headers={"authorization": header})

    assert refused.status_code == 401


def test_a_key_made_only_for_asking_does_not_search(client, make_key: Keys):
    key = make_key(Role.CUSTOMER, Scope.ASK)

    assert client.get(SEARCH, params={"q": "x"}, headers=bearer(key)).status_code == 403


def test_a_scope_narrows_what_an_agents_key_finds(client, entries, make_key: Keys):
    key = make_key(Role.AGENT, Scope.READ)
    found = client.get(SEARCH, params={"q": "quarzwolke refund"}, headers=bearer(key)).json()

    assert entries["internal"] not in {hit["id"] for hit in found["hits"] + found["near"]}


def test_only_a_guests_reply_may_be_kept_by_caches(client, agent):
    for path in (SEARCH, "/api/v1/suggest", "/api/v1/entries"):
        guests = client.get(path, params={"q": "re"})
        agents = client.get(path, params={"q": "re"}, headers=agent)

        assert agents.headers["cache-control"] == "private, no-store"
        assert "no-store" not in guests.headers["cache-control"]
        assert "Authorization" in guests.headers["vary"]


def test_what_is_published_is_found_at_the_next_step(client: TestClient, entries, agent):
    path = f"/api/v1/entries/{entries['draft']}"
    query = {"q": "nebelhorn draft about noise"}
    assert client.get(SEARCH, params=query).json()["hits"] == []

    done = client.patch(path, json={"revision": 1, "state": "published"}, headers=agent)
    assert done.status_code == 200
    client.app.state.site.live.refresh()

    assert [hit["id"] for hit in client.get(SEARCH, params=query).json()["hits"]] == [
        entries["draft"]
    ]


def test_a_search_is_remembered_masked_and_without_its_visitor(client, site_engine: Engine):
    client.get(SEARCH, params={"q": "password for eva.mustermann@example.org"})
    client.app.state.site.intents.flush()

    with reading(site_engine) as conn:
        stored = conn.execute(select(search_intents)).one()
    assert "[email]" in stored.text
    assert "mustermann" not in stored.text
    assert stored.visitor not in ("", "testclient")


def test_look_ups_of_our_own_pages_are_no_searches(client, site_engine: Engine):
    client.get(SEARCH, params={"q": "pass"}, headers={"sec-fetch-site": "same-origin"})
    client.get("/api/v1/suggest", params={"q": "pass"})
    client.app.state.site.intents.flush()

    with reading(site_engine) as conn:
        assert conn.execute(select(search_intents)).all() == []


def test_suggestions_are_titles_that_begin_like_what_was_typed(shared, entries):
    found = shared.get("/api/v1/suggest", params={"q": "pass"}).json()["suggestions"]

    assert [one["text"] for one in found][:1] == ["How do I reset my password?"]
    assert found[0]["url"].startswith(f"/faq/{entries['reset']}-")


@pytest.mark.parametrize("typed", ["quarz", "nebel", "xylo", "zugangs"])
def test_nothing_that_a_guest_may_not_read_is_suggested(shared, typed):
    assert shared.get("/api/v1/suggest", params={"q": typed}).json() == {"suggestions": []}

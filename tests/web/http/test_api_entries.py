"""Entries over the API: reading, writing, collisions and votes."""

import pytest

from kb.access import OPERATOR, Role, Scope
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry, helpful_count
from kb.store.redirects import add_redirect
from tests.web.http.conftest import bearer

PATH = "/api/v1/entries"
ENTRY = {"title": "Where is the serial number?", "answer": "Under the machine."}


def test_a_guest_lists_what_is_public_page_by_page(client, entries):
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(PATH, params=params).json()
        seen += [one["id"] for one in page["entries"]]
        cursor = page["cursor"]
        if cursor is None:
            break

    assert seen == sorted((entries[n] for n in ("reset", "reset-de", "descale")), reverse=True)


def test_a_guest_never_gets_drafts_by_asking_for_them(client, agent, entries):
    assert client.get(PATH, params={"state": "draft"}).json()["entries"] == []
    drafts = client.get(PATH, params={"state": "draft"}, headers=agent).json()["entries"]
    assert [one["id"] for one in drafts] == [entries["draft"]]


def test_an_entry_shows_unshown_wordings_to_agents_only(client, agent, entries):
    path = f"{PATH}/{entries['reset']}"
    guests, agents = client.get(path).json(), client.get(path, headers=agent).json()

    assert [one["text"] for one in guests["phrasings"]] == ["How do I reset my password?"]
    assert len(agents["phrasings"]) == 2
    assert guests["helpful"] is None
    assert agents["helpful"] == {"yes": 0, "no": 0}


@pytest.mark.parametrize("name", ["internal", "draft"])
def test_what_a_guest_may_not_read_does_not_exist_for_them(client, agent, entries, name):
    for path in (f"{PATH}/{entries[name]}", f"{PATH}/{entries[name]}/related"):
        assert client.get(path).status_code == 404
        assert client.get(path, headers=agent).status_code == 200
    vote = client.post(f"{PATH}/{entries[name]}/helpful", json={"helpful": True})
    assert vote.status_code == 404


def test_a_merged_entry_redirects_to_what_it_became(client, entries, site_engine):
    with transaction(site_engine) as conn:
        add_redirect(conn, "entry", entries["descale"], entries["reset"])
    moved = client.get(f"{PATH}/{entries['descale']}")

    assert (moved.status_code, moved.headers["location"]) == (301, f"{PATH}/{entries['reset']}")


def test_an_agent_writes_an_entry_that_is_a_draft_at_first(client, agent):
    made = client.post(PATH, json=ENTRY, headers=agent)

    assert (made.status_code, made.json()["state"]) == (201, "draft")
    assert made.headers["location"] == f"{PATH}/{made.json()['id']}"
    assert client.get(f"{PATH}/{made.json()['id']}").status_code == 404


def test_only_agents_write(client, make_key, entries):
    customer = bearer(make_key(Role.CUSTOMER, name="Kim"))
    narrow = bearer(make_key(Role.ADMIN, Scope.READ, Scope.ASK, name="Lou"))
    one = f"{PATH}/{entries['reset']}"
    assert client.post(PATH, json=ENTRY).status_code == 401
    assert client.patch(one, json={"revision": 1, "title": "x"}).status_code == 401
    for headers in (customer, narrow):
        assert client.post(PATH, json=ENTRY, headers=headers).status_code == 403
        patch = {"revision": 1, "title": "x"}
        assert client.patch(one, json=patch, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"answer": "\n"}, "answer"),
        ({"answer": "x" * 100_001}, "answer"),
        ({"audience": "Every Body"}, "audience"),
        ({"audience": "no-such-group"}, "audience"),
        ({"title": "\u200b\u2800"}, "question"),
        ({"state": "hidden"}, "state"),
        ({"locale": ""}, "locale"),
    ],
)
def test_a_field_that_is_wrong_is_named(client, agent, changed, field):
    refused = client.post(PATH, json={**ENTRY, **changed}, headers=agent)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_the_second_of_two_editors_is_told_of_the_first(client, agent, entries):
    path = f"{PATH}/{entries['reset']}"
    first = client.patch(path, json={"revision": 1, "answer": "New."}, headers=agent)
    second = client.patch(path, json={"revision": 1, "answer": "Newer."}, headers=agent)

    assert (first.status_code, first.json()["revision"]) == (200, 2)
    assert second.status_code == 409
    assert client.get(path).json()["answer"] == "New."


def test_what_a_change_leaves_out_stays(client, agent, entries, site_engine):
    path = f"{PATH}/{entries['reset']}"
    changed = client.patch(path, json={"revision": 1, "category": None}, headers=agent).json()

    assert changed["category"] is None
    assert (changed["product"], changed["tags"]) == ("piazza", ["Sign in"])
    with reading(site_engine) as conn:
        assert get_entry(conn, entries["reset"], viewer=OPERATOR).translation_group == "reset"


@pytest.mark.parametrize("patch", [{"title": "x"}, {"revision": 1, "title": None}])
def test_a_change_needs_its_revision_and_no_empty_title(client, agent, entries, patch):
    assert client.patch(f"{PATH}/{entries['reset']}", json=patch, headers=agent).status_code == 422


def test_a_source_id_names_one_entry(client, agent):
    sent = {**ENTRY, "source_id": "faq-9"}
    assert client.post(PATH, json=sent, headers=agent).status_code == 201
    assert client.post(PATH, json=sent, headers=agent).status_code == 409


def test_a_visitor_has_one_vote_that_they_may_change(client, entries, site_engine):
    path = f"{PATH}/{entries['reset']}/helpful"
    for helpful in (True, True, False):
        assert client.post(path, json={"helpful": helpful, "reason": "unclear"}).status_code == 200

    with reading(site_engine) as conn:
        votes = helpful_count(conn, entries["reset"], viewer=OPERATOR)
    assert (votes.yes, votes.no) == (0, 1)


def test_another_browser_is_another_visitor(client, entries, site_engine):
    path = f"{PATH}/{entries['reset']}/helpful"
    for name in ("one", "two"):
        client.post(path, json={"helpful": True}, headers={"user-agent": name})

    with reading(site_engine) as conn:
        assert helpful_count(conn, entries["reset"], viewer=OPERATOR).yes == 2


@pytest.mark.usefixtures("standing_clock")
def test_a_flood_of_votes_is_stopped_and_told_when_to_come_back(client, entries):
    path = f"{PATH}/{entries['reset']}/helpful"
    for _ in range(30):
        assert client.post(path, json={"helpful": True}).status_code == 200
    stopped = client.post(path, json={"helpful": True})

    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["retry-after"]) <= 61

"""Editors compare entries, merge two into one, set links; nobody else does."""

from __future__ import annotations

import re

import pytest

from kb.access import OPERATOR, Role, Scope
from kb.entries import EntryContent
from kb.store.engine import reading, transaction
from kb.store.entries.reading import find_entry_redirect, get_entry
from kb.store.entries.writing import add_entry
from kb.store.links.found import FoundLink, replace_auto_links
from kb.store.merging.findings import FoundPair, list_findings, save_finding
from tests.web.http.conftest import bearer

ANSWER = "Choose *Forgot password* on the page **Sign in**."


@pytest.fixture
def twin(site_engine, entries):
    """A second entry about the password, with what the audit found about the two."""
    with transaction(site_engine) as conn:
        content = EntryContent("I forgot my password", ANSWER, phrasings=("lost my password",))
        twin = add_entry(conn, content, viewer=OPERATOR, state="published")
        facts = {"similarity": 0.83, "titles": 0.7, "answers": 0.6, "shared_wordings": 0}
        save_finding(conn, FoundPair("duplicate", entries["reset"], twin, 0.8, facts))
        facts = {"sentence_a": "Always wait.", "sentence_b": "Never wait.", "similarity": 0.7}
        save_finding(conn, FoundPair("contradiction", entries["descale"], twin, 0.8, facts))
    return twin


@pytest.fixture
def finding(site_engine, twin):
    with reading(site_engine) as conn:
        found = list_findings(conn, viewer=OPERATOR)
    return next(one.id for one in found if one.kind == "duplicate")


@pytest.fixture
def customer(make_key):
    return bearer(make_key(Role.CUSTOMER, Scope.READ))


def test_the_audit_shows_both_entries_with_what_gives_them_away(client, agent, twin):
    page = client.get("/desk/audit", headers=agent).text

    assert "I forgot my password" in page
    assert "How do I reset my password?" in page
    assert "questions 83% alike" in page
    assert "answers share 60% of their words" in page
    assert page.index("Never wait.") < page.index("questions 83% alike")
    assert 'id="you-need"' not in page


@pytest.mark.parametrize("show", ["open", "dismissed", "merged"])
def test_an_empty_audit_says_what_will_be_there(client, agent, show):
    page = client.get("/desk/audit", params={"show": show}, headers=agent)
    assert (page.status_code, 'class="empty"' in page.text) == (200, True)


def test_a_merge_from_the_audit_is_offered_an_undo(client, agent, twin, finding, entries):
    old = entries["reset"]
    merged = client.post(f"/desk/audit/{finding}/merge", data={"keep": twin}, headers=agent)
    assert merged.status_code == 303
    moved = client.get(f"/faq/{old}-how-do-i-reset-my-password")
    assert moved.status_code == 301
    assert moved.headers["location"].startswith(f"/faq/{twin}-")

    page = client.get(merged.headers["location"], headers=agent).text
    assert "Merged. The old address leads to the entry that stays." in page
    undo = re.search(r'action="(/desk/audit/merges/[0-9]+/undo[^"]*)"', page)
    assert undo is not None
    table = client.get("/desk/audit?show=merged", headers=agent).text
    assert "How do I reset my password?" in table

    assert client.post(undo[1].replace("&amp;", "&"), headers=agent).status_code == 303
    assert client.get(f"/faq/{old}-how-do-i-reset-my-password").status_code == 200
    assert "taken back by Robin" in client.get("/desk/audit?show=merged", headers=agent).text


def test_a_pair_called_different_leaves_the_list_and_comes_back(client, agent, finding):
    done = client.post(f"/desk/audit/{finding}/dismiss", headers=agent)
    page = client.get(done.headers["location"], headers=agent).text
    assert f"/desk/audit/{finding}/reopen" in page
    assert f"finding-{finding}" not in page
    assert f"finding-{finding}" in client.get("/desk/audit?show=dismissed", headers=agent).text

    client.post(f"/desk/audit/{finding}/reopen", headers=agent)
    assert f"finding-{finding}" in client.get("/desk/audit", headers=agent).text


def test_the_audit_refuses_what_is_not_in_it(client, agent, finding, entries):
    wrong = {"keep": entries["descale"]}
    assert client.post(f"/desk/audit/{finding}/merge", data=wrong, headers=agent).status_code == 422
    assert client.post(f"/desk/audit/{finding}/reopen", headers=agent).status_code == 409
    assert client.post("/desk/audit/999/dismiss", headers=agent).status_code == 404
    assert client.post("/desk/audit/merges/999/undo", headers=agent).status_code == 404


def test_only_staff_see_and_settle_what_the_audit_found(client, customer, finding, twin):
    assert client.get("/desk/audit").status_code == 303
    assert client.get("/desk/audit", headers=customer).status_code == 403
    for path in (f"/desk/audit/{finding}/dismiss", f"/desk/audit/{finding}/merge"):
        assert client.post(path, data={"keep": twin}).status_code == 303
        assert client.post(path, data={"keep": twin}, headers=customer).status_code == 403
    for path in ("/audit", "/entries/merges", f"/entries/{twin}/links"):
        assert client.get(f"/api/v1{path}").status_code == 401
        assert client.get(f"/api/v1{path}", headers=customer).status_code == 403


def test_the_api_lists_findings_and_settles_them(client, agent, finding, twin, entries):
    found = client.get("/api/v1/audit", params={"limit": 1}, headers=agent).json()
    assert [one["kind"] for one in found["findings"]] == ["contradiction"]
    rest = client.get("/api/v1/audit", params={"cursor": found["cursor"]}, headers=agent).json()
    assert rest["findings"][0]["entries"] == [entries["reset"], twin]
    assert rest["cursor"] is None

    said = client.post(f"/api/v1/audit/{finding}/dismiss", headers=agent).json()
    assert (said["state"], said["closed_by"]) == ("dismissed", "Robin")
    assert client.post(f"/api/v1/audit/{finding}/dismiss", headers=agent).status_code == 409
    assert client.post(f"/api/v1/audit/{finding}/reopen", headers=agent).json()["state"] == "open"


def test_the_api_merges_and_takes_back(client, agent, customer, twin, entries, site_engine):
    path, body = f"/api/v1/entries/{twin}/merge", {"into_id": entries["reset"]}
    assert client.post(path, json=body).status_code == 401
    assert client.post(path, json=body, headers=customer).status_code == 403
    for other, status in ((entries["reset-de"], 409), (entries["internal"], 409), (999, 404)):
        refused = client.post(path, json={"into_id": other}, headers=agent)
        assert refused.status_code == status, refused.text

    merged = client.post(path, json=body, headers=agent).json()
    assert (merged["entry_id"], merged["into_id"], merged["by"]) == (
        twin,
        entries["reset"],
        "Robin",
    )
    moved = client.get(f"/api/v1/entries/{twin}")
    assert moved.headers["location"] == f"/api/v1/entries/{entries['reset']}"
    patch = {"revision": 1, "state": "published"}
    changed = client.patch(f"/api/v1/entries/{twin}", json=patch, headers=agent)
    assert changed.status_code in (409, 422)
    with reading(site_engine) as conn:
        assert find_entry_redirect(conn, twin) == entries["reset"]
        assert get_entry(conn, twin, viewer=OPERATOR).state == "archived"
    listed = client.get("/api/v1/entries/merges", headers=agent).json()["merges"]
    assert [one["id"] for one in listed] == [merged["id"]]

    undo = f"/api/v1/entries/merges/{merged['id']}/undo"
    assert client.post(undo, headers=customer).status_code == 403
    assert client.post(undo, headers=agent).json()["undone_by"] == "Robin"
    assert client.post(undo, headers=agent).status_code == 409
    assert client.get(f"/api/v1/entries/{twin}").status_code == 200


def test_the_api_pins_blocks_and_puts_first(client, agent, customer, twin, entries):
    base, other = f"/api/v1/entries/{twin}", entries["reset"]

    def said(reply):
        assert reply.status_code == 200, reply.text
        return [(one["kind"], one["mode"]) for one in reply.json()["links"]]

    body = {"entry_id": other}
    for noun, expected in (
        ("pins", ("similar", "pinned")),
        ("blocks", ("similar", "blocked")),
        ("prerequisites", ("prerequisite", "pinned")),
    ):
        assert client.post(f"{base}/{noun}", json=body, headers=customer).status_code == 403
        assert said(client.post(f"{base}/{noun}", json=body, headers=agent)) == [expected]
        if noun == "pins":
            assert client.delete(f"{base}/blocks/{other}", headers=agent).status_code == 404
    related = client.get(f"{base}/related").json()["related"]
    assert [(one["id"], one["kind"]) for one in related] == [(other, "prerequisite")]
    assert said(client.delete(f"{base}/prerequisites/{other}", headers=agent)) == []
    assert client.delete(f"{base}/prerequisites/{other}", headers=agent).status_code == 404
    assert client.delete(f"{base}/pins/{other}", headers=agent).status_code == 404
    assert client.post(f"{base}/pins", json={"entry_id": twin}, headers=agent).status_code == 422


def test_an_entry_groups_what_it_links_to_and_says_why(client, entries, twin, site_engine):
    facts = {"fact": "asked next", "people": 7, "days": 3}
    with transaction(site_engine) as conn:
        links = [FoundLink(twin, entries["descale"], 0.3, facts, "next")]
        replace_auto_links(conn, links, kind="next")
        links = [FoundLink(twin, entries["reset"], 0.6, {"shared_words": ["password"]})]
        replace_auto_links(conn, links)
    path = f"/faq/{twin}-i-forgot-my-password"

    page = client.get(path).text

    assert "7 people who asked this asked it next, within 3 days" in page
    assert (
        page.index("People often ask next") < page.index("Similar") < page.index("password</span>")
    )
    assert "Edit the links" not in page
    german = client.get(path, params={"locale": "de"}).text
    assert "7 Personen haben danach auch das gefragt, innerhalb von 3 Tagen" in german


def test_an_agent_edits_links_on_the_page(client, agent, customer, entries, twin):
    path = f"/faq/{twin}/links"
    typed = f"http://testserver/faq/{entries['reset']}-how-do-i-reset-my-password"

    assert client.post(path, data={"action": "first", "to": typed}).status_code == 303
    refused = client.post(path, data={"action": "first", "to": typed}, headers=customer)
    assert refused.status_code == 403
    done = client.post(path, data={"action": "first", "to": typed}, headers=agent)
    assert (done.status_code, done.headers["location"][-6:]) == (303, "#links")
    page = client.get(done.headers["location"].removesuffix("#links"), headers=agent).text
    assert "Read first" in page
    assert "chosen by our team" in page

    for action, to in (("pin", "hello"), ("pin", str(twin)), ("pin", "999"), ("jump", "1")):
        wrong = client.post(path, data={"action": action, "to": to}, headers=agent)
        assert wrong.status_code == 422
        assert f'value="{to}"' in wrong.text
        assert 'role="alert"' in wrong.text

"""What the support team does with a question, on its page and through the API."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kb.access import Role
from kb.intake.records import IncomingQuestion
from kb.store.audit import Subject, audit_of
from kb.store.engine import reading, transaction
from kb.store.mail.watches import count_watches
from kb.store.questions.incoming import store_question
from kb.store.schema import replies
from tests.kb.files_given import picture
from tests.web.http.conftest import bearer


@pytest.fixture
def number(confirmed, stored) -> int:
    confirmed(body="Since Monday.")
    return stored()[0].id


def test_the_team_answers_on_the_page_and_is_told_who_hears_of_it(
    client, number, agent, stored, site_engine
):
    page = client.get(f"/q/{number}", headers=agent).text
    sent = client.post(f"/q/{number}/answers", data={"body": "Clean it."}, headers=agent)
    after = client.get(sent.headers["location"], headers=agent).text

    assert "For the team" in page
    assert "The asker gets it by email" in after
    assert "Robin" in after
    assert stored()[0].state == "answered"
    with reading(site_engine) as conn:
        actions = [one.action for one in audit_of(conn, Subject("question", number))]
        (reply,) = conn.execute(select(replies))
    assert actions == ["reply", "confirm"]
    assert (reply.author, reply.body_raw) == ("agent", "Clean it.")
    assert reply.by_id is not None


def test_an_answer_can_be_looked_at_first(client, number, agent, stored):
    data = {"body": "Clean *it*.", "preview": "1"}
    page = client.post(f"/q/{number}/answers", data=data, headers=agent)

    assert page.status_code == 200
    assert "<em>it</em>" in page.text
    assert "Clean *it*.</textarea>" in page.text
    assert stored()[0].state == "open"


def test_an_answer_without_text_is_refused_on_the_page(client, number, agent, stored):
    page = client.post(f"/q/{number}/answers", data={"body": " "}, headers=agent)

    assert page.status_code == 422
    assert 'id="body-error"' in page.text
    assert stored()[0].state == "open"


def test_a_file_comes_with_the_answer(client, number, agent, stored):
    files = [("files", ("manual.txt", b"Turn it off.", "x/y"))]
    sent = client.post(f"/q/{number}/answers", data={"body": "See it."}, files=files, headers=agent)
    page = client.get(sent.headers["location"], headers=agent).text
    theirs = client.get(f"/q/{number}?token={stored()[0].token}").text

    assert "manual.txt" in page
    assert "manual.txt" in theirs
    bad = [("files", ("a.exe", b"MZ\x90", "x/y"))]
    refused = client.post(f"/q/{number}/answers", data={"body": "B"}, files=bad, headers=agent)
    assert refused.status_code == 422


def test_a_picture_in_an_answer_is_seen_by_whoever_has_the_link_and_by_nobody_else(
    client, number, agent, stored
):
    files = [("files", ("valve.png", picture(), "image/png"))]
    said = {"body": "Turn this: ![the valve](valve.png)"}
    client.post(f"/q/{number}/answers", data=said, files=files, headers=agent)
    page = client.get(f"/q/{number}?token={stored()[0].token}").text

    (shown,) = re.findall(r'<img src="(/files/[^"]+)" alt="the valve"', page)
    seen = client.get(shown)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert seen.headers["cache-control"] == "private, no-store"
    assert client.get(shown.partition("?")[0]).status_code == 404
    assert "token=" not in client.get(f"/q/{number}", headers=agent).text


@pytest.mark.parametrize("role", [None, Role.CUSTOMER])
def test_nobody_else_answers_or_changes_the_state(client, number, stored, make_key, role):
    headers = bearer(make_key(role)) if role else {}
    token = stored()[0].token
    for path, data in (("answers", {"body": "x"}), ("state", {"state": "spam"})):
        refused = client.post(
            f"/q/{number}/{path}?token={token}", data={**data, "token": token}, headers=headers
        )
        assert refused.status_code == (403 if role else 303)
    assert stored()[0].state == "open"
    api = f"/api/v1/questions/{number}"
    assert client.post(f"{api}/replies", json={"body": "x"}, headers=headers).status_code in (
        401,
        403,
    )
    assert client.patch(api, json={"state": "spam"}, headers=headers).status_code in (401, 403)


def test_a_state_can_be_taken_back(client, number, agent, stored):
    changed = client.post(f"/q/{number}/state", data={"state": "spam"}, headers=agent)
    page = client.get(changed.headers["location"], headers=agent).text
    undo = f"/q/{number}/state?state=open&amp;undo=1"

    assert stored()[0].state == "spam"
    assert undo in page
    assert "Send the answer" not in page
    client.post(undo.replace("&amp;", "&"), headers=agent)
    assert stored()[0].state == "open"
    assert client.post(f"/q/{number}/state", data={}, headers=agent).status_code == 422


def test_what_is_put_aside_is_not_answered(client, number, agent):
    client.post(f"/q/{number}/state", data={"state": "hidden"}, headers=agent)

    refused = client.post(f"/q/{number}/answers", data={"body": "x"}, headers=agent)
    assert refused.status_code == 409


def test_what_came_from_another_system_says_that_nobody_is_mailed(
    client, agent, site_engine, mails
):
    asked = IncomingQuestion("7", "Loud", "It is loud.", sender="kim@example.org")
    with transaction(site_engine) as conn:
        number, _ = store_question(conn, asked, channel="ticket", source="zendesk")
    page = client.get(f"/q/{number}", headers=agent).text
    sent = client.post(f"/q/{number}/answers", data={"body": "Clean it."}, headers=agent)

    assert "This came from zendesk" in page
    assert "no email was sent" in client.get(sent.headers["location"], headers=agent).text
    assert mails() == []


def test_the_api_answers_and_changes_states(client, number, agent, stored):
    api = f"/api/v1/questions/{number}"
    first = client.post(f"{api}/replies", json={"body": "Clean it."}, headers=agent)
    same = client.post(f"{api}/replies", json={"body": "Clean it."}, headers=agent)

    assert (first.status_code, same.status_code) == (201, 200)
    assert first.json() == same.json()
    assert first.json() | {"id": 0} == {
        "id": 0,
        "question_id": number,
        "state": "answered",
        "told": True,
    }
    changed = client.patch(api, json={"state": "solved"}, headers=agent)
    assert changed.json() == {"id": number, "state": "solved", "before": "answered"}
    assert client.patch(api, json={"state": "gone"}, headers=agent).status_code == 422
    assert (
        client.patch("/api/v1/questions/404", json={"state": "open"}, headers=agent).status_code
        == 404
    )
    assert (
        client.post("/api/v1/questions/404/replies", json={"body": "x"}, headers=agent).status_code
        == 404
    )

    theirs = client.get(api, params={"token": stored()[0].token}).json()
    assert [one["body"] for one in theirs["replies"]] == ["Clean it."]
    assert (theirs["state"], theirs["waits"]) == ("solved", False)
    assert theirs["solved_at"] is not None
    assert client.get(api).status_code == 404


def test_a_question_sent_by_a_customers_key_is_followed_by_its_account(
    client, make_account, make_key, site_engine, stored
):
    key = make_key(Role.CUSTOMER, name="Carla")
    sent = client.post(
        "/api/v1/questions", json={"source_id": "1", "body": "It is loud."}, headers=bearer(key)
    )
    number = sent.json()["id"]

    assert stored()[0].account_id is not None
    assert client.get(f"/q/{number}", headers=bearer(key)).status_code == 200
    with reading(site_engine) as conn:
        # This account has no address that could be written to.
        assert count_watches(conn, "question", [number]) == 0


def test_the_list_of_the_team_shows_who_waits_and_nobody_unconfirmed(
    client, confirmed, ask, stored, agent, site_engine, count_queries
):
    confirmed(title="Loud <one>?")
    confirmed(title="Loud two?")
    ask(title="Not confirmed?")
    ticket = IncomingQuestion("7", "A ticket?", "")
    with transaction(site_engine) as conn:
        store_question(conn, ticket, channel="ticket", source="zendesk")
    first, second = stored()[0].id, stored()[1].id
    page = client.get("/desk/questions", headers=agent).text

    assert page.index("Loud &lt;one&gt;?") < page.index("Loud two?")
    assert f'href="/q/{first}"' in page
    assert "Not confirmed?" not in page
    assert "A ticket?" not in page
    client.post(f"/q/{first}/answers", data={"body": "Clean it."}, headers=agent)
    client.post(f"/q/{second}/state", data={"state": "spam"}, headers=agent)
    with count_queries(client.app.state.site.engine) as counted:
        empty = client.get("/desk/questions", headers=agent).text
    assert "Nobody waits" in empty
    assert len(counted) <= 8
    for show, shown in (("answered", "Loud &lt;one&gt;?"), ("aside", "Loud two?")):
        assert shown in client.get(f"/desk/questions?show={show}", headers=agent).text
    assert client.get("/desk/questions?show=x", headers=agent).status_code == 422
    assert client.get("/desk/questions").headers["location"].startswith("/sign-in")

"""The private page of a question: who sees it, what it says, what its asker does there."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from kb.access import OPERATOR, Role, Scope
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.store.engine import reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.questions.conversation import add_reply
from kb.store.questions.incoming import store_question
from kb.store.schema import phrasings, questions, replies

STRANGE = {"body": "x", "token": "y" * 43}


@pytest.fixture
def asked(confirmed, stored):
    """A guest's confirmed question: its number, token and address."""
    address = confirmed(body="Since Monday.")
    return stored()[0].id, stored()[0].token, address


@pytest.fixture
def answered(asked, client, agent):
    """The same, answered by the team."""
    number, token, address = asked
    client.post(f"/q/{number}/answers", data={"body": "Clean the **filter**."}, headers=agent)
    return number, token, address


def test_the_page_is_for_its_asker_and_the_team_alone(client, asked, agent, sign_in, make_account):
    number, token, address = asked
    page = client.get(address)

    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "noindex" in page.headers["x-robots-tag"]
    assert client.get(f"/q/{number}").status_code == 404
    assert client.get(re.sub("token=.", "token=", address)).status_code == 404
    assert client.get(f"/q/{number}?token={token}x").status_code == 404
    assert client.get(f"/q/{number + 1}?token={token}").status_code == 404
    assert client.get(f"/q/{number}", headers=agent).status_code == 200
    stranger = TestClient(client.app, follow_redirects=False)
    sign_in(stranger, make_account(email="other@example.org"))
    assert stranger.get(f"/q/{number}").status_code == 404


def test_an_answer_is_shown_and_solves_the_question(client, answered, stored):
    number, token, address = answered
    page = client.get(address).text
    assert "There is an answer" in page
    assert "<strong>filter</strong>" in page
    assert "Robin" not in page
    assert "Did this solve it?" in page

    solved = client.post(f"/q/{number}/solved", data={"token": token})
    after = client.get(solved.headers["location"]).text
    assert "Good to know that it is solved" in after
    assert "Did this solve it?" not in after
    assert stored()[0].state == "solved"
    assert stored()[0].solved_at is not None

    client.post(f"/q/{number}/solved", data={"token": token})
    assert stored()[0].state == "solved"


def test_no_asks_what_is_missing_and_the_text_opens_the_question_again(client, answered, stored):
    number, token, address = answered
    page = client.get(address).text
    assert f'href="/q/{number}?token={token}&amp;more=1#more"' in page
    assert "<details" in client.get(f"{address}&more=1").text

    sent = client.post(f"/q/{number}/replies", data={"token": token, "body": "Still <loud>."})
    after = client.get(sent.headers["location"]).text
    assert "Still &lt;loud&gt;." in after
    assert "We read what you added" in after
    assert stored()[0].state == "open"
    assert stored()[0].cleaning_version is None


def test_an_empty_addition_is_named_and_a_long_one_kept(client, answered, stored):
    number, token, _ = answered
    empty = client.post(f"/q/{number}/replies", data={"token": token, "body": "  "})
    long = client.post(f"/q/{number}/replies", data={"token": token, "body": "x" * 20_001})

    assert (empty.status_code, long.status_code) == (422, 422)
    assert 'id="body-error"' in empty.text
    assert "x" * 20_001 in long.text
    assert stored()[0].state == "answered"


def test_the_same_addition_sent_twice_is_one(client, answered, site_engine):
    number, token, _ = answered
    for _ in range(2):
        client.post(f"/q/{number}/replies", data={"token": token, "body": "Still loud."})

    with reading(site_engine) as conn:
        said = conn.execute(select(replies.c.author).order_by(replies.c.id))
        assert list(said.scalars()) == ["agent", "customer"]


def test_nobody_else_can_do_anything_on_it(client, answered):
    number, _, _ = answered
    for path in ("solved", "replies", "mail-again"):
        assert client.post(f"/q/{number}/{path}", data=STRANGE).status_code == 404
        nameless = client.post(f"/q/{number}/{path}", data={"body": "x"})
        assert nameless.headers["location"].startswith("/sign-in")


def test_what_was_put_aside_says_so_without_blame(client, answered, agent):
    number, token, address = answered
    for state in ("spam", "hidden"):
        client.post(f"/q/{number}/state", data={"state": state}, headers=agent)
        page = client.get(address).text

        assert "This question is closed" in page
        assert "spam" not in page.lower()
        assert "Advertising" not in page
    for path in ("solved", "replies"):
        refused = client.post(f"/q/{number}/{path}", data={"token": token, "body": "x"})
        assert refused.status_code == 409


def test_an_account_takes_a_question_in_by_its_link(client, asked, stored, sign_in, make_account):
    number, token, address = asked
    assert "Add it to my account" not in client.get(address).text
    account_id = make_account(email="mara@example.com")
    sign_in(client, account_id)
    assert "Add it to my account" in client.get(address).text
    assert client.post(f"/q/{number}/keep", data={"token": "x"}).status_code == 404

    kept = client.post(f"/q/{number}/keep", data={"token": token})
    assert kept.headers["location"].startswith(f"/q/{number}?said=kept")
    assert client.get(kept.headers["location"]).status_code == 200
    assert stored()[0].account_id == account_id

    second = TestClient(client.app, follow_redirects=False)
    sign_in(second, make_account(email="other@example.com"))
    assert second.post(f"/q/{number}/keep", data={"token": token}).status_code == 409


def test_the_entry_it_became_is_shown_where_it_may_be_read(client, asked, site_engine):
    number, _, address = asked
    with transaction(site_engine) as conn:
        ids = {
            audience: add_entry(
                conn,
                EntryContent(f"Loud machine {audience}", "Clean it.", audience=audience),
                viewer=OPERATOR,
                state="published",
            )
            for audience in ("internal", "public")
        }

    def worded(audience):
        with transaction(site_engine) as conn:
            conn.execute(phrasings.delete().where(phrasings.c.question_id == number))
            conn.execute(
                insert(phrasings).values(
                    entry_id=ids[audience],
                    text="why so loud",
                    text_hash="h" * 64,
                    shown=False,
                    origin="question",
                    question_id=number,
                    created_at=utc_now(),
                )
            )
        return client.get(address).text

    assert "Loud machine" not in worded("internal")
    page = worded("public")
    assert "Your question became this answer" in page
    assert "Loud machine public" in page


def test_replies_of_another_system_are_shown_as_text(client, site_engine, stored):
    incoming = IncomingQuestion(
        "7",
        "Loud",
        "<p>It is <b>loud</b>.</p>",
        body_is_html=True,
        replies=(
            IncomingReply("a", "<p>Clean <script>x()</script>it.</p>", "agent", body_is_html=True),
            IncomingReply("b", "**not** Markdown", "agent"),
        ),
    )
    with transaction(site_engine) as conn:
        number, _ = store_question(conn, incoming, channel="ticket", source="desk")
    page = client.get(f"/q/{number}?token={stored()[0].token}").text

    assert "<script>x" not in page
    assert "It is loud." in page
    assert "**not** Markdown" in page


def test_a_held_question_tells_that_a_person_looks_first(client, asked, site_engine):
    _, _, address = asked
    with transaction(site_engine) as conn:
        conn.execute(update(questions).values(noise="spam"))

    assert "A person looks at it first" in client.get(address).text


def test_the_page_speaks_the_language_of_the_asker_after_every_step(client, answered):
    number, token, _ = answered
    here = {"referer": f"http://testserver/q/{number}?token={token}&locale=de"}
    solved = client.post(f"/q/{number}/solved", data={"token": token}, headers=here)

    assert solved.headers["location"].endswith("locale=de")
    assert "gelöst" in client.get(solved.headers["location"]).text


def test_too_many_replies_ask_for_a_new_question(client, answered, site_engine):
    number, token, _ = answered
    with transaction(site_engine) as conn:
        rows = [
            {
                "question_id": number,
                "source_id": str(n),
                "author": "customer",
                "body_raw": f"{n}",
                "content_hash": str(n),
            }
            for n in range(300)
        ]
        conn.execute(insert(replies), rows)
    refused = client.post(f"/q/{number}/replies", data={"token": token, "body": "more"})

    assert refused.status_code == 409


def test_an_agent_with_a_narrow_key_sees_nothing(client, asked, make_key):
    key = make_key(Role.AGENT, Scope.READ)
    assert (
        client.get(f"/q/{asked[0]}", headers={"authorization": f"Bearer {key}"}).status_code == 404
    )


def test_a_reply_of_the_team_is_markdown_without_html(client, asked, site_engine):
    number, _, address = asked
    with transaction(site_engine) as conn:
        add_reply(conn, number, "<b>x</b> [a](javascript:b)", author="agent")
    page = client.get(address).text

    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "javascript:" not in page.replace("(javascript:b)", "")

"""Confirming a guest's question by the mailed link."""

from __future__ import annotations

from kb.access import OPERATOR
from kb.store.counts import record_counts
from kb.store.engine import reading
from kb.store.mail.watches import count_watches
from kb.store.questions.cleaned import count_to_clean, questions_to_clean
from kb.store.questions.noise import list_set_aside, noise_counts
from kb.store.questions.reading import questions_by_id, questions_named


def test_looking_at_the_link_changes_nothing_and_pressing_the_button_confirms(
    client, ask, secret, stored
):
    ask(body="Since Monday.")
    link = secret()
    looked = [client.get("/ask/confirm", params={"secret": link}) for _ in range(2)]

    assert all("Why is it so loud?" in page.text for page in looked)
    assert looked[0].headers["cache-control"] == "private, no-store"
    assert stored()[0].confirm_until is not None

    pressed = client.post("/ask/confirm", data={"secret": link})
    page = client.get(pressed.headers["location"]).text
    assert "Your question is with us" in page
    assert "Confirmed by you" in page
    assert stored()[0].confirm_until is None

    again = client.post("/ask/confirm", data={"secret": link})
    assert again.status_code == 404
    assert "This link no longer works" in again.text


def test_an_unconfirmed_question_takes_no_part_in_anything(
    client, ask, secret, stored, site_engine, agent
):
    body = "We offer backlinks for your website from 50 $. Click here now: https://seo.example"
    address = ask(title="Rank your site on page one", body=body)
    number = stored()[0].id
    with reading(site_engine) as conn:
        assert questions_to_clean(conn, 1) == []
        assert count_to_clean(conn, 1) == 0
        assert noise_counts(conn, viewer=OPERATOR) == {}
        assert list_set_aside(conn, viewer=OPERATOR) == []
        assert questions_by_id(conn, [number], viewer=OPERATOR) == {}
        assert questions_named(conn, stored()[0].source_id) == []
        counts = record_counts(conn)
        assert (counts.questions, counts.noise, counts.questions_by_channel) == (0, 0, {})
    assert client.get(f"/q/{number}", headers=agent).status_code == 404
    assert client.get(f"/api/v1/questions/{number}", headers=agent).status_code == 404
    assert client.get(address).status_code == 200

    client.post("/ask/confirm", data={"secret": secret()})
    with reading(site_engine) as conn:
        assert [one.id for one in questions_to_clean(conn, 1)] == [number]
        assert record_counts(conn).questions == 1
        assert count_watches(conn, "question", [number]) == 1
    assert client.get(f"/q/{number}", headers=agent).status_code == 200


def test_a_question_of_an_address_with_an_account_belongs_to_it(
    client, ask, secret, stored, make_account
):
    account_id = make_account(email="kim@example.org")
    ask(email="Kim@Example.org")
    assert stored()[0].account_id is None
    client.post("/ask/confirm", data={"secret": secret()})

    assert stored()[0].account_id == account_id


def test_who_did_not_ask_deletes_the_question(client, ask, secret, stored):
    ask()
    link = secret()
    gone = client.post("/ask/confirm/refuse", data={"secret": link})

    assert gone.status_code == 200
    assert "Deleted" in gone.text
    assert stored() == []
    assert client.post("/ask/confirm", data={"secret": link}).status_code == 404


def test_the_mail_is_sent_again_to_who_has_the_page_only(client, ask, mails, secret, stored):
    address = ask()
    number, token = stored()[0].id, stored()[0].token
    first = secret()
    again = client.post(f"/q/{number}/mail-again", data={"token": token})

    assert again.status_code == 303
    assert "We sent the email again" in client.get(again.headers["location"]).text
    assert len(mails()) == 2
    assert secret() != first
    assert client.post(f"/q/{number}/mail-again", data={"token": "x"}).status_code == 404
    assert client.post("/ask/confirm", data={"secret": first}).status_code == 303
    assert client.post(f"/q/{number}/mail-again", data={"token": token}).status_code == 409
    assert client.get(address).status_code == 200


def test_a_made_up_link_says_so_kindly(client):
    for page in (
        client.get("/ask/confirm"),
        client.get("/ask/confirm", params={"secret": "x" * 43}),
        client.post("/ask/confirm", data={"secret": "x" * 43}),
        client.post("/ask/confirm/refuse", data={}),
    ):
        assert page.status_code == 404
        assert "This link no longer works" in page.text

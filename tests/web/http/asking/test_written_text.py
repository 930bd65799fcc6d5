"""What somebody wrote is not lost where a form is refused, as when a session ended meanwhile."""

from __future__ import annotations

import pytest

from kb.access import Role

HTML = {"accept": "text/html"}
LONG = "It began on Monday <when> I cleaned the brew unit."


@pytest.fixture
def number(confirmed, stored) -> int:
    confirmed(body="Since Monday.")
    return stored()[0].id


def shown_in(page: str) -> list[str]:
    """The texts that the page gives back."""
    return [part.split("</textarea>")[0] for part in page.split("<textarea")[1:]]


def test_who_was_signed_out_gets_the_answer_back_and_the_way_to_sign_in(client, number):
    came_from = {"referer": f"http://testserver/q/{number}", **HTML}
    page = client.post(f"/q/{number}/answers", data={"body": LONG}, headers=came_from)

    assert page.status_code == 403
    assert "You are not signed in any more" in page.text
    assert LONG.replace("<", "&lt;").replace(">", "&gt;") in shown_in(page.text)[0]
    assert f'href="/sign-in?next=%2Fq%2F{number}"' in page.text
    assert f'data-page="/q/{number}"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_form_without_a_text_leads_to_the_sign_in_as_before(client, number):
    moved = client.post(f"/q/{number}/answers", data={"body": "Short"}, headers=HTML)

    assert moved.status_code == 303
    assert moved.headers["location"].startswith("/sign-in?next=")


def test_an_asker_who_was_signed_out_keeps_the_text_and_learns_nothing(client, number):
    page = client.post(f"/q/{number}/replies", data={"body": LONG}, headers=HTML)
    nothing = client.post(f"/q/{number + 7}/replies", data={"body": LONG}, headers=HTML)

    assert page.status_code == nothing.status_code == 403
    assert "It began on Monday" in shown_in(page.text)[0]
    assert "/sign-in?next=" in page.text
    one, other = (text.replace(str(number + 7), str(number)) for text in (page.text, nothing.text))
    assert one == other


def test_words_of_passwords_ids_and_choices_are_not_shown_again(client, make_account, sign_in):
    secret = "a password of several words"
    sent = {"present": secret, "password": secret, "token": "y" * 43, "unknown": LONG}
    page = client.post("/account/password", data=sent, headers=HTML)

    assert page.status_code == 303
    assert page.headers["location"].startswith("/sign-in")
    sign_in(client, make_account(role=Role.CUSTOMER))
    answer = {"title": LONG, "answer": LONG, "action": "a choice of more than two words"}
    refused = client.post("/desk/topics/1/promote", data=answer, headers=HTML)
    assert refused.status_code == 403
    assert len(shown_in(refused.text)) == 2


def test_programs_get_nothing_repeated_and_neither_does_a_foreign_site(client, number):
    foreign = {**HTML, "origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    refused = client.post(f"/q/{number}/answers", data={"body": LONG}, headers=foreign)

    assert refused.status_code == 403
    assert "It began on Monday" not in refused.text
    asked = client.post("/api/v1/questions", json={"body": LONG})
    assert "It began on Monday" not in asked.text


def test_a_page_that_is_not_there_offers_guests_to_sign_in(client, make_account, sign_in):
    guest = client.get("/q/12345", headers=HTML)
    assert 'href="/sign-in?next=%2Fq%2F12345"' in guest.text.split("<main")[1]

    sign_in(client, make_account())
    assert "/sign-in" not in client.get("/q/12345", headers=HTML).text.split("<main")[1]

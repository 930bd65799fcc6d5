"""Who sends much, from many addresses or in large files, uses up nothing that others need."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb.attachments import check_file
from kb.errors import InvalidInput, Unavailable
from kb.mail import check_address
from kb.people.passwords import HASHES_AT_ONCE, WAITING_AT_MOST, Cost, Passwords
from kb.store.attachments.files import add_attachment, waiting_bytes
from kb.store.engine import transaction
from tests.kb.questions_given import give_question
from web.http.asking import files_ahead
from web.http.asking.stamps import make_stamp
from web.http.rate_limits import Allowance, RateLimits, TooMany
from web.http.visitors import network_of

LIGHT = Cost(memory_kib=64, passes=1)
NOTE = ("note.txt", b"It beeps three times.", "text/plain")


def test_a_network_of_ipv6_is_one_sender_and_two_addresses_of_ipv4_are_two() -> None:
    limits = RateLimits()
    for last in range(30):
        limits.spend(Allowance.VOTE, f"2001:db8:1:2::{last:x}")

    with pytest.raises(TooMany):
        limits.spend(Allowance.VOTE, "2001:db8:1:2:ffff::1")
    limits.spend(Allowance.VOTE, "2001:db8:1:3::1")
    limits.spend(Allowance.VOTE, "192.0.2.1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("::ffff:192.0.2.2") != network_of("192.0.2.1")
    assert network_of("account 7") == "account 7"


def test_passwords_take_their_turn_and_too_many_at_once_are_refused() -> None:
    passwords = Passwords(LIGHT)
    stored = passwords.hash("correct horse battery")
    places = HASHES_AT_ONCE + WAITING_AT_MOST
    for _ in range(places):
        assert passwords._places.acquire(blocking=False)

    with pytest.raises(Unavailable):
        passwords.fits("correct horse battery", stored)
    with pytest.raises(Unavailable):
        passwords.hash("correct horse battery")
    for _ in range(places):
        passwords._places.release()

    found: list[bool] = []
    check = lambda: found.append(passwords.fits("correct horse battery", stored))  # noqa: E731
    threads = [threading.Thread(target=check) for _ in range(places)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [True] * places


def test_files_that_nobody_stands_for_have_a_limit_and_the_question_is_kept(
    client: TestClient, site_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = client.app
    form = {
        "title": "Why does it beep?",
        "email": "kim@example.org",
        "started": make_stamp(app.state.site, shown_at=1_000_000.0),
    }
    monkeypatch.setattr(files_ahead, "MAX_WAITING_BYTES", 30)
    # Without its address the form comes again, and keeps the file.
    assert client.post("/ask", data={**form, "email": ""}, files={"files": NOTE}).status_code == 422
    with transaction(site_engine) as conn:
        assert waiting_bytes(conn) == len(NOTE[1])
        owned = give_question(conn, "t1", "It beeps")
        add_attachment(conn, "question", owned, check_file(*NOTE[:2]), by_id=None)
        assert waiting_bytes(conn) == len(NOTE[1])
    sent = client.post("/ask", data={**form, "title": "Why?"}, files={"files": NOTE})
    assert sent.status_code == 303
    with transaction(site_engine) as conn:
        assert waiting_bytes(conn) == 2 * len(NOTE[1])

    refused = client.post("/ask", data=form, files={"files": NOTE})
    assert refused.status_code == 422
    assert "cannot take files of guests" in refused.text
    assert form["title"] in refused.text
    assert client.post("/ask", data=form).status_code == 303


@pytest.mark.parametrize(
    "address",
    ["kim@exam\u200bple.org", "kim\u202e@example.org", "kim\u00ad@example.org", "a\x00@b.de"],
)
def test_an_address_with_marks_that_nobody_sees_is_none(address: str) -> None:
    with pytest.raises(InvalidInput):
        check_address(address)
    assert check_address("Kim+faq@müller.example") == "kim+faq@müller.example"


def test_a_file_of_comments_is_looked_at_once() -> None:
    comments = b"<!-- -->" * 400
    # It took for ever: each comment may end at the end of every later one.
    assert check_file("a.txt", comments + b"x").media_type.startswith("text/plain")
    with pytest.raises(InvalidInput):
        check_file("a.txt", comments + b" <script>alert(1)</script>")


def test_signing_out_lets_the_browser_forget_what_it_kept(
    client: TestClient, make_account: Any, sign_in: Any
) -> None:
    for path in ("/sign-out", "/sign-out-everywhere"):
        sign_in(client, make_account())
        assert client.post(path).headers["clear-site-data"] == '"cache", "storage"'
        assert client.get("/account").status_code == 303

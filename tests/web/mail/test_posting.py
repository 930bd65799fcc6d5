"""Letters go into the outbox, with an id that stays and headers that mail programs know."""

import re

import pytest

from kb.access import OPERATOR
from kb.errors import InvalidInput
from kb.settings import Settings
from kb.store.mail.deliveries import list_deliveries
from web.mail.confirm_letters import ConfirmWatchMail, confirm_letter
from web.mail.letters import Letter, MailLook
from web.mail.posting import post

WITH_SERVER = Settings(
    smtp_url="smtp://mail.example.com",
    mail_from="help@example.com",
    public_url="https://help.example.com",
)


def letter(**changes):
    values = {
        "template": "watch_confirm",
        "to": "Mara@Example.org ",
        "locale": "en",
        "context": ConfirmWatchMail("/watch/confirm/x", 7),
        "purpose": "confirm-watch",
    }
    return Letter(**(values | changes))


def put(conn, one, settings=WITH_SERVER):
    assert post(conn, MailLook(settings), one)
    return list_deliveries(conn, viewer=OPERATOR)[0]


def test_a_letter_waits_where_there_is_a_server_and_is_kept_where_there_is_none(conn):
    assert put(conn, letter()).state == "waiting"
    assert put(conn, letter(), Settings()).state == "kept"
    assert put(conn, letter()).recipient == "mara@example.org"


def test_links_come_from_the_public_address_alone(conn):
    assert "https://help.example.com/watch/confirm/x\n" in put(conn, letter()).body_text
    assert "\n/watch/confirm/x\n" in put(conn, letter(), Settings()).body_text


def test_a_key_makes_the_message_id_and_a_thread_its_references(conn):
    first = put(conn, letter(key="question-7"))
    answer = put(conn, letter(key="reply-9", thread="question-7"))

    assert first.message_id == "<question-7@example.com>"
    assert answer.headers["References"] == first.message_id
    assert answer.headers["In-Reply-To"] == first.message_id
    assert post(conn, MailLook(WITH_SERVER), letter(key="reply-9"))
    assert len(list_deliveries(conn, viewer=OPERATOR)) == 2
    without = put(conn, letter())
    assert re.fullmatch(r"<mail-[0-9a-f-]{36}@example\.com>", without.message_id)
    assert without.headers == {}


def test_one_click_ends_what_can_be_ended(conn):
    mail = put(conn, letter(unsubscribe="/unsubscribe/x"))

    assert mail.headers == {
        "List-Unsubscribe": "<https://help.example.com/unsubscribe/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@pytest.mark.parametrize(
    "to", ["", "mara", "a@b", "a b@c.example", "a@c.example\nBcc: d@e.example", "a@b.example,c@d.e"]
)
def test_a_letter_to_no_address_is_refused(conn, to):
    with pytest.raises(InvalidInput) as refused:
        put(conn, letter(to=to))
    assert refused.value.field == "email"


def test_the_fourth_unasked_letter_of_a_day_is_not_posted(conn):
    look = MailLook(WITH_SERVER)

    assert [post(conn, look, confirm_letter("a@b.example", "de", "s")) for _ in range(4)] == [
        True,
        True,
        True,
        False,
    ]

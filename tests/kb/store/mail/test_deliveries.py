"""Mail in the record: limits, leases, retries, and what is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kb.access import GUEST, OPERATOR, Role, Viewer
from kb.clock import utc_now
from kb.errors import Conflict, NotFound, NotPermitted
from kb.mail import WATCH, Mail
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import (
    add_delivery,
    claim_mail,
    count_deliveries,
    forget_mail,
    get_delivery,
    has_mail,
    list_deliveries,
    mark_failed,
    mark_sent,
    send_again,
    try_later,
)
from kb.store.schema import deliveries

AGENT = Viewer(role=Role.AGENT, account_id=1)


def add(conn, number=1, *, kept=False, **changes):
    values = {
        "purpose": "test",
        "recipient": "mara@example.org",
        "locale": "en",
        "subject": f"Mail {number}",
        "body_text": "Hello",
        "body_html": '<a href="https://help.example.com/x">Hello</a>',
        "message_id": f"<{number}@example.com>",
    }
    return add_delivery(conn, Mail(**(values | changes)), kept=kept)


def backdate(conn, **ago):
    earlier = {name: utc_now() - wait for name, wait in ago.items()}
    conn.execute(update(deliveries).values(**earlier))


def test_a_mail_waits_until_it_is_sent(conn):
    assert not has_mail(conn)
    add(conn)

    assert has_mail(conn)
    mail = claim_mail(conn)
    assert (mail.subject, mail.attempts) == ("Mail 1", 1)
    mark_sent(conn, mail.id)
    assert not has_mail(conn)
    (sent,) = list_deliveries(conn, viewer=OPERATOR)
    assert sent.state == "sent"
    assert sent.sent_at is not None


def test_without_a_server_it_is_kept_and_never_claimed(conn):
    add(conn, kept=True)

    assert claim_mail(conn) is None
    assert count_deliveries(conn) == {"waiting": 0, "sent": 0, "failed": 0, "kept": 1}


def test_two_workers_never_hold_the_same_mail_until_one_dies(engine):
    with transaction(engine) as conn:
        add(conn)
    with transaction(engine) as conn:
        assert claim_mail(conn) is not None
    with transaction(engine) as conn:
        assert claim_mail(conn) is None
        backdate(conn, not_before=timedelta(seconds=1))
        assert claim_mail(conn).attempts == 2


def test_mails_to_followers_let_all_others_go_first(conn):
    add(conn, 1, purpose=WATCH)
    add(conn, 2)

    assert [claim_mail(conn).subject for _ in range(2)] == ["Mail 2", "Mail 1"]


def test_a_message_id_that_is_known_is_not_sent_again(conn):
    assert add(conn, 1)
    assert add(conn, 1, subject="Another")

    assert [one.subject for one in list_deliveries(conn, viewer=OPERATOR)] == ["Mail 1"]


def test_strangers_can_have_three_mails_a_day_sent_to_one_address(conn):
    for number in range(3):
        assert add(conn, number, unasked=True)

    assert not add(conn, 4, unasked=True)
    assert add(conn, 5), "what somebody asked for themselves is not counted"
    assert add(conn, 6, unasked=True, recipient="other@example.org")
    backdate(conn, created_at=timedelta(days=1, seconds=1))
    assert add(conn, 7, unasked=True)


def test_a_mail_that_is_not_taken_now_waits_and_one_given_up_says_why(conn):
    add(conn)
    mail = claim_mail(conn)
    try_later(conn, mail.id, "451 later", wait=timedelta(minutes=1))

    assert claim_mail(conn) is None
    waiting = get_delivery(conn, mail.id, viewer=OPERATOR)
    assert (waiting.state, waiting.error) == ("waiting", "451 later")
    mark_failed(conn, mail.id, "550 no such user")
    assert get_delivery(conn, mail.id, viewer=OPERATOR).state == "failed"


def test_a_mail_given_up_can_be_sent_again_but_not_one_on_its_way(conn):
    add(conn)
    mail = claim_mail(conn)
    with pytest.raises(Conflict):
        send_again(conn, mail.id, viewer=OPERATOR)

    mark_failed(conn, mail.id, "550")
    send_again(conn, mail.id, viewer=OPERATOR)
    again = claim_mail(conn)
    assert (again.id, again.attempts) == (mail.id, 1)


def test_a_kept_mail_whose_links_are_only_paths_is_never_sent(conn):
    add(conn, 1, kept=True, body_html='<a href="/confirm/x">Confirm</a>')
    add(conn, 2, kept=True)
    whole, half = list_deliveries(conn, viewer=OPERATOR)

    send_again(conn, whole.id, viewer=OPERATOR)
    with pytest.raises(Conflict):
        send_again(conn, half.id, viewer=OPERATOR)


def test_only_administrators_read_the_outbox(conn):
    add(conn)
    (mail,) = list_deliveries(conn, viewer=OPERATOR)

    for viewer in (GUEST, AGENT):
        with pytest.raises(NotPermitted):
            list_deliveries(conn, viewer=viewer)
        with pytest.raises(NotPermitted):
            get_delivery(conn, mail.id, viewer=viewer)
        with pytest.raises(NotPermitted):
            send_again(conn, mail.id, viewer=viewer)
    with pytest.raises(NotFound):
        get_delivery(conn, 99, viewer=OPERATOR)


def test_the_list_is_looked_through_by_state_and_part_of_an_address(conn):
    add(conn, 1)
    add(conn, 2, recipient="a_b@example.org")
    add(conn, 3, kept=True, recipient="axb@example.org")

    def found(**wanted):
        return [one.subject for one in list_deliveries(conn, viewer=OPERATOR, **wanted)]

    assert found() == ["Mail 3", "Mail 2", "Mail 1"]
    assert found(state="kept") == ["Mail 3"]
    assert found(recipient="A_b@") == ["Mail 2"]
    newest = list_deliveries(conn, viewer=OPERATOR, limit=1)[0]
    assert found(before_id=newest.id, limit=1) == ["Mail 2"]


def test_texts_are_forgotten_after_a_month_and_mails_after_a_year(conn):
    for number in range(2):
        add(conn, number)
    mark_sent(conn, claim_mail(conn).id)
    assert forget_mail(conn) == 0
    backdate(conn, created_at=timedelta(days=31))

    assert forget_mail(conn) == 1
    rows = conn.execute(select(deliveries.c.state, deliveries.c.body_text)).all()
    assert sorted(rows) == [("sent", ""), ("waiting", "Hello")]
    backdate(conn, created_at=timedelta(days=366))
    forget_mail(conn)
    assert [one.state for one in list_deliveries(conn, viewer=OPERATOR)] == ["waiting"]


def test_reading_whether_there_is_mail_writes_nothing(engine):
    with reading(engine) as conn:
        assert not has_mail(conn)

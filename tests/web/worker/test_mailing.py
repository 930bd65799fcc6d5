"""The worker sends mail over real SMTP: once, later, or not at all."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from kb.access import OPERATOR
from kb.clock import utc_now
from kb.errors import InvalidInput
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import list_deliveries
from kb.store.schema import deliveries
from tests.ports import kept_port
from tests.waiting import wait_until
from tests.web.mail.smtp_server import Inbox, running
from web.mail.confirm_letters import confirm_letter
from web.mail.letters import MailLook
from web.mail.posting import post
from web.worker.mailing import GIVE_UP_AFTER, WAITS, Mailing
from web.worker.post_office import PostOffice


@pytest.fixture
def inbox():
    with running(Inbox()) as found:
        yield found


@pytest.fixture
def closed_port():
    """Nobody listens there, nor begins to."""
    with kept_port() as port:
        yield port


def settings_for(inbox):
    return Settings(
        smtp_url=f"smtp://127.0.0.1:{inbox.port}",
        mail_from="Help <help@example.com>",
        public_url="https://help.example.com",
    )


def write(engine, settings, to="mara@example.org"):
    with transaction(engine) as conn:
        post(conn, MailLook(settings), confirm_letter(to, "en", "s" * 43))


def stored(engine):
    with reading(engine) as conn:
        return list_deliveries(conn, viewer=OPERATOR)


def let_time_pass(engine):
    with transaction(engine) as conn:
        conn.execute(update(deliveries).values(not_before=utc_now() - timedelta(seconds=1)))


def test_mails_leave_once_in_the_order_in_which_they_came(sqlite_engine, inbox):
    settings = settings_for(inbox)
    for name in ("a", "b", "c"):
        write(sqlite_engine, settings, f"{name}@example.org")
    mailing = Mailing(settings, sqlite_engine)

    assert mailing.send_due() == 3
    assert mailing.send_due() == 0
    assert inbox.recipients == ["a@example.org", "b@example.org", "c@example.org"]
    assert {one.state for one in stored(sqlite_engine)} == {"sent"}


def test_a_mail_that_is_put_off_is_sent_later_and_the_others_at_once(sqlite_engine, inbox):
    settings = settings_for(inbox)
    inbox.said_to["slow@example.org"] = ["451 greylisted"]
    write(sqlite_engine, settings, "slow@example.org")
    write(sqlite_engine, settings, "quick@example.org")
    mailing = Mailing(settings, sqlite_engine)

    before = utc_now()
    mailing.send_due()
    after = utc_now()
    slow = stored(sqlite_engine)[1]
    assert inbox.recipients == ["quick@example.org"]
    assert (slow.state, slow.attempts, slow.error) == ("waiting", 1, "451 greylisted")
    assert before + WAITS[0] <= slow.not_before <= after + WAITS[0]
    let_time_pass(sqlite_engine)
    mailing.send_due()
    assert inbox.recipients[1:] == ["slow@example.org"]


def test_a_recipient_who_is_not_there_is_given_up_at_once(sqlite_engine, inbox):
    settings = settings_for(inbox)
    inbox.said_to["gone@example.org"] = ["550 no such user"]
    write(sqlite_engine, settings, "gone@example.org")
    write(sqlite_engine, settings, "there@example.org")
    Mailing(settings, sqlite_engine).send_due()

    there, gone = stored(sqlite_engine)
    assert (gone.state, gone.error) == ("failed", "550 no such user")
    assert there.state == "sent"


def test_a_mail_that_is_put_off_too_often_is_given_up_with_the_reason(sqlite_engine, inbox):
    settings = settings_for(inbox)
    tries = len(WAITS) + 1
    inbox.said_to["mara@example.org"] = ["451 later"] * tries
    write(sqlite_engine, settings)
    mailing = Mailing(settings, sqlite_engine)
    for _ in range(tries):
        assert stored(sqlite_engine)[0].state == "waiting"
        let_time_pass(sqlite_engine)
        mailing.send_due()

    (given_up,) = stored(sqlite_engine)
    assert (given_up.state, given_up.attempts, given_up.error) == ("failed", tries, "451 later")


def test_a_server_that_is_gone_is_left_alone_and_costs_no_mail_a_try(sqlite_engine, closed_port):
    settings = settings_for(Inbox(port=closed_port))
    for name in ("a", "b"):
        write(sqlite_engine, settings, f"{name}@example.org")
    mailing = Mailing(settings, sqlite_engine)

    assert mailing.send_due() == 0
    assert mailing.send_due() == 0
    assert [one.attempts for one in stored(sqlite_engine)] == [0, 0]
    assert {one.state for one in stored(sqlite_engine)} == {"waiting"}
    told = [one.error for one in stored(sqlite_engine) if one.error]
    assert len(told) == 1
    assert told[0].startswith(f"127.0.0.1:{closed_port}: ")


def test_mails_leave_as_soon_as_a_server_that_was_gone_is_back(sqlite_engine, closed_port):
    settings = settings_for(Inbox(port=closed_port))
    for name in ("a", "b"):
        write(sqlite_engine, settings, f"{name}@example.org")
    for _ in range(len(WAITS) + 2):
        assert Mailing(settings, sqlite_engine).send_due() == 0

    with running(Inbox()) as back:
        assert Mailing(settings_for(back), sqlite_engine).send_due() == 2
    assert [one.state for one in stored(sqlite_engine)] == ["sent", "sent"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_server_that_refuses_the_password_costs_no_mail_a_try_either(sqlite_engine):
    with running(Inbox(), wants_password=True) as inbox:
        url = f"smtp://kundig:wrong@127.0.0.1:{inbox.port}"
        settings = replace(settings_for(inbox), smtp_url=url)
        write(sqlite_engine, settings)

        assert Mailing(settings, sqlite_engine).send_due() == 0
    (waiting,) = stored(sqlite_engine)
    assert (waiting.state, waiting.attempts) == ("waiting", 0)
    assert "535" in (waiting.error or "")


def test_a_server_that_stays_away_for_days_has_its_mails_given_up(sqlite_engine, closed_port):
    settings = settings_for(Inbox(port=closed_port))
    write(sqlite_engine, settings)
    long_ago = utc_now() - GIVE_UP_AFTER - timedelta(minutes=1)
    with transaction(sqlite_engine) as conn:
        conn.execute(update(deliveries).values(created_at=long_ago))

    Mailing(settings, sqlite_engine).send_due()
    assert [one.state for one in stored(sqlite_engine)] == ["failed"]


def test_without_a_server_mail_stays_in_the_outbox(sqlite_engine):
    write(sqlite_engine, Settings())

    assert Mailing(Settings(), sqlite_engine).send_due() == 0
    assert [one.state for one in stored(sqlite_engine)] == ["kept"]


def test_a_server_without_a_sender_keeps_the_worker_from_starting(sqlite_engine):
    with pytest.raises(InvalidInput, match="KB_MAIL_FROM"):
        Mailing(Settings(smtp_url="smtp://127.0.0.1:25"), sqlite_engine)


def test_two_workers_send_each_mail_once(sqlite_engine, inbox):
    settings = settings_for(inbox)
    for number in range(12):
        write(sqlite_engine, settings, f"m{number}@example.org")
    threads = [threading.Thread(target=Mailing(settings, sqlite_engine).send_due) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(inbox.recipients) == sorted(f"m{number}@example.org" for number in range(12))


def test_mail_leaves_soon_after_the_commit(sqlite_engine, inbox):
    settings = settings_for(inbox)
    office = PostOffice(settings, sqlite_engine)
    office.open()
    try:
        write(sqlite_engine, settings)
        wait_until(lambda: inbox.mails, "no mail came")
    finally:
        office.close()

    assert inbox.recipients == ["mara@example.org"]

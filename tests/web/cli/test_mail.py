"""An administrator tries the mail server, sees what did not leave, and sends it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kb.mail import STATES
from kb.settings import Settings
from kb.store.engine import open_engine, transaction
from kb.store.mail.deliveries import mark_failed, put_back
from tests.web.cli.conftest import Run, assert_refused
from tests.web.mail.smtp_server import Inbox, running
from web.cli.mail import State
from web.cli.output import out
from web.mail.confirm_letters import confirm_letter
from web.mail.letters import MailLook
from web.mail.posting import post

LETTERS = [confirm_letter(f"{name}@example.org", "en", "s" * 43) for name in ("a", "b")]


@contextmanager
def outbox_of(settings: Settings) -> Iterator[Connection]:
    """An open transaction on the record, in whose outbox two mails wait: numbers 1 and 2."""
    engine = open_engine(settings.record_url)
    with transaction(engine) as conn:
        for letter in LETTERS:
            post(conn, MailLook(settings), letter)
        yield conn
    engine.dispose()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with running(Inbox()) as found:
        yield found


@pytest.fixture
def mail_settings(inbox: Inbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name the inbox as the mail server."""
    settings = Settings(
        home=home,
        smtp_url=f"smtp://127.0.0.1:{inbox.port}",
        mail_from="Help <help@example.com>",
        public_url="https://help.example.com",
    )
    monkeypatch.setenv("KB_SMTP_URL", settings.smtp_url)
    monkeypatch.setenv("KB_MAIL_FROM", settings.mail_from)
    monkeypatch.setenv("KB_PUBLIC_URL", settings.public_url)
    return settings


@pytest.fixture
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which no cell is broken into lines."""
    monkeypatch.setattr(out, "_width", 200)


def test_a_test_mail_arrives_at_once_and_needs_no_record(
    run: Run, inbox: Inbox, mail_settings: Settings
) -> None:
    ran = run("mail", "test", "Ada@Example.org", "--locale", "de")

    assert ran.code == 0
    assert f"127.0.0.1:{inbox.port} took the test mail to ada@example.org" in ran.err
    assert "without encryption" in ran.err
    (mail,) = inbox.mails
    assert (mail["to"], mail["from"]) == ("ada@example.org", "Help <help@example.com>")
    assert mail["subject"] == "E-Mails von Kundig kommen an"
    told = run("mail", "test", "ada@example.org", "--json").json
    assert (told["encrypted"], told["to"]) == (False, "ada@example.org")


def test_what_the_server_says_against_a_test_mail_is_told_in_one_line(
    run: Run, inbox: Inbox, mail_settings: Settings
) -> None:
    inbox.said_to["ada@example.org"] = ["550 no such user", "451 greylisted"]

    assert_refused(run("mail", "test", "ada@example.org"), "refuses", "550 no such user")
    assert_refused(run("mail", "test", "ada@example.org"), "not take", "now", "451 greylisted")
    assert_refused(run("mail", "test", "nobody"), "nobody", "address")
    assert inbox.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_server_that_is_gone_or_refuses_the_password_is_named_but_not_the_password(
    run: Run, mail_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Inbox(), wants_password=True) as strict:
        monkeypatch.setenv("KB_SMTP_URL", f"smtp://kundig:hush@127.0.0.1:{strict.port}")
        refused = run("mail", "test", "ada@example.org")
        assert_refused(refused, f"127.0.0.1:{strict.port}", "535")
    gone = run("mail", "test", "ada@example.org")
    assert_refused(gone, f"127.0.0.1:{strict.port}: ", "refused")
    assert "hush" not in refused.err + gone.err


def test_without_a_mail_server_there_is_nothing_to_try(run: Run, home: Path) -> None:
    assert_refused(run("mail", "test", "ada@example.org"), "KB_SMTP_URL is not set")


def test_mails_that_were_given_up_are_listed_with_the_reason_and_sent_again(
    run: Run, mail_settings: Settings, wide_terminal: None
) -> None:
    assert run("init").code == 0
    with outbox_of(mail_settings) as conn:
        mark_failed(conn, 2, "550 mailbox is full")

    listed = run("mail", "list", "--state", "failed", "--json")
    (failed,) = listed.json["mails"]
    assert (failed["id"], failed["to"], failed["error"]) == (
        2,
        "b@example.org",
        "550 mailbox is full",
    )
    assert "s" * 43 not in listed.out
    table = run("mail", "list").out
    assert "550 mailbox is full" in table
    assert "a@example.org" in table

    assert run("mail", "again", "--failed", "--json").json == {"again": [2]}
    assert {one["state"] for one in run("mail", "list", "--json").json["mails"]} == {"waiting"}
    assert_refused(run("mail", "again", "1"), "cannot be sent again")
    assert_refused(run("mail", "again"), "--failed")
    assert_refused(run("mail", "again", "99"), "99")


def test_the_status_says_since_when_and_why_mail_waits(
    run: Run, mail_settings: Settings, wide_terminal: None
) -> None:
    assert run("init").code == 0
    assert run("status", "--json").json["mail_trouble"] is None
    with outbox_of(mail_settings) as conn:
        put_back(conn, 1, "mail.example.com:587: Connection refused")

    trouble = run("status", "--json").json["mail_trouble"]
    assert trouble["error"] == "mail.example.com:587: Connection refused"
    assert "UTC: mail.example.com:587: Connection refused" in run("status").out


def test_what_another_server_says_commands_no_terminal(
    run: Run, mail_settings: Settings, wide_terminal: None
) -> None:
    assert run("init").code == 0
    with outbox_of(mail_settings) as conn:
        put_back(conn, 1, "550 \x1b]0;owned\x07 \x1b[2J no\r\nsuch user")

    for ran in (run("status"), run("mail", "list")):
        assert "\x1b" not in ran.out
        assert "\x07" not in ran.out
        assert "no such user" in ran.out


def test_the_command_knows_every_state_of_a_mail() -> None:
    assert tuple(State) == STATES

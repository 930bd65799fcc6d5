"""Mail settings are read, and wrong ones are refused in one clear line."""

import pytest

from kb.errors import InvalidInput
from kb.settings import Settings
from web.mail.server import (
    MailServer,
    ascii_host,
    check_mail_settings,
    mail_server,
    message_host,
    sender,
)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", MailServer("mail.example.com", 587, False)),
        ("smtp://localhost:25", MailServer("localhost", 25, False)),
        ("smtps://u:p%40ss@m.example", MailServer("m.example", 465, True, "u", "p@ss")),
        ("smtp://[::1]:2525", MailServer("::1", 2525, False)),
    ],
)
def test_the_address_of_a_server_is_read(url, server):
    assert mail_server(Settings(smtp_url=url)) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com:25",
        "http://mail.example.com",
        "smtp://",
        "smtp://mail.example.com:no",
        "smtp://mail.example.com/queue",
        "smtp://user@mail.example.com",
    ],
)
def test_an_address_that_is_none_is_refused_without_saying_the_password(url):
    with pytest.raises(InvalidInput, match="KB_SMTP_URL") as refused:
        mail_server(Settings(smtp_url=url))
    assert refused.value.field == "KB_SMTP_URL"

    with pytest.raises(InvalidInput) as refused:
        mail_server(Settings(smtp_url="smtp://user:hush hush@mail.example.com:x"))
    assert "hush" not in str(refused.value)


def test_every_sign_of_a_password_can_be_written_in_the_address():
    server = mail_server(
        Settings(smtp_url="smtp://me%40x.example:%40%3A%2F%23%3F%25%5B%2B@m.example")
    )

    assert server is not None
    assert (server.user, server.password) == ("me@x.example", "@:/#?%[+")


def test_a_password_that_cannot_be_sent_is_refused_when_the_settings_are_read():
    with pytest.raises(InvalidInput, match="ASCII") as refused:
        mail_server(Settings(smtp_url="smtp://user:gru%C3%BC%C3%9F@mail.example.com"))
    assert "grü" not in str(refused.value)


def test_a_sender_has_a_name_that_people_see():
    with_name = sender(Settings(mail_from="Rat & Tat <Help@Example.com>"))
    without = sender(Settings(mail_from="help@bücher.example", site_name="Bücher"))

    assert with_name is not None
    assert (with_name.display_name, with_name.addr_spec) == ("Rat & Tat", "help@example.com")
    assert without is not None
    assert (without.display_name, without.addr_spec) == ("Bücher", "help@xn--bcher-kva.example")
    assert sender(Settings()) is None


@pytest.mark.parametrize("text", ["help", "Help <help>", "a@b@c", "help@example.com\nBcc: x@y.zz"])
def test_a_sender_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput, match="KB_MAIL_FROM"):
        sender(Settings(mail_from=text))


def test_a_server_needs_a_sender_and_an_address_for_links():
    whole = {
        "smtp_url": "smtp://mail.example.com",
        "mail_from": "help@example.com",
        "public_url": "https://help.example.com",
    }
    check_mail_settings(Settings(**whole))
    check_mail_settings(Settings())
    for needed in ("mail_from", "public_url"):
        with pytest.raises(InvalidInput, match=f"KB_SMTP_URL needs KB_{needed.upper()}"):
            check_mail_settings(Settings(**(whole | {needed: ""})))


def test_message_ids_are_of_the_sender_s_host():
    assert message_host(Settings(mail_from="a@example.com", public_url="https://b.example")) == (
        "example.com"
    )
    assert message_host(Settings(public_url="https://b.example:8000")) == "b.example"
    assert message_host(Settings()) == "kundig.invalid"


def test_a_host_that_no_name_server_can_know_is_refused():
    with pytest.raises(ValueError, match="label"):
        ascii_host("a@" + "x" * 70 + ".example")

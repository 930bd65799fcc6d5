"""Mails leave over real SMTP: headers, encryption, sign-in, and what a server may answer."""

import datetime
import ssl
from email.headerregistry import Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kb.clock import utc_now
from kb.mail import Delivery
from tests.web.mail.smtp_server import Inbox, running
from web.mail.sending import NotNow, Refused, ServerTrouble, connection, hand_in, tls_context
from web.mail.server import MailServer

SENDER = Address("Hilfe & Rat", addr_spec="help@example.com")


def mail(recipient="mara@example.org", **changes):
    values = {
        "id": 1,
        "purpose": "test",
        "recipient": recipient,
        "locale": "de",
        "subject": "Größe ändern: 20 % günstiger",
        "body_text": "Guten Tag\n\nDie Größe stimmt.\n",
        "body_html": "<p>Guten Tag</p>",
        "message_id": "<question-7@example.com>",
        "headers": {},
        "state": "waiting",
        "attempts": 1,
        "created_at": utc_now(),
        "not_before": utc_now(),
        "sent_at": None,
        "error": None,
    }
    return Delivery(**(values | changes))


def server(inbox, **changes):
    return MailServer("127.0.0.1", inbox.port, is_encrypted=False, **changes)


def send(inbox, one, **changes):
    with connection(server(inbox, **changes), own_name="help.example.com") as smtp:
        hand_in(smtp, one, SENDER)


def test_a_mail_arrives_with_text_and_html_and_the_headers_of_a_machine(inbox):
    link = "https://help.example.com/unsubscribe/" + "x" * 43
    before = utc_now()
    send(inbox, mail(headers={"List-Unsubscribe": f"<{link}>", "References": "<q-1@example.com>"}))

    (got,) = inbox.mails
    assert inbox.recipients == ["mara@example.org"]
    assert got["subject"] == "Größe ändern: 20 % günstiger"
    assert got["from"] == "Hilfe & Rat <help@example.com>"
    assert got["message-id"] == "<question-7@example.com>"
    assert got["auto-submitted"] == "auto-generated"
    assert got["references"] == "<q-1@example.com>"
    assert got["list-unsubscribe"] == f"<{link}>"
    assert f"List-Unsubscribe: <{link}>\r\n".encode() in inbox.raw[0]
    # A header says no parts of a second.
    assert before - datetime.timedelta(seconds=1) < got["date"].datetime <= utc_now()
    assert "Die Größe stimmt." in got.get_body(("plain",)).get_content()
    assert got.get_body(("html",)).get_content().strip() == "<p>Guten Tag</p>"


def test_a_host_with_letters_of_its_language_is_written_as_servers_know_it(inbox):
    send(inbox, mail("mara@bücher.example"))

    assert inbox.recipients == ["mara@xn--bcher-kva.example"]


def test_an_address_that_the_server_cannot_read_is_refused_without_sending(inbox):
    with pytest.raises(Refused, match="outside ASCII"):
        send(inbox, mail("mära@example.org"))
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("said", "error"),
    [("451 greylisted, come later", NotNow), ("550 no such user", Refused)],
)
def test_a_recipient_may_be_refused_for_now_or_for_good(inbox, said, error):
    inbox.said_to["mara@example.org"] = [said]

    with pytest.raises(error, match=said[:3]):
        send(inbox, mail())
    send(inbox, mail())
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("said", "error"), [("452 disk full", NotNow), ("554 looks like spam", Refused)]
)
def test_a_text_may_be_refused_for_now_or_for_good(inbox, said, error):
    inbox.said_to_data.append(said)

    with pytest.raises(error, match=said[4:]):
        send(inbox, mail())


def test_a_server_that_is_not_there_is_no_fault_of_the_mail(inbox):
    with running(Inbox()) as gone:
        port = gone.port
    with pytest.raises(ServerTrouble, match=f"127.0.0.1:{port}"):
        send(Inbox(port=port), mail())


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_is_no_fault_of_the_mail():
    with running(Inbox(), wants_password=True) as inbox:
        with pytest.raises(ServerTrouble, match="535"):
            send(inbox, mail(), user="kundig", password="other")
        send(inbox, mail(), user="kundig", password="p@ss:word")

    assert inbox.signed_in == ["kundig"]
    assert len(inbox.mails) == 1


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server's context with a certificate made up just now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.com")])
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utc_now() - day)
        .not_valid_after(utc_now() + day)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_connection_is_encrypted_where_the_server_offers_it(tls):
    with running(Inbox(), tls=tls, wants_password=True) as inbox:
        send(inbox, mail(), user="kundig", password="p@ss:word")

    assert inbox.was_encrypted == [True]


def test_certificates_are_checked_but_for_a_server_beside_us():
    assert tls_context("mail.example.com").verify_mode is ssl.CERT_REQUIRED
    assert tls_context("mail.example.com").check_hostname
    assert tls_context("127.0.0.1").verify_mode is ssl.CERT_NONE

"""The mail that a site sent, as whoever gets it reads it."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.waiting import wait_until
from tests.web.mail.smtp_server import Inbox

ADDRESS = re.compile(r"https?://[^\s)>]+")


class Mailbox(Inbox):
    """A mail server whose mails can be waited for."""

    def mails_to(self, recipient: str, about: str = "") -> list[EmailMessage]:
        """What came for an address, oldest first, where its subject has these words."""
        return [
            mail
            for mail in list(self.mails)
            if recipient in str(mail["To"]) and about in str(mail["Subject"])
        ]

    def wait_for(self, recipient: str, about: str, *, number: int = 1) -> EmailMessage:
        """The n-th mail to an address whose subject has these words, once it is there."""
        wait_until(
            lambda: len(self.mails_to(recipient, about)) >= number,
            lambda: (about, recipient, [(mail["To"], mail["Subject"]) for mail in self.mails]),
        )
        return self.mails_to(recipient, about)[number - 1]


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, part: str) -> str:
    """The first address in a mail with these characters in it."""
    return next(found for found in ADDRESS.findall(text_of(mail)) if part in found)


def one_click_address(mail: EmailMessage) -> str:
    """Where a mail program posts to when its reader unsubscribes (RFC 8058)."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(r"<(https?://[^>]+)>", str(mail["List-Unsubscribe"]))
    assert found is not None
    return found[1]

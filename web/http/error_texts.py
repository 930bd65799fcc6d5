"""What an error says on a page, in the reader's words and language; the API stays English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.errors import KbError
from web.http.i18n import translations
from web.http.messages import to_translate


@dataclass(frozen=True, slots=True)
class Said:
    """One text of ours with the facts that are set into it."""

    text: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def in_language(self, locale: str) -> str:
        """The whole line in a language of the site."""
        found = translations(locale).gettext(self.text)
        return found % self.facts if self.facts else found


FOREIGN_WRITE = to_translate("This came from another site. Open the page here and send it again.")
FOREIGN_HOST = to_translate(
    "This site does not answer under that name. Open it at its own address."
)
TOO_LARGE = to_translate("What you sent is larger than %(size)s.")
TOO_MANY = to_translate("Seconds until you can go on: %(seconds)s.")
COLLISION = to_translate("Somebody else saved the same thing at the same moment. Try again.")
UNREADABLE = to_translate("This field cannot be read: %(fields)s")
FOR_STAFF = to_translate("This page is for the support team.")
FOR_ADMINS = to_translate("This page is for administrators.")
IN_PERSON = to_translate("Sign in with your password: a key cannot do this.")
FOR_ADMINS_IN_PERSON = to_translate(
    "This is for administrators who sign in with their password: a key cannot do this."
)
FOR_READERS = to_translate("The key you signed in with was not made for this.")

TEXTS: Mapping[str, str] = {
    "no entry": to_translate("There is no such answer, or it is not open to you."),
    "no question": to_translate("There is no such question, or the link to it is not complete."),
    "no file": to_translate("There is no such file, or it is not open to you."),
    "no category": to_translate("There is no such category."),
    "no product": to_translate("There is no such product."),
    "no tag": to_translate("There is no such tag."),
    "no watch": to_translate("You do not follow this any more."),
    "no session": to_translate("That device is signed out already."),
    "no account": to_translate("There is no such account."),
    "last admin": to_translate(
        "You are the last administrator. Make somebody else one first, then come back."
    ),
    "unconfirmed question": to_translate(
        "This question still waits for its confirmation. Open the link in the email first."
    ),
    "closed question": to_translate("This question was put aside. Please ask a new one."),
    "full question": to_translate(
        "This question cannot take any more messages. Please ask a new one."
    ),
    "foreign question": to_translate("This question is in another account already."),
    "confirmed question": to_translate("This question is confirmed already. It is with us."),
    "readers": FOR_READERS,
    "in person": IN_PERSON,
    "staff": FOR_STAFF,
    "administrators": FOR_ADMINS,
    "administrators in person": FOR_ADMINS_IN_PERSON,
}
"""By `KbError.text_key`."""


def said_of(error: KbError) -> Said | None:
    """What a page says of the error; None where there are no words for readers."""
    text = TEXTS.get(error.text_key)
    return None if text is None else Said(text, error.facts)

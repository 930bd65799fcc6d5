"""What the pages around signing in say about a form, as keys of the catalogues."""

from __future__ import annotations

import math
from collections.abc import Callable

from kb.people.passwords import Weakness, WeakPassword
from web.http.i18n import translations
from web.http.messages import to_translate

NAME_MISSING = to_translate("Write the name that we may call you by.")
NAME_TOO_LONG = to_translate("Shorten your name to 120 characters.")
ADDRESS_UNREADABLE = to_translate("Write your email address like name@example.com.")
PASSWORD_MISSING = to_translate("Enter your password.")
PASSWORD_CHOOSE = to_translate("Choose a password.")
NO_MATCH = to_translate(
    "There is no account with this email address and password. Check both. If you have no "
    "password or forgot it, let us send you a link."
)
NOT_ITS_PASSWORD = to_translate(
    "This is not the password that was chosen when signing up. If it was not you who signed up, "
    "choose a new one."
)
SIGN_UP_CLOSED = to_translate("Nobody can sign up here at the moment.")

SIGNED_OUT_EVERYWHERE = to_translate("You are signed out, here and everywhere else.")
ADDRESS_CONFIRMED = to_translate("Thank you. Your address is confirmed and you are signed in.")
PASSWORD_SET = to_translate("Your new password is set. You are signed in here and nowhere else.")
MAIL_SENT_AGAIN = to_translate("We have sent the email again.")

_WEAK = {
    Weakness.SHORT: to_translate("Choose a password with at least 10 characters."),
    Weakness.LONG: to_translate("Choose a password with at most 128 characters."),
    Weakness.COMMON: to_translate("Choose another password: this one is easy to guess."),
    Weakness.PERSONAL: to_translate(
        "Choose another password: this one is mostly your name, your address or our name."
    ),
}


def weakness_text(weak: WeakPassword, text: Callable[[str], str]) -> str:
    """What is wrong with a password, in the language of `text` (`Visit.text`)."""
    return text(_WEAK[weak.why])


def wait_text(wait_s: int, locale: str) -> str:
    """That there were too many tries, and how long to wait, in plain words."""
    minutes = math.ceil(wait_s / 60)
    if minutes < 90:
        return translations(locale).ngettext(
            "There were too many tries. Please wait %(num)d minute, then try again.",
            "There were too many tries. Please wait %(num)d minutes, then try again.",
            minutes,
        ) % {"num": minutes}
    hours = math.ceil(minutes / 60)
    return translations(locale).ngettext(
        "There were too many tries. Please wait %(num)d hour, then try again.",
        "There were too many tries. Please wait %(num)d hours, then try again.",
        hours,
    ) % {"num": hours}

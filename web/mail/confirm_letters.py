"""The letter that asks whether an address is to be told of something."""

from __future__ import annotations

from dataclasses import dataclass

from web.mail.letters import Letter

CONFIRM_WATCH = "confirm-watch"
CONFIRM_DAYS = 7


@dataclass(frozen=True, slots=True)
class ConfirmWatchMail:
    """All that watch_confirm.md may read."""

    path: str
    days: int


def confirm_letter(email: str, locale: str, secret: str) -> Letter:
    """The letter with the link; it names nothing that whoever sent it could have chosen."""
    return Letter(
        template="watch_confirm",
        to=email,
        locale=locale,
        context=ConfirmWatchMail(f"/watch/confirm/{secret}", CONFIRM_DAYS),
        purpose=CONFIRM_WATCH,
        unasked=True,
    )

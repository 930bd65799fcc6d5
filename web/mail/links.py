"""Links in mails, which come from the public address alone."""

from __future__ import annotations

from kb.settings import Settings


def mail_link(settings: Settings, path: str) -> str:
    """The absolute address of a path of this site; the path alone where no address is set.

    A mail is never addressed as a request was: its reader is not who sent the request.
    """
    return settings.public_url.rstrip("/") + path

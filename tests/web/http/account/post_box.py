"""Reads the mails that a site has posted."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from kb.access import OPERATOR
from kb.mail import Delivery
from kb.store.engine import reading
from kb.store.mail.deliveries import list_deliveries


def mails(engine: Engine) -> list[Delivery]:
    """All mails, oldest first."""
    with reading(engine) as conn:
        return list_deliveries(conn, viewer=OPERATOR)[::-1]


def link_in(mail: Delivery, start: str) -> str:
    """The path in a mail that begins like this."""
    found = re.search(re.escape(start) + r"[\w-]+", mail.body_text)
    assert found is not None, mail.body_text
    return found.group()

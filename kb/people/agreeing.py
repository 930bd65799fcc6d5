"""Agreeing to a purpose and taking it back, with the proof that is kept of both."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from kb.errors import Conflict, NotFound
from kb.people.consents import Purpose, get_purpose
from kb.store.people.accounts import Account, confirm_address
from kb.store.people.consents import Agreement, give_consent, withdraw_consent
from kb.store.people.tokens import OneTimeToken, add_token, find_token, use_token

CONSENT = "confirm-consent"
CONSENT_LASTS = timedelta(days=2)
DIGEST_CHARS = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """Where somebody was asked: the page, and the language that it was in."""

    page: str
    locale: str


def agree(conn: Connection, account: Account, purpose: Purpose, asked: Asked) -> bool:
    """Note an agreement; False where a mail has to confirm the address first.

    Raises Conflict for an account without an address, where the purpose needs one.
    """
    if purpose.needs_confirmed_address:
        if account.email is None:
            raise Conflict("this needs an account with an email address")
        if account.email_confirmed_at is None:
            return False
    give_consent(conn, _agreement(account, purpose, asked, mail=None))
    return True


def consent_link(conn: Connection, account: Account, purpose: Purpose, asked: Asked) -> str:
    """The secret of a link that confirms the address and the agreement at once."""
    facts = {"purpose": purpose.key, "page": asked.page, "locale": asked.locale}
    token = OneTimeToken(CONSENT, email=account.email or "", account_id=account.id, facts=facts)
    return add_token(conn, token, lasts=CONSENT_LASTS)


def find_agreement(conn: Connection, account: Account, secret: str) -> tuple[Purpose, Asked] | None:
    """What a link agrees to, None for one that ended or went to another address."""
    token = find_token(conn, CONSENT, secret)
    if token is None or token.account_id != account.id or token.email != account.email:
        return None
    try:
        purpose = get_purpose(str(token.facts.get("purpose", "")))
    except NotFound:
        return None
    asked = Asked(str(token.facts.get("page", "")), str(token.facts.get("locale", "en")))
    return purpose, asked


def agree_by_link(conn: Connection, account: Account, secret: str) -> Purpose:
    """Note the agreement that a mail confirmed, and that the address is proved.

    Raises NotFound for a link that ended.
    """
    found = find_agreement(conn, account, secret)
    if found is None:
        raise NotFound("link", CONSENT)
    use_token(conn, CONSENT, secret)
    confirm_address(conn, account.id)
    purpose, asked = found
    give_consent(conn, _agreement(account, purpose, asked, mail=secret))
    return purpose


def take_back(conn: Connection, account_id: int, purpose: Purpose, asked: Asked) -> bool:
    """Note that an agreement ended; False where none stood."""
    return withdraw_consent(conn, account_id, purpose.key, proof={"page": asked.page})


def _agreement(account: Account, purpose: Purpose, asked: Asked, *, mail: str | None) -> Agreement:
    proof: dict[str, object] = {"page": asked.page, "version": purpose.version}
    if mail is not None:
        # The secret itself proves; its digest is enough to compare with what was mailed.
        proof["mail"] = hashlib.sha256(mail.encode()).hexdigest()[:DIGEST_CHARS]
    elif account.email_confirmed_at is not None:
        proof["address_confirmed_at"] = account.email_confirmed_at.isoformat()
    wording = purpose.wording(asked.locale)
    return Agreement(account.id, purpose.key, str(wording), asked.locale, proof)

"""What accounts agreed to, with proof, and what they took back: a history, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from kb.clock import utc_now
from kb.store.schema import accounts, consents

WITHDRAWN = "withdrawn"
"""Key of the proof under which stands how an agreement was taken back."""

HISTORY = 200
"""Agreements of one account that are read; somebody who changes their mind daily has fewer."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What somebody agrees to: the exact words, their language, and how it can be proved.

    `proof` is JSON: page, version of the wording, when the address was confirmed, and for an
    agreement that a mail completed the digest of that mail's link.
    """

    account_id: int
    purpose: str
    wording: str
    locale: str
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Consent:
    """One agreement as it is kept; `withdrawn_at` None: it stands."""

    id: int
    purpose: str
    wording: str
    locale: str
    proof: Mapping[str, Any]
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """Somebody who agrees now; `version` is that of the wording they were shown."""

    account_id: int
    email: str
    name: str
    locale: str
    given_at: datetime
    version: int


def give_consent(conn: Connection, agreement: Agreement) -> bool:
    """Store an agreement; False where the same one stands already, which nothing changes."""
    # The row of the account orders two clicks at once.
    conn.execute(
        select(accounts.c.id).where(accounts.c.id == agreement.account_id).with_for_update()
    )
    if _standing(conn, agreement.account_id, agreement.purpose) is not None:
        return False
    conn.execute(
        insert(consents).values(
            account_id=agreement.account_id,
            purpose=agreement.purpose,
            wording=agreement.wording,
            locale=agreement.locale,
            proof=dict(agreement.proof),
            given_at=utc_now(),
        )
    )
    return True


def withdraw_consent(
    conn: Connection, account_id: int, purpose: str, *, proof: Mapping[str, Any]
) -> bool:
    """Take an agreement back from now on; False where none stands."""
    standing = _standing(conn, account_id, purpose)
    if standing is None:
        return False
    conn.execute(
        update(consents)
        .where(consents.c.id == standing.id)
        .values(withdrawn_at=utc_now(), proof={**standing.proof, WITHDRAWN: dict(proof)})
    )
    return True


def who_agreed(
    conn: Connection, purpose: str, *, after_id: int = 0, limit: int = 1_000
) -> list[Agreed]:
    """Who agrees to a purpose at this moment, by the number of their account.

    Nobody whose account is closed or erased, or whose address is not proved (any more).
    """
    statement = (
        select(
            accounts.c.id,
            accounts.c.email,
            accounts.c.name,
            accounts.c.locale,
            consents.c.given_at,
            consents.c.proof,
        )
        .join(accounts, accounts.c.id == consents.c.account_id)
        .where(
            consents.c.purpose == purpose,
            consents.c.withdrawn_at.is_(None),
            accounts.c.id > after_id,
            accounts.c.email_confirmed_at.is_not(None),
            accounts.c.disabled_at.is_(None),
            accounts.c.erased_at.is_(None),
        )
        .order_by(accounts.c.id)
        .limit(limit)
    )
    return [
        Agreed(row.id, row.email, row.name, row.locale, row.given_at, row.proof.get("version", 1))
        for row in conn.execute(statement)
        if row.email is not None
    ]


def consents_of(conn: Connection, account_id: int) -> list[Consent]:
    """All that an account ever agreed to, the newest first, at most `HISTORY`."""
    statement = (
        select(consents)
        .where(consents.c.account_id == account_id)
        .order_by(consents.c.given_at.desc(), consents.c.id.desc())
        .limit(HISTORY)
    )
    return [
        Consent(
            row.id,
            row.purpose,
            row.wording,
            row.locale,
            row.proof,
            row.given_at,
            row.withdrawn_at,
        )
        for row in conn.execute(statement)
    ]


def _standing(conn: Connection, account_id: int, purpose: str) -> Consent | None:
    found = [
        one
        for one in consents_of(conn, account_id)
        if one.purpose == purpose and one.withdrawn_at is None
    ]
    return found[0] if found else None

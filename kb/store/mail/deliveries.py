"""Mail in the record: what waits to leave, left, was given up, or is kept in the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    literal_column,
    select,
    update,
)

from kb.access import Viewer, may_administer
from kb.clock import utc_now
from kb.errors import Conflict, NotFound, NotPermitted
from kb.mail import STATES, WATCH, Delivery, Mail
from kb.store.engine import lock_recipient, upsert
from kb.store.schema import deliveries

LEASE_S = 300
"""After this long a mail whose worker died may be taken by another one; longer than any server
is waited for."""

UNASKED_A_DAY = 3
"""Mails that strangers can have sent to one address within 24 hours."""

KEPT_DAYS = 30
"""How long the text of a mail is kept: it holds personal data and one-time links."""

FORGOTTEN_DAYS = 365
"""How long it is kept that there was a mail at all."""

Wanted = ColumnElement[bool]


def add_delivery(conn: Connection, mail: Mail, *, kept: bool) -> bool:
    """Put a mail into the outbox; one with a known message id is there already and stays as it is.

    Returns False, and stores nothing, for an unasked mail to somebody who got enough of them
    within a day.
    """
    if mail.unasked and not _may_be_bothered(conn, mail.recipient):
        return False
    now = utc_now()
    statement = upsert(conn, deliveries).values(
        purpose=mail.purpose,
        recipient=mail.recipient,
        account_id=mail.account_id,
        locale=mail.locale,
        unasked=mail.unasked,
        subject=mail.subject,
        body_text=mail.body_text,
        body_html=mail.body_html,
        headers=dict(mail.headers),
        message_id=mail.message_id,
        state="kept" if kept else "waiting",
        not_before=now,
        created_at=now,
    )
    conn.execute(statement.on_conflict_do_nothing(index_elements=["message_id"]))
    return True


def _may_be_bothered(conn: Connection, recipient: str) -> bool:
    lock_recipient(conn, recipient)
    day_ago = utc_now() - timedelta(days=1)
    statement = select(func.count()).where(
        deliveries.c.recipient == recipient,
        deliveries.c.created_at > day_ago,
        deliveries.c.unasked.is_(True),
    )
    return int(conn.execute(statement).scalar_one()) < UNASKED_A_DAY


def has_mail(conn: Connection) -> bool:
    """Whether `claim_mail` would find anything; it only reads, so it can be asked often."""
    return (
        conn.execute(select(deliveries.c.id).where(_is_due(utc_now())).limit(1)).first() is not None
    )


def claim_mail(conn: Connection) -> Delivery | None:
    """Take the mail that is due for longest, None where there is none.

    Mails to watchers, of which there may be thousands, let all others go first. It is due again
    after a lease, so that a mail whose worker died is not lost; two workers never hold the same.
    """
    now = utc_now()
    row = conn.execute(
        select(deliveries)
        .where(_is_due(now))
        .order_by(_is_bulk(), deliveries.c.not_before, deliveries.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    conn.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(not_before=now + timedelta(seconds=LEASE_S), attempts=row.attempts + 1)
    )
    return _delivery(row, attempts=row.attempts + 1)


def _is_due(now: datetime) -> Wanted:
    return (deliveries.c.state == "waiting") & (deliveries.c.not_before <= now)


def _is_bulk() -> Wanted:
    return deliveries.c.purpose == WATCH


def mark_sent(conn: Connection, delivery_id: int) -> None:
    """Note that the server took a mail."""
    values = {"state": "sent", "sent_at": utc_now(), "error": None}
    conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def mark_failed(conn: Connection, delivery_id: int, reason: str) -> None:
    """Give a mail up; `reason` is one line for an administrator."""
    values = {"state": "failed", "error": reason}
    conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def try_later(conn: Connection, delivery_id: int, reason: str, *, wait: timedelta) -> None:
    """Let a mail wait for its next try."""
    values = {"not_before": utc_now() + wait, "error": reason}
    conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def put_back(conn: Connection, delivery_id: int, reason: str) -> None:
    """Undo `claim_mail` for a mail that no server was asked to take."""
    values = {"not_before": utc_now(), "attempts": deliveries.c.attempts - 1, "error": reason}
    conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def send_again(conn: Connection, delivery_id: int, *, viewer: Viewer) -> None:
    """Let a mail that was given up or kept wait for the worker again.

    Raises NotPermitted, NotFound, and Conflict for one that is on its way, or whose text is
    forgotten, or whose links lead nowhere.
    """
    mail = get_delivery(conn, delivery_id, viewer=viewer)
    if not mail.may_be_sent_again:
        raise Conflict("this mail cannot be sent again")
    conn.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state == mail.state)
        .values(state="waiting", attempts=0, not_before=utc_now(), error=None)
    )


def get_delivery(conn: Connection, delivery_id: int, *, viewer: Viewer) -> Delivery:
    """One mail; raises NotPermitted for who is no administrator, NotFound."""
    _require_admin(viewer)
    row = conn.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    if row is None:
        raise NotFound("mail", delivery_id)
    return _delivery(row)


def list_deliveries(
    conn: Connection,
    *,
    viewer: Viewer,
    state: str | None = None,
    recipient: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[Delivery]:
    """Mails, the newest first, to recipients that hold `recipient`; raises NotPermitted."""
    _require_admin(viewer)
    statement = select(deliveries).where(*_holds(recipient))
    if state is not None:
        statement = statement.where(deliveries.c.state == state)
    if before_id is not None:
        statement = statement.where(deliveries.c.id < before_id)
    found = conn.execute(statement.order_by(deliveries.c.id.desc()).limit(limit))
    return [_delivery(row) for row in found]


def find_trouble(conn: Connection) -> Delivery | None:
    """The oldest mail that waits because a try failed, with the reason; None where none does."""
    statement = (
        select(deliveries)
        .where(deliveries.c.state == "waiting", deliveries.c.error.is_not(None))
        .order_by(deliveries.c.created_at, deliveries.c.id)
        .limit(1)
    )
    row = conn.execute(statement).one_or_none()
    return None if row is None else _delivery(row)


def count_deliveries(conn: Connection, *, recipient: str = "") -> dict[str, int]:
    """How many mails there are in each of `kb.mail.STATES`."""
    counted = select(deliveries.c.state, func.count()).where(*_holds(recipient))
    statement = counted.group_by(deliveries.c.state)
    found = {state: int(number) for state, number in conn.execute(statement)}
    return {state: found.get(state, 0) for state in STATES}


def forget_mail(conn: Connection, *, limit: int = 1_000) -> int:
    """Empty the mails that are old, delete the very old ones; return how many, at most so many.

    One that still waits is left alone.
    """
    now = utc_now()
    over = deliveries.c.state != "waiting"
    forgotten = now - timedelta(days=FORGOTTEN_DAYS)
    very_old = select(deliveries.c.id).where(over, deliveries.c.created_at < forgotten)
    # In the words of the index of these, which a parameter would not match.
    has_text = deliveries.c.body_text != literal_column("''")
    kept = now - timedelta(days=KEPT_DAYS)
    old = select(deliveries.c.id).where(over, has_text, deliveries.c.created_at < kept)
    deleted = conn.execute(
        delete(deliveries).where(deliveries.c.id.in_(very_old.limit(limit).scalar_subquery()))
    ).rowcount
    if deleted == limit:
        return deleted
    emptied = conn.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(old.limit(limit - deleted).scalar_subquery()))
        .values(body_text="", body_html="", headers={})
    ).rowcount
    return deleted + emptied


def _holds(recipient: str) -> list[Wanted]:
    words = recipient.strip().lower()
    return [deliveries.c.recipient.contains(words, autoescape=True)] if words else []


def _require_admin(viewer: Viewer) -> None:
    if not may_administer(viewer):
        raise NotPermitted("the outbox is for administrators")


def _delivery(row: Row[Any], *, attempts: int | None = None) -> Delivery:
    return Delivery(
        id=row.id,
        purpose=row.purpose,
        recipient=row.recipient,
        locale=row.locale,
        subject=row.subject,
        body_text=row.body_text,
        body_html=row.body_html,
        message_id=row.message_id,
        headers=row.headers,
        state=row.state,
        attempts=row.attempts if attempts is None else attempts,
        created_at=row.created_at,
        not_before=row.not_before,
        sent_at=row.sent_at,
        error=row.error,
    )

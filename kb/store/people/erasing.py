"""Takes a person out of the rows that belong to their account, and keeps that it was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from kb.access import STAFF, Role
from kb.people.erasures import (
    AskedQuestion,
    Erasure,
    Mode,
    erased_name,
    questions_from_json,
    questions_to_json,
)
from kb.store.engine import chunks
from kb.store.schema import (
    account_groups,
    accounts,
    api_keys,
    audit_log,
    consents,
    decisions,
    deliveries,
    entry_findings,
    entry_merges,
    entry_revisions,
    erasures,
    idempotency_keys,
    identities,
    one_time_tokens,
    questions,
    regroupings,
    sessions,
    synonyms,
    watches,
    widget_sites,
)

OWNED = (sessions, api_keys, identities, account_groups, one_time_tokens, watches, consents)
"""Rows that go whole. An agreement without the person it is of proves nothing, so it goes, too."""

SIGNED = (decisions, entry_revisions, regroupings, entry_merges, synonyms, widget_sites)
"""Where staff sign with id and name; the id stays, since decisions outlive who made them."""

SIGNED_BY_NAME = (
    (regroupings, "undone_by"),
    (entry_merges, "undone_by"),
    (entry_findings, "closed_by"),
)
"""Where only a name tells who it was."""

NOT_SENT = "the recipient was erased"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an account stands for, as far as erasing needs it."""

    id: int
    name: str
    email: str | None
    address_is_proved: bool
    role: Role
    created_at: datetime
    is_erased: bool


def find_person(conn: Connection, account_id: int) -> Person | None:
    """The person behind an account, also an erased one."""
    row = conn.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
    if row is None:
        return None
    return Person(
        row.id,
        row.name,
        row.email,
        row.email_confirmed_at is not None,
        Role(row.role),
        row.created_at,
        row.erased_at is not None,
    )


def questions_of_person(conn: Connection, person: Person) -> list[AskedQuestion]:
    """The questions of an account and, where its address is proved, those sent from it, by id."""
    owned: ColumnElement[bool] = questions.c.account_id == person.id
    if person.email and person.address_is_proved:
        sent = func.lower(questions.c.sender) == person.email
        owned = or_(owned, and_(questions.c.account_id.is_(None), sent))
    statement = (
        select(questions.c.id, questions.c.received_at).where(owned).order_by(questions.c.id)
    )
    return [AskedQuestion(row.id, row.received_at) for row in conn.execute(statement)]


def still_there(conn: Connection, asked: Sequence[AskedQuestion]) -> list[AskedQuestion]:
    """Those of the questions that this record holds with their text, by id."""
    wanted = {one.id: one for one in asked}
    found: list[AskedQuestion] = []
    for part in chunks(sorted(wanted)):
        statement = (
            select(questions.c.id, questions.c.received_at)
            .where(questions.c.id.in_(part), questions.c.erased_at.is_(None))
            .order_by(questions.c.id)
        )
        found += [
            wanted[row.id]
            for row in conn.execute(statement)
            if row.received_at == wanted[row.id].received_at
        ]
    return found


def erase_person_rows(conn: Connection, person: Person, *, at: datetime) -> None:
    """Take the person out of everything but their questions; the account keeps only its id."""
    for table in OWNED:
        conn.execute(delete(table).where(_belongs(table, person)))
    conn.execute(delete(idempotency_keys).where(idempotency_keys.c.owner == f"account:{person.id}"))
    _blank_mails(conn, person)
    _unsign(conn, person)
    conn.execute(
        update(accounts)
        .where(accounts.c.id == person.id)
        .values(
            name=erased_name(person.id),
            email=None,
            email_confirmed_at=None,
            password_hash=None,
            role=str(Role.CUSTOMER),
            locale="en",
            single_keys=True,
            last_seen_at=None,
            disabled_at=at,
            erased_at=at,
        )
    )


def _belongs(table: Table, person: Person) -> ColumnElement[bool]:
    """The condition on a row to be of the account, or of its address."""
    own: ColumnElement[bool] = table.c.account_id == person.id
    if "email" in table.c and person.email and person.address_is_proved:
        own = or_(own, table.c.email == person.email)
    return own


def _blank_mails(conn: Connection, person: Person) -> None:
    """Leave of mails to the person that there were some, and send none that waits."""
    proved = person.email if person.address_is_proved else None
    theirs = or_(
        deliveries.c.account_id == person.id,
        deliveries.c.recipient == proved if proved else false(),
    )
    conn.execute(
        update(deliveries)
        .where(theirs, deliveries.c.state == "waiting")
        .values(state="failed", error=NOT_SENT)
    )
    # What a mail server said may repeat the address.
    told = and_(theirs, deliveries.c.error.is_not(None))
    conn.execute(update(deliveries).where(told).values(error=NOT_SENT))
    blank = {"recipient": "", "subject": "", "body_text": "", "body_html": "", "headers": {}}
    conn.execute(update(deliveries).where(theirs).values(account_id=None, **blank))


def _unsign(conn: Connection, person: Person) -> None:
    """Put the account's number where their name signs what they did."""
    erased = erased_name(person.id)
    for table in SIGNED:
        conn.execute(update(table).where(table.c.by_id == person.id).values(by_name=erased))
    conn.execute(update(audit_log).where(audit_log.c.actor_id == person.id).values(actor=erased))
    about = (audit_log.c.kind == "account") & (audit_log.c.object_id == person.id)
    conn.execute(update(audit_log).where(about).values(facts={}))
    if person.role not in STAFF or _has_namesake(conn, person):
        # The name is somebody else's, too: theirs is not ours to take away.
        return
    for table, column in SIGNED_BY_NAME:
        conn.execute(update(table).where(table.c[column] == person.name).values({column: erased}))


def _has_namesake(conn: Connection, person: Person) -> bool:
    statement = (
        select(accounts.c.id)
        .where(accounts.c.name == person.name, accounts.c.id != person.id)
        .limit(1)
    )
    return conn.execute(statement).first() is not None


def add_erasure(conn: Connection, erasure: Erasure) -> None:
    """Keep that it was done; the same one is kept once."""
    known = conn.execute(
        select(erasures.c.id).where(
            erasures.c.account_id == erasure.account_id,
            erasures.c.account_created_at == erasure.account_created_at,
        )
    ).first()
    if known is not None:
        return
    conn.execute(
        insert(erasures).values(
            account_id=erasure.account_id,
            account_created_at=erasure.account_created_at,
            mode=str(erasure.mode),
            questions=questions_to_json(erasure.questions),
            by_id=erasure.by_id,
            at=erasure.at,
        )
    )


def list_erasures(conn: Connection) -> list[Erasure]:
    """All erasures that this record knows of, oldest first."""
    return [
        Erasure(
            row.account_id,
            row.account_created_at,
            Mode(row.mode),
            questions_from_json(row.questions),
            row.by_id,
            row.at,
        )
        for row in conn.execute(select(erasures).order_by(erasures.c.at, erasures.c.id))
    ]


def last_erasure_at(conn: Connection) -> datetime | None:
    """When somebody was erased last, None for never."""
    newest = select(erasures.c.at).order_by(erasures.c.at.desc()).limit(1)
    return conn.execute(newest).scalar_one_or_none()

"""Everything that the record holds of one person, as JSON, for that person to take along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, false, func, or_, select

from kb.attachments import Attachment
from kb.errors import NotFound
from kb.store.attachments.files import attachments_of
from kb.store.engine import chunks
from kb.store.people.erasing import Person, find_person, questions_of_person
from kb.store.schema import (
    account_groups,
    accounts,
    api_keys,
    attachments,
    audit_log,
    consents,
    deliveries,
    groups,
    identities,
    products,
    questions,
    replies,
    sessions,
    watches,
)

Told = dict[str, Any]

PAGE_ROWS = 200
"""Rows held in memory at once."""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file of a question or of a reply to it."""

    question_id: int
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class OwnCounts:
    """How many questions somebody sent, and how many files hang on these and their replies."""

    questions: int
    files: int


def get_person(conn: Connection, account_id: int) -> Person:
    """The person behind an account; raises NotFound, also for one that is erased."""
    person = find_person(conn, account_id)
    if person is None or person.is_erased:
        raise NotFound("account", account_id)
    return person


def count_own(conn: Connection, person: Person) -> OwnCounts:
    """How much of the person's there is."""
    ids = [one.id for one in questions_of_person(conn, person)]
    files = 0
    for part in chunks(ids):
        of_replies = select(replies.c.id).where(replies.c.question_id.in_(part))
        mine = or_(
            (attachments.c.kind == "question") & attachments.c.object_id.in_(part),
            (attachments.c.kind == "reply") & attachments.c.object_id.in_(of_replies),
        )
        files += conn.execute(select(func.count()).where(mine)).scalar_one()
    return OwnCounts(len(ids), files)


def own_account(conn: Connection, person: Person) -> Told:
    """The account itself with groups, linked sign-ins and keys; no password, no secret."""
    row = conn.execute(select(accounts).where(accounts.c.id == person.id)).one()
    in_groups = (
        select(groups.c.name, groups.c.label)
        .join(account_groups, account_groups.c.group_id == groups.c.id)
        .where(account_groups.c.account_id == person.id)
        .order_by(groups.c.name)
    )
    told = _told(
        row, ("id", "name", "email", "email_confirmed_at", "role", "locale", "single_keys")
    )
    return {
        **told,
        **_told(row, ("created_at", "last_seen_at", "disabled_at")),
        "has_password": row.password_hash is not None,
        "groups": [_told(one, ("name", "label")) for one in conn.execute(in_groups)],
        "linked_sign_ins": _all(conn, identities, person, ("issuer", "subject", "created_at")),
        "api_keys": _all(
            conn, api_keys, person, ("name", "scopes", "created_at", "last_used_at", "revoked_at")
        ),
    }


def own_sessions(conn: Connection, person: Person) -> Iterator[Told]:
    """Where the person is or was signed in, by id."""
    names = ("device", "created_at", "last_seen_at", "expires_at", "ended_at")
    return _pages(conn, _of(sessions, person), names)


def own_consents(conn: Connection, person: Person) -> Iterator[Told]:
    """All that the person agreed to or took back, by id, with the proof."""
    names = ("purpose", "wording", "locale", "proof", "given_at", "withdrawn_at")
    return _pages(conn, _of(consents, person), names)


def own_watches(conn: Connection, person: Person) -> Iterator[Told]:
    """What the person follows, by id; the links that end it stay out."""
    names = ("kind", "target_id", "frequency", "email", "locale", "created_at", "confirmed_at")
    mine = or_(watches.c.account_id == person.id, _is_address(watches, "email", person))
    return _pages(conn, select(watches).where(mine).order_by(watches.c.id), names)


def own_mails(conn: Connection, person: Person) -> Iterator[Told]:
    """The mails that went to the person, by id."""
    names = ("purpose", "recipient", "locale", "subject", "body_text", "state")
    mine = or_(deliveries.c.account_id == person.id, _is_address(deliveries, "recipient", person))
    wanted = select(deliveries).where(mine).order_by(deliveries.c.id)
    return _pages(conn, wanted, (*names, "created_at", "sent_at"))


def own_actions(conn: Connection, person: Person) -> Iterator[Told]:
    """What the log says that the person did, by id; what it was done to is named by number."""
    wanted = select(audit_log).where(audit_log.c.actor_id == person.id).order_by(audit_log.c.id)
    return _pages(conn, wanted, ("at", "action", "kind", "object_id"))


def own_questions(conn: Connection, person: Person) -> Iterator[Told]:
    """The person's questions as they were written, by id, with what was replied and the files.

    A question sent without an account counts where it came from their proved address. What the
    team made of a question (topics, decisions, noise) is not theirs and stays out.
    """
    ids = [one.id for one in questions_of_person(conn, person)]
    for part in chunks(ids, PAGE_ROWS):
        said = _replies(conn, part)
        names = _file_names(conn, part, said)
        statement = (
            select(questions, products.c.name.label("product"))
            .outerjoin(products, products.c.id == questions.c.product_id)
            .where(questions.c.id.in_(part))
            .order_by(questions.c.id)
        )
        for row in conn.execute(statement).all():
            yield {
                **_told(row, ("id", "channel", "source", "source_id", "state", "lang", "product")),
                "title": row.subject_raw,
                "text": row.body_raw,
                **_told(row, ("sender", "sender_name", "tags", "asked_at", "received_at")),
                "solved_at": _plain(row.solved_at),
                "files": names.get(("question", row.id), []),
                "replies": [
                    {
                        "from": one.author,
                        "written_at": _plain(one.written_at),
                        "text": one.body_raw,
                        "files": names.get(("reply", one.id), []),
                    }
                    for one in said.get(row.id, [])
                ],
            }


def own_files(conn: Connection, person: Person) -> Iterator[OwnFile]:
    """The files of those questions and replies, by question."""
    ids = [one.id for one in questions_of_person(conn, person)]
    for part in chunks(ids, PAGE_ROWS):
        said = _replies(conn, part)
        of_questions = attachments_of(conn, "question", part)
        of_replies = attachments_of(
            conn, "reply", [one.id for rows in said.values() for one in rows]
        )
        for question_id in part:
            found = list(of_questions[question_id])
            for reply in said.get(question_id, []):
                found += of_replies[reply.id]
            yield from (OwnFile(question_id, one) for one in found)


def file_path(question_id: int, file: Attachment) -> str:
    """Where a file lies among the data; its number keeps names apart."""
    return f"files/{question_id}/{file.id}-{file.name}"


def _replies(conn: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    statement = select(replies).where(replies.c.question_id.in_(ids)).order_by(replies.c.id)
    for row in conn.execute(statement):
        found.setdefault(row.question_id, []).append(row)
    return found


def _file_names(
    conn: Connection, ids: Sequence[int], said: Mapping[int, Sequence[Row[Any]]]
) -> dict[tuple[str, int], list[str]]:
    owner = {one.id: question_id for question_id, rows in said.items() for one in rows}
    found: dict[tuple[str, int], list[str]] = {}
    for question_id, files in attachments_of(conn, "question", list(ids)).items():
        found["question", question_id] = [file_path(question_id, one) for one in files]
    for reply_id, files in attachments_of(conn, "reply", list(owner)).items():
        found["reply", reply_id] = [file_path(owner[reply_id], one) for one in files]
    return found


def _of(table: Table, person: Person) -> Select[Any]:
    return select(table).where(table.c.account_id == person.id).order_by(table.c.id)


def _is_address(table: Table, column: str, person: Person) -> Any:
    if not (person.email and person.address_is_proved):
        return false()
    return table.c[column] == person.email


def _all(conn: Connection, table: Table, person: Person, names: Sequence[str]) -> list[Told]:
    return list(_pages(conn, _of(table, person), names))


def _pages(conn: Connection, statement: Select[Any], names: Sequence[str]) -> Iterator[Told]:
    result = conn.execute(statement, execution_options={"yield_per": PAGE_ROWS})
    for row in result:
        yield _told(row, names)


def _told(row: Any, names: Sequence[str]) -> Told:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

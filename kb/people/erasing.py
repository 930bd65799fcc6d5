"""Erases a person: what they wrote loses them, what they decided stays, a restore repeats it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from kb.access import Viewer, may_administer
from kb.clock import utc_now
from kb.errors import Conflict, NotFound, NotPermitted
from kb.people.erasures import AskedQuestion, Erasure, Mode, append_erasure, erased_name
from kb.people.masked_texts import MaskedTexts
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_changes
from kb.store.engine import reading, transaction
from kb.store.jobs import enqueue
from kb.store.people.accounts import get_account
from kb.store.people.directory import hold_with_admins, may_lose_admin
from kb.store.people.erased_questions import HowErased, clean_ahead, erase_questions
from kb.store.people.erasing import (
    Person,
    add_erasure,
    erase_person_rows,
    find_person,
    questions_of_person,
    still_there,
)

WORKER_JOB = "index"
"""Topics lose what went, and the next generation of the index is written without it."""


def erase_account(
    engine: Engine, home: Path, account_id: int, *, mode: Mode, viewer: Viewer
) -> Erasure:
    """Erase the person behind an account, in one transaction, and return what was done.

    A line in the journal of `home` makes every later restore do it again. Raises NotFound,
    NotPermitted unless the viewer is that person or an administrator, and Conflict for an
    account that is erased already or belongs to the last administrator.
    """
    if viewer.account_id != account_id and not may_administer(viewer):
        raise NotPermitted("only an administrator may erase somebody else")
    texts = _masked_ahead(engine, account_id, mode)
    with transaction(engine) as conn:
        hold_with_admins(conn, account_id)
        person = find_person(conn, account_id)
        if person is None:
            raise NotFound("account", account_id)
        if person.is_erased:
            raise Conflict(f"account {account_id} is erased already")
        if not may_lose_admin(conn, get_account(conn, account_id)):
            raise Conflict("the last administrator cannot be erased: make another one first")
        erasure = Erasure(
            account_id=account_id,
            account_created_at=person.created_at,
            mode=mode,
            questions=tuple(questions_of_person(conn, person)),
            by_id=viewer.account_id,
            at=utc_now(),
        )
        _erase(conn, person, erasure, texts)
        add_erasure(conn, erasure)
        actor = (
            replace(viewer, name=erased_name(account_id)) if _is_self(viewer, person) else viewer
        )
        facts = {"mode": str(mode), "questions": len(erasure.questions)}
        record_audit(conn, "erase", Subject("account", account_id), viewer=actor, facts=facts)
        # Last, so that nothing can fail behind it but the commit: a line too many only repeats
        # what somebody asked for, a line too few brings them back.
        append_erasure(home, erasure)
    return erasure


def replay_erasures(conn: Connection, erasures: Sequence[Erasure]) -> int:
    """Erase again whom a restored record brought back; return how many that were.

    An account counts as the same one only with the same moment of its making, a question only
    with the same moment of its arrival: ids of another record never match by chance.
    """
    repeated = 0
    for erasure in sorted(erasures, key=lambda one: one.at):
        person = find_person(conn, erasure.account_id)
        if person is not None and person.created_at != erasure.account_created_at:
            person = None
        asked = still_there(conn, erasure.questions)
        if person is not None and not person.is_erased:
            asked = sorted({*asked, *questions_of_person(conn, person)})
            _erase(conn, person, replace(erasure, questions=tuple(asked)), MaskedTexts())
        elif asked:
            _erase_questions(conn, asked, _how(erasure.mode, erasure.at))
        else:
            continue
        add_erasure(conn, erasure)
        repeated += 1
    return repeated


def _masked_ahead(engine: Engine, account_id: int, mode: Mode) -> MaskedTexts:
    """Mask all texts while others still write: it takes milliseconds for each."""
    texts = MaskedTexts()
    with reading(engine) as conn:
        person = find_person(conn, account_id)
        if person is not None:
            ids = [one.id for one in questions_of_person(conn, person)]
            clean_ahead(conn, ids, _how(mode, utc_now(), person, texts))
    return texts


def _how(
    mode: Mode, at: datetime, person: Person | None = None, texts: MaskedTexts | None = None
) -> HowErased:
    known = (person.name, person.email) if person is not None else ()
    names = tuple(one for one in known if one)
    return HowErased(mode is Mode.DELETE, names, at, texts or MaskedTexts())


def _erase(conn: Connection, person: Person, erasure: Erasure, texts: MaskedTexts) -> None:
    how = _how(erasure.mode, erasure.at, person, texts)
    _erase_questions(conn, erasure.questions, how)
    erase_person_rows(conn, person, at=erasure.at)


def _erase_questions(conn: Connection, asked: Sequence[AskedQuestion], how: HowErased) -> None:
    ids = [one.id for one in asked]
    touched = erase_questions(conn, ids, how)
    record_changes(conn, "topic", sorted(touched.topics))
    record_changes(conn, "entry", sorted(touched.entries))
    record_changes(conn, "question", sorted(ids))
    if ids:
        enqueue(conn, WORKER_JOB)


def _is_self(viewer: Viewer, person: Person) -> bool:
    return viewer.account_id == person.id

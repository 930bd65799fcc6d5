"""Erases a person: what they wrote loses them, what they decided stays, a journal keeps it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from kb.access import Viewer, may_administer
from kb.clock import utc_now
from kb.errors import Conflict, NotFound, NotPermitted
from kb.people.erasures import Erasure, Mode, append_erasure, erased_name
from kb.people.masked_texts import MaskedTexts
from kb.store.audit import Subject, record_audit
from kb.store.engine import reading, transaction
from kb.store.people.accounts import get_account
from kb.store.people.directory import hold_with_admins, may_lose_admin
from kb.store.people.erased_questions import clean_ahead
from kb.store.people.erasing import Person, find_person, questions_of_person
from kb.store.people.whole_erasure import carry_out, how_erased


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
        carry_out(conn, person, erasure, texts)
        actor = (
            replace(viewer, name=erased_name(account_id)) if _is_self(viewer, person) else viewer
        )
        facts = {"mode": str(mode), "questions": len(erasure.questions)}
        record_audit(conn, "erase", Subject("account", account_id), viewer=actor, facts=facts)
        # Last, so that nothing can fail behind it but the commit: a line too many only repeats
        # what somebody asked for, a line too few brings them back.
        append_erasure(home, erasure)
    return erasure


def _masked_ahead(engine: Engine, account_id: int, mode: Mode) -> MaskedTexts:
    """Mask all texts while others still write: it takes milliseconds for each."""
    texts = MaskedTexts()
    with reading(engine) as conn:
        person = find_person(conn, account_id)
        if person is not None:
            ids = [one.id for one in questions_of_person(conn, person)]
            clean_ahead(conn, ids, how_erased(mode, utc_now(), person, texts))
    return texts


def _is_self(viewer: Viewer, person: Person) -> bool:
    return viewer.account_id == person.id

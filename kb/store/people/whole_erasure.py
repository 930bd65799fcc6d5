"""Carries out the erasure of a person in all rows, and repeats it where a backup came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from kb.people.erasures import AskedQuestion, Erasure, Mode
from kb.people.masked_texts import MaskedTexts
from kb.store.changes import record_changes
from kb.store.jobs import enqueue
from kb.store.people.erased_questions import HowErased, erase_questions
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


def how_erased(
    mode: Mode, at: datetime, person: Person | None = None, texts: MaskedTexts | None = None
) -> HowErased:
    """How much goes, under which names the person is known, and what is masked already."""
    known = (person.name, person.email) if person is not None else ()
    names = tuple(one for one in known if one)
    return HowErased(mode is Mode.DELETE, names, at, texts or MaskedTexts())


def carry_out(conn: Connection, person: Person, erasure: Erasure, texts: MaskedTexts) -> None:
    """Take the person out of their questions, out of what was made of these, and of all else."""
    _erase(conn, person, erasure, texts)
    add_erasure(conn, erasure)


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
            _erase_questions(conn, asked, how_erased(erasure.mode, erasure.at))
        else:
            continue
        add_erasure(conn, erasure)
        repeated += 1
    return repeated


def _erase(conn: Connection, person: Person, erasure: Erasure, texts: MaskedTexts) -> None:
    how = how_erased(erasure.mode, erasure.at, person, texts)
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

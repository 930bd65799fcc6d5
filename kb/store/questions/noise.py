"""What takes no part in topics: which questions, who said so, and the words that change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from kb.access import Viewer, may_edit
from kb.errors import NotPermitted
from kb.questions import Question
from kb.store.engine import chunks
from kb.store.grouping.assignments import count_members, drop_assignments
from kb.store.questions.reading import is_confirmed, questions_by_id
from kb.store.schema import assignments, audit_log, questions

QUESTION = "question"
"""What a person says of a message that is a question after all."""

KIND, ACTION = "question", "noise"
"""Under these the audit log keeps what was said."""


@dataclass(frozen=True, slots=True)
class NoiseState:
    """What keeps a question out of topics now (None: nothing) and what a person said of it."""

    noise: str | None
    said: str | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A question with what was said of it.

    `said` None: the rules decided. `said_by` and `said_at` are of the last word of a person,
    "" and None where nobody said anything.
    """

    question: Question
    said: str | None
    said_by: str
    said_at: datetime | None


def require_desk(viewer: Viewer) -> None:
    """Raise NotPermitted unless the viewer may say what is a question."""
    if not may_edit(viewer):
        raise NotPermitted("what is a question is for support agents to say")


def _wanted(reason: str | None) -> ColumnElement[bool]:
    if reason is None:
        return questions.c.noise.is_not(None)
    if reason == QUESTION:
        return questions.c.noise_said == QUESTION
    return questions.c.noise == reason


def list_set_aside(
    conn: Connection, *, viewer: Viewer, reason: str | None = None, offset: int = 0, limit: int = 50
) -> list[SetAside]:
    """What takes no part in topics, newest first; for QUESTION what people took back in.

    Raises NotPermitted for a viewer who is not staff.
    """
    require_desk(viewer)
    statement = (
        select(questions.c.id, questions.c.noise_said)
        .where(_wanted(reason), is_confirmed())
        .order_by(questions.c.asked_at.desc(), questions.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    said = {row.id: row.noise_said for row in conn.execute(statement)}
    return _set_aside(conn, said, viewer)


def set_aside_by_id(conn: Connection, ids: Sequence[int], *, viewer: Viewer) -> list[SetAside]:
    """What was said of these questions, in the order given; unknown ones are left out."""
    require_desk(viewer)
    said = {one: state.said for one, state in states_of(conn, ids).items()}
    return _set_aside(conn, {one: said[one] for one in ids if one in said}, viewer)


def _set_aside(conn: Connection, said: Mapping[int, str | None], viewer: Viewer) -> list[SetAside]:
    found = questions_by_id(conn, list(said), viewer=viewer)
    spoken = _last_words(conn, said)
    return [
        SetAside(found[one], word, *spoken.get(one, ("", None)))
        for one, word in said.items()
        if one in found
    ]


def _last_words(
    conn: Connection, said: Mapping[int, str | None]
) -> dict[int, tuple[str, datetime]]:
    """Who last said of each question what stands of it, and when."""
    words: dict[int, tuple[str, datetime]] = {}
    for part in chunks([one for one, word in said.items() if word is not None]):
        statement = (
            select(audit_log.c.object_id, audit_log.c.actor, audit_log.c.at, audit_log.c.facts)
            .where(
                audit_log.c.kind == KIND,
                audit_log.c.object_id.in_(part),
                audit_log.c.action == ACTION,
            )
            .order_by(audit_log.c.id)
        )
        for row in conn.execute(statement):
            # A word that was taken back stands no more.
            if row.facts["said"] == said[row.object_id]:
                words[row.object_id] = (row.actor, row.at)
    return words


def noise_counts(conn: Connection, *, viewer: Viewer) -> dict[str, int]:
    """How many questions each reason keeps out; under QUESTION how many people took back in."""
    require_desk(viewer)
    kept_out = conn.execute(
        select(questions.c.noise, func.count())
        .where(questions.c.noise.is_not(None), is_confirmed())
        .group_by(questions.c.noise)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in kept_out}
    taken_in = select(func.count()).where(questions.c.noise_said == QUESTION)
    if back := conn.execute(taken_in).scalar_one():
        counts[QUESTION] = back
    return counts


def states_of(conn: Connection, ids: Sequence[int]) -> dict[int, NoiseState]:
    """What stands of the questions that exist among the ids, held until the transaction ends."""
    found: dict[int, NoiseState] = {}
    for part in chunks(list(ids)):
        statement = (
            select(questions.c.id, questions.c.noise, questions.c.noise_said)
            .where(questions.c.id.in_(part))
            .order_by(questions.c.id)
            .with_for_update()
        )
        found.update(
            {row.id: NoiseState(row.noise, row.noise_said) for row in conn.execute(statement)}
        )
    return found


def set_states(conn: Connection, states: Mapping[int, NoiseState]) -> None:
    """Store what stands; where no person says anything any more, cleaning decides anew."""
    for question_id, state in states.items():
        values: dict[str, Any] = {"noise": state.noise, "noise_said": state.said}
        if state.said is None:
            values["cleaning_version"] = None
        conn.execute(update(questions).where(questions.c.id == question_id).values(**values))
    leave_topics(conn, [one for one, state in states.items() if state.noise is not None])


def leave_topics(conn: Connection, question_ids: Sequence[int]) -> None:
    """Take questions out of their topics, whose sizes are counted anew."""
    left: set[int] = set()
    for part in chunks(list(question_ids)):
        statement = select(assignments.c.topic_id).where(
            assignments.c.question_id.in_(part), assignments.c.topic_id.is_not(None)
        )
        left.update(conn.execute(statement).scalars())
    drop_assignments(conn, question_ids)
    count_members(conn, sorted(left))


def said_in(conn: Connection, batch: str) -> dict[int, Mapping[str, Any]]:
    """The facts that the audit log keeps of one word, by question."""
    statement = (
        select(audit_log.c.object_id, audit_log.c.facts)
        .where(
            audit_log.c.kind == KIND,
            audit_log.c.action == ACTION,
            audit_log.c.facts["batch"].as_string() == batch,
        )
        .order_by(audit_log.c.id)
    )
    return {row.object_id: row.facts for row in conn.execute(statement)}


def language_counts(conn: Connection) -> dict[str, int]:
    """How many cleaned questions are in each language; those whose language is not told left out.

    Thanks, automatic replies and spam tell nothing about what customers ask in.
    """
    statement = (
        select(questions.c.lang, func.count())
        .where(
            questions.c.lang.is_not(None),
            or_(questions.c.noise.is_(None), questions.c.noise == "other_language"),
        )
        .group_by(questions.c.lang)
    )
    return {row[0]: row[1] for row in conn.execute(statement)}


def asking_in_other_languages(
    conn: Connection, langs: Sequence[str], *, after_id: int = 0, limit: int = 1_000
) -> list[tuple[int, str, str]]:
    """(id, text, language) of what no person spoke of and is in none of `langs`, by id."""
    statement = (
        select(questions.c.id, questions.c.subject, questions.c.body, questions.c.lang)
        .where(
            questions.c.id > after_id,
            questions.c.noise.is_(None),
            questions.c.noise_said.is_(None),
            questions.c.lang.is_not(None),
            questions.c.lang.not_in(langs),
            questions.c.text_hash.is_not(None),
        )
        .order_by(questions.c.id)
        .limit(limit)
    )
    return [
        (row.id, f"{row.subject}\n{row.body}".strip(), row.lang) for row in conn.execute(statement)
    ]


def set_other_language(conn: Connection, question_ids: Sequence[int]) -> None:
    """Keep questions out of topics as asked in a language that is not served.

    Those that a person spoke of meanwhile stay as that person said.
    """
    kept_out: list[int] = []
    for part in chunks(list(question_ids)):
        statement = (
            update(questions)
            .where(questions.c.id.in_(part), questions.c.noise_said.is_(None))
            .values(noise="other_language")
            .returning(questions.c.id)
        )
        kept_out += conn.execute(statement).scalars()
    leave_topics(conn, kept_out)


def let_languages_in(conn: Connection, langs: Sequence[str] | None) -> list[int]:
    """Let questions of these languages take part again (None: of all); return which."""
    which = [questions.c.noise == "other_language", questions.c.noise_said.is_(None)]
    if langs is not None:
        which.append(questions.c.lang.in_(langs))
    statement = update(questions).where(and_(*which)).values(noise=None).returning(questions.c.id)
    return sorted(conn.execute(statement).scalars())

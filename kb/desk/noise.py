"""What people say about noise: this is no question, or it is one after all."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import Connection

from kb.access import Viewer
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_changes
from kb.store.jobs import enqueue
from kb.store.questions.noise import (
    ACTION,
    KIND,
    QUESTION,
    NoiseState,
    require_desk,
    said_in,
    set_states,
    states_of,
)

RuleReason = Literal[
    "auto_reply", "thanks", "spam", "greeting", "empty", "gibberish", "other_language"
]
"""Why the rules keep a message out of topics."""

Reason = RuleReason | Literal["no_question"]
"""Why a person may say that a message is no question."""

Word = Reason | Literal["question"]
"""What a person may say of a message."""

RULE_REASONS: tuple[str, ...] = get_args(RuleReason)
REASONS: tuple[str, ...] = (*RULE_REASONS, "no_question")

MAX_AT_ONCE = 500


def say_noise(
    conn: Connection, question_ids: Sequence[int], reason: str | None, *, viewer: Viewer
) -> str:
    """Say why questions are none, QUESTION that they are, None that the rules shall decide.

    Stands until somebody says otherwise, over every cleaning and import; what was in a topic
    leaves it at once, what becomes a question joins one in the next index run. Returns the
    batch that `undo_noise` takes back. Raises NotPermitted, NotFound for an unknown question,
    InvalidInput for an unknown reason, Conflict where it stands so already for all of them.
    """
    require_desk(viewer)
    if reason is not None and reason != QUESTION and reason not in REASONS:
        known = ", ".join((*REASONS, QUESTION))
        raise InvalidInput(f"a reason is one of {known}, not {reason!r}", field="reason")
    ids = list(dict.fromkeys(question_ids))
    if not 0 < len(ids) <= MAX_AT_ONCE:
        raise InvalidInput(f"name 1 to {MAX_AT_ONCE} questions", field="questions")
    states = states_of(conn, ids)
    for one in ids:
        if one not in states:
            raise NotFound("question", one)
    changed = {
        one: after
        for one, before in states.items()
        if (after := _after(before, reason)) != before and not _asks_already(before, reason)
    }
    if not changed:
        raise Conflict(_stands(ids, reason))
    batch = uuid.uuid4().hex
    for one in changed:
        facts = {
            "batch": batch,
            "said": reason,
            "noise_before": states[one].noise,
            "said_before": states[one].said,
        }
        record_audit(conn, ACTION, Subject(KIND, one), viewer=viewer, facts=facts)
    _store(conn, changed)
    return batch


def undo_noise(conn: Connection, batch: str, *, viewer: Viewer) -> int:
    """Take one word back and return for how many questions.

    Questions of which somebody said something else since are left alone. Raises NotPermitted,
    NotFound for an unknown batch, Conflict where nothing of it stands any more.
    """
    require_desk(viewer)
    said = said_in(conn, batch)
    if not said:
        raise NotFound("word", batch)
    states = states_of(conn, list(said))
    back = {
        one: NoiseState(said[one]["noise_before"], said[one]["said_before"])
        for one, state in states.items()
        if state.said == said[one]["said"]
        and state != NoiseState(said[one]["noise_before"], said[one]["said_before"])
    }
    if not back:
        raise Conflict("it was taken back already, or somebody said something else since")
    for one in back:
        facts = {"taken_back": batch}
        record_audit(conn, "undo noise", Subject(KIND, one), viewer=viewer, facts=facts)
    _store(conn, back)
    return len(back)


def _after(before: NoiseState, reason: str | None) -> NoiseState:
    if reason is None:
        return NoiseState(before.noise, None)
    return NoiseState(None if reason == QUESTION else reason, reason)


def _asks_already(before: NoiseState, reason: str | None) -> bool:
    """Whether a question that the rules take for one is to become one."""
    return reason == QUESTION and before.noise is None and before.said is None


def _stands(ids: Sequence[int], reason: str | None) -> str:
    one = len(ids) == 1
    who = f"question {ids[0]}" if one else f"the {len(ids)} questions"
    if reason is None:
        return f"nobody said anything about {who}"
    if reason == QUESTION:
        return f"{who} {'is' if one else 'are'} in no need of it: the rules see a question"
    return f"somebody said so already of {who}: {reason}"


def _store(conn: Connection, states: dict[int, NoiseState]) -> None:
    set_states(conn, states)
    enqueue(conn, "index")
    record_changes(conn, "question", sorted(states))

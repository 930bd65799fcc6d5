"""Takes back what agents did to topics, whole, and does it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import Connection

from kb.access import Viewer
from kb.desk.moving import place_questions
from kb.desk.regrouping import (
    Regrouped,
    dismiss_topic,
    merge_topics,
    move_questions,
    restore_topic,
    say_not_same,
    say_same,
    split_topic,
    take_out,
)
from kb.errors import Conflict
from kb.store.audit import Subject, record_audit
from kb.store.grouping.assignments import count_members, find_assignment, topic_members
from kb.store.grouping.decisions import decisions_of, undo_decisions
from kb.store.grouping.regroupings import (
    Regrouping,
    get_regrouping,
    mark_undone,
    standing_regroupings,
)
from kb.store.jobs import enqueue
from kb.store.topics.merged import bring_back, fold_into, home_of, lock_topics
from kb.store.topics.record import set_topic_state, topics_by_id

What = Literal["merged", "promoted", "state", "undone"]

OF_QUESTIONS = ("move", "out", "same", "not same")
"""Actions that took single questions elsewhere."""

STATE_AFTER = {"dismiss": "dismissed", "restore": "candidate"}
"""The state that an action left, which must still be there to be taken back."""


class BuiltUpon(Conflict):
    """An action cannot be taken back now.

    `what` says why: its topic was `merged` or `promoted` since, has another `state`, or it was
    `undone` already. `first` is the short batch to take back first, "" where there is none.
    """

    def __init__(
        self, line: str, what: What, *, topic_id: int, first: str = "", entry_id: int = 0
    ) -> None:
        super().__init__(f"{line}: take that back first ({first})" if first else line)
        self.what: What = what
        self.topic_id = topic_id
        self.first = first
        self.entry_id = entry_id


def undo_regrouping(conn: Connection, batch: str, *, viewer: Viewer) -> Regrouped:
    """Take one action back, named by its batch or the beginning of it.

    Its decisions count no more. Topics come back with their ids, states and redirects, and
    with those of their questions that nobody moved since. Raises NotFound, and Conflict for
    what was taken back already or has something newer built on it: the line says what.
    """
    done = get_regrouping(conn, batch, viewer=viewer)
    if done.undone_at is not None:
        line = f"{done.action} {done.short} was taken back by {done.undone_by} already"
        raise BuiltUpon(line, "undone", topic_id=done.topic_id or 0)
    lock_topics(conn, [one for one in (done.topic_id, done.other_id) if one is not None])
    newer = standing_regroupings(conn, after_id=done.id)
    _refuse_if_built_on(conn, done, newer, viewer)
    if any(one.undone_at is None for one in decisions_of(conn, [done.batch])[done.batch]):
        undo_decisions(conn, done.batch)
    topic_id = _put_back(conn, done, _moved_since(newer), viewer)
    mark_undone(conn, done.batch, viewer=viewer)
    facts = {"decisions": done.batch, "action": done.action}
    record_audit(conn, "undo", Subject("topic", topic_id), viewer=viewer, facts=facts)
    enqueue(conn, "index")
    return Regrouped(topic_id, None, done.batch)


def redo_regrouping(conn: Connection, batch: str, *, viewer: Viewer) -> Regrouped:
    """Do again what was taken back, as a new action under a new batch.

    Raises Conflict for what stands, and whatever the action itself raises today.
    """
    done = get_regrouping(conn, batch, viewer=viewer)
    if done.undone_at is None:
        raise Conflict(f"{done.action} {done.short} stands: there is nothing to do again")
    topic, other = done.topic_id or 0, done.other_id or 0
    about, pair = done.before.about, done.before.pair
    if done.action == "merge":
        return merge_topics(conn, topic, other, viewer=viewer)
    if done.action == "split":
        return split_topic(conn, topic, about, viewer=viewer)
    if done.action in ("move", "out") and about:
        if done.action == "move":
            return move_questions(conn, about, topic, viewer=viewer)
        return take_out(conn, about[0], viewer=viewer)
    if done.action in ("same", "not same") and len(pair) == 2:
        say = say_same if done.action == "same" else say_not_same
        return say(conn, pair[0], pair[1], viewer=viewer)
    if done.action in ("dismiss", "restore"):
        act = dismiss_topic if done.action == "dismiss" else restore_topic
        return act(conn, topic, viewer=viewer)
    raise Conflict(f"{done.action} {done.short} is of an older version: do it by hand")


def _refuse_if_built_on(
    conn: Connection, done: Regrouping, newer: Sequence[Regrouping], viewer: Viewer
) -> None:
    """Raise Conflict where a topic of the action was merged, promoted or restored since."""
    if done.action in OF_QUESTIONS:
        return
    gave = done.other_id if done.action == "split" else done.topic_id
    concerned = [one for one in (done.topic_id, gave) if one is not None]
    for topic in topics_by_id(conn, concerned, viewer=viewer).values():
        for one in newer:
            if one.action == "merge" and one.other_id == topic.id:
                line = f"topic {topic.id} was merged into topic {one.topic_id} since"
                raise BuiltUpon(line, "merged", topic_id=topic.id, first=one.short)
        was = done.before.state_of(topic.id) or "candidate"
        if topic.id == gave and topic.state == "promoted" != was:
            entry = topic.entry_id or 0
            line = f"topic {topic.id} was promoted to entry {entry} since: take that back first"
            raise BuiltUpon(line, "promoted", topic_id=topic.id, entry_id=entry)
        left = STATE_AFTER.get(done.action, topic.state)
        if topic.state != left:
            later = [one.short for one in newer if one.topic_id == topic.id]
            line = f"topic {topic.id} is {topic.state} now, not {left}"
            raise BuiltUpon(line, "state", topic_id=topic.id, first=later[-1] if later else "")


def _moved_since(newer: Sequence[Regrouping]) -> set[int]:
    """Return the questions whose place a newer action decided, beside merges of topics."""
    return {question for one in newer if one.action != "merge" for question in one.before.about}


def _put_back(
    conn: Connection, done: Regrouping, moved: Collection[int], viewer: Viewer
) -> int | None:
    """Take the effect back and return the topic that has what it had before."""
    if done.action == "merge":
        return _bring_topic_back(conn, done, moved, viewer)
    if done.action == "split":
        return _empty_new_topic(conn, done, viewer)
    if done.action in OF_QUESTIONS:
        return _bring_questions_back(conn, done, moved)
    if done.topic_id is not None:
        set_topic_state(conn, done.topic_id, done.before.state_of(done.topic_id) or "candidate")
    return done.topic_id


def _bring_topic_back(
    conn: Connection, done: Regrouping, moved: Collection[int], viewer: Viewer
) -> int | None:
    """Let the merged topic stand again, with its questions that are where the merge put them."""
    if done.topic_id is None or done.other_id is None:
        return None
    home = home_of(conn, done.topic_id)
    other = topics_by_id(conn, [done.other_id], viewer=viewer).get(done.other_id)
    if home is None or other is None or other.state != "merged":
        return home
    own = set(done.before.about) - set(moved)
    members = (row.question_id for row in topic_members(conn, home, viewer=viewer))
    back = [one for one in members if one in own]
    if not back:
        return home
    state = done.before.state_of(other.id) or "candidate"
    bring_back(conn, other.id, state, led=done.before.led)
    place_questions(conn, back, other.id)
    count_members(conn, [home, other.id])
    return other.id


def _empty_new_topic(conn: Connection, done: Regrouping, viewer: Viewer) -> int | None:
    """Give the questions of a split back; the number of its topic leads to where they went."""
    if done.topic_id is None or done.other_id is None:
        return None
    home, new = home_of(conn, done.topic_id), home_of(conn, done.other_id)
    if home is None or new != done.other_id or home == new:
        return home
    back = [row.question_id for row in topic_members(conn, new, viewer=viewer)]
    place_questions(conn, back, home)
    fold_into(conn, new, home)
    count_members(conn, [home, new])
    return home


def _bring_questions_back(conn: Connection, done: Regrouping, moved: Collection[int]) -> int | None:
    """Put the questions that were taken elsewhere back, but for those that were moved since."""
    homes: list[int] = []
    for question_id, topic_id in done.before.came:
        home = home_of(conn, topic_id) if topic_id is not None else None
        homes += [home] if home is not None else []
        now = find_assignment(conn, question_id)
        if now is None or now.topic_id == home or question_id in moved:
            continue
        place_questions(conn, [question_id], home)
        count_members(conn, [one for one in (now.topic_id, home) if one is not None])
    return homes[0] if homes else done.topic_id

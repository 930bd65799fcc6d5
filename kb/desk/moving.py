"""Questions that go from topic to topic: where they stand, and what that says pair by pair."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice

from rapidfuzz import fuzz
from sqlalchemy import Connection

from kb.access import Viewer
from kb.store.grouping.assignments import find_assignment, save_assignments, topic_members
from kb.store.grouping.decisions import NOT_SAME, SAME, Said, decisions_about
from kb.store.questions.reading import questions_by_id
from kb.store.topics.merged import lock_topics
from kb.topics import Assignment, Topic, TopicFacts

CONTRAST_MEMBERS = 3
"""Not the same is said against this many central questions of what is left."""

CONTRAST_SEEN = 30
"""So many central questions are looked at for them: copies of what is taken are passed over."""

NEAR_COPY_RATIO = 97.0
"""rapidfuzz ratio from which two wordings differ by a letter or a full stop."""


def place_questions(conn: Connection, question_ids: Sequence[int], topic_id: int | None) -> None:
    """Let a person's word stand at once: the questions are in this topic, or in none."""
    rows = [
        Assignment(one, topic_id, topic_id, "decision", 0.0 if topic_id is None else 1.0)
        for one in question_ids
    ]
    save_assignments(conn, rows, run_id=None)


def hold_topics_of(conn: Connection, question_ids: Sequence[int], *topic_ids: int) -> None:
    """Let nobody else regroup these topics, and those that the questions are in, meanwhile."""
    now = (find_assignment(conn, one) for one in question_ids)
    held = {one.topic_id for one in now if one is not None and one.topic_id is not None}
    lock_topics(conn, sorted(held.union(topic_ids)))


def central_questions(conn: Connection, topic: Topic, viewer: Viewer) -> list[int]:
    """Return the questions of a topic, the most central first."""
    members = [row.question_id for row in topic_members(conn, topic.id, viewer=viewer)]
    present = set(members)
    return list(dict.fromkeys((*(one for one in topic.typical if one in present), *members)))


def against_topic(
    conn: Connection,
    question_id: int,
    old: Topic,
    viewer: Viewer,
    *,
    together: Sequence[int] = (),
) -> list[Said]:
    """Say NOT SAME to the centre of a topic, and to all that was SAME as the question there.

    Those in `together` leave it with the question: nothing is said of them.
    """
    leaving = {question_id, *together}
    rest = [one for one in central_questions(conn, old, viewer) if one not in leaving]
    said = [
        Said(NOT_SAME, question_id, one)
        for one in contrast_members(conn, [question_id], rest, viewer)
    ]
    return said + contradict(conn, SAME, {question_id}, rest)


def contrast_members(
    conn: Connection, taken: Sequence[int], rest: Sequence[int], viewer: Viewer
) -> list[int]:
    """Return the first of the rest that stand for it, none of them in the words of a taken one.

    Nor nearly in those of the first taken: what is said of that holds for them as well.
    """
    seen = rest[:CONTRAST_SEEN]
    found = questions_by_id(conn, [*taken, *seen], viewer=viewer)
    words = {found[one].text_hash for one in taken if one in found} - {None}
    first = found[taken[0]].wording.casefold()
    others = (
        one
        for one in seen
        if one in found
        and found[one].text_hash not in words
        and fuzz.ratio(first, found[one].wording.casefold()) < NEAR_COPY_RATIO
    )
    return list(islice(others, CONTRAST_MEMBERS))


def contradict(
    conn: Connection, kind: str, ours: Collection[int], theirs: Collection[int]
) -> list[Said]:
    """Say the opposite of what was said of two questions on these two sides.

    What an agent does to a question now is newer than all that was said of it before.
    """
    opposite = NOT_SAME if kind == SAME else SAME
    there = set(theirs)
    found = []
    for one in decisions_about(conn, ours):
        a, b = one.question_a, one.question_b
        if one.kind == kind and ((a in ours and b in there) or (b in ours and a in there)):
            found.append(Said(opposite, a, b))
    return found


def new_topic_facts(conn: Connection, question_id: int, size: int, viewer: Viewer) -> TopicFacts:
    """Return what is known of a new topic before the indexer has seen it."""
    question = questions_by_id(conn, [question_id], viewer=viewer)[question_id]
    return TopicFacts(
        label=question.wording[:200],
        lang=question.lang,
        label_question_id=question_id,
        keywords=(),
        size=size,
        askers=size,
        cohesion=None,
        weeks=(),
        trend=None,
        typical=(question_id,),
        atypical=(),
        draft=None,
        first_asked_at=question.asked_at,
        last_asked_at=question.asked_at,
    )

"""What people say about grouping: merge, split, move, same, not the same, dismiss, restore.

Each is stored as decisions over questions, and with how things stood before, so that
`kb.desk.undoing` can take it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kb.access import Viewer
from kb.desk.moving import (
    against_topic,
    central_questions,
    contradict,
    contrast_members,
    hold_topics_of,
    new_topic_facts,
    place_questions,
)
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.audit import Subject, record_audit
from kb.store.grouping.assignments import count_members, find_assignment
from kb.store.grouping.decisions import NOT_SAME, SAME, Said, add_decisions
from kb.store.grouping.regroupings import Before, Places, add_regrouping
from kb.store.jobs import enqueue
from kb.store.questions.reading import questions_by_id
from kb.store.topics.merged import fold_into, led_to, lock_topics
from kb.store.topics.record import add_topic, get_topic, require_editor, set_topic_state
from kb.topics import Topic


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What an action left.

    `topic_id` is the topic that stands: of a merge the one that stays, of a split the old one,
    else the one that the question went to or was taken out of; None where two questions
    without a topic were named. `new_id` is the topic that a split made. `batch` takes all of
    it back.
    """

    topic_id: int | None
    new_id: int | None
    batch: str


@dataclass(frozen=True, slots=True)
class _Act:
    """An action, what it says, the topics concerned, and how things stood before it."""

    action: str
    said: Sequence[Said]
    places: Places
    before: Before


def merge_topics(conn: Connection, into_id: int, other_id: int, *, viewer: Viewer) -> Regrouped:
    """Merge one topic into another.

    Stored as one SAME between the most central questions of both, with the questions that both
    hold now: later ones are not bound. A promoted topic always stays. Raises Conflict when
    both are promoted: their entries must be merged first.
    """
    lock_topics(conn, [into_id, other_id])
    into = get_topic(conn, into_id, viewer=viewer)
    other = get_topic(conn, other_id, viewer=viewer)
    if into.id == other.id:
        raise Conflict(f"topics {into_id} and {other_id} are one already")
    if into.state == other.state == "promoted":
        raise Conflict(f"topics {into.id} and {other.id} are both promoted: merge their entries")
    if other.state == "promoted":
        into, other = other, into
    stay, come = central_questions(conn, into, viewer), central_questions(conn, other, viewer)
    if not stay or not come:
        raise Conflict(f"topic {other.id if stay else into.id} has no questions left")
    before = Before(
        about=tuple(come),
        beside=tuple(stay),
        states=((into.id, into.state), (other.id, other.state)),
        led=led_to(conn, other.id),
    )
    place_questions(conn, come, into.id)
    fold_into(conn, other.id, into.id)
    count_members(conn, [into.id])
    said = [Said(SAME, stay[0], come[0])]
    return _done(conn, _Act("merge", said, Places(into.id, other.id), before), viewer=viewer)


def split_topic(
    conn: Connection, topic_id: int, question_ids: Sequence[int], *, viewer: Viewer
) -> Regrouped:
    """Take questions out of a topic into a new one.

    Stored as SAME among the taken and NOT SAME against the centre of what stays. Raises
    InvalidInput for a question that is not in the topic, or when nothing would stay.
    """
    lock_topics(conn, [topic_id])
    topic = get_topic(conn, topic_id, viewer=viewer)
    taken = list(dict.fromkeys(question_ids))
    if not taken:
        raise InvalidInput("a split needs at least one question", field="questions")
    members = central_questions(conn, topic, viewer)
    strangers = set(taken) - set(members)
    for question_id in taken:
        if question_id in strangers:
            raise InvalidInput(
                f"question {question_id} is not in topic {topic.id}", field="questions"
            )
    out = set(taken)
    stay = [one for one in members if one not in out]
    if not stay:
        raise InvalidInput(f"topic {topic.id} would be empty", field="questions")
    said = [Said(SAME, taken[0], one) for one in taken[1:]]
    contrast = contrast_members(conn, taken, stay, viewer)
    said += [Said(NOT_SAME, taken[0], one) for one in contrast]
    said += contradict(conn, SAME, out, stay)
    new_id = add_topic(conn, new_topic_facts(conn, taken[0], len(taken), viewer), run_id=None)
    place_questions(conn, taken, new_id)
    count_members(conn, [topic.id, new_id])
    before = Before(about=tuple(taken), states=((topic.id, topic.state),))
    return _done(conn, _Act("split", said, Places(topic.id, new_id), before), viewer=viewer)


def move_question(
    conn: Connection, question_id: int, topic_id: int, *, viewer: Viewer
) -> Regrouped:
    """Move one question into a topic: SAME with its centre, NOT SAME with the old topic's."""
    return move_questions(conn, [question_id], topic_id, viewer=viewer)


def move_questions(
    conn: Connection, question_ids: Sequence[int], topic_id: int, *, viewer: Viewer
) -> Regrouped:
    """Move questions into a topic, as one action: each like `move_question`.

    Raises Conflict for one that is in the topic already.
    """
    wanted = list(dict.fromkeys(question_ids))
    hold_topics_of(conn, wanted, topic_id)
    topic = get_topic(conn, topic_id, viewer=viewer)
    if not wanted:
        raise InvalidInput("a move needs at least one question", field="questions")
    _require_questions(conn, wanted, viewer)
    members = central_questions(conn, topic, viewer)
    if not members:
        raise Conflict(f"topic {topic.id} has no questions left")
    said: list[Said] = []
    came: list[tuple[int, int | None]] = []
    for question_id in wanted:
        old = _topic_of(conn, question_id, viewer)
        if old is not None and old.id == topic.id:
            raise Conflict(f"question {question_id} is in topic {topic.id} already")
        said += [Said(SAME, question_id, members[0])]
        said += contradict(conn, NOT_SAME, {question_id}, members)
        if old is not None:
            said += against_topic(conn, question_id, old, viewer, together=wanted)
        came.append((question_id, old.id if old else None))
    _take_to(conn, wanted, topic.id, came)
    before = Before(about=tuple(wanted), came=tuple(came))
    return _done(conn, _Act("move", said, Places(topic.id, came[0][1]), before), viewer=viewer)


def take_out(conn: Connection, question_id: int, *, viewer: Viewer) -> Regrouped:
    """Say that a question is not the same as the topic it is in, wherever it belongs.

    Raises Conflict where it is in no topic, or alone in one.
    """
    _require_questions(conn, [question_id], viewer)
    hold_topics_of(conn, [question_id])
    old = _topic_of(conn, question_id, viewer)
    if old is None:
        raise Conflict(f"question {question_id} is in no topic")
    said = against_topic(conn, question_id, old, viewer)
    if not said:
        raise Conflict(f"topic {old.id} holds nothing but question {question_id} and its copies")
    came = ((question_id, old.id),)
    _take_to(conn, [question_id], None, came)
    before = Before(about=(question_id,), came=came)
    return _done(conn, _Act("out", said, Places(old.id, old.id), before), viewer=viewer)


def say_same(conn: Connection, question_id: int, other_id: int, *, viewer: Viewer) -> Regrouped:
    """Say that two questions mean the same.

    The one in the smaller topic joins the other one's at once; a promoted topic keeps its own.
    """
    first, second = _two_topics(conn, question_id, other_id, viewer)
    said, pair = [Said(SAME, question_id, other_id)], (question_id, other_id)
    if (first and first.id) == (second and second.id):
        places = Places(first.id if first else None)
        return _done(conn, _Act("same", said, places, Before(pair=pair)), viewer=viewer)
    moves, old, into = question_id, first, second
    if into is None or (old is not None and _holds_more(old, into)):
        moves, old, into = other_id, second, first
    assert into is not None
    came = ((moves, old.id if old else None),)
    _take_to(conn, [moves], into.id, came)
    places = Places(into.id, old.id if old else None)
    before = Before(pair=pair, came=came)
    return _done(conn, _Act("same", said, places, before), viewer=viewer)


def say_not_same(conn: Connection, question_id: int, other_id: int, *, viewer: Viewer) -> Regrouped:
    """Say that two questions do not mean the same; of one topic the first one leaves at once.

    Raises InvalidInput for two in the same words: they are one to the indexer.
    """
    first, second = _two_topics(conn, question_id, other_id, viewer)
    asked = questions_by_id(conn, [question_id, other_id], viewer=viewer)
    if len({one.text_hash for one in asked.values()} - {None}) == 1:
        raise InvalidInput("both questions have the same words", field="question_id")
    pair = (question_id, other_id)
    places, before = Places(first.id if first else None), Before(pair=pair)
    if first is not None and second is not None and first.id == second.id:
        came = ((question_id, first.id),)
        _take_to(conn, [question_id], None, came)
        places, before = Places(first.id, first.id), Before((question_id,), pair=pair, came=came)
    said = [Said(NOT_SAME, question_id, other_id)]
    return _done(conn, _Act("not same", said, places, before), viewer=viewer)


def dismiss_topic(conn: Connection, topic_id: int, *, viewer: Viewer) -> Regrouped:
    """Take a candidate off the queue for good; its questions stay in it."""
    lock_topics(conn, [topic_id])
    topic = get_topic(conn, topic_id, viewer=viewer)
    if topic.state != "candidate":
        raise Conflict(f"topic {topic.id} is {topic.state}, only a candidate can be dismissed")
    set_topic_state(conn, topic.id, "dismissed")
    before = Before(states=((topic.id, topic.state),))
    return _done(conn, _Act("dismiss", [], Places(topic.id), before), viewer=viewer)


def restore_topic(conn: Connection, topic_id: int, *, viewer: Viewer) -> Regrouped:
    """Put a dismissed topic back into the queue."""
    lock_topics(conn, [topic_id])
    topic = get_topic(conn, topic_id, viewer=viewer)
    if topic.state != "dismissed":
        raise Conflict(f"topic {topic.id} is {topic.state}, only a dismissed one comes back")
    set_topic_state(conn, topic.id, "candidate")
    before = Before(states=((topic.id, topic.state),))
    return _done(conn, _Act("restore", [], Places(topic.id), before), viewer=viewer)


def _done(conn: Connection, act: _Act, *, viewer: Viewer) -> Regrouped:
    """Store what was said and how things stood, tell the audit log and the worker."""
    action, places, before = act.action, act.places, act.before
    batch = add_decisions(conn, act.said, action, viewer=viewer)
    add_regrouping(conn, batch, action, places, before, viewer=viewer)
    named = before.pair or before.about
    facts = {"decisions": batch, "other": places.other_id, "questions": list(named)}
    of_question = action in ("move", "out", "same", "not same")
    subject = Subject("question", named[0]) if of_question else Subject("topic", places.topic_id)
    record_audit(conn, action, subject, viewer=viewer, facts=facts)
    enqueue(conn, "index")
    return Regrouped(places.topic_id, places.other_id if action == "split" else None, batch)


def _take_to(
    conn: Connection,
    question_ids: Sequence[int],
    topic_id: int | None,
    came: Sequence[tuple[int, int | None]],
) -> None:
    place_questions(conn, question_ids, topic_id)
    touched = {topic_id, *(old for _question, old in came)}
    count_members(conn, sorted(one for one in touched if one is not None))


def _topic_of(conn: Connection, question_id: int, viewer: Viewer) -> Topic | None:
    now = find_assignment(conn, question_id)
    if now is None or now.topic_id is None:
        return None
    return get_topic(conn, now.topic_id, viewer=viewer)


def _two_topics(
    conn: Connection, question_id: int, other_id: int, viewer: Viewer
) -> tuple[Topic | None, Topic | None]:
    """Return where two different questions stand."""
    _require_questions(conn, [question_id, other_id], viewer)
    if question_id == other_id:
        raise InvalidInput("name two different questions", field="question_id")
    hold_topics_of(conn, [question_id, other_id])
    return _topic_of(conn, question_id, viewer), _topic_of(conn, other_id, viewer)


def _require_questions(conn: Connection, question_ids: Sequence[int], viewer: Viewer) -> None:
    require_editor(viewer)
    found = questions_by_id(conn, question_ids, viewer=viewer)
    for question_id in question_ids:
        if question_id not in found:
            raise NotFound("question", question_id)


def _holds_more(one: Topic, other: Topic) -> bool:
    return (one.state == "promoted", one.size) > (other.state == "promoted", other.size)

"""What agents did to topics, told in the words of the questions and topics concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from indexer.regrouping.decided_pairs import overriders
from kb.access import Viewer
from kb.questions import Question
from kb.store.grouping.decisions import active_decisions, decisions_of
from kb.store.grouping.regroupings import OVERRIDDEN, STANDS, UNDONE, Regrouping
from kb.store.questions.reading import questions_by_id
from kb.store.topics.record import topics_by_id
from kb.topics import Decision, Topic
from web.topic_labels import topics_for_reader

NAMED_QUESTIONS = 3
"""Questions that one action names at most; the others are counted."""

NAMED_PAIRS = 20
"""Statements of one action that are told one by one."""


@dataclass(frozen=True, slots=True)
class Named:
    """A question by its wording or a topic by its label; `text` is empty where it is gone."""

    id: int
    text: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class SaidPair:
    """One statement about two questions; `overridden_by`: the newer batch, "" where not known."""

    kind: str
    first: Named
    second: Named
    overridden: bool
    overridden_by: str


@dataclass(frozen=True, slots=True)
class DecidedAction:
    """One action: who did what and when, and what has become of it.

    `topic` and `other` are those of `kb.store.grouping.regroupings.Regrouping`. `questions` are
    the first of `count` that were named or taken elsewhere. `overridden_by` are newer batches;
    `in_part` where they leave something of it.
    """

    done: Regrouping
    state: str
    topic: Named | None
    other: Named | None
    questions: tuple[Named, ...]
    count: int
    pairs: tuple[SaidPair, ...]
    pair_count: int
    overridden_by: tuple[str, ...]
    in_part: bool

    @property
    def at(self) -> datetime:
        """When it was done."""
        return self.done.at


def tell_actions(
    conn: Connection, found: Sequence[Regrouping], lang: str, *, viewer: Viewer
) -> list[DecidedAction]:
    """These actions in the same order, labels in the reader's language where there are some."""
    said = decisions_of(conn, [one.batch for one in found])
    lost_to: Mapping[int, str] = {}
    if any(pair.overridden for pairs in said.values() for pair in pairs):
        lost_to = overriders(active_decisions(conn))
    topics = _topics(conn, found, lang, viewer)
    wanted = [question for one in found for question in _named_questions(one, said[one.batch])]
    shown = [pair for pairs in said.values() for pair in pairs[:NAMED_PAIRS]]
    wanted += [question for pair in shown for question in (pair.question_a, pair.question_b)]
    questions = questions_by_id(conn, sorted(set(wanted)), viewer=viewer)
    return [_told(one, said[one.batch], topics, questions, lost_to) for one in found]


def decision_answer(one: DecidedAction) -> dict[str, Any]:
    """The action as programs read it."""
    done = one.done
    return {
        "decision": done.batch,
        "action": done.action,
        "state": one.state,
        "topic": _named_answer(one.topic),
        "other": _named_answer(one.other),
        "questions": [_named_answer(question) for question in one.questions],
        "question_count": one.count,
        "statements": [
            {
                "kind": pair.kind,
                "first": _named_answer(pair.first),
                "second": _named_answer(pair.second),
                "overridden": pair.overridden,
                "overridden_by": pair.overridden_by or None,
            }
            for pair in one.pairs
        ],
        "statement_count": one.pair_count,
        "overridden_by": list(one.overridden_by),
        "in_part": one.in_part,
        "by": done.by_name,
        "at": done.at.isoformat(),
        "undone_by": done.undone_by,
        "undone_at": done.undone_at.isoformat() if done.undone_at else None,
    }


def _named_answer(named: Named | None) -> dict[str, Any] | None:
    return None if named is None else {"id": named.id, "text": named.text or None}


def _told(
    done: Regrouping,
    said: Sequence[Decision],
    topics: Mapping[int, Topic],
    questions: Mapping[int, Question],
    lost_to: Mapping[int, str],
) -> DecidedAction:
    asked = _named_questions(done, said)
    first = done.before.pair[0] if done.before.pair else next(iter(done.before.about), None)
    pairs = [_pair(one, questions, lost_to, first) for one in said[:NAMED_PAIRS]]
    stands = done.undone_at is None
    lost = [one for one in said if one.overridden]
    by = dict.fromkeys(lost_to[one.id] for one in lost if one.id in lost_to)
    return DecidedAction(
        done=done,
        state=UNDONE if not stands else OVERRIDDEN if lost else STANDS,
        topic=_topic_named(done.topic_id, topics),
        other=_topic_named(done.other_id, topics),
        questions=tuple(_question_named(one, questions) for one in asked),
        count=len(done.before.pair or done.before.about),
        pairs=tuple(pairs),
        pair_count=len(said),
        overridden_by=tuple(by) if stands else (),
        in_part=0 < len(lost) < len(said),
    )


def _pair(
    one: Decision, questions: Mapping[int, Question], lost_to: Mapping[int, str], first: int | None
) -> SaidPair:
    a, b = one.question_a, one.question_b
    if b == first:
        a, b = b, a
    return SaidPair(
        kind=one.kind,
        first=_question_named(a, questions),
        second=_question_named(b, questions),
        overridden=one.overridden,
        overridden_by=lost_to.get(one.id, "") if one.overridden else "",
    )


def _named_questions(done: Regrouping, said: Sequence[Decision]) -> tuple[int, ...]:
    if done.action == "merge":
        return ()
    named = done.before.pair or done.before.about
    if not named and said:
        named = (said[0].question_a, said[0].question_b)
    return named[:NAMED_QUESTIONS]


def _topics(
    conn: Connection, found: Sequence[Regrouping], lang: str, viewer: Viewer
) -> dict[int, Topic]:
    ids = {one for done in found for one in (done.topic_id, done.other_id)} - {None}
    stored = topics_by_id(conn, sorted(one for one in ids if one is not None), viewer=viewer)
    shown = topics_for_reader(conn, list(stored.values()), lang, viewer=viewer)
    return {topic.id: topic for topic in shown}


def _topic_named(topic_id: int | None, topics: Mapping[int, Topic]) -> Named | None:
    if topic_id is None:
        return None
    topic = topics.get(topic_id)
    return Named(topic_id, topic.label, topic.lang) if topic else Named(topic_id, "")


def _question_named(question_id: int, questions: Mapping[int, Question]) -> Named:
    question = questions.get(question_id)
    if question is None:
        return Named(question_id, "")
    return Named(question_id, " ".join(question.wording.split())[:300], question.lang)

"""Reads the topics of the record and their questions for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from kb.access import Viewer
from kb.questions import GroupableQuestion, Question
from kb.store.embeddings import vector_counts, vectors_by_hash
from kb.store.grouping.assignments import assignments_by_question
from kb.store.questions.noise import noise_counts
from kb.store.questions.reading import groupable, questions_by_id
from kb.store.topics.record import list_topics
from kb.topics import Topic
from web.report.facts import Asked, NamedTopic
from web.report.from_file import other_wordings
from web.topic_labels import for_reader

STATES = ("candidate", "promoted")
MOST_TOPICS = 100_000
PAGE = 5_000
NOT_NOISE = "question"
"""Under this, `noise_counts` counts what people took back in."""


@dataclass(frozen=True, slots=True)
class RecordContent:
    """What the record holds for a report; `waiting` questions no grouping has seen yet."""

    asked: Asked
    names: list[NamedTopic]
    noise: dict[str, int]
    waiting: int


def read_content(conn: Connection, *, lang: str, viewer: Viewer) -> RecordContent:
    """Topics that stand with their questions, and what is left out.

    Labels are in `lang` where a topic has such questions. Questions of dismissed topics are
    left out. Raises NotPermitted for a viewer who is not staff.
    """
    topics = list_topics(conn, viewer=viewer, states=STATES, limit=MOST_TOPICS)
    noise = noise_counts(conn, viewer=viewer)
    noise.pop(NOT_NOISE, None)
    typical = questions_by_id(conn, [one for row in topics for one in row.typical], viewer=viewer)
    names = [_name(for_reader(one, lang, typical), typical) for one in topics]
    place_of = {topic.id: place for place, topic in enumerate(topics)}
    stands = assignments_by_question(conn)
    every = _all_groupable(conn)
    seen = [one for one in every if one.id in stands]
    shown = [
        one
        for one in seen
        if stands[one.id].topic_id is None or stands[one.id].topic_id in place_of
    ]
    topic_of = [_place(place_of, stands[one.id].topic_id) for one in shown]
    nearest = [_place(place_of, stands[one.id].nearest_topic_id) for one in shown]
    asked = Asked(
        questions=shown,
        topic_of=np.array(topic_of, dtype=np.int32),
        nearest_topic=np.array(nearest, dtype=np.int32),
        dated=np.ones(len(shown), dtype=np.bool_),
        vectors=_vectors(conn, shown),
    )
    return RecordContent(asked, names, noise, len(every) - len(seen))


def _name(topic: Topic, typical: Mapping[int, Question]) -> NamedTopic:
    wordings = [typical[one].wording for one in topic.typical if one in typical]
    return NamedTopic(
        number=topic.id,
        label=topic.label,
        lang=topic.lang,
        keywords=topic.keywords,
        examples=other_wordings(topic.label, wordings),
        verdict=topic.verdict,
        effect=topic.effect,
    )


def _place(place_of: Mapping[int, int], topic_id: int | None) -> int:
    return -1 if topic_id is None else place_of.get(topic_id, -1)


def _all_groupable(conn: Connection) -> list[GroupableQuestion]:
    found: list[GroupableQuestion] = []
    while page := groupable(conn, after_id=found[-1].id if found else 0, limit=PAGE):
        found += page
    return found


def _vectors(conn: Connection, questions: Sequence[GroupableQuestion]) -> NDArray[np.float32]:
    """Vectors of the encoder that most of them have one of; zeros where there is none."""
    counts = vector_counts(conn)
    if not counts or not questions:
        return np.zeros((len(questions), 1), dtype=np.float32)
    fingerprint = max(sorted(counts), key=lambda one: counts[one])
    found = vectors_by_hash(conn, fingerprint, [one.text_hash for one in questions])
    dim = len(next(iter(found.values()), np.zeros(1)))
    missing = np.zeros(dim, dtype=np.float32)
    return np.array([found.get(one.text_hash, missing) for one in questions], dtype=np.float32)

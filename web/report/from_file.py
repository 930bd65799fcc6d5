"""Names the topics of a file that nobody has imported and counts what a report says of it."""

from __future__ import annotations

import numpy as np

from indexer.facts.keywords import topic_keywords
from indexer.facts.labels import Sayings, TopicLabel, label_topics
from indexer.facts.lines import clean_label, label_among
from web.report.facts import Asked, NamedTopic
from web.report.grouped_file import FileQuestion, GroupedFile

EXAMPLES = 5


def name_topics(grouped: GroupedFile, *, lang: str | None = None) -> list[NamedTopic]:
    """The topics of a file in the order of its grouping, numbered from 1.

    Labels are in `lang` where a topic has typical questions in it.
    """
    questions = grouped.file.questions
    topic_of, count = grouped.grouping.topic_of, grouped.grouping.topic_count
    keywords = topic_keywords([one.text for one in questions], topic_of, topic_count=count)
    said = Sayings(
        texts=[one.wording for one in questions],
        langs=[one.question.lang for one in questions],
        bodies=[one.question.body for one in questions],
        keywords=keywords,
    )
    labels = label_topics(grouped.vectors, said, topic_of, topic_count=count)
    return [
        _named(place + 1, labels[place], keywords[place], questions, lang=lang)
        for place in range(count)
    ]


def asked_in_file(grouped: GroupedFile) -> Asked:
    """The questions that ask something, with their places in the topics."""
    questions = grouped.file.questions
    rows = np.flatnonzero([one.noise is None for one in questions])
    return Asked(
        questions=[questions[row].question for row in rows],
        topic_of=grouped.grouping.topic_of[rows],
        nearest_topic=grouped.grouping.nearest_topic[rows],
        dated=np.array([questions[row].is_dated for row in rows], dtype=np.bool_),
        vectors=grouped.vectors[rows],
    )


def _named(
    number: int,
    label: TopicLabel,
    keywords: tuple[str, ...],
    questions: tuple[FileQuestion, ...],
    *,
    lang: str | None,
) -> NamedTopic:
    typical = [questions[row] for row in label.typical]
    own = label_among(one.wording for one in typical if lang and one.question.lang == lang)
    text = own if own and label.lang != lang else label.label
    return NamedTopic(
        number=number,
        label=text,
        lang=lang if own else label.lang,
        keywords=keywords,
        examples=other_wordings(text, [one.wording for one in typical]),
    )


def other_wordings(label: str, wordings: list[str]) -> tuple[str, ...]:
    """Wordings that say it otherwise than the label, each once, in order."""
    seen = {_key(label)}
    found: list[str] = []
    for wording in wordings:
        if not {_key(wording), _key(clean_label(wording))} & seen:
            found.append(" ".join(wording.split()))
            seen.add(_key(wording))
    return tuple(found[:EXAMPLES])


def _key(text: str) -> str:
    return " ".join(text.casefold().split())

"""Labels of topics in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from indexer.facts.lines import label_among
from kb.access import Viewer
from kb.questions import Question
from kb.store.questions.reading import questions_by_id
from kb.topics import Topic


def topics_for_reader(
    conn: Connection, topics: Sequence[Topic], lang: str, *, viewer: Viewer
) -> list[Topic]:
    """The topics with label and `lang` in the reader's language where they have such questions.

    Labels in other languages are read from the questions, not stored: what is erased there is
    gone here.
    """
    wanted = [one for topic in topics if topic.lang != lang for one in topic.typical]
    if not wanted:
        return list(topics)
    questions = questions_by_id(conn, wanted, viewer=viewer)
    return [for_reader(topic, lang, questions) for topic in topics]


def for_reader(topic: Topic, lang: str, questions: Mapping[int, Question]) -> Topic:
    """The topic as a reader of `lang` sees it; `questions` holds its typical ones."""
    if topic.lang == lang:
        return topic
    own = (questions[one] for one in topic.typical if one in questions)
    label = label_among(one.wording for one in own if one.lang == lang)
    return topic if label is None else replace(topic, label=label, lang=lang)

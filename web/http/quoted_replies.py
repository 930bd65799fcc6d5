"""What a topic's page quotes from replies that support really gave, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kb.questions import Question
from kb.topics import Topic
from web.http.desk_contexts import Clash, Draft

CLASHES = 3
"""Contradictions shown on a topic's page, the clearest first."""


def answered_by_quotes(topic: Topic) -> list[int]:
    """Ids of the questions whose replies are quoted; they say where a quote is from."""
    drafted = (topic.draft or {}).get("question_id")
    named: list[int] = [drafted] if drafted else []
    for found in _contradictions(topic):
        named += [found["question_id"], found["other_question_id"]]
    return named


def draft_of(topic: Topic, questions: Mapping[int, Question]) -> Draft | None:
    """The topic's draft, with the question that it answered as its source."""
    if not topic.draft or not topic.draft.get("text"):
        return None
    written = str(topic.draft.get("written_at") or "")[:10]
    return Draft(
        text=str(topic.draft["text"]),
        source=_named(topic.draft.get("question_id", 0), questions),
        written_on=date.fromisoformat(written) if written else None,
    )


def clashes_of(topic: Topic, questions: Mapping[int, Question]) -> tuple[Clash, ...]:
    """Sentences of the topic's replies that contradict each other, at most three pairs."""
    return tuple(
        Clash(
            sentence=str(found["sentence"]),
            source=_named(found["question_id"], questions),
            other_sentence=str(found["other_sentence"]),
            other_source=_named(found["other_question_id"], questions),
        )
        for found in _contradictions(topic)
    )


def source_of(question: Question) -> str:
    """Where a question is from, as agents know it."""
    return f"{question.channel} {question.source_id}"


def _contradictions(topic: Topic) -> Sequence[Mapping[str, Any]]:
    # Topics described before contradictions were looked for have none stored.
    return list((topic.draft or {}).get("contradictions", ()))[:CLASHES]


def _named(question_id: int, questions: Mapping[int, Question]) -> str:
    asked = questions.get(question_id)
    return source_of(asked) if asked else ""

"""What a topic's page quotes from replies that support really gave, each with its source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from indexer.replies.draft_text import as_markdown, passages_of
from kb.desk.rewriting import find_rewriting
from kb.entries import MAX_TITLE_CHARS
from kb.questions import Question
from kb.topics import Topic
from web.http.desk.draft_contexts import Clash, Draft, PromoteForm, Quote, Rewriting
from web.rewriting import MAX_REPLIES
from web.rewriting_endpoint import Endpoint

CLASHES = 3
"""Contradictions shown on a topic's page, the clearest first."""

FORM = "#promote-title"

EMPHASIS = re.compile(r"(\*\*|__|`|(?<!\w)\*(?=\S))([^*`_\n]+?)\1")
"""Markdown around words, which the shown text goes without."""


def answered_by_quotes(topic: Topic) -> list[int]:
    """Ids of the questions whose replies are quoted; they say where a quote is from."""
    draft = topic.draft or {}
    quoted = [draft, *draft.get("others", ()), *draft.get("translations", ())]
    named = [int(one["question_id"]) for one in quoted if one.get("question_id")]
    for found in _contradictions(topic):
        named += [found["question_id"], found["other_question_id"]]
    return named


def draft_of(
    topic: Topic, questions: Mapping[int, Question], *, rewriter: Endpoint | None = None
) -> Draft | None:
    """The topic's draft with its source, who agrees, and what a machine made or may make of it."""
    stored = topic.draft
    if not stored or not stored.get("text"):
        return None
    quote = _quote(stored, questions)
    return Draft(
        text=str(stored["text"]),
        source=quote.source,
        written_on=quote.written_on,
        lang=quote.lang,
        passages=quote.passages,
        agreeing=int(stored.get("agreeing", 0)),
        replies=int(stored.get("replies", 0)),
        others=tuple(_quote(one, questions) for one in stored.get("others", ())),
        translations=tuple(_quote(one, questions) for one in stored.get("translations", ())),
        rewriting=_rewriting(topic, stored, rewriter),
    )


def clashes_of(topic: Topic, questions: Mapping[int, Question]) -> tuple[Clash, ...]:
    """Sentences of the topic's replies that contradict each other, at most three pairs."""
    return tuple(
        Clash(
            sentence=str(found["sentence"]),
            source=_named(found["question_id"], questions),
            other_sentence=str(found["other_sentence"]),
            other_source=_named(found["other_question_id"], questions),
            written_on=_day(found.get("written_at")),
            other_written_on=_day(found.get("other_written_at")),
        )
        for found in _contradictions(topic)
    )


def form_from(topic: Topic, start: str) -> PromoteForm:
    """The form to promote a topic with its draft, or with the machine's wording, as the answer.

    start: "draft" or "rewriting"; without a rewriting it is the draft.
    """
    rewriting = find_rewriting(topic.draft) if start == "rewriting" else None
    quoted = as_markdown(str((topic.draft or {}).get("text", "")))
    return PromoteForm(
        action=f"/desk/topics/{topic.id}/promote",
        title=topic.label[:MAX_TITLE_CHARS],
        answer=rewriting.text if rewriting else quoted,
        machine_made=rewriting is not None,
    )


def source_of(question: Question) -> str:
    """Where a question is from, as agents know it."""
    return f"{question.channel} {question.source_id}"


def _rewriting(
    topic: Topic, stored: Mapping[str, Any], rewriter: Endpoint | None
) -> Rewriting | None:
    """What to show of rewriting: nothing where it is off and nobody asked for one before."""
    made = find_rewriting(stored)
    if made is None and rewriter is None:
        return None
    path = f"/desk/topics/{topic.id}"
    return Rewriting(
        action=f"{path}/rewrite" if rewriter else "",
        host=rewriter.host if rewriter else "",
        model=rewriter.model if rewriter else "",
        sent=1 + min(MAX_REPLIES, len(stored.get("others", ()))),
        passages=passages_of(EMPHASIS.sub(r"\2", made.text)) if made else (),
        made_by=f"{made.model}, {made.host}" if made else "",
        made_on=made.at.date() if made else None,
        unsupported=made.unsupported if made else (),
        start_url=f"{path}?start=rewriting{FORM}" if made and topic.state == "candidate" else "",
    )


def _quote(stored: Mapping[str, Any], questions: Mapping[int, Question]) -> Quote:
    return Quote(
        passages=passages_of(str(stored["text"])),
        source=_named(stored.get("question_id", 0), questions),
        written_on=_day(stored.get("written_at")),
        lang=stored.get("lang"),
    )


def _contradictions(topic: Topic) -> Sequence[Mapping[str, Any]]:
    # Topics described before contradictions were looked for have none stored.
    return list((topic.draft or {}).get("contradictions", ()))[:CLASHES]


def _named(question_id: int, questions: Mapping[int, Question]) -> str:
    asked = questions.get(question_id)
    return source_of(asked) if asked else ""


def _day(written_at: str | None) -> date | None:
    return date.fromisoformat(written_at[:10]) if written_at else None

"""Says of each topic whether published entries answer it, by asking as a customer would."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from kb.access import GUEST, OPERATOR
from kb.store.engine import reading, transaction
from kb.store.entry_queries import helpful_count
from kb.store.questions import questions_by_id
from kb.store.topics import list_topics, set_topic_verdict
from search.results import SearchResults, Verdict
from search.searcher import Searcher

MAX_TOPICS = 500
"""Topics asked about in one run, the most asked ones; the others get their verdict later."""

WORDINGS_ASKED = 3
"""Typical wordings of a topic that are searched; the majority decides."""

MIN_VOTES = 3
"""Helpful votes below this many say nothing about an entry."""

COVERED, NOT_FOUND, FAILING, OPEN = "covered", "not found", "failing", "open"


def refresh_verdicts(engine: Engine, searcher: Searcher) -> int:
    """Store a verdict for the most asked topics and return how many were asked about.

    `covered`: most typical wordings get an answer. `failing`: they do, but readers say it does
    not help. `not found`: an entry is near, not sure enough to be shown as the answer. `open`:
    nothing published answers.
    """
    with reading(engine) as conn:
        topics = list_topics(
            conn, viewer=OPERATOR, states=("candidate", "promoted"), limit=MAX_TOPICS
        )
        wanted = [one for topic in topics for one in topic.typical[:WORDINGS_ASKED]]
        questions = questions_by_id(conn, wanted, viewer=OPERATOR)
    # The model runs in the searches, so no transaction is open meanwhile.
    verdicts = {}
    for topic in topics:
        wordings = [
            questions[one].wording for one in topic.typical[:WORDINGS_ASKED] if one in questions
        ]
        results = [
            searcher.search(text, viewer=GUEST, limit=1, lang=topic.lang) for text in wordings
        ]
        verdicts[topic.id] = _verdict(engine, results)
    with transaction(engine) as conn:
        for topic_id, verdict in verdicts.items():
            set_topic_verdict(conn, topic_id, verdict)
    return len(verdicts)


def _verdict(engine: Engine, results: Sequence[SearchResults]) -> str:
    answered = [one for one in results if one.verdict is Verdict.ANSWER]
    if len(answered) * 2 > len(results):
        return FAILING if _is_failing(engine, answered[0].hits[0].id) else COVERED
    if any(one.verdict is not Verdict.NONE for one in results):
        return NOT_FOUND
    return OPEN


def _is_failing(engine: Engine, entry_id: int) -> bool:
    with reading(engine) as conn:
        votes = helpful_count(conn, entry_id, viewer=OPERATOR)
    return votes.yes + votes.no >= MIN_VOTES and votes.no > votes.yes

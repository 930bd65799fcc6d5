"""Says of each topic whether published entries answer it, by asking as a customer would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from indexer.facts.effects import refresh_effects
from kb.access import GUEST, OPERATOR
from kb.clock import utc_now
from kb.questions import Question
from kb.store.engine import reading, transaction
from kb.store.entries.reading import published_ids
from kb.store.entries.votes import EntryVotes, votes_of_entries
from kb.store.questions.reading import questions_by_id
from kb.store.topics.effects import TopicVerdict, newest_members, save_topic_verdict, topics_to_ask
from kb.store.topics.record import topics_by_id
from kb.topics import AskedWording, Evidence, Topic
from search.results import Verdict
from search.searcher import Searcher

MAX_TOPICS = 500
"""Topics asked about in one run; the others get their turn in the next ones."""

TYPICAL_ASKED = 3
WORDINGS_ASKED = 10
"""Wordings of a topic that are searched: its most typical and, beside them, its newest."""

ASKED_CHARS = 300
"""Nobody types more than this into a search box."""

NEAR_SHARE = 1 / 3
"""An entry is near a topic when so many of its wordings find it, be it without certainty."""

MIN_VOTES = 3
"""Helpful votes below this many say nothing about an entry."""

COVERED, NOT_FOUND, FAILING, OPEN = "covered", "not found", "failing", "open"


@dataclass(frozen=True, slots=True)
class _Sample:
    """A topic and the questions of it that are asked."""

    topic: Topic
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class VerdictsReport:
    """How many topics were asked about, and how many were left for the next run."""

    asked: int = 0
    left: int = 0


def refresh_verdicts(
    engine: Engine, searcher: Searcher, *, may_go_on: Callable[[], bool] = lambda: True
) -> VerdictsReport:
    """Store a verdict with its evidence for up to 500 topics.

    `covered`: most wordings get an answer. `failing`: they do, but readers say it does not
    help. `not found`: one entry is near, not sure enough to be shown as the answer. `open`:
    nothing published answers. The effect of every topic follows. `may_go_on` is asked before
    each topic; what was asked until it says no is stored.
    """
    samples, has_entries = _samples(engine)
    # The model runs in the searches, so no transaction is open meanwhile.
    asked: dict[int, list[AskedWording]] = {}
    for one in samples:
        if not may_go_on():
            break
        asked[one.topic.id] = _ask(searcher, one.topic, one.questions if has_entries else ())
    with reading(engine) as conn:
        hits = {one.entry_id for found in asked.values() for one in found if one.entry_id}
        votes = votes_of_entries(conn, sorted(hits))
    with transaction(engine) as conn:
        for topic_id, found in asked.items():
            save_topic_verdict(conn, topic_id, judge(found, votes))
    refresh_effects(engine)
    return VerdictsReport(len(asked), len(samples) - len(asked))


def judge(asked: Sequence[AskedWording], votes: Mapping[int, EntryVotes]) -> TopicVerdict:
    """The verdict over what the wordings of one topic found.

    The unanswered share is that of the wordings without an answer; where readers say that the
    answer does not help, it helps only the share of them who say it does.
    """
    answered = [one for one in asked if one.verdict == Verdict.ANSWER]
    near = _most_found([one for one in asked if one.verdict != Verdict.NONE])
    about = _most_found(answered) or near
    entry_id = about[0] if about else None
    said = votes.get(entry_id, EntryVotes()) if entry_id is not None else EntryVotes()
    helps = 1.0
    if asked and len(answered) * 2 > len(asked):
        verdict = COVERED
        if said.yes + said.no >= MIN_VOTES and said.no > said.yes:
            verdict, helps = FAILING, said.yes / (said.yes + said.no)
    elif near and near[1] >= NEAR_SHARE * len(asked):
        verdict, entry_id = NOT_FOUND, near[0]
        said = votes.get(entry_id, EntryVotes())
    else:
        verdict, entry_id, said = OPEN, None, EntryVotes()
    share = 1.0 - helps * len(answered) / len(asked) if asked else 1.0
    evidence = Evidence(tuple(asked), entry_id, said.yes, said.no, said.reasons, utc_now())
    return TopicVerdict(verdict, share, evidence)


def _samples(engine: Engine) -> tuple[list[_Sample], bool]:
    """Read the topics to ask about, and whether anything is published that could answer."""
    with reading(engine) as conn:
        wanted = topics_to_ask(conn, limit=MAX_TOPICS)
        topics = topics_by_id(conn, wanted, viewer=OPERATOR)
        newest = newest_members(conn, wanted, count=WORDINGS_ASKED)
        chosen = {
            topic_id: [*topic.typical[:TYPICAL_ASKED], *newest.get(topic_id, [])]
            for topic_id, topic in topics.items()
        }
        ids = [one for members in chosen.values() for one in members]
        questions = questions_by_id(conn, ids, viewer=OPERATOR)
        has_entries = bool(published_ids(conn))
    samples = [
        _Sample(topic, _distinct(questions[one] for one in chosen[topic_id] if one in questions))
        for topic_id, topic in topics.items()
    ]
    return samples, has_entries


def _distinct(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Up to so many questions as are asked, each wording once, in order."""
    found: dict[str, Question] = {}
    for one in questions:
        wording = " ".join(one.wording.casefold().split())
        if wording:
            found.setdefault(wording, one)
    return tuple(found.values())[:WORDINGS_ASKED]


def _ask(searcher: Searcher, topic: Topic, questions: Sequence[Question]) -> list[AskedWording]:
    asked = []
    for question in questions:
        wording = question.wording.strip()[:ASKED_CHARS]
        lang = question.lang or topic.lang
        found = searcher.search(wording, viewer=GUEST, limit=1, lang=lang)
        first = next(iter((*found.hits, *found.near)), None)
        asked.append(
            AskedWording(
                question_id=question.id,
                lang=lang,
                verdict=str(found.verdict),
                confidence=found.confidence,
                entry_id=first.id if first is not None and first.type == "entry" else None,
            )
        )
    return asked


def _most_found(asked: Sequence[AskedWording]) -> tuple[int, int] | None:
    """Return the entry that most of these wordings find first, and how many do."""
    counts = Counter(one.entry_id for one in asked if one.entry_id is not None)
    if not counts:
        return None
    return min(counts.items(), key=lambda one: (-one[1], one[0]))

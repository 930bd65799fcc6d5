"""The verdict on a topic, from what its wordings found and what readers said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from kb.access import OPERATOR
from kb.desk.next_steps import next_step
from kb.store.engine import reading, transaction
from kb.store.entries.votes import EntryVotes
from kb.store.topics.record import add_topic, get_topic
from kb.topics import AskedWording, Topic, TopicFacts
from search.bootstrap import calibrate_bootstrap
from search.coverage import VerdictsReport, judge, refresh_verdicts
from search.searcher import Searcher
from tests.search.stores import HELP_DESK, LetterEncoder, Shelf, snapshot

ENTRY, ELSEWHERE = 7, 8


def asked(found: str) -> list[AskedWording]:
    """One wording per letter: answer, maybe, none; a capital finds another entry."""
    verdicts = {"a": "answer", "m": "maybe", "n": "none"}
    return [
        AskedWording(
            place,
            "en",
            verdicts[letter.lower()],
            0.5,
            ELSEWHERE if letter.isupper() else ENTRY,
        )
        for place, letter in enumerate(found)
    ]


@pytest.mark.parametrize(
    ("found", "votes", "verdict", "about", "share"),
    [
        ("aaaaaaaann", (0, 0), "covered", ENTRY, 0.2),
        ("aaaaa", (0, 2), "covered", ENTRY, 0.0),
        ("aaaaa", (3, 3), "covered", ENTRY, 0.0),
        ("aaaaa", (2, 7), "failing", ENTRY, 7 / 9),
        ("aaannnnn", (2, 7), "not found", ENTRY, 5 / 8),
        ("aannn", (0, 0), "not found", ENTRY, 0.6),
        ("mmnnnn", (0, 0), "not found", ENTRY, 1.0),
        ("mnnnnn", (0, 0), "open", None, 1.0),
        ("mMnnnnnn", (0, 0), "open", None, 1.0),
        ("AAAaa", (0, 0), "covered", ELSEWHERE, 0.0),
        ("nnnn", (0, 9), "open", None, 1.0),
        ("", (0, 0), "open", None, 1.0),
    ],
)
def test_the_verdict_follows_most_wordings_and_the_votes(found, votes, verdict, about, share):
    said = {ENTRY: EntryVotes(*votes, (("out_of_date", votes[1]),))}

    judged = judge(asked(found), said)

    assert (judged.verdict, judged.evidence.entry_id) == (verdict, about)
    assert judged.unanswered_share == pytest.approx(share)
    if about == ENTRY:
        assert (judged.evidence.helpful, judged.evidence.unhelpful) == votes


def topic(found: str, votes: tuple[int, int] = (0, 0), **more) -> Topic:
    judged = judge(asked(found), {ENTRY: EntryVotes(*votes)})
    values = {
        "id": 1, "state": "candidate", "label": "t", "lang": None, "keywords": (), "size": 1,
        "askers": 1, "cohesion": None, "weeks": (), "trend": None, "typical": (), "atypical": (),
        "draft": None, "verdict": judged.verdict, "first_asked_at": None, "last_asked_at": None,
        "merged_into": None, "entry_id": None, "evidence": judged.evidence, **more,
    }  # fmt: skip
    return Topic(**values)


@pytest.mark.parametrize(
    ("given", "entry_state", "kind", "entry_id"),
    [
        (topic("aaa"), None, "nothing", ENTRY),
        (topic("aaa", (1, 8)), None, "revise", ENTRY),
        (topic("mmm"), None, "add wordings", ENTRY),
        (topic("nnn"), None, "write", None),
        (topic("nnn", evidence=None, verdict=None), None, "wait", None),
        (topic("nnn", state="dismissed"), None, "nothing", None),
        (topic("mmm", state="promoted", entry_id=ENTRY), "published", "write", ENTRY),
        (topic("mmm", state="promoted", entry_id=9), "published", "add wordings", ENTRY),
        (topic("nnn", state="promoted", entry_id=9), "draft", "publish", 9),
        (topic("aaa", state="promoted", entry_id=ENTRY), "published", "nothing", ENTRY),
    ],
)
def test_there_is_one_next_step(given, entry_state, kind, entry_id):
    step = next_step(given, entry_state=entry_state)

    assert (step.kind, step.entry_id) == (kind, entry_id)


def test_what_was_asked_until_other_work_came_is_stored_and_the_rest_follows(
    engine: Engine,
) -> None:
    at = datetime(2024, 3, 4, tzinfo=UTC)
    facts = TopicFacts("t", "en", None, (), 1, 1, None, (), None, (), (), None, at, at)
    with transaction(engine) as conn:
        ids = [add_topic(conn, facts, run_id=None) for _ in range(3)]
    encoder = LetterEncoder()
    searcher = Searcher(Shelf(snapshot(HELP_DESK)), encoder, calibrate_bootstrap(encoder))
    left = iter([True, False])

    cut = refresh_verdicts(engine, searcher, may_go_on=lambda: next(left))
    with reading(engine) as conn:
        after_cut = [get_topic(conn, one, viewer=OPERATOR).verdict for one in ids]
    whole = refresh_verdicts(engine, searcher)

    assert (cut, whole) == (VerdictsReport(1, 2), VerdictsReport(3, 0))
    assert sorted(after_cut, key=str) == [None, None, "open"]
    with reading(engine) as conn:
        assert {get_topic(conn, one, viewer=OPERATOR).verdict for one in ids} == {"open"}

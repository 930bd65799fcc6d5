"""The verdict on a topic, from what its wordings found and what readers said."""

from __future__ import annotations

import pytest

from kb.desk.next_steps import next_step
from kb.store.entries.votes import EntryVotes
from kb.topics import AskedWording, Topic
from search.coverage import judge

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

"""Drafts from real replies of different quality: the contradicting ones are found."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

import pytest

from indexer.replies.contradictions import find_contradictions
from indexer.replies.drafts import TopicReply, find_draft
from indexer.replies.useful_replies import is_useful
from tests.kb.demo.world import ENTRIES, GOLD, QUESTIONS, related

MAX_FALSE_ALARMS = 2
MIN_OWN_SHARE = 0.97
MIN_AGREED = 0.25


@pytest.fixture(scope="module")
def replies() -> dict[str, list[tuple[str, TopicReply]]]:
    """Replies of each true intent, oldest first, with the id of their question."""
    found: dict[str, list[tuple[str, TopicReply]]] = defaultdict(list)
    number = 0
    for position, question in enumerate(QUESTIONS):
        for reply in question["replies"]:
            number += 1
            one = TopicReply(number, position, reply["text"], reply["kind"] == "solution")
            found[GOLD[question["id"]]["intent"]].append((question["id"], one))
    return found


def test_the_contradicting_replies_are_found_and_hardly_any_others(replies):
    pairs = {frozenset(pair) for pair in related("reply_contradiction")}
    told = set()
    for answers in replies.values():
        draft = find_draft([reply for _, reply in answers])
        asked = {reply.reply_id: question_id for question_id, reply in answers}
        for found in draft.contradictions if draft else ():
            told.add(frozenset((asked[found.reply_id], asked[found.other_id])))
    assert pairs <= told
    assert len(told - pairs) <= MAX_FALSE_ALARMS, told - pairs


def test_a_draft_of_a_topic_with_solutions_quotes_one(replies):
    solved = [
        [reply for _, reply in answers]
        for answers in replies.values()
        if sum(reply.is_solution for _, reply in answers) >= 2
    ]
    quoted = 0
    for answers in solved:
        draft = find_draft(answers)
        chosen = {reply.reply_id for reply in answers if reply.is_solution}
        quoted += draft is not None and draft.reply_id in chosen
    assert len(solved) >= 60
    assert quoted >= 0.98 * len(solved)


def test_a_draft_is_called_agreed_with_only_by_replies_to_the_same_question(replies):
    """Of two questions in one topic the replies to the other one say something else."""
    answers = [[reply for _, reply in one if reply.is_solution] for one in replies.values()]
    answers = [one for one in answers if len(one) >= 3]
    agreeing = own = foreign = 0
    for one, other in pairwise(answers):
        draft = find_draft([*one, *other])
        ids = {reply.reply_id for reply in (one if draft.reply_id in _ids(one) else other)}
        agreeing += bool(draft.agreeing)
        own += len(ids & set(draft.agreeing))
        foreign += len(set(draft.agreeing) - ids)
    assert own >= MIN_OWN_SHARE * (own + foreign)
    assert agreeing >= MIN_AGREED * (len(answers) - 1)


def _ids(replies: list[TopicReply]) -> set[int]:
    return {reply.reply_id for reply in replies}


def test_replies_that_only_ask_back_are_passed_over():
    passed = {"first": [0, 0], "solution": [0, 0]}
    for question in QUESTIONS:
        for reply in question["replies"]:
            if reply["kind"] in passed:
                passed[reply["kind"]][is_useful(reply["text"])] += 1
    assert passed["first"][0] >= 0.82 * sum(passed["first"])
    assert passed["solution"][0] <= 0.02 * sum(passed["solution"])


def test_entries_that_contradict_each_other_are_found():
    pairs = {frozenset(pair) for pair in related("contradiction")}
    told = set()
    for one, other in combinations(ENTRIES, 2):
        alike = (one["lang"], one["product"]) == (other["lang"], other["product"])
        if alike and find_contradictions([one["answer"], other["answer"]]):
            told.add(frozenset((one["id"], other["id"])))
    assert pairs <= told
    assert len(told - pairs) <= MAX_FALSE_ALARMS, told - pairs

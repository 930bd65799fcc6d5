"""How well the indexer groups the demo world, against the true intents that it never reads."""

from __future__ import annotations

from collections import Counter

import pytest

from indexer.topics.founding import SEARCH
from indexer.topics.scores import GroupingScores, evaluate_grouping
from kb.access import OPERATOR
from kb.store.engine import reading
from kb.store.grouping.assignments import assignments_by_question, topic_members
from kb.store.topics.record import list_topics
from tests.kb.demo.world import GOLD, QUESTIONS

CHANNEL_OF = {one["id"]: one["channel"] for one in QUESTIONS}
BIGGEST_INTENT = "pairing-after-update"


@pytest.fixture(scope="module")
def members(world):
    """True intent and topic of every question that asks something, by question id."""
    with reading(world.engine) as conn:
        topics = assignments_by_question(conn)
    return {
        found.id: (GOLD[found.source_id]["intent"], topics.get(found.id))
        for found in world.questions
        if found.source_id in GOLD and found.noise is None
    }


def test_topics_agree_with_the_true_intents(members):
    asking = [(intent, place) for intent, place in members.values() if intent != "none"]
    # Scored like other grouping tools: a question without a topic counts in its nearest one.
    places = [
        place.topic_id or place.nearest_topic_id or -number if place else -number
        for number, (_, place) in enumerate(asking, start=1)
    ]
    scores = evaluate_grouping([intent for intent, _ in asking], places)
    floor = GroupingScores(nmi=0.62, ari=0.21, acc=0.36, pairwise_f1=0.22)
    for measure in ("nmi", "ari", "acc", "pairwise_f1"):
        assert getattr(scores, measure) >= getattr(floor, measure), scores


def test_at_most_a_quarter_of_what_people_wrote_and_under_two_thirds_of_searches_stay_ungrouped(
    world, members
):
    without = {True: 0, False: 0}
    counted = dict(without)
    for one in world.questions:
        if one.id in members:
            place = members[one.id][1]
            is_search = CHANNEL_OF[one.source_id] == SEARCH
            counted[is_search] += 1
            without[is_search] += place is None or place.topic_id is None
    assert counted[True]
    assert counted[False]
    # Noise among what the founders asked takes part of their quarter.
    assert without[False] <= 0.26 * counted[False], (without, counted)
    assert without[True] <= 0.65 * counted[True], (without, counted)


def test_the_biggest_topic_is_the_biggest_intent_and_has_no_answer_yet(world):
    with reading(world.engine) as conn:
        biggest = list_topics(conn, viewer=OPERATOR, limit=1)[0]
        ids = {row.question_id for row in topic_members(conn, biggest.id, viewer=OPERATOR)}
    intents = Counter(
        GOLD[one.source_id]["intent"]
        for one in world.questions
        if one.id in ids and one.source_id in GOLD
    )
    assert intents.most_common(1)[0][0] == BIGGEST_INTENT
    assert intents[BIGGEST_INTENT] >= 0.6 * intents.total()

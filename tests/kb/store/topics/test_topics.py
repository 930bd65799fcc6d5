"""Topics and where questions stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from kb.access import Viewer
from kb.errors import NotFound, NotPermitted
from kb.intake.records import IncomingQuestion
from kb.store.grouping.assignments import (
    find_assignment,
    save_assignments,
    topic_members,
    topic_of_questions,
)
from kb.store.questions.incoming import store_question
from kb.store.redirects import add_redirect
from kb.store.topics.effects import TopicVerdict, save_effects, save_topic_verdict
from kb.store.topics.record import (
    add_topic,
    empty_topics,
    get_topic,
    list_topics,
    save_near_topics,
    save_topic_facts,
    set_topic_state,
    take_back_topic,
    topic_counts,
    topic_states,
    topics_by_id,
)
from kb.topics import AskedWording, Assignment, Evidence, NearTopic, TopicFacts

FACTS = TopicFacts(
    label="Cannot send mail",
    lang="en",
    label_question_id=1,
    keywords=("send", "smtp"),
    size=3,
    askers=2,
    cohesion=0.8,
    weeks=(("2026-W01", 1), ("2026-W02", 2)),
    trend="rising",
    typical=(1, 2),
    atypical=(3,),
    draft={"text": "Check the port.", "question": 2},
    first_asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    last_asked_at=datetime(2026, 1, 9, tzinfo=UTC),
    reposts=4,
    langs=(("en", 2), ("de", 1)),
    products=(("piazza", 3),),
)
EVIDENCE = Evidence(
    asked=(AskedWording(1, "en", "answer", 0.75, 4), AskedWording(2, None, "none", 0.0, None)),
    entry_id=4,
    helpful=1,
    unhelpful=3,
    reasons=(("out_of_date", 2), ("unclear", 1)),
    checked_at=datetime(2026, 1, 10, 8, 30, tzinfo=UTC),
)
VERDICT = TopicVerdict("failing", 0.625, EVIDENCE)


@pytest.fixture
def question_ids(conn: Connection) -> list[int]:
    return [
        store_question(conn, IncomingQuestion(str(n), "s", "b"), channel="ticket", source="desk")[0]
        for n in range(3)
    ]


def test_a_topic_comes_back_as_the_run_found_it(conn: Connection, agent: Viewer) -> None:
    topic = get_topic(conn, add_topic(conn, FACTS, run_id=None), viewer=agent)

    assert (topic.state, topic.label, topic.keywords) == ("candidate", FACTS.label, FACTS.keywords)
    assert (topic.weeks, topic.typical, topic.draft) == (FACTS.weeks, FACTS.typical, FACTS.draft)
    assert (topic.first_asked_at, topic.verdict) == (FACTS.first_asked_at, None)
    assert (topic.reposts, topic.langs, topic.products) == (4, FACTS.langs, FACTS.products)
    assert (topic.near, topic.evidence, topic.unanswered_share, topic.effect) == ((), None, None, 0)


def test_a_new_run_replaces_facts_but_not_what_people_decided(
    conn: Connection, agent: Viewer
) -> None:
    topic_id = add_topic(conn, FACTS, run_id=None)
    set_topic_state(conn, topic_id, "promoted", entry_id=4)
    save_topic_verdict(conn, topic_id, VERDICT)

    save_topic_facts(conn, topic_id, replace(FACTS, size=9, draft=None), run_id=None)

    topic = get_topic(conn, topic_id, viewer=agent)
    assert (topic.size, topic.draft) == (9, None)
    assert (topic.state, topic.entry_id, topic.verdict) == ("promoted", 4, "failing")
    assert (topic.evidence, topic.unanswered_share) == (EVIDENCE, 0.625)


def test_topics_are_for_staff_and_must_exist(
    conn: Connection, agent: Viewer, customer: Viewer, guest: Viewer
) -> None:
    topic_id = add_topic(conn, FACTS, run_id=None)

    for viewer in (customer, guest):
        with pytest.raises(NotPermitted):
            get_topic(conn, topic_id, viewer=viewer)
        with pytest.raises(NotPermitted):
            list_topics(conn, viewer=viewer)
        with pytest.raises(NotPermitted):
            topics_by_id(conn, [topic_id], viewer=viewer)
        with pytest.raises(NotPermitted):
            topic_members(conn, topic_id, viewer=viewer)
    with pytest.raises(NotFound):
        get_topic(conn, topic_id + 1, viewer=agent)
    with pytest.raises(NotFound):
        set_topic_state(conn, topic_id + 1, "dismissed")


def test_the_greatest_effect_comes_first_then_the_size_in_pages(
    conn: Connection, agent: Viewer
) -> None:
    ids = [add_topic(conn, replace(FACTS, size=size), run_id=None) for size in (3, 9, 5, 0)]
    save_effects(conn, {ids[0]: 2.5, ids[3]: 9.0})
    dismissed = add_topic(conn, replace(FACTS, size=0), run_id=None)
    set_topic_state(conn, dismissed, "dismissed")

    assert [one.id for one in list_topics(conn, viewer=agent)] == [ids[0], ids[1], ids[2]]
    assert [one.id for one in list_topics(conn, viewer=agent, offset=1, limit=1)] == [ids[1]]
    assert [one.id for one in list_topics(conn, viewer=agent, states=["dismissed"])] == [dismissed]
    assert topic_counts(conn) == {"candidate": 4, "dismissed": 1}
    assert topic_states(conn)[dismissed] == "dismissed"


def test_the_nearest_topics_come_back_in_their_order(conn: Connection, agent: Viewer) -> None:
    one, two = (add_topic(conn, FACTS, run_id=None) for _ in range(2))
    near = (NearTopic(two, 0.75, ("smtp",)), NearTopic(one + 99, 0.5))

    save_near_topics(conn, {one: near})

    found = topics_by_id(conn, [one, two, 10**6], viewer=agent)
    assert found[one].near == near
    assert (found[two].near, len(found)) == ((), 2)


def test_a_topic_taken_back_is_a_candidate_without_an_entry(
    conn: Connection, agent: Viewer
) -> None:
    topic_id = add_topic(conn, FACTS, run_id=None)
    set_topic_state(conn, topic_id, "promoted", entry_id=4)

    take_back_topic(conn, topic_id)

    topic = get_topic(conn, topic_id, viewer=agent)
    assert (topic.state, topic.entry_id) == ("candidate", None)
    with pytest.raises(NotFound):
        take_back_topic(conn, topic_id + 1)


def test_a_merged_topic_leads_to_the_one_that_stays(conn: Connection, agent: Viewer) -> None:
    old, new = (add_topic(conn, FACTS, run_id=None) for _ in range(2))
    set_topic_state(conn, old, "merged", merged_into=new)
    add_redirect(conn, "topic", old, new)

    assert get_topic(conn, old, viewer=agent).id == new


def test_a_question_stands_in_one_place_at_a_time(
    conn: Connection, agent: Viewer, question_ids: list[int]
) -> None:
    one, two = (add_topic(conn, FACTS, run_id=None) for _ in range(2))
    a, b, c = question_ids
    save_assignments(
        conn,
        [
            Assignment(a, one, one, "grouped", 0.5),
            Assignment(b, one, one, "grouped", 0.9),
            Assignment(c, None, two, "unclear", 0.2),
        ],
        run_id=None,
    )
    save_assignments(conn, [], run_id=None)

    assert [row.question_id for row in topic_members(conn, one, viewer=agent)] == [b, a]
    assert topic_of_questions(conn) == {a: one, b: one}
    save_assignments(conn, [Assignment(a, two, two, "decision", 1.0)], run_id=None)
    assert find_assignment(conn, a) == Assignment(a, two, two, "decision", 1.0)
    assert find_assignment(conn, c) == Assignment(c, None, two, "unclear", 0.2)
    assert find_assignment(conn, 404) is None


def test_empty_candidates_go_and_promoted_topics_stay_empty(
    conn: Connection, agent: Viewer
) -> None:
    candidate, promoted = (add_topic(conn, FACTS, run_id=None) for _ in range(2))
    set_topic_state(conn, promoted, "promoted", entry_id=4)

    empty_topics(conn, [candidate, promoted])

    assert get_topic(conn, promoted, viewer=agent).size == 0
    with pytest.raises(NotFound):
        get_topic(conn, candidate, viewer=agent)

"""What is counted in topics: asks, reposts, askers, effect, and the lists made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from indexer.facts.effects import refresh_effects
from indexer.facts.reposts import find_reposts
from kb.access import OPERATOR, Viewer
from kb.embedded_text import text_hash
from kb.errors import NotPermitted
from kb.intake.records import IncomingQuestion
from kb.questions import CleanedQuestion
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import save_assignments
from kb.store.questions.cleaned import save_cleaned
from kb.store.questions.incoming import store_question
from kb.store.questions.reading import groupable
from kb.store.topics.effects import (
    TopicVerdict,
    newest_members,
    save_effects,
    save_topic_verdict,
    topics_to_ask,
)
from kb.store.topics.member_counts import count_members
from kb.store.topics.questions import channel_counts, members_page
from kb.store.topics.queue import TopicFilter, asked_about, count_topics, filtered_topics
from kb.store.topics.record import add_topic, get_topic, set_topic_state
from kb.topics import Assignment, Evidence, TopicFacts

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
FACTS = TopicFacts("t", "en", None, (), 1, 1, None, (), None, (), (), None, NOON, NOON)
ASKED = (
    # (sender, words, days after the first); the comment says what makes it a repost
    ("ada", "my lamp flickers", 0),
    ("ada", "the lamp flickers again", 0),  # the same day
    ("ada", "my lamp flickers", 3),  # the same words
    ("ada", "it flickers when cold", 4),
    ("bob", "my lamp flickers", 0),
    (None, "my lamp flickers", 0),
    (None, "my lamp flickers", 0),  # nobody knows whether it is the same person
    ("ada", "lamp, lamp", 4),  # the day of a question that counts
)


def ask(conn: Connection, asked: tuple[str | None, str, float], place: int, **more: str) -> int:
    sender, words, day = asked
    incoming = IncomingQuestion(
        str(place), words, "", created_at=NOON + timedelta(days=day), sender=sender
    )
    question_id, _ = store_question(conn, incoming, channel="ticket", source="desk", **more)
    cleaned = CleanedQuestion(question_id, words, "", "en", None, {}, text_hash(words), {})
    save_cleaned(conn, [cleaned], version=1)
    return question_id


def topic_of(conn: Connection, ids: list[int], facts: TopicFacts = FACTS) -> int:
    topic_id = add_topic(conn, facts, run_id=None)
    rows = [Assignment(one, topic_id, topic_id, "graph", 0.9 - one / 1e4) for one in ids]
    save_assignments(conn, rows, run_id=None)
    return topic_id


def test_what_one_sender_repeats_counts_once(conn: Connection, agent: Viewer) -> None:
    topic_id = topic_of(conn, [ask(conn, one, place) for place, one in enumerate(ASKED)])
    empty = add_topic(conn, replace(FACTS, size=7, reposts=2, askers=3), run_id=None)

    count_members(conn, [topic_id, empty])

    topic = get_topic(conn, topic_id, viewer=agent)
    assert (topic.size, topic.reposts, topic.askers) == (5, 3, 4)
    gone = get_topic(conn, empty, viewer=agent)
    assert (gone.size, gone.reposts, gone.askers) == (0, 0, 0)
    repeats = find_reposts(groupable(conn))
    assert [ASKED[place][1:] for place, is_one in enumerate(repeats) if is_one] == [
        ASKED[1][1:],
        ASKED[2][1:],
        ASKED[7][1:],
    ]


def test_the_same_words_in_another_topic_are_no_repost(conn: Connection, agent: Viewer) -> None:
    one, two = (topic_of(conn, [ask(conn, ASKED[0], place)]) for place in range(2))

    count_members(conn, [one, two])

    assert [get_topic(conn, it, viewer=agent).size for it in (one, two)] == [1, 1]


def test_members_come_surest_first_in_pages_and_by_channel(
    conn: Connection, agent: Viewer, guest: Viewer
) -> None:
    ids = [ask(conn, ("ada", f"words {n}", n), n) for n in range(3)]
    topic_id = topic_of(conn, ids)

    assert [one for one, _ in members_page(conn, topic_id, viewer=agent, limit=2)] == ids[:2]
    assert [one for one, _ in members_page(conn, topic_id, viewer=agent, offset=2)] == ids[2:]
    assert channel_counts(conn, topic_id, viewer=agent) == (("ticket", 3),)
    assert newest_members(conn, [topic_id], count=2) == {topic_id: [ids[2], ids[1]]}
    for asks in (members_page, channel_counts):
        with pytest.raises(NotPermitted):
            asks(conn, topic_id, viewer=guest)


def test_a_wording_asked_often_is_searched_once(conn: Connection) -> None:
    ids = [ask(conn, (None, words, n), n) for n, words in enumerate(["a b", "c d", "a b"])]
    topic_id = topic_of(conn, ids)

    assert newest_members(conn, [topic_id], count=5) == {topic_id: [ids[2], ids[1]]}


def test_topics_are_filtered_by_language_product_and_verdict(
    conn: Connection, agent: Viewer, customer: Viewer
) -> None:
    facts = replace(FACTS, size=2, langs=(("en", 2),), products=(("piazza", 1),))
    english = add_topic(conn, facts, run_id=None)
    both = add_topic(conn, replace(facts, langs=(("de", 1), ("en", 1)), products=()), run_id=None)
    empty = Evidence((), None, 0, 0, (), NOON)
    save_topic_verdict(conn, both, TopicVerdict("not found", 0.5, empty))

    def found(**chosen: str) -> list[int]:
        wanted = TopicFilter(**chosen)
        ids = [one.id for one in filtered_topics(conn, wanted, viewer=agent)]
        assert count_topics(conn, wanted) == len(ids)
        return ids

    assert found() == [english, both]
    assert found(lang="de") == [both]
    assert found(lang="en") == [english, both]
    assert found(product="piazza") == [english]
    assert found(verdict="not found", lang="de") == [both]
    assert found(product='pi"azza%') == found(lang="e") == found(verdict="open") == []
    assert asked_about(conn, ("candidate",)) == (["en", "de"], ["piazza"])
    with pytest.raises(NotPermitted):
        filtered_topics(conn, TopicFilter(), viewer=customer)


@pytest.mark.parametrize(
    ("order", "first"),
    [("effect", 0), ("size", 1), ("label", 1), ("last", 2), ("trend", 2), ("verdict", 1)],
)
def test_topics_come_in_any_order(conn: Connection, agent: Viewer, order: str, first: int) -> None:
    ids = [
        add_topic(conn, replace(FACTS, size=3, label="m", last_asked_at=None), run_id=None),
        add_topic(conn, replace(FACTS, size=9, label="B", trend="falling"), run_id=None),
        add_topic(
            conn,
            replace(FACTS, label="z", trend="rising", last_asked_at=NOON + timedelta(days=1)),
            run_id=None,
        ),
    ]
    empty = Evidence((), None, 0, 0, (), NOON)
    save_topic_verdict(conn, ids[1], TopicVerdict("open", 1.0, empty))
    save_topic_verdict(conn, ids[2], TopicVerdict("covered", 0.0, empty))
    save_effects(conn, {ids[0]: 1.0})

    listed = filtered_topics(conn, TopicFilter(), viewer=agent, order=order)
    assert (listed[0].id, len(listed)) == (ids[first], 3)


def test_half_of_the_verdicts_go_to_the_top_and_the_rest_take_turns(conn: Connection) -> None:
    ids = [add_topic(conn, replace(FACTS, size=9 - n), run_id=None) for n in range(6)]
    set_topic_state(conn, ids[5], "dismissed")
    for place, topic_id in enumerate(ids[2:4]):
        when = NOON + timedelta(days=1 - place)
        found = TopicVerdict("open", 1.0, Evidence((), None, 0, 0, (), when))
        save_topic_verdict(conn, topic_id, found)

    assert topics_to_ask(conn, limit=4) == [ids[0], ids[1], ids[4], ids[3]]
    assert sorted(topics_to_ask(conn, limit=100)) == ids[:5]


@pytest.fixture
def lamps(engine: Engine) -> dict[str, int]:
    """A topic of every week, one of last week, one that nobody asks any more."""
    with transaction(engine) as conn:
        place = iter(range(1000))

        def topic(*weeks: float) -> int:
            ids = [ask(conn, (None, f"lamp {w}", 7 * w), next(place)) for w in weeks]
            facts = replace(FACTS, first_asked_at=NOON + timedelta(weeks=min(weeks)))
            found = topic_of(conn, ids, facts)
            count_members(conn, [found])
            return found

        return {
            "weekly": topic(*range(41)),
            "new": topic(*(40 - n / 100 for n in range(16))),
            "old": topic(*(n / 10 for n in range(20))),
        }


def effects(engine: Engine, topics: dict[str, int]) -> dict[str, float]:
    with reading(engine) as conn:
        return {name: get_topic(conn, it, viewer=OPERATOR).effect for name, it in topics.items()}


def test_effect_is_people_a_week_lately_without_an_answer(
    engine: Engine, lamps: dict[str, int]
) -> None:
    assert refresh_effects(engine) == 3
    before = effects(engine, lamps)
    assert before["weekly"] == pytest.approx(1.1, abs=0.1)
    assert before["new"] > before["weekly"] > before["old"] > 0

    with transaction(engine) as conn:
        answered = TopicVerdict("covered", 0.0, Evidence((), None, 0, 0, (), NOON))
        save_topic_verdict(conn, lamps["new"], answered)

    assert refresh_effects(engine) == 1
    assert effects(engine, lamps) == {**before, "new": 0.0}
    assert refresh_effects(engine) == 0


def test_a_record_without_topics_has_no_effects(engine: Engine) -> None:
    assert refresh_effects(engine) == 0

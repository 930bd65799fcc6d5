"""What a topic's page quotes from real replies: contradictions stand beside the draft."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from kb.store.engine import transaction
from kb.store.schema import topics
from tests.kb.questions_given import give_question, give_topic
from web.http.desk.quoted_replies import CLASHES


@pytest.fixture
def asked(site_engine):
    with transaction(site_engine) as conn:
        return [give_question(conn, f"b{n}", f"may I backflush it {n}") for n in range(2)]


def give_contradictions(site_engine, asked, count):
    found = {
        "reply_id": 1,
        "question_id": asked[0],
        "sentence": "Backflush it every 2 weeks.",
        "other_id": 2,
        "other_question_id": asked[1],
        "other_sentence": "Never backflush it <b>at all</b>.",
    }
    draft = {"text": "Backflush it.", "question_id": asked[0], "contradictions": [found] * count}
    with transaction(site_engine) as conn:
        topic = give_topic(conn, "may I backflush it", asked)
        conn.execute(update(topics).where(topics.c.id == topic).values(draft=draft))
    return topic


def test_both_sentences_are_shown_with_the_questions_they_answered(
    client, agent, site_engine, asked
):
    topic = give_contradictions(site_engine, asked, 1)
    page = client.get(f"/desk/topics/{topic}", headers=agent).text

    assert "Replies that contradict each other" in page
    assert "Backflush it every 2 weeks." in page
    assert "Never backflush it &lt;b&gt;at all&lt;/b&gt;." in page
    assert "Ticket b0" in page
    assert "Ticket b1" in page


def test_only_the_clearest_are_shown(client, agent, site_engine, asked):
    topic = give_contradictions(site_engine, asked, CLASHES + 2)
    page = client.get(f"/desk/topics/{topic}", headers=agent).text

    assert page.count("Backflush it every 2 weeks.") == CLASHES


def test_a_topic_described_before_contradictions_were_looked_for_shows_none(
    client, agent, site_engine, asked
):
    with transaction(site_engine) as conn:
        topic = give_topic(conn, "may I backflush it", asked)

    page = client.get(f"/desk/topics/{topic}", headers=agent)

    assert page.status_code == 200
    assert "contradict" not in page.text

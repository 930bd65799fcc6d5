"""Who asked for an entry: people who can be told apart, and nobody else."""

from __future__ import annotations

from sqlalchemy import update

from kb.access import OPERATOR
from kb.desk.promotion import Promotion, promote_topic
from kb.store.links.asked_entries import asked_entries
from kb.store.schema import entries, questions
from tests.kb.questions_given import give_question, give_topic


def test_a_question_without_a_sender_is_nobodys(conn):
    asked = [give_question(conn, f"q{n}", f"no pairing {n}") for n in range(3)]
    topic = give_topic(conn, "no pairing", asked)
    entry = promote_topic(conn, topic, Promotion("Pair anew.", publish=True), viewer=OPERATOR)
    for one, sender in zip(asked, ("Ann@example.org", "", None), strict=True):
        conn.execute(update(questions).where(questions.c.id == one).values(sender=sender))

    assert [(one.person, one.entry_id) for one in asked_entries(conn)] == [
        ("sender ann@example.org", entry)
    ]


def test_nobody_asked_for_an_entry_that_is_not_published(conn):
    topic = give_topic(conn, "no pairing", [give_question(conn, "q", "no pairing")])
    entry = promote_topic(conn, topic, Promotion("Pair anew.", publish=True), viewer=OPERATOR)
    conn.execute(update(questions).values(sender="ann"))
    assert len(asked_entries(conn)) == 1

    conn.execute(update(entries).where(entries.c.id == entry).values(state="draft"))
    assert asked_entries(conn) == []

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.access import GUEST, OPERATOR
from kb.desk.promotion import Promotion, distinct_wordings, promote_topic
from kb.embedded_text import embedded_text, text_hash
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.audit import Subject, audit_of
from kb.store.engine import transaction
from kb.store.entries.phrasings import phrasings_of
from kb.store.entries.reading import get_entry
from kb.store.topics.record import get_topic
from tests.kb.questions_given import give_question, give_topic
from tests.waiting import PATIENCE_S

WORDINGS = [
    "The app does not find my machine",
    "The app does not find my machine!",
    "pairing fails since the update",
    "bluetooth keeps losing the grinder",
]


@pytest.fixture
def topic_id(conn):
    ids = [give_question(conn, f"q{n}", text) for n, text in enumerate(WORDINGS)]
    return give_topic(conn, WORDINGS[0], ids)


def test_a_promoted_topic_is_an_entry_with_its_distinct_wordings(conn, topic_id):
    promotion = Promotion(answer="Delete the pairing, then pair again.", publish=True)

    entry_id = promote_topic(conn, topic_id, promotion, viewer=OPERATOR)

    entry = get_entry(conn, entry_id, viewer=GUEST)
    phrasings = phrasings_of(conn, [entry_id])[entry_id]
    assert entry.title == WORDINGS[0]
    assert [one.text for one in phrasings] == [WORDINGS[0], WORDINGS[2], WORDINGS[3]]
    assert [one.text for one in phrasings if one.shown] == [WORDINGS[0]]
    topic = get_topic(conn, topic_id, viewer=OPERATOR)
    assert (topic.state, topic.entry_id) == ("promoted", entry_id)
    assert [row.action for row in audit_of(conn, Subject("topic", topic_id))] == ["promote"]


def test_a_question_with_subject_and_body_gives_both_wordings(conn):
    question = give_question(conn, "long", "No steam", "The wand hisses but nothing comes out.")
    topic = give_topic(conn, "No steam", [question])

    entry_id = promote_topic(conn, topic, Promotion(answer="Clean the tip."), viewer=OPERATOR)

    whole = embedded_text("No steam", "The wand hisses but nothing comes out.")
    hashes = {one.text_hash for one in phrasings_of(conn, [entry_id])[entry_id]}
    assert hashes == {text_hash("No steam"), text_hash(whole)}


def test_without_an_answer_the_draft_is_taken_but_not_published(conn, topic_id):
    with pytest.raises(InvalidInput, match="publishing needs an answer"):
        promote_topic(conn, topic_id, Promotion(publish=True), viewer=OPERATOR)

    entry_id = promote_topic(conn, topic_id, Promotion(), viewer=OPERATOR)

    entry = get_entry(conn, entry_id, viewer=OPERATOR)
    assert (entry.state, entry.answer) == ("draft", "Switch Bluetooth off and on again.")


def test_a_draft_is_not_there_for_a_guest(conn, topic_id):
    entry_id = promote_topic(conn, topic_id, Promotion(), viewer=OPERATOR)

    with pytest.raises(NotFound):
        get_entry(conn, entry_id, viewer=GUEST)


def test_a_topic_is_promoted_once(conn, topic_id):
    promote_topic(conn, topic_id, Promotion(answer="Pair again."), viewer=OPERATOR)

    with pytest.raises(Conflict, match="is promoted as entry"):
        promote_topic(conn, topic_id, Promotion(answer="Pair again."), viewer=OPERATOR)


def test_only_staff_promote(conn, topic_id):
    with pytest.raises(NotPermitted):
        promote_topic(conn, topic_id, Promotion(answer="Pair again."), viewer=GUEST)


def test_a_topic_that_is_not_there_cannot_be_promoted(conn):
    with pytest.raises(NotFound, match="topic 99 does not exist"):
        promote_topic(conn, 99, Promotion(answer="x"), viewer=OPERATOR)


@given(st.lists(st.text(alphabet="ab é!", max_size=8), max_size=30))
def test_folding_keeps_the_first_of_equal_wordings_and_loses_no_other(texts):
    kept = distinct_wordings(texts)

    plain = [" ".join(text.casefold().split()) for text in texts]
    assert kept == sorted(kept)
    assert len({plain[place] for place in kept}) == len(kept)
    assert all(plain[place] for place in kept)
    assert not any(plain) or plain.index(next(text for text in plain if text)) in kept


def test_of_two_who_promote_a_topic_at_once_one_makes_the_entry(engine):
    with transaction(engine) as conn:
        topic = give_topic(conn, WORDINGS[0], [give_question(conn, "q0", WORDINGS[0])])
    begin = Barrier(2)

    def promote(answer: str) -> str:
        begin.wait(PATIENCE_S)
        try:
            with transaction(engine) as conn:
                promote_topic(conn, topic, Promotion(answer), viewer=OPERATOR)
        except Conflict as refused:
            return str(refused)
        return "made"

    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(promote, ("Pair it anew.", "Restart it.")))

    assert told[0] == "made"
    assert "promoted as entry" in told[1]

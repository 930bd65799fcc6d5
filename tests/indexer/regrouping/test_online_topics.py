import numpy as np
import pytest

from indexer.regrouping import online_topics
from indexer.regrouping.base import find_base
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.regroup import regroup
from indexer.regrouping.state import read_seen
from kb.access import OPERATOR
from kb.desk.regrouping import merge_topics, move_question, take_out
from kb.embedded_text import text_hash
from kb.store.changes import last_seq, record_change
from kb.store.embeddings import save_vectors
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import find_assignment, save_assignments
from kb.store.grouping.reaches import save_topic_reaches
from kb.store.grouping.standing import places_by_question, places_of_texts
from kb.store.schema import questions
from kb.topics import Assignment
from tests.indexer.runs import group, standing
from tests.indexer.subjects import SubjectEncoder, give_subject, vector_of, wording
from tests.kb.questions_given import give_question

FOUR = ("pairing", "invoice", "parcel", "grinder")


@pytest.fixture
def encoder():
    return SubjectEncoder()


@pytest.fixture
def grouped(engine, encoder):
    """A record on each database with twenty questions on each of four subjects, grouped."""
    with transaction(engine) as conn:
        given = {one: give_subject(conn, one, range(20)) for one in FOUR}
    group(engine, encoder)
    return given


def followed(engine, online):
    with reading(engine) as conn:
        seen = read_seen(conn)
        online.follow(conn, seen, find_base(conn), seq=last_seq(conn))
    return online


def place(online, text):
    (row,) = online.place([900], vector_of(text)[None])
    return row


def topic_of(engine, ids):
    places = [standing(engine).get(one) for one in ids]
    return max(set(places), key=places.count)


def test_a_question_like_its_neighbours_joins_their_topic_and_an_odd_one_waits(engine, grouped):
    online = followed(engine, OnlineTopics())

    near, odd = place(online, wording("parcel", 21)), place(online, "something else altogether")

    assert len(online) == 80
    assert (near.topic_id, near.how) == (topic_of(engine, grouped["parcel"]), "online")
    assert near.confidence > 0.8
    assert odd.topic_id is None


def test_a_topic_without_a_reach_takes_in_copies_only(engine, grouped):
    with transaction(engine) as conn:
        save_topic_reaches(conn, {})
    online = followed(engine, OnlineTopics())
    near, copy = (place(online, wording("parcel", number)) for number in (21, 1))

    assert near.topic_id is None
    assert near.nearest_topic_id == copy.topic_id == topic_of(engine, grouped["parcel"])


def test_with_nothing_known_a_question_waits():
    row = place(OnlineTopics(), wording("parcel", 1))
    assert (row.topic_id, row.nearest_topic_id) == (None, None)


def test_what_is_held_in_memory_is_what_a_new_reading_finds(engine, encoder, grouped, monkeypatch):
    online = OnlineTopics()
    fills = []
    fill = OnlineTopics._fill
    monkeypatch.setattr(
        OnlineTopics, "_fill", lambda self, *given: (fills.append(1), fill(self, *given))[1]
    )
    for number in (20, 21):
        gone = grouped["invoice"][number - 20]
        with transaction(engine) as conn:
            give_subject(conn, "parcel", range(number, number + 1))
            conn.execute(questions.update().where(questions.c.id == gone).values(state="spam"))
            record_change(conn, "question", gone)
        assert group(engine, encoder, online=online).how == "joined"
        with reading(engine) as conn:
            assert online._topic_of == places_by_question(conn)
        assert place(online, wording("parcel", number)).topic_id is not None

    assert fills == [1]
    assert len(online._cells) == len(online)


def test_what_others_did_meanwhile_is_seen(engine, encoder, grouped):
    online = followed(engine, OnlineTopics())
    pairing, invoice = (topic_of(engine, grouped[one]) for one in ("pairing", "invoice"))
    with transaction(engine) as conn:
        merge_topics(conn, pairing, invoice, viewer=OPERATOR)
        conn.execute(questions.delete().where(questions.c.id == grouped["parcel"][0]))
        record_change(conn, "question", grouped["parcel"][0], "deleted")

    followed(engine, online)

    assert place(online, wording("invoice", 21)).topic_id == pairing
    assert len(online) == len(online._cells) == 79


def test_another_full_grouping_is_read_anew(engine, encoder, grouped):
    online = followed(engine, OnlineTopics())
    with transaction(engine) as conn:
        give_subject(conn, "limescale", range(15))
    assert group(engine, encoder, online=online).how == "full"

    limescale = place(online, wording("limescale", 20)).topic_id
    assert limescale not in (None, topic_of(engine, grouped["parcel"]))


def test_an_edited_question_is_held_with_its_new_meaning(engine, encoder, grouped):
    with transaction(engine) as conn:
        save_topic_reaches(conn, {topic_of(engine, grouped["grinder"]): 0.6})
    online = followed(engine, OnlineTopics())
    edited = grouped["grinder"][:15]
    with transaction(engine) as conn:
        for number, one in enumerate(edited):
            other = give_question(conn, f"edited-{number}", f"{wording('password', number)} again")
            row = conn.execute(questions.select().where(questions.c.id == other)).one()
            conn.execute(questions.delete().where(questions.c.id == other))
            conn.execute(
                questions.update().where(questions.c.id == one).values(text_hash=row.text_hash)
            )
            record_change(conn, "question", one)
    texts = [f"{wording('password', number)} again" for number in range(15)]
    with transaction(engine) as conn:
        save_vectors(conn, encoder.fingerprint, {text_hash(one): vector_of(one) for one in texts})

    followed(engine, online)

    assert place(online, wording("password", 3)).topic_id == topic_of(engine, edited)


def test_pages_are_put_together(engine, grouped, monkeypatch):
    whole = followed(engine, OnlineTopics())
    monkeypatch.setattr(online_topics, "PAGE", 7)
    paged = followed(engine, OnlineTopics())

    assert paged._topic_of == whole._topic_of
    assert np.array_equal(
        paged._cells.nearest(vector_of(wording("parcel", 3))[None], k=5).indices,
        whole._cells.nearest(vector_of(wording("parcel", 3))[None], k=5).indices,
    )


def test_a_question_is_placed_without_reading_the_others(engine, encoder, grouped):
    online = followed(engine, OnlineTopics())
    with transaction(engine) as conn:
        (new,) = give_subject(conn, "parcel", range(21, 22))
    encoder.encoded.clear()

    assert group(engine, encoder, online=online).how == "joined"

    assert len(encoder.encoded) == 1
    with reading(engine) as conn:
        assert find_assignment(conn, new).topic_id == topic_of(engine, grouped["parcel"])
    assert regroup(engine, encoder, run_id=99, online=online).how == "unchanged"


def test_the_words_of_a_decided_question_follow_it_whatever_their_neighbours_vote(
    engine, encoder, grouped
):
    parcel, pairing = (topic_of(engine, grouped[one]) for one in ("parcel", "pairing"))
    with transaction(engine) as conn:
        move_question(conn, grouped["parcel"][3], pairing, viewer=OPERATOR)
        take_out(conn, grouped["parcel"][4], viewer=OPERATOR)
    online = OnlineTopics()
    assert group(engine, encoder, online=online).how == "full"
    for number in (3, 4):
        assert place(online, wording("parcel", number)).nearest_topic_id == parcel

    with transaction(engine) as conn:
        moved, out, other = (
            give_question(conn, f"again-{number}", wording("parcel", number))
            for number in (3, 4, 24)
        )
    assert group(engine, encoder, online=online).how == "joined"

    places = standing(engine)
    assert (places.get(moved), places.get(out), places.get(other)) == (pairing, None, parcel)


def test_of_equal_texts_the_one_that_a_person_placed_speaks_then_one_in_a_topic(engine, grouped):
    text, grinder = "a text of its own", topic_of(engine, grouped["grinder"])
    places = ((None, "graph"), (grinder, "graph"), (None, "decision"))
    spoke, ids = [], []
    with transaction(engine) as conn:
        for number, (topic, how) in enumerate(places):
            ids.append(give_question(conn, f"same-{number}", text))
            save_assignments(conn, [Assignment(ids[-1], topic, topic, how, 0.5)], run_id=None)
            spoke.append(places_of_texts(conn, [text_hash(text)])[text_hash(text)].question_id)
        assert places_of_texts(conn, ["0" * 64]) == {}
    assert spoke == ids

import numpy as np

from indexer import join_new
from indexer.grouping import UNGROUPED
from indexer.join_new import place_new_questions
from indexer.joining import measure_reaches
from kb.clock import utc_now
from kb.embedded_text import text_hash
from kb.questions import GroupableQuestion
from kb.topics import Assignment
from tests.indexer.subjects import vector_of, wording

KNOWN = [wording(subject, n) for subject in ("parcel", "invoice") for n in range(12)]
PLACES = [
    Assignment(n, 7 if n < 12 else 9, 7 if n < 12 else 9, "graph", 0.9) for n in range(len(KNOWN))
]
REACHES = {7: 0.6, 9: 0.6}


def place(*texts, places=PLACES, reaches=REACHES):
    fresh = [
        GroupableQuestion(100 + n, text_hash(text), "", text, "en", None, "ticket", utc_now(), None)
        for n, text in enumerate(texts)
    ]
    known, new = (np.stack([vector_of(one) for one in some]) for some in (KNOWN, texts))
    return place_new_questions(known, places, fresh, new, reaches=reaches)


def test_a_question_like_its_neighbours_joins_their_topic_and_an_odd_one_waits():
    near, odd = place(wording("parcel", 20), "something else altogether")

    assert (near.question_id, near.topic_id, near.how) == (100, 7, "online")
    assert near.confidence > 0.9
    assert odd.topic_id is None


def test_a_topic_without_a_reach_takes_in_copies_only():
    near, copy = place(wording("parcel", 20), KNOWN[0], reaches={})

    assert (near.topic_id, near.nearest_topic_id) == (None, 7)
    assert copy.topic_id == 7


def test_a_question_among_ungrouped_ones_waits():
    waiting = [Assignment(n, None, None, "graph", 0.1) for n in range(len(KNOWN))]

    assert place(wording("parcel", 20), places=waiting)[0].topic_id is None


def test_few_questions_are_compared_with_all_in_blocks_and_many_through_an_index(monkeypatch):
    texts = [wording(subject, n) for subject in ("parcel", "invoice") for n in range(12, 24)]
    whole = place(*texts)
    monkeypatch.setattr(join_new, "BLOCK_PAIRS", 50)
    assert place(*texts) == whole
    monkeypatch.setattr(join_new, "EXACT_PAIRS", 0)
    assert [one.topic_id for one in place(*texts)] == [one.topic_id for one in whole]


def test_a_topic_reaches_as_far_as_its_looser_members():
    vectors = np.stack([vector_of(one) for one in KNOWN])
    topic_of = np.array([0] * 12 + [1] * 11 + [UNGROUPED], dtype=np.int32)

    reaches = measure_reaches(vectors, topic_of, topic_count=3)

    assert 0.6 < reaches[0] < 1.0
    assert reaches[2] == 1.0

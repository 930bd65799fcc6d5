import numpy as np

from indexer.topics.founding import may_found_topics
from kb.clock import utc_now
from kb.questions import GroupableQuestion
from tests.indexer.subjects import vector_of, wording


def asked(texts, *, channel="search", senders=None):
    return [
        GroupableQuestion(
            n, text, text, "", "en", None, channel, utc_now(), senders[n] if senders else f"v{n}"
        )
        for n, text in enumerate(texts)
    ]


def found(questions):
    return may_found_topics(questions, np.stack([vector_of(one.subject) for one in questions]))


PARCELS = [wording("parcel", n) for n in range(4)]


def test_without_searches_every_question_may_found():
    assert found(asked(PARCELS, channel="ticket")) is None


def test_searches_only_join_but_what_people_wrote_may_found():
    questions = asked(PARCELS) + asked([wording("invoice", 1)], channel="form")
    assert found(questions).tolist() == [False] * 4 + [True]


def test_what_five_visitors_look_for_may_found():
    same = [wording("parcel", 1)] * 5
    odd = [wording("invoice", 1)]
    assert found(asked([*same, *odd])).tolist() == [True] * 5 + [False]


def test_one_visitor_who_searches_often_may_not():
    same = [wording("parcel", 1)] * 6
    assert not found(asked(same, senders=["v"] * 5 + ["w"])).any()
    assert not found(asked(same, senders=[None] * 6)).any()

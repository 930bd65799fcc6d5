import pytest

from indexer.learn import learn_wordings
from kb.access import OPERATOR
from kb.desk.promotion import Promotion, promote_topic
from kb.desk.regrouping import move_question
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import phrasings_of, show_phrasing
from kb.store.topics.record import list_topics
from tests.indexer.runs import group, standing
from tests.indexer.subjects import SubjectEncoder, give_subject, wording


@pytest.fixture
def encoder():
    return SubjectEncoder()


@pytest.fixture
def parcel(sqlite_engine, encoder):
    """A promoted topic of twenty questions beside three others: (topic, entry, questions)."""
    with transaction(sqlite_engine) as conn:
        ids = give_subject(conn, "parcel", range(20))
        for subject in ("invoice", "pairing", "grinder"):
            give_subject(conn, subject, range(20))
    group(sqlite_engine, encoder)
    topic = max({standing(sqlite_engine)[one] for one in ids if one in standing(sqlite_engine)})
    with transaction(sqlite_engine) as conn:
        entry = promote_topic(conn, topic, Promotion("Wait.", publish=True), viewer=OPERATOR)
    learn_wordings(sqlite_engine)
    return topic, entry, ids


def wordings(engine, entry_id):
    with reading(engine) as conn:
        return {one.text: one for one in phrasings_of(conn, [entry_id])[entry_id]}


def test_new_wordings_of_a_promoted_topic_become_unshown_phrasings(sqlite_engine, encoder, parcel):
    _, entry, _ = parcel
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(20, 23))
    assert learn_wordings(sqlite_engine) == 0
    group(sqlite_engine, encoder)

    learned = learn_wordings(sqlite_engine)

    assert 0 < learned <= 3
    new = [
        one
        for number in (20, 21, 22)
        if (one := wordings(sqlite_engine, entry).get(wording("parcel", number)))
    ]
    assert len(new) == learned
    assert not any(one.shown for one in new)
    assert learn_wordings(sqlite_engine) == 0


def test_the_wording_of_a_question_that_was_moved_away_goes_unless_it_is_shown(
    sqlite_engine, encoder, parcel
):
    topic, entry, ids = parcel
    known = wordings(sqlite_engine, entry)
    inside = [
        one
        for number, one in enumerate(ids)
        if standing(sqlite_engine).get(one) == topic
        and wording("parcel", number) in known
        and not known[wording("parcel", number)].shown
    ]
    hidden, shown = inside[:2]
    text = {one: wording("parcel", ids.index(one)) for one in (hidden, shown)}
    with transaction(sqlite_engine) as conn:
        other = list_topics(conn, viewer=OPERATOR)[0].id
        show_phrasing(conn, known[text[shown]].id, shown=True)
        move_question(conn, hidden, other, viewer=OPERATOR)
        move_question(conn, shown, other, viewer=OPERATOR)
    group(sqlite_engine, encoder)

    learn_wordings(sqlite_engine)

    assert text[hidden] not in wordings(sqlite_engine, entry)
    assert text[shown] in wordings(sqlite_engine, entry)


def test_only_topics_that_were_touched_teach_unless_a_run_was_missed(
    sqlite_engine, encoder, parcel
):
    topic, _, _ = parcel
    for number, touched, expected in ((20, (), 0), (21, (topic,), 2), (22, None, 1)):
        with transaction(sqlite_engine) as conn:
            give_subject(conn, "parcel", range(number, number + 1))
        report = group(sqlite_engine, encoder)
        assert report.touched == (topic,)
        found = learn_wordings(sqlite_engine, touched=touched, run_before=report.run_before)
        assert found == expected

    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(23, 24))
    report = group(sqlite_engine, encoder)
    missed = report.run_before - 1
    assert learn_wordings(sqlite_engine, touched=(), run_before=missed) == 1

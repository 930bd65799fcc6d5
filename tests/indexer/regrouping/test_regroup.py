from datetime import timedelta

import pytest

from indexer.regrouping import base as grouping_base
from indexer.regrouping.regroup import GroupingReport, regroup
from kb.access import OPERATOR
from kb.clock import utc_now
from kb.desk.promotion import Promotion, promote_topic
from kb.desk.regrouping import dismiss_topic, merge_topics, move_question, split_topic
from kb.desk.undoing import undo_regrouping
from kb.questions import CleanedQuestion
from kb.store.check import check_record
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import find_assignment
from kb.store.grouping.decisions import active_decisions
from kb.store.instance import renew_incarnation
from kb.store.questions.cleaned import save_cleaned
from kb.store.redirects import find_redirect
from kb.store.topics.record import get_topic, list_topics
from tests.indexer.runs import group, standing
from tests.indexer.subjects import SubjectEncoder, give_subject, vector_of, wording
from tests.kb.questions_given import give_question


@pytest.fixture
def encoder():
    return SubjectEncoder()


@pytest.fixture
def subjects(sqlite_engine):
    """Twenty questions on each of four subjects, by subject."""
    with transaction(sqlite_engine) as conn:
        return {
            one: give_subject(conn, one, range(20))
            for one in ("pairing", "invoice", "parcel", "grinder")
        }


def as_noise(conn, question_ids):
    rows = [CleanedQuestion(one, "", "", None, "empty", {}, "0" * 64, {}) for one in question_ids]
    save_cleaned(conn, rows, version=1)


def topic_of(engine, question_ids):
    """The one topic that most of these questions stand in."""
    places = [standing(engine).get(one) for one in question_ids]
    return max(set(places), key=places.count)


def test_questions_of_one_subject_stand_in_one_topic(engine):
    with transaction(engine) as conn:
        given = {one: give_subject(conn, one, range(12)) for one in ("pairing", "invoice")}

    report = group(engine, SubjectEncoder())

    assert (report.how, report.questions, report.topics) == ("full", 24, 2)
    for ids in given.values():
        assert len({standing(engine)[one] for one in ids if one in standing(engine)}) == 1
    assert check_record(engine) == []
    with reading(engine) as conn:
        topics = list_topics(conn, viewer=OPERATOR)
    assert sum(topic.size for topic in topics) == 24 - report.ungrouped
    assert all(topic.label and topic.typical and topic.weeks for topic in topics)


def test_a_second_run_changes_nothing(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    before = standing(sqlite_engine)

    assert group(sqlite_engine, encoder).how == "unchanged"
    assert standing(sqlite_engine) == before

    report = group(sqlite_engine, encoder, force=True)
    assert (report.how, report.kept_share, report.new_topics) == ("full", 1.0, 0)
    assert standing(sqlite_engine) == before


def test_a_record_without_questions_has_no_topics(sqlite_engine, encoder):
    assert group(sqlite_engine, encoder).topics == 0
    assert group(sqlite_engine, encoder).how == "unchanged"


def test_a_few_new_questions_join_and_many_regroup(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    before = standing(sqlite_engine)
    with transaction(sqlite_engine) as conn:
        few = give_subject(conn, "parcel", range(20, 23))

    report = group(sqlite_engine, encoder)

    assert (report.how, report.questions) == ("joined", 83)
    assert standing(sqlite_engine).items() >= before.items()
    assert {standing(sqlite_engine).get(one) for one in few} <= {
        topic_of(sqlite_engine, subjects["parcel"]),
        None,
    }
    assert check_record(sqlite_engine) == []

    with transaction(sqlite_engine) as conn:
        many = give_subject(conn, "limescale", range(12))
    report = group(sqlite_engine, encoder)
    assert (report.how, report.new_topics) == ("full", 1)
    assert report.kept_share >= 0.95
    assert topic_of(sqlite_engine, many) not in before.values()


def test_questions_that_come_bit_by_bit_are_regrouped_in_the_end(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    ways = []
    for number in range(6):
        with transaction(sqlite_engine) as conn:
            give_subject(conn, "password", range(number, number + 1))
        ways.append(group(sqlite_engine, encoder).how)

    assert ways == ["joined"] * 4 + ["full", "joined"]


def test_topics_that_only_grew_for_hours_are_found_anew(
    sqlite_engine, encoder, subjects, monkeypatch
):
    group(sqlite_engine, encoder)
    later = utc_now() + timedelta(hours=7)
    monkeypatch.setattr(grouping_base, "utc_now", lambda: later)
    assert group(sqlite_engine, encoder).how == "unchanged"
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(20, 21))

    assert group(sqlite_engine, encoder).how == "full"


def test_another_encoder_and_a_restored_record_group_anew(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    before = standing(sqlite_engine)
    encoder.fingerprint = "subjects-other"

    report = group(sqlite_engine, encoder)
    assert (report.how, report.kept_share) == ("full", 1.0)
    with transaction(sqlite_engine) as conn:
        renew_incarnation(conn)
    assert group(sqlite_engine, encoder).how == "full"
    assert standing(sqlite_engine) == before


def test_decisions_hold_after_everything_is_grouped_anew(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    taken, moved = subjects["parcel"][:3], subjects["grinder"][0]
    parcel = topic_of(sqlite_engine, subjects["parcel"])
    pairing = topic_of(sqlite_engine, subjects["pairing"])
    invoice = topic_of(sqlite_engine, subjects["invoice"])
    grouped = [one for one in taken if standing(sqlite_engine).get(one) == parcel]
    with transaction(sqlite_engine) as conn:
        part = split_topic(conn, parcel, grouped, viewer=OPERATOR).new_id
        move_question(conn, moved, pairing, viewer=OPERATOR)
        merge_topics(conn, pairing, invoice, viewer=OPERATOR)

    for force in (False, True):
        report = group(sqlite_engine, encoder, force=force)
        now = standing(sqlite_engine)
        assert report.how == "full"
        assert report.overridden_decisions == ()
        assert {now[one] for one in grouped} == {part}
        assert topic_of(sqlite_engine, subjects["parcel"]) == parcel
        assert now[moved] == topic_of(sqlite_engine, subjects["pairing"]) == pairing
        assert topic_of(sqlite_engine, subjects["invoice"]) == pairing
        assert check_record(sqlite_engine) == []


def test_an_undone_decision_is_forgotten_by_the_next_run(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    pairing, invoice = (topic_of(sqlite_engine, subjects[one]) for one in ("pairing", "invoice"))
    with transaction(sqlite_engine) as conn:
        merge_topics(conn, pairing, invoice, viewer=OPERATOR)
    group(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        undo_regrouping(conn, active_decisions(conn)[0].batch, viewer=OPERATOR)

    assert group(sqlite_engine, encoder).how == "full"
    assert topic_of(sqlite_engine, subjects["pairing"]) == pairing
    assert topic_of(sqlite_engine, subjects["invoice"]) != pairing


def test_in_a_large_record_a_decision_waits_for_the_next_full_grouping(
    sqlite_engine, encoder, subjects, monkeypatch
):
    monkeypatch.setattr(grouping_base, "CHEAP_QUESTIONS", 10)
    group(sqlite_engine, encoder)
    pairing, invoice = (topic_of(sqlite_engine, subjects[one]) for one in ("pairing", "invoice"))
    with transaction(sqlite_engine) as conn:
        merge_topics(conn, pairing, invoice, viewer=OPERATOR)

    assert [group(sqlite_engine, encoder).how for _ in range(2)] == ["unchanged"] * 2
    assert topic_of(sqlite_engine, subjects["invoice"]) == pairing
    assert group(sqlite_engine, encoder, force=True).how == "full"
    assert topic_of(sqlite_engine, subjects["invoice"]) == pairing


def test_promoted_and_dismissed_topics_keep_their_ids_even_without_questions(
    sqlite_engine, encoder, subjects
):
    group(sqlite_engine, encoder)
    parcel, grinder = (topic_of(sqlite_engine, subjects[one]) for one in ("parcel", "grinder"))
    with transaction(sqlite_engine) as conn:
        promote_topic(conn, parcel, Promotion("Wait.", publish=True), viewer=OPERATOR)
        dismiss_topic(conn, grinder, viewer=OPERATOR)
    group(sqlite_engine, encoder, force=True)
    assert topic_of(sqlite_engine, subjects["parcel"]) == parcel
    assert topic_of(sqlite_engine, subjects["grinder"]) == grinder
    with transaction(sqlite_engine) as conn:
        as_noise(conn, subjects["parcel"] + subjects["grinder"])

    group(sqlite_engine, encoder)

    with reading(sqlite_engine) as conn:
        for topic_id, state in ((parcel, "promoted"), (grinder, "dismissed")):
            topic = get_topic(conn, topic_id, viewer=OPERATOR)
            assert (topic.state, topic.size) == (state, 0)
    assert check_record(sqlite_engine) == []


def test_a_candidate_that_went_into_another_topic_leads_there(sqlite_engine, encoder, subjects):
    with transaction(sqlite_engine) as conn:
        give_question(conn, "x", wording("parcel", 21))
    group(sqlite_engine, encoder)
    parcel = topic_of(sqlite_engine, subjects["parcel"])
    with transaction(sqlite_engine) as conn:
        members = [one for one in subjects["parcel"] if standing(sqlite_engine).get(one) == parcel]
        part = split_topic(conn, parcel, members[:4], viewer=OPERATOR).new_id
        undo_regrouping(conn, active_decisions(conn)[0].batch, viewer=OPERATOR)

    group(sqlite_engine, encoder)

    with reading(sqlite_engine) as conn:
        assert find_redirect(conn, "topic", part) == parcel
        assert get_topic(conn, part, viewer=OPERATOR).id == parcel


def test_questions_that_became_noise_leave(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    parcel = topic_of(sqlite_engine, subjects["parcel"])
    gone = next(one for one in subjects["parcel"] if standing(sqlite_engine).get(one) == parcel)
    with transaction(sqlite_engine) as conn:
        size = get_topic(conn, parcel, viewer=OPERATOR).size
        as_noise(conn, [gone])

    assert group(sqlite_engine, encoder).how == "joined"

    with reading(sqlite_engine) as conn:
        assert find_assignment(conn, gone) is None
        assert get_topic(conn, parcel, viewer=OPERATOR).size == size - 1
    assert check_record(sqlite_engine) == []


def test_a_question_without_a_vector_waits_for_the_next_run(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        late = give_question(conn, "late", wording("parcel", 21))

    assert regroup(sqlite_engine, encoder, run_id=99).questions == 80
    group(sqlite_engine, encoder)
    with reading(sqlite_engine) as conn:
        assert find_assignment(conn, late) is not None


def test_what_an_agent_does_while_topics_are_computed_is_kept(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    pairing, invoice = (topic_of(sqlite_engine, subjects[one]) for one in ("pairing", "invoice"))
    told = []

    def merge_meanwhile(progress):
        if not told:
            told.append(progress)
            with transaction(sqlite_engine) as conn:
                merge_topics(conn, pairing, invoice, viewer=OPERATOR)

    regroup(sqlite_engine, encoder, run_id=99, force=True, on_progress=merge_meanwhile)

    assert topic_of(sqlite_engine, subjects["invoice"]) == pairing
    with reading(sqlite_engine) as conn:
        assert get_topic(conn, invoice, viewer=OPERATOR).id == pairing
    assert check_record(sqlite_engine) == []


def test_the_fake_model_tells_subjects_apart():
    near = vector_of(wording("parcel", 1)) @ vector_of(wording("parcel", 2))
    far = vector_of(wording("parcel", 1)) @ vector_of(wording("invoice", 1))
    assert near > 0.6 > 0.5 > far


def test_a_first_grouping_says_nothing_of_what_stayed():
    first = GroupingReport("full", questions=40, topics=4, ungrouped=3, new_topics=4)
    later = GroupingReport("full", questions=44, topics=5, ungrouped=3, new_topics=1)

    assert str(first) == "4 topics from 40 questions, 3 ungrouped"
    assert "100.0% stayed" in str(later)

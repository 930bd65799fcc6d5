"""What a regrouping reports, holds on to and does again: churn, budget, facts, searches, locks."""

import json
from dataclasses import asdict, replace

import pytest

from indexer.regrouping.base import FACTS_VERSION, GROUPED_FROM, GroupingBase, find_base, save_base
from indexer.regrouping.regroup import regroup
from indexer.regrouping.report import GroupingReport, stored_report
from kb.access import OPERATOR
from kb.desk.regrouping import split_topic
from kb.desk.undoing import undo_regrouping
from kb.store.engine import reading, transaction
from kb.store.grouping.lock import grouping_lock
from kb.store.grouping.runs import finish_run, recent_runs, start_run
from kb.store.instance import find_value, set_value
from kb.store.schema import questions, topics
from kb.store.topics.record import get_topic
from tests.indexer.runs import group, standing
from tests.indexer.subjects import SubjectEncoder, give_subject, wording
from tests.kb.questions_given import give_question

FOUR = ("pairing", "invoice", "parcel", "grinder")


@pytest.fixture
def encoder():
    return SubjectEncoder()


@pytest.fixture
def subjects(sqlite_engine):
    with transaction(sqlite_engine) as conn:
        return {one: give_subject(conn, one, range(20)) for one in FOUR}


def topic_of(engine, question_ids):
    places = [standing(engine).get(one) for one in question_ids]
    return max(set(places), key=places.count)


def test_a_full_grouping_tells_what_stayed_and_what_is_new(sqlite_engine, encoder, subjects):
    first = group(sqlite_engine, encoder)
    assert (first.is_first, first.moved, len(first.new)) == (True, 0, 4)
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "limescale", range(12))

    report = group(sqlite_engine, encoder)

    assert (report.how, report.kept, report.moved) == ("full", 80 - first.ungrouped, 0)
    assert report.new == (topic_of(sqlite_engine, range(81, 93)),)
    assert (report.vanished, report.merged, report.touched) == ((), (), None)
    assert report.run_before == 1
    assert report.seconds > 0
    stored = json.loads(json.dumps(asdict(report)))
    assert str(stored_report(stored | {"later": 1})) == str(report)


def test_a_merge_that_was_found_is_told_and_its_id_leads_on(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    parcel = topic_of(sqlite_engine, subjects["parcel"])
    members = [one for one in subjects["parcel"] if standing(sqlite_engine).get(one) == parcel]
    with transaction(sqlite_engine) as conn:
        done = split_topic(conn, parcel, members[:6], viewer=OPERATOR)
        undo_regrouping(conn, done.batch, viewer=OPERATOR)

    report = group(sqlite_engine, encoder)

    assert report.how == "full"
    assert {standing(sqlite_engine).get(one) for one in members} == {parcel}
    assert report.moved <= 6


def test_a_run_that_joined_names_the_topics_it_touched(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(20, 22))

    report = group(sqlite_engine, encoder)

    assert (report.how, report.joined) == ("joined", 2)
    assert report.touched == (topic_of(sqlite_engine, subjects["parcel"]),)
    assert group(sqlite_engine, encoder).touched == ()


def test_the_share_that_may_move_grows_with_what_is_new(engine):
    base = GroupingBase("i", "f", 0, 1, 0, 0, "2026-01-01T00:00:00+00:00", 1000, 5, 0)
    with reading(engine) as conn:
        assert base.budget(conn, changed=0) == 0
        assert base.budget(conn, changed=50) == pytest.approx(0.04)
        assert replace(base, changed=30).budget(conn, changed=20) == pytest.approx(0.04)
        assert base.budget(conn, changed=5000) == 1


def test_topics_without_the_facts_of_this_version_are_described_anew_and_stay(
    sqlite_engine, encoder, subjects
):
    group(sqlite_engine, encoder)
    before = standing(sqlite_engine)
    parcel = topic_of(sqlite_engine, subjects["parcel"])
    with transaction(sqlite_engine) as conn:
        label = get_topic(conn, parcel, viewer=OPERATOR).label
        conn.execute(topics.update().values(langs=[], keywords=[], label="old"))
        save_base(conn, replace(find_base(conn), facts=FACTS_VERSION - 1))

    report = group(sqlite_engine, encoder)

    assert (report.how, standing(sqlite_engine)) == ("described", before)
    with reading(sqlite_engine) as conn:
        topic = get_topic(conn, parcel, viewer=OPERATOR)
        assert find_base(conn).facts == FACTS_VERSION
    assert (topic.label, bool(topic.keywords), bool(topic.langs)) == (label, True, True)
    assert group(sqlite_engine, encoder).how == "unchanged"


def test_a_base_of_another_version_is_understood_and_nonsense_is_none(sqlite_engine, encoder):
    group(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        stored = json.loads(find_value(conn, GROUPED_FROM))
        del stored["facts"]
        set_value(conn, GROUPED_FROM, json.dumps(stored | {"afresh": 80}))
        assert find_base(conn).facts == 0
        for broken in ("[]", "{}", "nonsense"):
            set_value(conn, GROUPED_FROM, broken)
            assert find_base(conn) is None


def as_searches(conn, ids, visitors):
    for one, visitor in zip(ids, visitors, strict=True):
        chosen = questions.update().where(questions.c.id == one)
        conn.execute(chosen.values(channel="search", sender=visitor))


def test_searches_join_topics_and_found_one_only_where_many_look(sqlite_engine, encoder, subjects):
    with transaction(sqlite_engine) as conn:
        joining = give_subject(conn, "parcel", range(20, 24))
        one_person = [give_question(conn, f"p{n}", wording("password", n)) for n in range(8)]
        many = [give_question(conn, f"m{n}", wording("limescale", n)) for n in range(8)]
        as_searches(conn, joining, ["a"] * 4)
        as_searches(conn, one_person, ["b"] * 8)
        as_searches(conn, many, [f"v{n}" for n in range(8)])

    group(sqlite_engine, encoder)

    parcel = topic_of(sqlite_engine, subjects["parcel"])
    assert topic_of(sqlite_engine, joining) == parcel
    assert topic_of(sqlite_engine, one_person) is None
    assert topic_of(sqlite_engine, many) not in (None, parcel)


def test_while_another_machine_groups_nothing_is_done(postgresql_engine, encoder):
    with transaction(postgresql_engine) as conn:
        for one in ("pairing", "invoice"):
            give_subject(conn, one, range(12))
    with grouping_lock(postgresql_engine) as is_ours:
        assert is_ours
        report = group(postgresql_engine, encoder)
        assert (report.how, standing(postgresql_engine)) == ("elsewhere", {})

    assert group(postgresql_engine, encoder).how == "full"
    assert len(set(standing(postgresql_engine).values())) == 2


def test_the_lock_is_free_after_a_failure_and_on_one_machine_always(engine):
    def fail():
        with grouping_lock(engine):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with grouping_lock(engine) as is_ours:
        assert is_ours


def test_the_line_for_a_person_says_what_changed():
    full = GroupingReport("full", questions=44, topics=5, ungrouped=3, new_topics=1)
    merged = replace(full, merged=((3, 2),), split=((4, (4, 9)),))

    assert "1 topics new, 0 gone" in str(full)
    assert str(merged).endswith("1 merged, 1 split")
    assert "another machine" in str(replace(full, how="elsewhere"))
    assert "described anew" in str(replace(full, how="described"))


def test_runs_are_listed_newest_first_and_by_the_way_they_grouped(conn):
    for how in ("full", "joined", "full"):
        run_id = start_run(conn, "index", fingerprint="f")
        finish_run(conn, run_id, {"grouping": {"how": how, "kept_share": 0.97}})
    finish_run(conn, start_run(conn, "index", fingerprint="f"), {"grouping": None})
    finish_run(conn, start_run(conn, "other", fingerprint="f"), {})

    whole = recent_runs(conn, "index")
    full = recent_runs(conn, "index", grouped="full")

    assert [one.id for one in whole] == sorted((one.id for one in whole), reverse=True)
    assert len(whole) == 4
    assert [one.report["grouping"]["how"] for one in full] == ["full", "full"]
    assert len(recent_runs(conn, "index", limit=1)) == 1


def test_a_question_that_waits_for_its_vector_is_found_again(sqlite_engine, encoder, subjects):
    group(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        late = give_question(conn, "late", wording("parcel", 21))
    assert regroup(sqlite_engine, encoder, run_id=98).how == "unchanged"
    with transaction(sqlite_engine) as conn:
        give_subject(conn, "parcel", range(22, 23))
    assert group(sqlite_engine, encoder).how == "joined"
    assert standing(sqlite_engine)[late] == topic_of(sqlite_engine, subjects["parcel"])

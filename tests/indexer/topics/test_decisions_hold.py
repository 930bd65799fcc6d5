"""Whatever people say in whatever order, a full grouping keeps it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.regrouping.decided_pairs import decided_pairs
from indexer.topics.constraints import PairDecision
from indexer.topics.grouping import UNGROUPED, group_questions
from indexer.topics.propagation import SAME_WORDS_COSINE
from indexer.topics.scores import evaluate_grouping
from kb.access import OPERATOR
from kb.desk.regrouping import (
    merge_topics,
    move_question,
    say_not_same,
    say_same,
    split_topic,
    take_out,
)
from kb.desk.undoing import undo_regrouping
from kb.errors import Conflict, InvalidInput
from kb.store.check import check_record
from kb.store.engine import open_engine, transaction
from kb.store.grouping.assignments import assignments_by_question, topic_members
from kb.store.grouping.decisions import SAME, active_decisions
from kb.store.topics.record import topic_states
from tests.indexer.runs import group, standing
from tests.indexer.sphere import clusters
from tests.indexer.subjects import SUBJECTS as ALL_SUBJECTS
from tests.indexer.subjects import SubjectEncoder, give_subject, vector_of, wording
from tests.kb.questions_given import give_question, give_topic

SUBJECTS = ("pairing", "invoice", "parcel")
EACH = 6
QUESTIONS = EACH * len(SUBJECTS)
TEXTS = [wording(subject, number) for subject in SUBJECTS for number in range(EACH)]
FIRST_TOPICS = range(1, len(SUBJECTS) + 1)
VECTORS = np.stack([vector_of(text) for text in TEXTS])

PLACE = st.integers(0, QUESTIONS - 1)
ACTION = st.tuples(
    st.sampled_from(("merge", "split", "move", "out", "same", "not same")),
    PLACE,
    PLACE,
    st.sets(PLACE, min_size=1, max_size=4),
)
UNDO = st.tuples(st.just("undo"), PLACE, PLACE, st.just(set()))

quick = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def record(tmp_path_factory, sqlite_template):
    """A record with three topics, to be copied."""
    path = tmp_path_factory.mktemp("decided") / "record.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    with transaction(engine) as conn:
        ids = [give_question(conn, f"q{n}", text) for n, text in enumerate(TEXTS)]
        for start in range(0, QUESTIONS, EACH):
            give_topic(conn, TEXTS[start], ids[start : start + EACH])
    engine.dispose()
    return path


@contextmanager
def opened(record, copy):
    """A copy of the record in one transaction."""
    shutil.copyfile(record, copy)
    engine = open_engine(f"sqlite:///{copy}")
    with transaction(engine) as conn:
        yield conn
    engine.dispose()


def places(conn):
    """The topic of each question, None where it has none, in the order of the questions."""
    found = assignments_by_question(conn)
    return [found[one].topic_id if one in found else None for one in sorted(found)]


def do(conn, action, *, batches):
    """Do what was drawn as far as it makes sense, and remember its batch."""
    kind, first, second, some = action
    now = places(conn)
    a, b = now[first], now[second]
    try:
        if kind == "undo":
            undo_regrouping(conn, batches[first % len(batches)], viewer=OPERATOR)
            return
        if kind in ("merge", "move") and b is None:
            return
        if kind == "merge" and a is not None:
            done = merge_topics(conn, a, b, viewer=OPERATOR)
        elif kind == "split" and a is not None:
            members = [row.question_id for row in topic_members(conn, a, viewer=OPERATOR)]
            taken = [one + 1 for one in sorted(some) if one + 1 in members]
            done = split_topic(conn, a, taken, viewer=OPERATOR)
        elif kind == "move":
            done = move_question(conn, first + 1, b, viewer=OPERATOR)
        elif kind == "out":
            done = take_out(conn, first + 1, viewer=OPERATOR)
        elif kind in ("same", "not same"):
            say = say_same if kind == "same" else say_not_same
            done = say(conn, first + 1, second + 1, viewer=OPERATOR)
        else:
            return
    except (Conflict, InvalidInput, ZeroDivisionError):
        return
    batches.append(done.batch)


def assert_kept(decisions, overridden, topic_of):
    """No decision that counts is violated by topics (UNGROUPED: none), by question id."""
    for one in decisions:
        if one.id in overridden:
            continue
        a, b = topic_of[one.question_a], topic_of[one.question_b]
        if one.kind == SAME:
            assert a == b != UNGROUPED, one
        else:
            assert a != b or a == UNGROUPED, one


@given(st.lists(st.one_of(ACTION, ACTION, UNDO), max_size=14))
@quick
def test_no_decision_is_violated_by_grouping_everything(record, tmp_path, actions):
    with opened(record, tmp_path / "copy.sqlite3") as conn:
        batches: list[str] = []
        for action in actions:
            do(conn, action, batches=batches)
        decisions = active_decisions(conn)
    given_pairs = decided_pairs(decisions, {n + 1: n for n in range(QUESTIONS)})

    found = group_questions(VECTORS, texts=TEXTS, decisions=given_pairs.pairs)

    overridden = given_pairs.ids_of(found.overridden)
    topic_of = {n + 1: int(topic) for n, topic in enumerate(found.topic_of)}
    assert_kept(decisions, overridden, topic_of)
    for one in decisions:
        # What a newest action said is never lost, but for what contradicts equal texts.
        if one.batch == decisions[-1].batch:
            assert one.id not in overridden


@given(st.lists(ACTION, max_size=8), st.lists(ACTION, min_size=1, max_size=4), st.integers(0, 8))
@quick
def test_what_was_said_and_taken_back_was_never_said(record, tmp_path, actions, detour, at):
    def after(name, *, with_detour):
        with opened(record, tmp_path / name) as conn:
            batches: list[str] = []
            for number, action in enumerate(actions):
                if with_detour and number == min(at, len(actions) - 1):
                    taken_back: list[str] = []
                    for extra in detour:
                        do(conn, extra, batches=taken_back)
                    for batch in reversed(taken_back):
                        undo_regrouping(conn, batch, viewer=OPERATOR)
                do(conn, action, batches=batches)
            return places(conn), topic_states(conn), active_decisions(conn)

    said, states, decisions = after("plain.sqlite3", with_detour=False)
    others, other_states, other_decisions = after("detour.sqlite3", with_detour=True)

    def numbered(topics):
        order = list(dict.fromkeys(topics))
        return [None if one is None else order.index(one) for one in topics]

    def meant(found):
        pairs = decided_pairs(found, {n + 1: n for n in range(QUESTIONS)})
        return {(pair.first, pair.second, pair.same) for pair in pairs.pairs}

    assert numbered(said) == numbered(others)
    assert meant(decisions) == meant(other_decisions)
    assert [states[one] for one in FIRST_TOPICS] == [other_states[one] for one in FIRST_TOPICS]


@pytest.mark.parametrize("seed", range(4))
def test_no_decision_is_violated_in_the_record(sqlite_engine, seed):
    encoder = SubjectEncoder()
    draw = np.random.default_rng(seed)
    with transaction(sqlite_engine) as conn:
        for subject in SUBJECTS:
            give_subject(conn, subject, range(12))
    group(sqlite_engine, encoder)
    batches: list[str] = []
    kinds = ("merge", "split", "move", "out", "same", "not same", "undo")
    for _round in range(3):
        with transaction(sqlite_engine) as conn:
            for _ in range(6):
                kind = str(draw.choice(kinds))
                first, second = (int(one) for one in draw.integers(0, 36, size=2))
                some = {int(one) for one in draw.integers(0, 36, size=5)}
                if kind != "undo" or batches:
                    do(conn, (kind, first, second, some), batches=batches)
        report = group(sqlite_engine, encoder, force=True)
        with transaction(sqlite_engine) as conn:
            decisions = active_decisions(conn)
            places_now = assignments_by_question(conn)
        topic_of = {
            one: UNGROUPED if row.topic_id is None else row.topic_id
            for one, row in places_now.items()
        }
        assert_kept(decisions, set(report.overridden_decisions), topic_of)
        lost = {one.id for one in decisions if one.overridden}
        assert lost == set(report.overridden_decisions)
        assert check_record(sqlite_engine) == []


def test_right_decisions_do_not_harm_the_questions_that_nobody_decided_about():
    before, after = [], []
    for seed in range(5):
        vectors, gold = clusters(8, 12, spread=2.0, seed=seed)
        draw = np.random.default_rng(seed)
        asked = draw.choice(len(gold), size=(12, 2), replace=False)
        pairs = [PairDecision(int(a), int(b), bool(gold[a] == gold[b])) for a, b in asked]
        others = np.setdiff1d(np.arange(len(gold)), asked)
        for scores, said in ((before, []), (after, pairs)):
            found = group_questions(vectors, decisions=said)
            nearest = found.nearest_topic[others]
            scores.append(evaluate_grouping(gold[others].tolist(), nearest).pairwise_f1)

    assert np.mean(before) < 0.98, "too easy to be harmed"
    assert np.mean(after) >= np.mean(before)


def test_a_topic_that_was_merged_and_taken_back_keeps_its_number_in_later_runs(sqlite_engine):
    encoder = SubjectEncoder()
    with transaction(sqlite_engine) as conn:
        asked = {one: give_subject(conn, one, range(15)) for one in ALL_SUBJECTS}
    group(sqlite_engine, encoder)
    before = standing(sqlite_engine)
    first, second = (before[asked[one][0]] for one in ALL_SUBJECTS[:2])
    with transaction(sqlite_engine) as conn:
        done = merge_topics(conn, first, second, viewer=OPERATOR)
    group(sqlite_engine, encoder, force=True)
    with transaction(sqlite_engine) as conn:
        undo_regrouping(conn, done.batch, viewer=OPERATOR)
    assert standing(sqlite_engine) == before

    group(sqlite_engine, encoder, force=True)

    assert standing(sqlite_engine) == before
    assert check_record(sqlite_engine) == []


def test_what_was_said_of_a_question_holds_for_its_near_copies(sqlite_engine):
    encoder = SubjectEncoder()
    text = wording("parcel", 3)
    copy = next(
        other
        for other in (f"{text}{'!' * count}" for count in range(1, 30))
        if vector_of(other) @ vector_of(text) > SAME_WORDS_COSINE
    )
    with transaction(sqlite_engine) as conn:
        asked = {one: give_subject(conn, one, range(12)) for one in SUBJECTS}
        copy_id = give_question(conn, "copy", copy)
    group(sqlite_engine, encoder)
    target = standing(sqlite_engine)[asked["invoice"][0]]
    assert standing(sqlite_engine)[copy_id] != target
    with transaction(sqlite_engine) as conn:
        move_question(conn, asked["parcel"][3], target, viewer=OPERATOR)

    group(sqlite_engine, encoder, force=True)

    now = standing(sqlite_engine)
    assert now[copy_id] == now[asked["parcel"][3]] != now[asked["parcel"][0]]

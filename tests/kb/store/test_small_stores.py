"""Redirects, audit log, decisions, jobs, runs, kept answers and the other small parts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select, update

import kb
from kb.access import Viewer
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from kb.searches.intents import SearchIntent
from kb.store.audit import Subject, audit_of, record_audit
from kb.store.engine import transaction
from kb.store.entries.shelves import category_id_for, product_id_for, tag_id_for
from kb.store.grouping.decisions import (
    NOT_SAME,
    SAME,
    Said,
    active_decisions,
    add_decisions,
    undo_decisions,
)
from kb.store.grouping.runs import finish_run, forget_runs, last_run, recent_runs, start_run
from kb.store.idempotency import KeptAnswer, find_answer, keep_answer
from kb.store.instance import find_value, get_incarnation, renew_incarnation, set_value
from kb.store.jobs import (
    MAX_ATTEMPTS,
    claim,
    enqueue,
    finish,
    finish_waiting,
    has_work,
    renew_lease,
)
from kb.store.redirects import add_redirect, find_redirect
from kb.store.schema import idempotency_keys, instance, jobs, redirects, search_intents, tags
from kb.store.searches.calibrations import find_calibration, save_calibration
from kb.store.searches.intents import add_intents, has_intents

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


# --- redirects ---


def test_a_chain_of_redirects_is_one_step_long_from_everywhere(conn: Connection) -> None:
    add_redirect(conn, "topic", 1, 2)
    add_redirect(conn, "topic", 2, 3)
    add_redirect(conn, "topic", 4, 1)

    assert [find_redirect(conn, "topic", one) for one in (1, 2, 3, 4)] == [3, 3, None, 3]


def test_redirects_of_another_kind_stay_apart(conn: Connection) -> None:
    add_redirect(conn, "topic", 1, 2)

    assert find_redirect(conn, "entry", 1) is None


def test_the_newest_of_two_opposite_redirects_wins_without_a_circle(conn: Connection) -> None:
    add_redirect(conn, "topic", 1, 2)
    add_redirect(conn, "topic", 2, 1)

    assert find_redirect(conn, "topic", 1) is None
    assert find_redirect(conn, "topic", 2) == 1
    with pytest.raises(ValueError, match="itself"):
        add_redirect(conn, "topic", 1, 1)
    assert len(conn.execute(select(redirects)).all()) == 1


# --- audit log ---


def test_what_was_done_to_a_thing_is_told_newest_first(conn: Connection, agent: Viewer) -> None:
    topic = Subject("topic", 7)
    record_audit(conn, "promote", topic, viewer=agent, facts={"entry": 3})
    record_audit(conn, "dismiss", topic, viewer=Viewer(), facts={})
    record_audit(conn, "promote", Subject("topic", 8), viewer=agent, facts={})

    told = audit_of(conn, topic)

    assert [(one.action, one.actor) for one in told] == [("dismiss", "guest"), ("promote", "Ada")]
    assert told[1].facts == {"entry": 3}
    assert len(audit_of(conn, topic, limit=1)) == 1


def test_no_code_but_erasing_a_person_changes_or_removes_what_the_audit_log_says() -> None:
    folder = Path(str(kb.__file__)).parent
    erasing = folder / "store" / "people" / "erasing.py"
    source = "".join(erasing.read_text(encoding="utf-8").split())
    # It takes the person's name and what was said about the account, no line and nothing else.
    assert re.findall(r"update\(audit_log\).*?\.values\((.*?)\)", source) == [
        "actor=erased",
        "facts={}",
    ]
    assert "delete(audit_log" not in source
    for path in set(folder.rglob("*.py")) - {erasing}:
        source = "".join(path.read_text(encoding="utf-8").split())
        for write in ("update(audit_log", "delete(audit_log", "audit_log.update", "audit_log.del"):
            assert write not in source, f"{path} has {write}"


# --- decisions ---


def test_decisions_stand_until_their_batch_is_undone_whole(conn: Connection, agent: Viewer) -> None:
    merge = add_decisions(conn, [Said(SAME, 9, 4), Said(SAME, 4, 4)], "merge", viewer=agent)
    split = add_decisions(conn, [Said(NOT_SAME, 4, 9), Said(NOT_SAME, 5, 6)], "split", viewer=agent)

    stand = active_decisions(conn)
    assert [(one.kind, one.question_a, one.question_b, one.by_name) for one in stand] == [
        (SAME, 4, 9, "Ada"),
        (NOT_SAME, 4, 9, "Ada"),
        (NOT_SAME, 5, 6, "Ada"),
    ]
    assert undo_decisions(conn, split) == 2
    assert [one.batch for one in active_decisions(conn)] == [merge]


def test_an_undone_or_unknown_batch_cannot_be_undone(conn: Connection, agent: Viewer) -> None:
    batch = add_decisions(conn, [Said(SAME, 1, 2)], "merge", viewer=agent)
    undo_decisions(conn, batch)

    for one in (batch, "no such batch"):
        with pytest.raises(NotFound):
            undo_decisions(conn, one)


def test_only_staff_decide(conn: Connection, customer: Viewer) -> None:
    with pytest.raises(NotPermitted):
        add_decisions(conn, [Said(SAME, 1, 2)], "merge", viewer=customer)


# --- jobs ---


def test_a_job_is_taken_once_and_done_once(conn: Connection) -> None:
    job_id = enqueue(conn, "index", {"full": True})
    assert enqueue(conn, "index", {"full": True}) == job_id
    other_id = enqueue(conn, "index")

    first, second = claim(conn), claim(conn)

    assert first is not None
    assert second is not None
    assert (first.id, first.payload, first.attempts) == (job_id, {"full": True}, 1)
    assert second.id == other_id
    assert claim(conn) is None
    finish(conn, job_id)
    finish(conn, other_id, error="the model is broken")
    states = {row.id: (row.state, row.error) for row in conn.execute(select(jobs))}
    assert states == {job_id: ("done", None), other_id: ("failed", "the model is broken")}


def test_a_job_that_runs_does_not_swallow_a_new_one(conn: Connection) -> None:
    first = enqueue(conn, "index")
    claim(conn)

    assert enqueue(conn, "index") != first


def test_two_workers_at_once_get_two_jobs(postgresql_engine: Engine) -> None:
    with transaction(postgresql_engine) as conn:
        ids = [enqueue(conn, "mail", {"n": n}) for n in range(2)]

    with transaction(postgresql_engine) as one, transaction(postgresql_engine) as two:
        first, second, third = claim(one), claim(two), claim(one)

    assert first is not None
    assert second is not None
    assert [first.id, second.id] == ids
    assert third is None


def test_a_job_of_a_dead_worker_is_taken_again_but_not_a_living_ones(conn: Connection) -> None:
    job_id = enqueue(conn, "index")
    claim(conn)
    assert claim(conn) is None
    conn.execute(update(jobs).values(lease_until=LONG_AGO))
    renew_lease(conn, job_id)
    assert claim(conn) is None
    conn.execute(update(jobs).values(lease_until=LONG_AGO))

    again = claim(conn)

    assert again is not None
    assert (again.id, again.attempts) == (job_id, 2)


def test_a_job_that_kills_its_workers_is_given_up(conn: Connection) -> None:
    enqueue(conn, "index")
    for _ in range(MAX_ATTEMPTS):
        assert claim(conn) is not None
        conn.execute(update(jobs).values(lease_until=LONG_AGO))

    assert claim(conn) is None
    assert conn.execute(select(jobs.c.state)).scalar_one() == "failed"


# --- runs, calibrations, intents, instance ---


def test_the_last_finished_run_of_a_kind_is_known(conn: Connection) -> None:
    first = start_run(conn, "group", fingerprint="f")
    finish_run(conn, first, {"topics": 5})
    died = start_run(conn, "group", fingerprint="f")
    finish_run(conn, start_run(conn, "link", fingerprint="f"), {})
    start_run(conn, "group", fingerprint="f")

    run = last_run(conn, "group")

    assert run is not None
    assert (run.id, run.report, run.state) == (first, {"topics": 5}, "done")
    assert run.finished_at is not None
    assert died > first
    assert last_run(conn, "draft") is None


def test_old_runs_are_forgotten_but_for_what_people_are_told_of(conn: Connection) -> None:
    whole = start_run(conn, "index", fingerprint="f")
    finish_run(conn, whole, {"grouping": {"how": "full"}})
    joined = [start_run(conn, "index", fingerprint="f") for _ in range(3)]
    for run_id in joined:
        finish_run(conn, run_id, {"grouping": {"how": "joined"}})

    assert forget_runs(conn, before=utc_now() - timedelta(days=1)) == 0
    assert forget_runs(conn, before=utc_now() + timedelta(days=1), limit=1) == 1
    assert forget_runs(conn, before=utc_now() + timedelta(days=1)) >= 1

    left = [run.id for run in recent_runs(conn, "index")]
    assert left == [joined[-1], whole]


def test_a_calibration_belongs_to_its_fingerprint_and_the_newest_counts(conn: Connection) -> None:
    save_calibration(conn, "f", "bootstrap", {"floor": 0.4})
    save_calibration(conn, "f", "learned", {"floor": 0.5})

    assert find_calibration(conn, "f") == {"floor": 0.5}
    assert find_calibration(conn, "g") is None


def test_search_intents_are_stored_many_at_once(conn: Connection) -> None:
    one = SearchIntent("pw weg\x00", "de", "hybrid", "answer", 0.9, "entry:1", "v" * 64, LONG_AGO)
    assert not has_intents(conn)
    add_intents(conn, [one, replace(one, outcome="asked")])
    add_intents(conn, [])

    assert has_intents(conn)
    rows = conn.execute(select(search_intents.c.text, search_intents.c.outcome)).all()
    assert [tuple(row) for row in rows] == [("pw weg\ufffd", None), ("pw weg\ufffd", "asked")]


def test_a_new_incarnation_replaces_the_old_one(conn: Connection) -> None:
    old = get_incarnation(conn)
    new = renew_incarnation(conn)

    assert old != new == get_incarnation(conn)
    set_value(conn, "colour", "blue")
    assert (find_value(conn, "colour"), find_value(conn, "shape")) == ("blue", None)
    conn.execute(instance.delete())
    with pytest.raises(Unavailable, match="run kb init"):
        get_incarnation(conn)


# --- kept answers ---


def test_a_request_sent_twice_gets_the_first_answer(conn: Connection) -> None:
    answer = KeptAnswer(201, {"id": 5})
    assert find_answer(conn, "key:1", "abc", request_hash="h") is None
    keep_answer(conn, "key:1", "abc", answer, request_hash="h")

    assert find_answer(conn, "key:1", "abc", request_hash="h") == answer
    assert find_answer(conn, "key:2", "abc", request_hash="h") is None


def test_a_key_is_not_used_for_two_requests(conn: Connection) -> None:
    answer = KeptAnswer(201, {"id": 5})
    keep_answer(conn, "key:1", "abc", answer, request_hash="h")

    with pytest.raises(Conflict, match="another request"):
        find_answer(conn, "key:1", "abc", request_hash="other")
    with pytest.raises(Conflict, match="right now"):
        keep_answer(conn, "key:1", "abc", answer, request_hash="h")
    with pytest.raises(InvalidInput):
        find_answer(conn, "key:1", "k" * 201, request_hash="h")


def test_kept_answers_are_forgotten_after_a_day(conn: Connection) -> None:
    keep_answer(conn, "key:1", "old", KeptAnswer(201, {}), request_hash="h")
    conn.execute(update(idempotency_keys).values(at=datetime.now(UTC) - timedelta(days=2)))
    keep_answer(conn, "key:1", "new", KeptAnswer(201, {}), request_hash="h")

    assert find_answer(conn, "key:1", "old", request_hash="h") is None
    assert find_answer(conn, "key:1", "new", request_hash="h") is not None


# --- shelves ---


def test_a_shelf_is_put_up_once_whatever_its_spelling(conn: Connection) -> None:
    assert tag_id_for(conn, "Log in") == tag_id_for(conn, " log  IN ")
    assert tag_id_for(conn, "日本語") != tag_id_for(conn, "日本")
    assert product_id_for(conn, "Größe") == product_id_for(conn, "groesse")
    assert len(conn.execute(select(tags)).all()) == 3


def test_a_shelf_needs_a_name(conn: Connection) -> None:
    with pytest.raises(InvalidInput):
        category_id_for(conn, "   ")


def test_whether_there_is_work_is_seen_without_taking_it(conn: Connection) -> None:
    assert not has_work(conn)
    enqueue(conn, "index")

    assert has_work(conn)
    assert claim(conn) is not None
    assert not has_work(conn)


def test_work_that_was_done_by_hand_does_not_wait_any_more(conn: Connection) -> None:
    enqueue(conn, "index")
    finish_waiting(conn, "index", up_to=LONG_AGO)
    assert has_work(conn)

    finish_waiting(conn, "index", up_to=utc_now())
    assert not has_work(conn)

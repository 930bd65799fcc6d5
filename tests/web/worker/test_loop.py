import logging
import shutil
import sqlite3
import threading
import time
from datetime import timedelta

import pytest

from kb.access import OPERATOR
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.errors import Unavailable
from kb.searches.intents import SearchIntent
from kb.settings import Settings
from kb.store import jobs
from kb.store.check import check_record
from kb.store.counts import record_counts
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.schema import jobs as jobs_table
from kb.store.schema import search_intents
from kb.store.searches.intents import add_intents
from search.build import find_manifest
from tests.indexer.subjects import SubjectEncoder, give_subject
from tests.search.learning.own_store import SizedLetterEncoder, own_store
from tests.waiting import PATIENCE_S, wait_until
from web.worker import loop
from web.worker.loop import Stopped, Worker
from web.worker.recalibration import recalibration_due
from web.worker.run_lock import LOOK_EVERY_S, index_lock


@pytest.fixture
def settings(sqlite_template, tmp_path):
    shutil.copyfile(sqlite_template, tmp_path / "record.sqlite3")
    return Settings(home=tmp_path)


@pytest.fixture
def engine(settings):
    engine = open_engine(settings.record_url)
    yield engine
    engine.dispose()


@pytest.fixture
def new_worker(settings):
    """Makes workers with the fake model."""
    made = []

    def make(encoder=None):
        made.append(Worker(settings, stop=threading.Event(), encoder=encoder or SubjectEncoder()))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def ask(engine, subject="parcel", numbers=range(6)):
    with transaction(engine) as conn:
        ids = give_subject(conn, subject, numbers)
        jobs.enqueue(conn, "index")
        return ids


def states(engine):
    with reading(engine) as conn:
        return [row.state for row in conn.execute(jobs_table.select().order_by(jobs_table.c.id))]


def work_off(worker):
    steps = 0
    while worker.step():
        steps += 1
    return steps


def test_a_worker_does_what_waits_and_then_rests(new_worker, engine, settings):
    ask(engine)
    worker = new_worker()

    assert work_off(worker) == 1
    assert worker.step() is False
    assert states(engine) == ["done"]
    assert record_counts(engine).grouped + record_counts(engine).ungrouped == 6
    assert find_manifest(settings.index_dir).documents == 0
    assert check_record(engine) == []


def test_a_new_worker_sweeps_once_though_nobody_asked(new_worker, engine):
    with transaction(engine) as conn:
        give_subject(conn, "parcel", range(6))

    assert work_off(new_worker()) == 1
    assert record_counts(engine).embeddings == {SubjectEncoder.fingerprint: 6}
    assert states(engine) == []


def test_the_work_of_a_dead_worker_is_done_by_the_next_one_at_once(new_worker, engine):
    ask(engine)
    with transaction(engine) as conn:
        assert jobs.claim(conn) is not None

    work_off(new_worker())

    assert record_counts(engine).embeddings == {SubjectEncoder.fingerprint: 6}


def test_two_workers_share_one_record(new_worker, engine):
    one, two = new_worker(), new_worker()
    work_off(one)
    work_off(two)
    for number in range(4):
        ask(engine, numbers=range(5 * number, 5 * number + 5))
        threads = [threading.Thread(target=work_off, args=(each,)) for each in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert set(states(engine)) == {"done"}
    assert record_counts(engine).embeddings == {SubjectEncoder.fingerprint: 20}
    assert check_record(engine) == []


def test_a_worker_waits_for_an_index_run_by_hand_without_failing(
    new_worker, engine, settings, caplog
):
    ask(engine)
    worker = new_worker()
    thread = threading.Thread(target=work_off, args=(worker,))
    with caplog.at_level(logging.WARNING), index_lock(settings.home):
        thread.start()
        wait_until(lambda: caplog.messages, "the worker does not say that it waits")
        # It looks a few times more.
        time.sleep(2 * LOOK_EVERY_S)
        assert states(engine) == ["running"]
    thread.join()

    assert states(engine) == ["done"]
    assert len(caplog.messages) == 1


def test_a_worker_stops_in_the_middle_of_encoding_and_keeps_what_is_stored(new_worker, engine):
    ask(engine)

    class Interrupted(SubjectEncoder):
        def encode(self, texts, *, on_batch=None):
            worker._stop.set()
            return super().encode(texts, on_batch=on_batch)

    worker = new_worker(Interrupted())

    with pytest.raises(Stopped):
        worker.step()

    assert record_counts(engine).embeddings == {}
    work_off(new_worker())
    assert record_counts(engine).embeddings == {SubjectEncoder.fingerprint: 6}


def test_a_worker_told_to_stop_ends(new_worker, engine):
    worker = new_worker()
    thread = threading.Thread(target=worker.run)
    thread.start()
    ask(engine)
    worker._stop.set()

    thread.join(PATIENCE_S)

    assert not thread.is_alive()


def test_a_failing_job_is_tried_again_a_few_times_and_then_left_to_the_sweep(
    new_worker, engine, monkeypatch
):
    monkeypatch.setattr(loop, "BUSY_RETRY_S", 0.0)

    class Broken(SubjectEncoder):
        def encode(self, texts, *, on_batch=None):
            raise Unavailable("the model gives no vectors")

    ask(engine)
    worker = new_worker(Broken())

    assert work_off(worker) == loop.MAX_TRIES
    assert states(engine) == ["failed"] * loop.MAX_TRIES


def test_a_job_of_another_kind_fails_once(new_worker, engine):
    worker = new_worker()
    work_off(worker)
    with transaction(engine) as conn:
        jobs.enqueue(conn, "juggle")

    assert work_off(worker) == 1
    assert states(engine) == ["failed"]


def test_without_a_model_the_keyword_index_is_built(settings, engine, tmp_path, caplog):
    with transaction(engine) as conn:
        give_subject(conn, "parcel", range(3))
        content = EntryContent("Where is my parcel?", "On its way.")
        add_entry(conn, content, viewer=OPERATOR, state="published")
    broken = Settings(home=settings.home, model=str(tmp_path / "no model"))
    worker = Worker(broken, stop=threading.Event())

    with caplog.at_level(logging.WARNING):
        assert work_off(worker) == 1
    worker.close()

    assert find_manifest(settings.index_dir).documents == 1
    assert [line for line in caplog.messages if "keyword search only" in line]
    assert record_counts(engine).cleaned == 3


def test_a_model_that_fails_later_leaves_the_index_as_it_is(new_worker, settings, engine, tmp_path):
    with transaction(engine) as conn:
        content = EntryContent("Where is my parcel?", "On its way.")
        add_entry(conn, content, viewer=OPERATOR, state="published")
    work_off(new_worker())
    before = find_manifest(settings.index_dir)
    broken = Settings(home=settings.home, model=str(tmp_path / "no model"))
    worker = Worker(broken, stop=threading.Event())

    work_off(worker)
    worker.close()

    assert find_manifest(settings.index_dir) == before
    assert before.fingerprint == SubjectEncoder.fingerprint


def test_a_busy_record_is_waited_for_and_not_fatal(new_worker, settings, engine, monkeypatch):
    monkeypatch.setattr(loop, "BUSY_RETRY_S", 0.05)
    ask(engine)
    worker = new_worker()
    worker._engine.dispose()
    worker._engine = open_engine(settings.record_url, busy_timeout_ms=50)
    other = sqlite3.connect(settings.home / "record.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    thread = threading.Thread(target=worker.run)
    thread.start()
    time.sleep(0.3)
    other.execute("COMMIT")
    other.close()

    wait_until(lambda: states(engine) == ["done"])
    worker._stop.set()
    thread.join()


def test_an_idle_worker_costs_next_to_nothing(new_worker, count_queries):
    worker = new_worker()
    work_off(worker)

    with count_queries(worker._engine) as statements:
        for _ in range(20):
            assert worker.step() is False

    # One small look each, which asks for no lock.
    assert len(statements) == 20
    assert {statement.split()[0] for statement in statements} == {"SELECT"}


def is_about(moment, wanted):
    """Whether it is that moment, or one that a busy machine came to a little later."""
    return wanted - 0.001 < moment < wanted + PATIENCE_S


def test_links_that_must_wait_bring_the_next_sweep_forward(new_worker, engine):
    worker = new_worker()
    work_off(worker)
    ask(engine)
    due_at = time.monotonic() + 60
    worker._not_before = {"link": due_at, "verdicts": due_at}

    assert work_off(worker) == 1

    assert is_about(worker._swept_at + loop.SWEEP_S, due_at)
    assert worker.step() is False


def test_the_worker_settles_searches_about_once_a_minute(new_worker, engine):
    def outcomes():
        with reading(engine) as conn:
            return [row.outcome for row in conn.execute(search_intents.select())]

    worker = new_worker()
    work_off(worker)
    asked_at = utc_now() - timedelta(hours=3)
    intent = SearchIntent(
        "steam wand drips", "en", "hybrid", "none", 0.1, None, "v1", asked_at, key="k1"
    )
    with transaction(engine) as conn:
        add_intents(conn, [intent])

    worker.step()
    assert outcomes() == [None]
    worker._searches_kept_at -= loop.SEARCHES_S
    worker.step()
    assert outcomes() == ["left"]


def test_learning_that_must_wait_brings_the_next_sweep_forward(new_worker, engine, monkeypatch):
    encoder = SizedLetterEncoder()
    with transaction(engine) as conn:
        for document in own_store():
            wordings = tuple(one.text for one in document.phrasings[1:])
            content = EntryContent(document.title, document.answer, phrasings=wordings)
            add_entry(conn, content, viewer=OPERATOR, state="published")
    worker = new_worker(encoder)
    due_at = time.monotonic() + 60
    worker._not_before = {"calibrate": due_at}

    work_off(worker)

    assert recalibration_due(engine, encoder.fingerprint)
    assert is_about(worker._swept_at + loop.SWEEP_S, due_at)
    monkeypatch.setattr(loop, "EXTRA_LOAD", 1e-6)
    worker._not_before, worker._swept_at = {}, float("-inf")
    work_off(worker)
    assert not recalibration_due(engine, encoder.fingerprint)
    assert worker._not_before["calibrate"] > time.monotonic()

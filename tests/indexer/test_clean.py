import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from indexer import clean
from indexer.clean import clean_questions
from indexer.progress import Progress
from kb.access import OPERATOR
from kb.importing import import_questions
from kb.intake.cleaning import CLEANING_VERSION
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.questions import CleanedQuestion
from kb.store.check import check_record
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import find_assignment
from kb.store.questions.cleaned import count_to_clean, save_cleaned
from kb.store.questions.reading import groupable, replies_of
from kb.store.topics.record import get_topic
from tests.kb.questions_given import give_topic
from tests.waiting import wait_until

ASKED_AT = datetime(2026, 5, 4, tzinfo=UTC)


def incoming(source_id, body, **fields):
    return IncomingQuestion(
        source_id=source_id, subject="", body=body, created_at=ASKED_AT, **fields
    )


def bring(engine, *rows):
    return import_questions(engine, rows, channel="ticket", source="shop")


def test_what_came_in_is_cleaned_once(engine):
    reply = IncomingReply("r1", "<p>Hold the button.</p>", body_is_html=True)
    bring(
        engine,
        incoming("a", "The remote does not pair, mail me: ann@example.com", replies=(reply,)),
    )

    assert clean_questions(engine) == 1
    assert clean_questions(engine) == 0

    with reading(engine) as conn:
        (question,) = groupable(conn)
        assert "ann@example.com" not in question.body
        assert [one.body for one in replies_of(conn, [question.id], viewer=OPERATOR)] == [
            "Hold the button."
        ]


def test_a_stopped_cleaning_goes_on_where_it_was(sqlite_engine, monkeypatch):
    monkeypatch.setattr(clean, "BATCH_QUESTIONS", 10)
    bring(sqlite_engine, *(incoming(str(n), f"My grinder is loud, case {n}") for n in range(25)))

    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        assert (progress.step, progress.total) == ("clean", 25)
        if progress.done == 20:
            raise Stop

    with pytest.raises(Stop):
        clean_questions(sqlite_engine, on_progress=stop)

    assert clean_questions(sqlite_engine) == 5


def test_questions_cleaned_by_older_rules_are_cleaned_again(sqlite_engine):
    bring(sqlite_engine, incoming("a", "My grinder is loud"))
    with transaction(sqlite_engine) as conn:
        old_rules = CleanedQuestion(1, "", "MY GRINDER", "en", None, {}, "0" * 64, {})
        save_cleaned(conn, [old_rules], version=CLEANING_VERSION - 1)

    assert clean_questions(sqlite_engine) == 1
    with reading(sqlite_engine) as conn:
        assert [one.body for one in groupable(conn)] == ["My grinder is loud"]


def test_noise_takes_no_part_in_topics(sqlite_engine):
    bring(sqlite_engine, incoming("a", "My grinder is loud"), incoming("b", "???"))

    assert clean_questions(sqlite_engine) == 2

    with reading(sqlite_engine) as conn:
        assert [one.body for one in groupable(conn)] == ["My grinder is loud"]


def test_a_question_that_changes_while_it_is_cleaned_is_cleaned_from_its_new_text(
    sqlite_engine, monkeypatch
):
    bring(sqlite_engine, incoming("a", "My grinder is loud"), incoming("b", "Where is my parcel?"))
    clean_one = clean.clean_one

    def meanwhile(raw):
        monkeypatch.undo()
        bring(sqlite_engine, incoming("a", "My grinder is silent"))
        return clean_one(raw)

    monkeypatch.setattr(clean, "clean_one", meanwhile)

    assert clean_questions(sqlite_engine) == 1
    assert clean_questions(sqlite_engine) == 1
    with reading(sqlite_engine) as conn:
        bodies = [one.body for one in groupable(conn)]
    assert bodies == ["My grinder is silent", "Where is my parcel?"]


def test_a_question_with_another_text_leaves_its_topic_and_one_with_a_new_reply_stays(engine):
    bring(engine, incoming("a", "My grinder is loud"), incoming("b", "The grinder screams"))
    clean_questions(engine)
    with transaction(engine) as conn:
        reworded, answered = (one.id for one in groupable(conn))
        topic_id = give_topic(conn, "Loud grinder", [reworded, answered])

    bring(
        engine,
        incoming("a", "Where is my parcel?"),
        incoming("b", "The grinder screams", replies=(IncomingReply("r", "Oil it."),)),
    )

    assert clean_questions(engine) == 2
    with reading(engine) as conn:
        assert find_assignment(conn, reworded) is None
        assert find_assignment(conn, answered).topic_id == topic_id
        assert get_topic(conn, topic_id, viewer=OPERATOR).size == 1
    assert check_record(engine) == []


def test_many_questions_are_cleaned_by_helper_processes(sqlite_engine, monkeypatch):
    monkeypatch.setattr(clean, "PARALLEL_FROM", 5)
    bring(sqlite_engine, *(incoming(str(n), f"My grinder is loud, case {n}") for n in range(6)))

    assert clean_questions(sqlite_engine) == 6
    with reading(sqlite_engine) as conn:
        assert count_to_clean(conn, CLEANING_VERSION) == 0


HELPER_OF_A_KILLED_RUN = """
import os, signal, sys, time
from indexer import clean
if __name__ == "__main__":
    with clean._mapper(clean.PARALLEL_FROM) as clean_all:
        clean_all([])
        clean_all([clean.Raw(clean.RawQuestion(1, "", "text", False, None, None), ())])
        import multiprocessing
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_helper_processes_end_when_their_run_is_killed(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(HELPER_OF_A_KILLED_RUN)
    environment = {**os.environ, "PYTHONPATH": str(Path(clean.__file__).parent.parent)}

    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, check=False
    )

    helpers = [int(pid) for pid in done.stdout.split()]
    assert helpers
    wait_until(
        lambda: not any(psutil.pid_exists(pid) and _runs(pid) for pid in helpers),
        "a helper process outlives its killed run",
    )


def _runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

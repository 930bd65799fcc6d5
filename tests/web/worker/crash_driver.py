"""Imports and indexes in processes that kill themselves at a given moment: for test_crash.

Reads orders from standard input, one a line: what to do (import, index, worker, build or
publish), the kind of moment (commit, encode, group, topics, file, published or none), the number
of the moment at which the process is killed, and the home. Does each in a child of its own and
answers with its exit status, on one line.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, event

import indexer.clean
import indexer.embed
import kb.importing
from indexer.progress import Progress
from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.importing import import_questions
from kb.intake.cleaning import clean_question
from kb.intake.records import IncomingQuestion
from kb.settings import Settings
from kb.store.engine import open_engine, transaction
from kb.store.entries.reading import find_entry_by_source
from kb.store.entries.writing import add_entry
from search.build import build_index
from tests.indexer.subjects import SUBJECTS, SubjectEncoder, wording
from web.worker.index_run import run_index
from web.worker.loop import Worker

PER_SUBJECT = 15
NEW_TITLE = "Where is the serial number?"
MOMENTS_FILE = "moments"
"""How many moments a build that nobody killed had."""

GROUPING = ("group", "label")
"""Steps whose progress is a moment of the kind `group`; the next commits are of `topics`."""

FILE_EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect")
FIRST = datetime(2026, 3, 2, tzinfo=UTC)


class DeadlyMoments:
    """Kills this process, as if the power failed, at the n-th moment of a kind."""

    def __init__(self, kind: str, number: int) -> None:
        self._kind = kind
        self._left = number
        self.passed = 0

    def pass_by(self, kind: str) -> None:
        """Die if this is the moment."""
        if kind == self._kind:
            self.passed += 1
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalEncoder(SubjectEncoder):
    """Encodes, unless its moment has come while the texts are half done."""

    def __init__(self, log: Path, moments: DeadlyMoments) -> None:
        super().__init__(log)
        self._moments = moments

    def encode(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        vectors = super().encode(texts, on_batch=on_batch)
        self._moments.pass_by("encode")
        return vectors


def questions() -> list[IncomingQuestion]:
    """What is imported: every subject in turn."""
    return [
        IncomingQuestion(
            source_id=f"{subject}-{number}",
            subject="",
            body=wording(subject, number),
            created_at=FIRST + timedelta(days=number),
        )
        for number in range(PER_SUBJECT)
        for subject in SUBJECTS
    ]


def do_import(engine: Engine) -> None:
    """Import the questions and one entry."""
    import_questions(engine, questions(), channel="ticket", source="shop")
    with transaction(engine) as conn:
        if find_entry_by_source(conn, "parcel") is None:
            content = EntryContent(
                "Where is my parcel?",
                "On its way.",
                phrasings=(wording("parcel", 1),),
                source_id="parcel",
            )
            add_entry(conn, content, viewer=OPERATOR, state="published")


def publish(engine: Engine) -> None:
    """Publish an entry as an agent does."""
    with transaction(engine) as conn:
        content = EntryContent(NEW_TITLE, "At the back, below the lid.")
        add_entry(conn, content, viewer=OPERATOR, state="published")


def watch_files(folder: Path, moments: DeadlyMoments) -> None:
    """Let each file that is opened, made, renamed or removed in a folder be a moment."""

    def on_event(event: str, arguments: tuple[object, ...]) -> None:
        if event in FILE_EVENTS and str(arguments[0]).startswith(str(folder)):
            moments.pass_by("file")

    sys.addaudithook(on_event)


def main(home: Path, what: str, moments: DeadlyMoments) -> None:
    """Do one thing and live or die."""
    settings = Settings(home=home)
    engine = open_engine(settings.record_url)
    encoder = MortalEncoder(home / "encoded.log", moments)

    steps: list[str] = []

    def on_progress(at: Progress) -> None:
        steps.append(at.step)
        if at.step in GROUPING:
            moments.pass_by("group")

    @event.listens_for(Engine, "commit")
    def before_commit(connection: Connection) -> None:
        if not connection.get_execution_options().get("reads_only", False):
            moments.pass_by("commit")
            if steps and steps[-1] in GROUPING:
                moments.pass_by("topics")

    if what == "import":
        do_import(engine)
    elif what == "index":
        run_index(settings, engine, encoder, on_progress=on_progress)
    elif what == "build":
        watch_files(settings.index_dir, moments)
        build_index(engine, settings.index_dir, fingerprint=encoder.fingerprint)
        (home / MOMENTS_FILE).write_text(str(moments.passed), encoding="ascii")
    elif what == "publish":
        publish(engine)
        moments.pass_by("published")
    else:
        worker = Worker(settings, stop=threading.Event(), encoder=encoder)
        while worker.step():
            pass


def obey() -> None:
    """Carry out the orders; a forked child starts in milliseconds, all is imported already."""
    clean_question("", "Loads what tells languages apart.")
    for order in sys.stdin:
        what, kind, number, home = order.rstrip("\n").split(" ", 3)
        child = os.fork()
        if child == 0:
            os.setsid()
            status = 1
            try:
                main(Path(home), what, DeadlyMoments(kind, int(number)))
                status = 0
            except BaseException:  # noqa: BLE001, the edge of a process: nothing may pass it
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    # Small, so that every step has several moments to die at; only in this process.
    kb.importing.BATCH_ROWS = 20
    indexer.clean.BATCH_QUESTIONS = 20
    indexer.embed.BATCH_TEXTS = 16
    obey()

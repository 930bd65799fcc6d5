"""What agents decide about topics happens whole, or not at all and with one clear line."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S
from tests.web.cli.conftest import Run, assert_refused

Counts = Callable[[], dict[str, int]]


def test_promoting_makes_an_entry_once(
    topics: list[int], run: Run, answer_file: Path, tmp_path: Path, counts: Counts
) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text(" \n")
    foreign = tmp_path / "foreign.md"
    foreign.write_bytes(b"\xff\xfe caf\xe9")
    before = counts()
    assert_refused(run("promote", 999, "--answer-file", answer_file), "999")
    assert_refused(run("promote", topics[0], "--answer-file", empty), "empty")
    assert_refused(run("promote", topics[0], "--answer-file", foreign), "UTF-8")
    assert_refused(run("promote", topics[0], "--answer-file", tmp_path / "no.md"), "no.md")
    assert_refused(run("promote", topics[0], "--publish"), "--answer-file")
    assert_refused(
        run("promote", topics[0], "--answer-file", answer_file, "--audience", "Two Words!"),
    )
    assert_refused(
        run("promote", topics[0], "--answer-file", answer_file, "--audience", "partnr"), "partnr"
    )
    assert_refused(
        run("promote", topics[0], "--answer-file", answer_file, "--title", "\u200b"), "title"
    )
    assert counts() == before
    ran = run("promote", topics[0], "--answer-file", answer_file, "--publish", "--json")
    assert ran.json["published"] is True
    after = counts()
    assert after["entries"] == 1
    assert_refused(run("promote", topics[0], "--answer-file", answer_file), "already")
    assert counts() == after


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl+C as at a terminal: a test run in the background inherits that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_is_told_and_nothing_is_half_done(
    topics: list[int], run: Run, tmp_path: Path, counts: Counts
) -> None:
    before = counts()
    pipe = tmp_path / "answer.md"
    os.mkfifo(pipe)
    main_thread = threading.main_thread().ident
    assert main_thread is not None

    def interrupt() -> None:
        # Opens only when the command has opened its end and waits for the text.
        with pipe.open("wb"):
            signal.pthread_kill(main_thread, signal.SIGINT)
            over.wait(PATIENCE_S)

    over = threading.Event()
    person = threading.Thread(target=interrupt)
    person.start()
    ran = run("promote", topics[0], "--answer-file", pipe)
    over.set()
    person.join()
    assert ran.code == 130
    assert ran.lines == ["stopped: what was stored is kept, run the command again to go on"]
    assert counts() == before

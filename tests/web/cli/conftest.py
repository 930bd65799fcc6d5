"""Runs commands in this process, on a record of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from kb.store.engine import open_engine, transaction
from kb.store.grouping.assignments import save_assignments
from kb.store.questions.reading import questions_named
from kb.store.topics.record import add_topic
from kb.topics import Assignment, TopicFacts
from web.cli import main
from web.cli.output import err, out

PROGRESS_OFF = "dumb"
COLUMNS = 100

QUESTIONS = [
    {"id": "a1", "subject": "Lamp flickers", "body": "The desk lamp flickers after an hour."},
    {"id": "a2", "subject": "Lamp goes dark", "body": "My lamp gets dark and bright by turns."},
    {"id": "a3", "subject": "Invoice", "body": "Please send me the invoice for my order again."},
]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command did: exit code, and what it wrote where."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """The lines on standard error."""
        return self.err.splitlines()


Run = Callable[..., Ran]


def assert_refused(ran: Ran, *words: str) -> None:
    """One line on standard error that has these words, nothing else, exit code 2."""
    assert ran.code == 2, ran
    assert ran.out == ""
    assert len(ran.lines) == 1, ran.err
    assert ran.lines[0].startswith("error: ")
    for word in words:
        assert word in ran.lines[0]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty KB_HOME; progress is never drawn."""
    for name in ("KB_DATABASE_URL", "KB_MODEL", "KB_SECRET_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    # The console took its width from whatever environment it was first imported in.
    for console in (out, err):
        monkeypatch.setattr(console, "_width", COLUMNS)
    monkeypatch.setenv("TERM", PROGRESS_OFF)
    folder = tmp_path / "home"
    monkeypatch.setenv("KB_HOME", str(folder))
    return folder


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `kb` with these words and returns what it did."""

    def run_command(*words: object) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        written = capsys.readouterr()
        return Ran(int(ended.value.code or 0), written.out, written.err)

    return run_command


@pytest.fixture
def record(home: Path, sqlite_template: Path) -> Path:
    """The same KB_HOME with a new record in it."""
    home.mkdir()
    shutil.copyfile(sqlite_template, home / "record.sqlite3")
    return home


@pytest.fixture
def without_model(record: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record on a machine where the model cannot be found."""
    monkeypatch.setenv("KB_MODEL", "/nonexistent/model")
    return record


@pytest.fixture
def questions_file(tmp_path: Path) -> Path:
    """Three questions, one object a line."""
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS), encoding="utf-8")
    return path


@pytest.fixture
def faq_file(tmp_path: Path) -> Path:
    """Two entries."""
    path = tmp_path / "faq.csv"
    path.write_text(
        "id,question,answer\n"
        "f1,How do I stop the lamp from flickering?,Screw the bulb in firmly.\n"
        "f2,Where is my invoice?,It is in the mail that confirmed your order.\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def counts(run: Run) -> Callable[[], dict[str, int]]:
    """What the record holds now."""

    def count() -> dict[str, int]:
        status = run("status", "--json").json
        names = ("questions", "topics", "entries", "phrasings", "decisions", "replies", "seq")
        return {name: status[name] for name in names}

    return count


@pytest.fixture
def every_connection() -> Iterator[Callable[[str], None]]:
    """Lets a test set a PRAGMA on every SQLite connection that is opened from now on."""
    listeners = []

    def set_pragma(pragma: str) -> None:
        def on_connect(connection: Any, _record: object) -> None:
            connection.execute(f"PRAGMA {pragma}")

        event.listen(Engine, "connect", on_connect)
        listeners.append(on_connect)

    yield set_pragma
    for listener in listeners:
        event.remove(Engine, "connect", listener)


@pytest.fixture
def questions(record: Path, run: Run, questions_file: Path) -> Path:
    """A record with three questions."""
    assert run("import", questions_file, "--channel", "ticket").code == 0
    return record


@pytest.fixture
def topics(questions: Path) -> list[int]:
    """Two topics over the three questions: two of lamps, one of an invoice."""
    engine = open_engine(f"sqlite:///{questions / 'record.sqlite3'}")
    found = []
    with transaction(engine) as conn:
        ids = [questions_named(conn, name)[0] for name in ("a1", "a2", "a3")]
        for label, members in (("Lamp flickers", ids[:2]), ("Invoice", ids[2:])):
            facts = TopicFacts(
                label=label,
                lang="en",
                label_question_id=members[0],
                keywords=(),
                size=len(members),
                askers=len(members),
                cohesion=None,
                weeks=(),
                trend=None,
                typical=tuple(members),
                atypical=(),
                draft=None,
                first_asked_at=None,
                last_asked_at=None,
            )
            topic = add_topic(conn, facts, run_id=None)
            rows = [Assignment(one, topic, topic, "run", 0.9) for one in members]
            save_assignments(conn, rows, run_id=None)
            found.append(topic)
    engine.dispose()
    return found


@pytest.fixture
def answer_file(tmp_path: Path) -> Path:
    path = tmp_path / "answer.md"
    path.write_text("Screw the bulb in **firmly**.", encoding="utf-8")
    return path

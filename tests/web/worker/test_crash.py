"""kill -9 anywhere in import, index and worker loses nothing and repeats nothing that is stored."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kb.access import GUEST
from kb.settings import Settings
from kb.store.check import check_record
from kb.store.counts import record_counts
from kb.store.engine import open_engine, reading
from kb.store.grouping.assignments import topic_of_questions
from kb.store.schema import embeddings, questions
from search.build import find_manifest
from search.generation import BUILDING_PREFIX, IndexMissing, open_current
from search.index import IndexFollower
from search.record_source import RecordSource
from search.searcher import Searcher
from search.shipped_weights import SHIPPED
from tests.indexer.subjects import SUBJECTS
from tests.waiting import PATIENCE_S
from tests.web.worker.crash_driver import MOMENTS_FILE, NEW_TITLE, PER_SUBJECT

ROOT = Path(__file__).resolve().parents[3]
QUESTIONS = len(SUBJECTS) * PER_SUBJECT
COMMITS = {"import": 6, "index": 26, "worker": 21}
"""Write transactions that an undisturbed run commits at least."""

DRAWN = random.Random("kill -9")
DEATHS = [
    *(("import", "commit", n) for n in sorted(DRAWN.sample(range(1, COMMITS["import"] + 1), 3))),
    *(("index", "commit", n) for n in sorted(DRAWN.sample(range(1, COMMITS["index"] + 1), 9))),
    *(("index", "encode", n) for n in sorted(DRAWN.sample(range(1, 7), 3))),
    *(("index", "group", n) for n in (1, 3, 8)),
    *(("index", "topics", n) for n in (1, 2)),
    *(("worker", "commit", n) for n in sorted(DRAWN.sample(range(1, COMMITS["worker"] + 1), 5))),
]
KILLED = -signal.SIGKILL

LAST_MOMENTS = 10
NEVER = 1_000_000
OLD_TITLE = "Where is my parcel?"
ASKED = ("where is my parcel", "serial number")


class Driver:
    """Does things in processes that may die (see crash_driver)."""

    def __init__(self, process):
        self._process = process

    def do(self, home, what, kind="none", number=0):
        """Return the exit status, KILLED for one that died."""
        print(what, kind, number, home, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def driver():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.worker.crash_driver"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield Driver(process)
    process.stdin.close()
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def imported_home(driver, sqlite_template, tmp_path_factory):
    """A home into which everything was imported."""
    home = tmp_path_factory.mktemp("imported")
    shutil.copyfile(sqlite_template, home / "record.sqlite3")
    assert driver.do(home, "import") == 0
    return home


@pytest.fixture(scope="module")
def indexed_home(driver, imported_home, tmp_path_factory):
    """A home after a run that nothing disturbed."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(imported_home, home)
    assert driver.do(home, "index") == 0
    return home


@pytest.fixture(scope="module")
def undisturbed(indexed_home):
    """What the record holds then."""
    return Result(indexed_home)


class Result:
    """What is in a home, without what differs from run to run."""

    def __init__(self, home):
        engine = open_engine(Settings(home=home).record_url)
        self.wrong = check_record(engine)
        counts = record_counts(engine)
        with reading(engine) as conn:
            names = dict(
                conn.execute(
                    questions.select().with_only_columns(questions.c.id, questions.c.source_id)
                ).all()
            )
            self.vectors = set(
                conn.execute(
                    embeddings.select().with_only_columns(embeddings.c.text_hash)
                ).scalars()
            )
            places = topic_of_questions(conn)
        engine.dispose()
        self.names = set(names.values())
        self.counts = (
            counts.questions,
            counts.cleaned,
            counts.noise,
            counts.entries,
            counts.phrasings,
            counts.topics,
            counts.grouped,
            counts.links_by_mode,
        )
        topics = {}
        for question_id, topic_id in places.items():
            topics.setdefault(topic_id, set()).add(names[question_id])
        self.topics = sorted(sorted(names) for names in topics.values())
        log = home / "encoded.log"
        self.encoded = log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def is_whole_or_missing(home):
    """Whether what would be served is a whole generation, or none."""
    try:
        return len(open_current(home / "index").segment.metadata) == 1
    except IndexMissing:
        return True


@pytest.mark.parametrize(("what", "kind", "number"), DEATHS)
def test_a_kill_loses_nothing_that_was_stored(
    driver, imported_home, undisturbed, sqlite_template, tmp_path, what, kind, number
):
    home = tmp_path / "home"
    if what == "import":
        home.mkdir()
        shutil.copyfile(sqlite_template, home / "record.sqlite3")
    else:
        shutil.copytree(imported_home, home)

    assert driver.do(home, what, kind, number) == KILLED

    killed = Result(home)
    assert killed.wrong == []
    assert is_whole_or_missing(home)
    if what == "import":
        assert driver.do(home, "import") == 0
    assert driver.do(home, what if what == "worker" else "index") == 0

    done = Result(home)
    assert done.wrong == []
    assert done.names >= killed.names
    assert len(done.names) == QUESTIONS
    assert done.counts == undisturbed.counts
    assert done.topics == undisturbed.topics
    assert find_manifest(home / "index").documents == 1
    assert not list((home / "index").glob(f"{BUILDING_PREFIX}*"))
    # Only the batch that was not stored yet is encoded again.
    assert done.vectors == undisturbed.vectors >= killed.vectors
    after = done.encoded[len(killed.encoded) :]
    assert len(after) == len(undisturbed.encoded) - len(killed.vectors)


def test_an_undisturbed_run_encodes_each_text_once(undisturbed):
    assert undisturbed.wrong == []
    assert len(undisturbed.encoded) == len(set(undisturbed.encoded)) == len(undisturbed.vectors)
    assert len(undisturbed.topics) == len(SUBJECTS)


def test_a_half_built_generation_is_cleared_away_and_never_served(driver, imported_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(imported_home, home)
    assert driver.do(home, "index") == 0
    half = home / "index" / f"{BUILDING_PREFIX}00000002"
    half.mkdir()
    (half / "lexical.sqlite3").write_bytes(b"half a file")
    torn = next(path for path in (home / "index" / "00000001").iterdir() if path.suffix == ".npy")
    torn.write_bytes(torn.read_bytes()[:-1])

    assert is_whole_or_missing(home)
    assert driver.do(home, "index") == 0

    assert not half.exists()
    assert open_current(home / "index").name == "00000002"


def found_titles(home, *queries):
    """What a site finds that starts now: the newest whole generation and what changed since."""
    settings = Settings(home=home)
    engine = open_engine(settings.record_url)
    try:
        follower = IndexFollower(settings.index_dir, RecordSource(engine))
        follower.refresh()
        searcher = Searcher(follower, None, SHIPPED)
        found = [searcher.search(query, viewer=GUEST, floor=False).hits for query in queries]
    finally:
        engine.dispose()
    return {hit.title for hits in found for hit in hits} & {OLD_TITLE, NEW_TITLE}


@pytest.fixture
def published_home(driver, indexed_home, tmp_path):
    """An indexed home in which an entry was published since."""
    home = tmp_path / "home"
    shutil.copytree(indexed_home, home)
    assert driver.do(home, "publish") == 0
    return home


def test_an_entry_is_found_after_a_kill_at_any_file_of_a_build(driver, published_home, tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(published_home, whole)
    assert driver.do(whole, "build", "file", NEVER) == 0
    moments = int((whole / MOMENTS_FILE).read_text())

    # All of the last ones, where the generation gets its name and the pointer is set.
    for number in (*range(1, moments - LAST_MOMENTS, 8), *range(moments - LAST_MOMENTS, moments)):
        assert driver.do(published_home, "build", "file", number) == KILLED
        # The index as the kill left it, with what the log of changes has, is complete.
        assert found_titles(published_home, *ASKED) == {OLD_TITLE, NEW_TITLE}

    assert driver.do(published_home, "build") == 0
    assert find_manifest(published_home / "index").documents == 2
    assert not list((published_home / "index").glob(f"{BUILDING_PREFIX}*"))
    assert driver.do(published_home, "worker") == 0
    assert Result(published_home).wrong == []


@pytest.mark.parametrize(
    ("moment", "expected"), [("commit", {OLD_TITLE}), ("published", {OLD_TITLE, NEW_TITLE})]
)
def test_what_was_published_before_a_kill_is_found_and_what_was_not_leaves_no_trace(
    driver, indexed_home, tmp_path, moment, expected
):
    home = tmp_path / "home"
    shutil.copytree(indexed_home, home)

    assert driver.do(home, "publish", moment, 1) == KILLED

    assert found_titles(home, *ASKED) == expected
    assert driver.do(home, "worker") == 0
    assert found_titles(home, *ASKED) == expected
    assert Result(home).wrong == []

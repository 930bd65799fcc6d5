"""Builders at once, a full disk and a killed site: the index that was there goes on serving."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.errors import Conflict
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry
from search.build import build_index
from search.generation import find_current_name, open_current
from tests.ports import kept_port
from tests.waiting import PATIENCE_S, wait_until
from tests.web.http.conftest import NO_MODEL
from tests.web.http.damage import current_folder, damage
from web.cli.index_state import check_index

ROOT = Path(__file__).resolve().parents[3]


def test_of_builders_at_once_one_builds_and_the_others_are_told(two_generations, site_engine):
    told, start = [], threading.Barrier(4)

    def build():
        start.wait()
        try:
            build_index(site_engine, two_generations.index_dir, fingerprint=NO_MODEL)
            told.append("built")
        except Conflict:
            told.append("refused")

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(set(told)) in (["built"], ["built", "refused"])
    assert open_current(two_generations.index_dir).name == find_current_name(
        two_generations.index_dir
    )
    assert list(check_index(two_generations, site_engine)) == []


BUILD_WITH_LITTLE_ROOM = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from kb.errors import KbError
from kb.store.engine import open_engine
from search.generation import build_generation
from search.record_source import RecordSource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
source = RecordSource(open_engine(sys.argv[1]))
long = np.ones(200_000, dtype=np.float32)
for limit in (1, 200, 2_000, 10_000, 400_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    state, documents = source.all_documents(fingerprint="f")
    try:
        build_generation(
            Path(sys.argv[2]),
            documents=documents,
            vectors=lambda hashes: dict.fromkeys(hashes, long),
            state=state,
        )
    except KbError:
        print("refused", flush=True)
"""


def test_a_full_disk_leaves_the_index_that_was_there(two_generations, site_engine):
    before = find_current_name(two_generations.index_dir)
    command = [sys.executable, "-c", BUILD_WITH_LITTLE_ROOM]
    ran = subprocess.run(
        [*command, two_generations.record_url, two_generations.index_dir],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )

    assert ran.stdout.split() == ["refused"] * 5
    assert list(two_generations.index_dir.glob(".building-*")) == []
    assert find_current_name(two_generations.index_dir) == before
    assert list(check_index(two_generations, site_engine)) == []
    build_index(site_engine, two_generations.index_dir, fingerprint=NO_MODEL)


class Served:
    """`kb serve` with its worker, as an operator starts it."""

    def __init__(self, settings, port):
        self._address = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from web.cli import main; main()",
                "serve",
                "--port",
                str(port),
            ],
            env={**os.environ, "KB_HOME": str(settings.home), "KB_MODEL": settings.model},
            cwd=ROOT,
            start_new_session=True,
        )

    def titles(self, query):
        """What is found, None while the site does not answer yet."""
        assert self._process.poll() is None
        try:
            with httpx.Client(trust_env=False) as client:
                answer = client.get(
                    f"{self._address}/api/v1/search", params={"q": query, "floor": "off"}
                )
        except httpx.TransportError:
            return None
        assert answer.status_code == 200
        return [hit["title"] for hit in answer.json()["hits"]]

    def kill(self):
        """End site and worker as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)


@contextmanager
def served(settings):
    with kept_port() as port:
        site = Served(settings, port)
        try:
            yield site
        finally:
            site.kill()


def test_a_site_that_was_killed_and_whose_index_was_damaged_heals_by_itself(
    two_generations, site_engine
):
    damage(current_folder(two_generations) / "lexical.sqlite3", "flipped")
    torn = find_current_name(two_generations.index_dir)
    with served(two_generations) as first:
        wait_until(lambda: first.titles("steam whistle"))
        wait_until(lambda: find_current_name(two_generations.index_dir) != torn)
        with transaction(site_engine) as conn:
            content = EntryContent("Is the kettle singing?", "Yes.")
            add_entry(conn, content, viewer=OPERATOR, state="published")
    for folder in two_generations.index_dir.glob("0*"):
        damage(folder / "ids.npy", "gone")

    with served(two_generations) as second:
        wait_until(lambda: second.titles("kettle singing") == ["Is the kettle singing?"])
    assert list(check_index(two_generations, site_engine)) == []

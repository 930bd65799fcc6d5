"""How soon what an agent publishes is found, and what is withdrawn is gone, while people search.

`python -m benchmarks.freshness [--entries N] [--published N]`: a real `kb serve` with its worker
over made-up entries, 20 clients that search without a pause, and one agent who publishes, hides
and archives over the API. An export of the model in KB_HOME is used where there is one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.judged_sets import SEED
from benchmarks.search import ENTRIES, made_up_entries, made_up_question
from kb.access import OPERATOR, Role, Scope
from kb.entries import EntryContent
from kb.settings import Settings, read_settings
from kb.store.engine import open_engine, transaction
from kb.store.entries.writing import add_entry
from kb.store.migrate import create_record
from kb.store.people.accounts import add_account
from kb.store.people.keys import add_api_key

SEARCHERS = 20
PUBLISHED = 30
TARGET_S = 1.0
POLL_S = 0.01
GIVE_UP_S = 60.0
KB = [sys.executable, "-c", "from web.cli import main; main()"]


def main() -> int:
    """Print p50 and the longest of each delay; return 1 where one is over the target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.freshness", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--published", type=int, default=PUBLISHED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        key = _fill(Settings(home=home), options.entries)
        with served(home) as port, _searched(port) as searches:
            delays = _delays(Agent(port, key), options.published)
    print(
        f"{options.entries:,} entries, {SEARCHERS} clients searching without a pause: "
        f"{searches.done:,} searches, {searches.failed} failed"
    )
    for name, found in delays.items():
        told = f"p50 {statistics.median(found):5.2f} s, longest {max(found):5.2f} s of {len(found)}"
        print(f"{name:34} {told}")
    slowest = max(max(found) for name, found in delays.items() if name != BY_MEANING)
    print(f"longest but by meaning {slowest:.2f} s (target {TARGET_S:.0f} s)")
    return int(slowest > TARGET_S or searches.failed > 0)


Hit = Mapping[str, Any]
FOUND, BY_MEANING = "published until found", "published until found by meaning"
HIDDEN, ARCHIVED = "made internal until gone", "archived until gone"


def _delays(agent: Agent, count: int) -> dict[str, list[float]]:
    delays: dict[str, list[float]] = {FOUND: [], BY_MEANING: [], HIDDEN: [], ARCHIVED: []}
    mixed = random.Random(SEED + 3)
    for number in range(count):
        title = f"{made_up_question(mixed)} with the zeppelin {number}"
        entry = agent.send("POST", "/entries", {"title": title, "answer": "So.", **PUBLIC})
        found = (lambda hit: hit is not None, _is_found_by_meaning)
        for name, is_so in zip((FOUND, BY_MEANING), found, strict=True):
            delays[name].append(agent.wait_until(title, entry["id"], is_so))
        change, name = ({"audience": "internal"}, HIDDEN) if number % 2 else (ARCHIVE, ARCHIVED)
        agent.send("PATCH", f"/entries/{entry['id']}", {**change, "revision": entry["revision"]})
        delays[name].append(agent.wait_until(title, entry["id"], lambda hit: hit is None))
    return delays


def _is_found_by_meaning(hit: Hit | None) -> bool:
    return hit is not None and any("meaning" in name for name in hit["score_parts"])


PUBLIC = {"state": "published"}
ARCHIVE = {"state": "archived"}


class Agent:
    """Writes entries over the API, and looks as a guest for what became of them."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._sent_at = 0.0

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        """Send a change and return the reply; the delay begins when it is here."""
        text = json.dumps(body)
        answer = _request(self._port, method, f"/api/v1{path}", text, self._headers)
        self._sent_at = time.perf_counter()
        return answer

    def wait_until(self, query: str, entry_id: int, is_so: Callable[[Any], bool]) -> float:
        """Seconds from the last change until the entry's hit (None: no hit) is so."""
        words = urlencode({"q": query, "explain": "1", "limit": "3"})
        while time.perf_counter() - self._sent_at < GIVE_UP_S:
            found = _request(self._port, "GET", f"/api/v1/search?{words}")
            hits = [hit for hit in found["hits"] if hit["id"] == entry_id]
            if is_so(hits[0] if hits else None):
                return time.perf_counter() - self._sent_at
            time.sleep(POLL_S)
        raise RuntimeError(f"nothing changed within {GIVE_UP_S:.0f} s for {query!r}")


def _request(
    port: int, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = {}
) -> Mapping[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_S)
    try:
        connection.request(method, path, body, dict(headers))
        reply = connection.getresponse()
        text = reply.read()
    finally:
        connection.close()
    if reply.status >= 300:
        raise RuntimeError(f"{method} {path}: {reply.status} {text.decode()}")
    return json.loads(text)  # type: ignore[no-any-return]


class Searches:
    """Clients that search without a pause until they are told to stop."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self.done = 0
        self.failed = 0

    def run(self, seed: int) -> None:
        """Search for one thing after the other."""
        mixed = random.Random(seed)
        while not self._stop.is_set():
            try:
                _request(
                    self._port, "GET", f"/api/v1/search?{urlencode({'q': made_up_question(mixed)})}"
                )
                self.done += 1
            except (OSError, RuntimeError, http.client.HTTPException):
                self.failed += 1

    def stop(self) -> None:
        """Let every client finish the search it is at."""
        self._stop.set()


@contextmanager
def _searched(port: int) -> Iterator[Searches]:
    searches = Searches(port)
    threads = [threading.Thread(target=searches.run, args=(seed,)) for seed in range(SEARCHERS)]
    for thread in threads:
        thread.start()
    try:
        yield searches
    finally:
        searches.stop()
        for thread in threads:
            thread.join()


def _fill(settings: Settings, entries: int) -> str:
    """Make a record, index it, and return an agent's key."""
    exported = read_settings().models_dir
    if exported.is_dir():
        (settings.home / "models").symlink_to(exported.resolve())
    engine = open_engine(settings.record_url)
    create_record(engine)
    with transaction(engine) as conn:
        for document in made_up_entries(entries, wordings=1):
            content = EntryContent(title=document.title, answer=document.answer)
            add_entry(conn, content, viewer=OPERATOR, state="published")
        robin = add_account(conn, "Robin", role=Role.AGENT)
        key = add_api_key(conn, robin, "benchmark", scopes=tuple(Scope))
    engine.dispose()
    subprocess.run([*KB, "index"], env=_environment(settings.home), check=True)
    return key


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "KB_HOME": str(home), "KB_ENCODER_THREADS": "1"}


@contextmanager
def served(home: Path) -> Iterator[int]:
    """Run the site with its worker; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    site = subprocess.Popen(
        [*KB, "serve", "--port", str(port)], env=_environment(home), start_new_session=True
    )
    try:
        _wait_for_site(port)
        yield port
    finally:
        os.killpg(site.pid, signal.SIGTERM)
        site.wait(20)


def _wait_for_site(port: int) -> None:
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        try:
            _request(port, "GET", "/health")
        except (OSError, RuntimeError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the site did not start")


if __name__ == "__main__":
    sys.exit(main())

"""How soon a question that is sent in stands in a topic, or waits for one, in a running site.

`python -m benchmarks.posting [--posts N] [--home DIR]`: a real `kb serve` with its worker over
the demo (loaded into DIR, or into a folder that is thrown away). Questions that the demo's topics
hold are sent over the API in other words, one after the other, and then all at once.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import Engine, select

from benchmarks.freshness import KB, Agent, served
from kb.settings import Settings, read_settings
from kb.store.engine import open_engine, reading
from kb.store.grouping.assignments import find_assignment
from kb.store.schema import assignments, questions
from web.cli.demo_people import renew_key

POSTS = 20
TARGET_S = 2.0
POLL_S = 0.01
GIVE_UP_S = 120.0
SETTLED_S = 5.0
"""The worker's first sweep after a start is left out: it may find much to do."""


def main() -> int:
    """Print the median and the longest; return 1 where the median is over the target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.posting")
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--home", type=Path, help="folder with the demo; default: a new one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = options.home or Path(name)
        exported = read_settings().models_dir
        if exported.is_dir() and not (home / "models").exists():
            (home / "models").symlink_to(exported.resolve())
        environment = {**os.environ, "KB_HOME": str(home)}
        subprocess.run([*KB, "demo", "--load-only"], env=environment, check=True)
        engine = open_engine(Settings(home=home).record_url)
        texts = grouped_texts(engine, options.posts)
        with served(home) as port:
            agent = Agent(port, renew_key(engine))
            time.sleep(SETTLED_S)
            first, *single = [until_placed(engine, agent, [text])[0] for text in texts]
            burst = until_placed(engine, agent, texts)
        engine.dispose()
    median = statistics.median(single)
    print(
        f"sent until placed: the first after a start {first:.2f} s; then median {median:.2f} s, "
        f"longest {max(single):.2f} s of {len(single)}; {len(burst)} in a row: median "
        f"{statistics.median(burst):.2f} s, longest {max(burst):.2f} s"
    )
    return int(median > TARGET_S)


def grouped_texts(engine: Engine, count: int) -> list[str]:
    """Texts of questions that stand in topics, taken evenly."""
    statement = (
        select(questions.c.subject, questions.c.body)
        .join(assignments, assignments.c.question_id == questions.c.id)
        .where(assignments.c.topic_id.is_not(None))
        .order_by(questions.c.id)
    )
    with reading(engine) as conn:
        found = [f"{row[0]} {row[1]}".strip() for row in conn.execute(statement)]
    return found[:: max(1, len(found) // count)][:count]


def until_placed(engine: Engine, agent: Agent, texts: list[str]) -> list[float]:
    """Send texts and wait for the places of all: seconds from each reply to its place."""
    sent: dict[int, float] = {}
    for text in texts:
        body = {"source_id": secrets.token_hex(8), "body": f"Once more: {text}"}
        answer = agent.send("POST", "/questions", body)
        sent[int(answer["id"])] = time.perf_counter()
    delays: list[float] = []
    while sent:
        with reading(engine) as conn:
            placed = [one for one in sent if find_assignment(conn, one) is not None]
        delays += [time.perf_counter() - sent.pop(one) for one in placed]
        if sent and time.perf_counter() - max(sent.values()) > GIVE_UP_S:
            raise RuntimeError(f"{len(sent)} questions have no place after {GIVE_UP_S:.0f} s")
        time.sleep(POLL_S)
    return delays


if __name__ == "__main__":
    sys.exit(main())

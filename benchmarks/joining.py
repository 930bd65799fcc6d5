"""What it costs to let a question join its topic, as the record grows.

`python -m benchmarks.joining [--questions N ...] [--cache DIR]` makes records of moved copies of
real questions' vectors (KB_BENCH_DATA), in topics of 100, and lets new ones join: the first after
a start, one at a time, and many at once. From the log of changes to the commit; the encoder is
left out.
"""

from __future__ import annotations

import argparse
import json
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, insert, select

from benchmarks.replay import StreamEncoder
from benchmarks.topics import vectors_of
from indexer.regrouping.base import FACTS_VERSION, GroupingBase, save_base
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.regroup import regroup
from kb.clock import utc_now
from kb.embedded_text import text_hash
from kb.settings import read_settings
from kb.store.changes import last_seq, record_changes
from kb.store.embeddings import save_vectors
from kb.store.engine import open_engine, transaction
from kb.store.grouping.assignments import save_assignments
from kb.store.grouping.reaches import save_topic_reaches
from kb.store.instance import get_incarnation
from kb.store.migrate import create_record
from kb.store.schema import questions
from kb.store.topics.record import add_topic
from kb.topics import Assignment, TopicFacts

SIZES = (30_000, 100_000)
TOPIC_SIZE = 100
JITTER = 0.5
REACH = 0.6
BLOCK = 5_000
SINGLE = 30
MANY = 100
REAL_SET = Path("banking77") / "questions.jsonl"


def main() -> int:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.joining")
    parser.add_argument("--questions", type=int, nargs="*", default=SIZES)
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    options = parser.parse_args()
    folder = read_settings().bench_data
    if folder is None:
        print("KB_BENCH_DATA names no folder of public sets: nothing to measure", file=sys.stderr)
        return 2
    with (folder / REAL_SET).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    real = vectors_of(texts[: max(options.questions) // TOPIC_SIZE], options.cache)
    for size in options.questions:
        with tempfile.TemporaryDirectory() as name:
            engine = open_engine(f"sqlite:///{name}/record.sqlite3")
            create_record(engine)
            measure(engine, real[: size // TOPIC_SIZE], size)
            engine.dispose()
    return 0


def measure(engine: Engine, real: NDArray[np.float32], size: int) -> None:
    """Make a record and let questions join."""
    random = np.random.default_rng(0)
    encoder, online = StreamEncoder(real.shape[1]), OnlineTopics()
    make_record(engine, real, size, random)
    wall, cpu = [], []
    memory = resident_mib()
    for count in (1, *[1] * SINGLE, MANY):
        give(engine, moved(real[random.integers(0, len(real), count)], random))
        started, spent = time.perf_counter(), time.process_time()
        report = regroup(engine, encoder, run_id=2, online=online)
        wall.append(1000 * (time.perf_counter() - started))
        cpu.append(1000 * (time.process_time() - spent))
        assert report.how == "joined", report
    print(
        f"{size:,} questions in {len(real):,} topics: the first after a start {cpu[0]:.0f} ms of "
        f"CPU; one {statistics.median(cpu[1:-1]):.1f} ms (wall {statistics.median(wall[1:-1]):.1f})"
        f"; {MANY} at once {cpu[-1]:.0f} ms (wall {wall[-1]:.0f}), {report.joined} joined; "
        f"{resident_mib() - memory:.0f} MiB held",
        flush=True,
    )


def make_record(
    engine: Engine, real: NDArray[np.float32], size: int, random: np.random.Generator
) -> None:
    """A record of topics around real vectors, as a full grouping leaves it."""
    with transaction(engine) as conn:
        topic_ids = [add_topic(conn, facts(number), run_id=1) for number in range(len(real))]
    for start in range(0, size, BLOCK):
        topics = np.arange(start, min(start + BLOCK, size)) % len(real)
        ids = give(engine, moved(real[topics], random))
        rows = [
            Assignment(one, topic_ids[topic], topic_ids[topic], "graph", 0.9)
            for one, topic in zip(ids, topics.tolist(), strict=True)
        ]
        with transaction(engine) as conn:
            save_assignments(conn, rows, run_id=1)
    with transaction(engine) as conn:
        save_topic_reaches(conn, dict.fromkeys(topic_ids, REACH))
        base = GroupingBase(
            incarnation=get_incarnation(conn),
            fingerprint=StreamEncoder.fingerprint,
            seq=last_seq(conn),
            run=1,
            last_decision=0,
            undone=0,
            grouped_at=utc_now().isoformat(),
            questions=size,
            topics=len(real),
            ungrouped=0,
            facts=FACTS_VERSION,
        )
        save_base(conn, base)


def give(engine: Engine, vectors: NDArray[np.float32]) -> list[int]:
    """Store cleaned and encoded questions; return their ids."""
    keys = [text_hash(secrets.token_hex(8)) for _ in vectors]
    now = utc_now()
    rows = [
        {
            "channel": "ticket",
            "source": "made",
            "source_id": key,
            "token": key[:43],
            "content_hash": key,
            "subject": key,
            "body": "",
            "lang": "en",
            "text_hash": key,
            "cleaning_version": 1,
            "sender": key[:8],
            "tags": [],
            "asked_at": now,
            "received_at": now,
        }
        for key in keys
    ]
    with transaction(engine) as conn:
        before = conn.execute(select(func.coalesce(func.max(questions.c.id), 0))).scalar_one()
        conn.execute(insert(questions), rows)
        new = select(questions.c.text_hash, questions.c.id).where(questions.c.id > before)
        known = {row[0]: row[1] for row in conn.execute(new)}
        ids = [known[key] for key in keys]
        save_vectors(conn, StreamEncoder.fingerprint, dict(zip(keys, vectors, strict=True)))
        record_changes(conn, "question", ids)
    return ids


def moved(vectors: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """The vectors, each moved a random way, unit rows again."""
    noise = random.normal(size=vectors.shape) / np.sqrt(vectors.shape[1])
    found = vectors + JITTER * noise
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def facts(number: int) -> TopicFacts:
    """A topic that nobody described."""
    return TopicFacts(
        label=f"topic {number}",
        lang="en",
        label_question_id=None,
        keywords=(),
        size=TOPIC_SIZE,
        askers=TOPIC_SIZE,
        cohesion=None,
        weeks=(),
        trend=None,
        typical=(),
        atypical=(),
        draft=None,
        first_asked_at=None,
        last_asked_at=None,
    )


def resident_mib() -> float:
    """Memory of this process now."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    sys.exit(main())

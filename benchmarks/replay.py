"""Topics while questions pour in: a dated stream replayed through the record, week by week.

`python -m benchmarks.replay [--set NAME] [--sample N] [--weeks N] [--cache DIR] [--figure FILE]`
groups all but the last weeks of a public set (KB_BENCH_DATA), then lets each day's questions join
and groups anew at the end of each week, as a worker does. Beside it stands what a full grouping
from scratch each week would do, its topics matched to those of the week before as well as can be.
The encoder is left out of all times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from benchmarks.topics import vectors_of
from indexer.regrouping.base import REGROUP_AFTER, find_base, save_base
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.regroup import regroup
from indexer.regrouping.report import GroupingReport
from indexer.topics.grouping import UNGROUPED, Grouping, group_questions
from indexer.topics.matching import match_topics
from indexer.topics.scores import evaluate_grouping
from kb.embedded_text import embedded_text, text_hash
from kb.intake.records import IncomingQuestion
from kb.questions import CleanedQuestion
from kb.settings import read_settings
from kb.store.embeddings import save_vectors
from kb.store.engine import open_engine, reading, transaction
from kb.store.grouping.runs import finish_run, start_run
from kb.store.grouping.standing import places_by_question
from kb.store.migrate import create_record
from kb.store.questions.cleaned import save_cleaned
from kb.store.questions.incoming import store_question

SETS = {
    "thunderbird_tickets": ("tickets.jsonl.gz", "subject"),
    "firefox_scale": ("questions.jsonl.gz", "text"),
}
"""File, and the field that holds the subject."""

SAMPLE = 8_000
WEEKS = 52


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the stream and its vector, shape (dim,)."""

    source_id: str
    subject: str
    body: str
    day: date
    vector: NDArray[np.float32]

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return self.day - timedelta(days=self.day.weekday())


@dataclass(frozen=True, slots=True)
class Week:
    """What one week did.

    `joined` are the questions that joined a topic at once. `stayed` is the share of the
    questions grouped before and after it that kept their topic, `afresh_stayed` the same of the
    grouping from scratch. Seconds of all joins, of the grouping at the end, and from scratch.
    """

    monday: date
    new: int
    joined: int
    stayed: float
    afresh_stayed: float
    topics: int
    ungrouped: float
    join_s: float
    group_s: float
    afresh_s: float


class StreamEncoder:
    """Names the vectors of the stream; nothing is encoded while it runs."""

    fingerprint = "stream"

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def encode(self, texts: Sequence[str], **_options: object) -> NDArray[np.float32]:
        """Refuse: every text has its vector already."""
        raise NotImplementedError(f"{len(texts)} texts without a vector")


def main() -> int:
    """Print a line a week and what it comes to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay")
    parser.add_argument("--set", choices=SETS, default="thunderbird_tickets")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="questions, taken evenly")
    parser.add_argument("--weeks", type=int, default=WEEKS, help="the last weeks are replayed")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    folder = read_settings().bench_data
    if folder is None:
        print("KB_BENCH_DATA names no folder of public sets: nothing to measure", file=sys.stderr)
        return 2
    stream = read_stream(folder, options.set, sample=options.sample, cache=options.cache)
    with tempfile.TemporaryDirectory() as name:
        engine = open_engine(f"sqlite:///{name}/record.sqlite3")
        create_record(engine)
        weeks = list(replayed(engine, stream, weeks=options.weeks))
        engine.dispose()
    summarise(options.set, stream, weeks)
    if options.figure:
        draw(options.figure, options.set, weeks)
    return 0


def read_stream(folder: Path, name: str, *, sample: int, cache: Path | None) -> list[Asked]:
    """Questions of a set by date, `sample` of them taken evenly, with their vectors."""
    file, subject = SETS[name]
    with gzip.open(folder / name / file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = sorted((row for row in rows if row.get("created")), key=lambda row: row["created"])
    places = np.linspace(0, len(rows) - 1, min(sample, len(rows)), dtype=np.int64)
    kept = [rows[place] for place in places]
    texts = [embedded_text(row[subject] or "", row.get("body") or "") for row in kept]
    return [
        Asked(
            row["id"],
            row[subject] or "",
            row.get("body") or "",
            date.fromisoformat(row["created"][:10]),
            vector,
        )
        for row, vector in zip(kept, vectors_of(texts, cache), strict=True)
    ]


def replayed(engine: Engine, stream: list[Asked], *, weeks: int) -> Iterator[Week]:
    """Group what came before the last weeks, then replay these."""
    encoder, online = StreamEncoder(len(stream[0].vector)), OnlineTopics()
    mondays = sorted({one.week for one in stream})[-weeks:]
    known = [one for one in stream if one.week < mondays[0]]
    give(engine, known)
    started = time.perf_counter()
    first = grouped(engine, encoder, online)
    print(f"begun with {first} in {time.perf_counter() - started:.1f} s", flush=True)
    afresh = group_questions(np.stack([one.vector for one in known]))
    coming = (one for one in stream if one.week >= mondays[0])
    for monday, group in groupby(coming, lambda one: one.week):
        new = list(group)
        before = standing(engine)
        joined, join_s = joined_by_day(engine, encoder, online, new)
        age(engine)
        started = time.perf_counter()
        report = grouped(engine, encoder, online)
        group_s = time.perf_counter() - started
        known += new
        started = time.perf_counter()
        again = group_questions(np.stack([one.vector for one in known]))
        afresh_s = time.perf_counter() - started
        week = Week(
            monday=monday,
            new=len(new),
            joined=joined,
            stayed=kept_share(before, standing(engine)),
            afresh_stayed=matched_share(afresh, again),
            topics=report.topics,
            ungrouped=report.ungrouped / report.questions,
            join_s=join_s,
            group_s=group_s,
            afresh_s=afresh_s,
        )
        afresh = again
        show(week)
        yield week
    agreement(engine, stream, afresh)


def give(engine: Engine, asked: Sequence[Asked]) -> None:
    """Store questions as intake, cleaning and encoding leave them."""
    with transaction(engine) as conn:
        for one in asked:
            at = datetime.combine(one.day, datetime.min.time(), tzinfo=UTC)
            incoming = IncomingQuestion(one.source_id, one.subject, one.body, created_at=at)
            question_id, _ = store_question(conn, incoming, channel="ticket", source="stream")
            key = text_hash(embedded_text(one.subject, one.body))
            cleaned = CleanedQuestion(question_id, one.subject, one.body, "en", None, {}, key, {})
            save_cleaned(conn, [cleaned], version=1)
            save_vectors(conn, StreamEncoder.fingerprint, {key: one.vector})


def grouped(engine: Engine, encoder: StreamEncoder, online: OnlineTopics) -> GroupingReport:
    """One run of grouping, as a worker does it."""
    with transaction(engine) as conn:
        run_id = start_run(conn, "index", fingerprint=encoder.fingerprint)
    report = regroup(engine, encoder, run_id=run_id, online=online)
    with transaction(engine) as conn:
        finish_run(conn, run_id, {})
    return report


def joined_by_day(
    engine: Engine, encoder: StreamEncoder, online: OnlineTopics, new: Sequence[Asked]
) -> tuple[int, float]:
    """Let each day's questions join; how many did, and the seconds."""
    joined, seconds = 0, 0.0
    for _, day in groupby(new, lambda one: one.day):
        give(engine, list(day))
        started = time.perf_counter()
        report = grouped(engine, encoder, online)
        if report.how == "joined":
            joined += report.joined
            seconds += time.perf_counter() - started
    return joined, seconds


def age(engine: Engine) -> None:
    """Let the hours pass after which topics that grew are found anew."""
    with transaction(engine) as conn:
        base = find_base(conn)
        assert base is not None
        long_ago = base.grouped - 2 * REGROUP_AFTER
        save_base(conn, replace(base, grouped_at=long_ago.isoformat()))


def standing(engine: Engine) -> dict[int, int]:
    """Topic id of every question, 0 where it waits."""
    with reading(engine) as conn:
        return places_by_question(conn)


def kept_share(before: dict[int, int], after: dict[int, int]) -> float:
    """Share of the questions grouped before and after that kept their topic."""
    both = [one for one, topic in before.items() if topic and after.get(one)]
    return sum(before[one] == after[one] for one in both) / max(1, len(both))


def matched_share(before: Grouping, after: Grouping) -> float:
    """The same of two groupings that know nothing of each other, matched by overlap."""
    old, new = (
        {
            topic: set(np.flatnonzero(grouping.topic_of == topic).tolist())
            for topic in range(grouping.topic_count)
        }
        for grouping in (before, after)
    )
    return match_topics(old, list(new.values())).churn.kept_share


def agreement(engine: Engine, stream: Sequence[Asked], afresh: Grouping) -> None:
    """Print how alike the topics that stayed and those found afresh are in the end."""
    places = [topic for _, topic in sorted(standing(engine).items())]
    both = [
        (topic, int(other))
        for topic, other in zip(places, afresh.topic_of, strict=True)
        if topic and other != UNGROUPED
    ]
    scores = evaluate_grouping([one for one, _ in both], [other for _, other in both])
    print(f"in the end beside topics found afresh: NMI {scores.nmi:.3f} over {len(stream):,}")


def show(week: Week) -> None:
    """Print one week."""
    print(
        f"{week.monday}  {week.new:5} new  {week.joined / week.new:4.0%} joined at once  "
        f"stayed {week.stayed:6.1%} (afresh {week.afresh_stayed:6.1%})  {week.topics:4} topics  "
        f"{week.ungrouped:4.0%} ungrouped  joins {week.join_s:5.2f} s  "
        f"grouping {week.group_s:5.1f} s  (afresh {week.afresh_s:5.1f} s)",
        flush=True,
    )


def summarise(name: str, stream: Sequence[Asked], weeks: Sequence[Week]) -> None:
    """Print what the weeks come to."""
    moved, afresh = (
        statistics.mean(1 - getattr(week, field) for week in weeks)
        for field in ("stayed", "afresh_stayed")
    )
    new, joined = sum(week.new for week in weeks), sum(week.joined for week in weeks)
    join_s, group_s, afresh_s = (
        sum(getattr(week, field) for week in weeks) for field in ("join_s", "group_s", "afresh_s")
    )
    print(
        f"{name}: {len(stream):,} questions, {len(weeks)} weeks; {joined / new:.0%} of {new:,} "
        f"joined at once, {1000 * join_s / new:.0f} ms each by day\n"
        f"a week moved {moved:.1%} of the questions, most {1 - min(w.stayed for w in weeks):.1%}; "
        f"from scratch {afresh:.1%}, {afresh / max(moved, 1e-4):.1f} times as many\n"
        f"joining took {join_s / afresh_s:.3f} of the time of groupings from scratch, "
        f"with a grouping each week {(join_s + group_s) / afresh_s:.2f}"
    )


def draw(path: Path, name: str, weeks: Sequence[Week]) -> None:
    """Draw stability, topics and seconds over the weeks."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import dates, pyplot

    # Its classes carry no types.
    untyped_dates: Any = dates

    days = [np.datetime64(week.monday) for week in weeks]
    figure, axes = pyplot.subplots(1, 4, figsize=(15, 3.6), layout="constrained")
    stays, topics, joins, seconds = axes
    stays.plot(days, [100 * week.stayed for week in weeks], label="Kundig")
    stays.plot(days, [100 * week.afresh_stayed for week in weeks], label="from scratch, matched")
    stays.axhline(95, color="grey", linewidth=0.8, linestyle="--")
    stays.set(title="Grouped questions that kept their topic, %", ylim=(50, 101))
    topics.plot(days, [week.topics for week in weeks])
    topics.set(title="Topics", ylim=(0, None))
    joins.bar(days, [week.new for week in weeks], width=5, color="lightgrey", label="new questions")
    joins.bar(days, [week.joined for week in weeks], width=5, label="joined at once")
    joins.set(title="Questions of the week")
    seconds.plot(days, [week.join_s for week in weeks], label="joins of the week")
    seconds.plot(days, [week.group_s for week in weeks], label="grouping, all steps")
    seconds.plot(days, [week.afresh_s for week in weeks], label="from scratch, topics only")
    slowest = max(max(week.group_s, week.afresh_s) for week in weeks)
    seconds.set(title="Seconds", yscale="log", ylim=(None, 20 * slowest))
    for one in (stays, joins, seconds):
        one.legend(fontsize="small", loc="lower left" if one is stays else "upper left")
    joins.set(ylim=(0, 1.5 * max(week.new for week in weeks)))
    for one in axes:
        ticks = untyped_dates.AutoDateLocator(maxticks=6)
        one.xaxis.set_major_locator(ticks)
        one.xaxis.set_major_formatter(untyped_dates.ConciseDateFormatter(ticks))
    figure.suptitle(f"{name}, {len(weeks)} weeks")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main())

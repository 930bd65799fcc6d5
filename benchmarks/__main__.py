"""Runs all benchmarks one after the other: `python -m benchmarks [--report FILE] [NAME ...]`.

With `--report` the outputs go into a Markdown file, with date, machine and command of each.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

NAMES = {
    "encoder": "Encoding beside plain SentenceTransformer.encode",
    "search": "One search in process beside txtai",
    "http": "Searches per second over HTTP beside plain encoding",
    "ranking": "Ranking and no-answer on public sets beside BM25, dense and RRF",
    "typos": "Typing errors: what one and two edits cost",
    "learning_curve": "Wordings learned against right answers, beside the nearest wording",
    "lexical_recall": "Candidates by words beside an exhaustive search",
    "suggest": "Suggestions while somebody types beside rapidfuzz over all titles",
    "freshness": "From published to found while people search",
    "start": "Start of the site with a warm cache",
    "scale": "Search from 10,000 wordings upwards: time, recall, memory",
    "languages": "What language packs change, set by set",
    "topics": "Topics against gold intents beside BERTopic and community_detection",
    "channels": "One matter through mail, chat, form and search; what is taken for noise",
    "decisions": "What right decisions do to the questions that nobody decided about",
    "drafts": "Drafts quoted from real replies beside the longest and the most central reply",
    "joining": "What it costs to let a question join its topic",
    "links": "Links and findings about entries, on the demo world and a public FAQ",
    "pages": "Each page beside a bare route that renders as many bytes",
    "pages_grown": "Each page in a store of two busy years",
    "posting": "From a question sent in to its place in a topic",
    "replay": "Topics while questions pour in, week by week",
    "topics_scale": "Grouping from 10,000 questions upwards: time, memory, recall of neighbours",
}


def main() -> int:
    """Run the named benchmarks, all by default; return the number that failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="which ones; default: all")
    parser.add_argument("--report", type=Path, help="Markdown file to write")
    options = parser.parse_args()
    sections: list[str] = []
    failed = 0
    for name in options.names or NAMES:
        print(f"== {NAMES[name]}", flush=True)
        started = time.perf_counter()
        code, text = _run(name)
        failed += code != 0
        seconds = time.perf_counter() - started
        sections.append(_section(name, text, code, seconds))
        if options.report:
            options.report.write_text(_head() + "\n".join(sections), encoding="utf-8")
    return failed


def _run(name: str) -> tuple[int, str]:
    """Run one benchmark in a process of its own, printing as it goes."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True
    )
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    return process.wait(), "".join(lines)


def _head() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        "# Benchmarks\n\n"
        f"Run on {datetime.now(UTC):%Y-%m-%d} with `make bench`: {cores} cores, "
        f"Python {platform.python_version()}, {platform.machine()}. "
        "Compare within a section: both sides ran in one run. Machines are noisy, so the ratios "
        "count, not the seconds.\n\n"
    )


def _section(name: str, text: str, code: int, seconds: float) -> str:
    note = "" if code == 0 else f"\n**It ended with code {code}.**\n"
    return (
        f"## {NAMES[name]}\n\n`python -m benchmarks.{name}`, {seconds:.0f} s\n{note}\n"
        f"```\n{text.rstrip()}\n```\n"
    )


if __name__ == "__main__":
    sys.exit(main())

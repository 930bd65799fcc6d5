"""Drafts quoted from real replies beside the longest and the most central reply.

    KB_BENCH_DATA=folder python -m benchmarks.drafts [--tickets 6000] [--vectors FILE] [--json]

Tickets with a helper's reply are grouped into topics. Of each topic one reply is quoted by each
method, all without knowing which replies the askers marked as solution or helpful; the share of
marked ones among the quoted says who quotes what helped. Nearness (cosine of the quote to the
middle of the topic's questions) says who quotes what the topic is about.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.topics import vectors_of
from indexer.replies.drafts import TopicReply, find_draft
from indexer.topics.grouping import group_questions
from kb.intake.cleaning import clean_question

SET = "thunderbird_tickets"
TICKETS = 6_000
# As many of a topic as `kb index` reads, the surest first.
MEMBERS = 120
MARKED = ("solution", "helpful")


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket: what was asked, the reply as it is stored, and what the asker said of it."""

    asked: str
    reply: str
    kind: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One method over all topics; words: median length of a quote; cpu_s: without grouping."""

    method: str
    topics: int
    quoted: int
    marked_share: float
    nearness: float
    words: int
    cpu_s: float


Pick = Callable[[Sequence[Ticket]], int | None]


def kundig(tickets: Sequence[Ticket]) -> int | None:
    """The place of the reply that `find_draft` quotes."""
    replies = [TopicReply(place, place, one.reply) for place, one in enumerate(tickets)]
    draft = find_draft(replies, questions=[one.asked for one in tickets])
    return draft.reply_id if draft else None


def longest(tickets: Sequence[Ticket]) -> int:
    """The place of the reply with most characters."""
    return max(range(len(tickets)), key=lambda place: len(tickets[place].reply))


def central(tickets: Sequence[Ticket]) -> int:
    """The place of the reply that is nearest to all others by TF-IDF."""
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform([one.reply for one in tickets])
    return int(np.asarray(vectors @ np.asarray(vectors.sum(axis=0)).T).ravel().argmax())


METHODS: tuple[Pick, ...] = (kundig, longest, central)


def main() -> int:
    arguments = _arguments()
    folder = os.environ.get("KB_BENCH_DATA")
    if not folder:
        print("KB_BENCH_DATA is not set: name the folder with the public sets", file=sys.stderr)
        return 2
    tickets = read_tickets(Path(folder), arguments.tickets)
    asked = [one.asked for one in tickets]
    vectors = (
        np.load(arguments.vectors)[-len(tickets) :]
        if arguments.vectors
        else vectors_of(asked, arguments.cache)
    )
    grouping = group_questions(vectors)
    topics = []
    for topic in range(grouping.topic_count):
        rows = np.flatnonzero(grouping.topic_of == topic)
        surest = rows[np.argsort(-grouping.confidence[rows], kind="stable")][:MEMBERS]
        topics.append(np.sort(surest))
    outcomes = [measure(pick, tickets, vectors, topics) for pick in METHODS]
    marked = float(np.mean([one.kind in MARKED for one in tickets]))
    if arguments.json:
        print(json.dumps({"marked": marked, "outcomes": [asdict(one) for one in outcomes]}))
    else:
        print_table(outcomes, len(tickets), marked)
    return 0


def read_tickets(folder: Path, count: int) -> list[Ticket]:
    """The newest tickets, oldest first, with replies cleaned and masked as intake does."""
    with gzip.open(folder / SET / "tickets.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][-count:]
    return [
        Ticket(
            f"{row['subject']}\n{row['body']}",
            clean_question("", row["reply"]).body,
            row["reply_kind"],
        )
        for row in rows
    ]


def measure(
    pick: Pick,
    tickets: Sequence[Ticket],
    vectors: NDArray[np.float32],
    topics: Sequence[NDArray[np.int64]],
) -> Outcome:
    """Quote one reply per topic and compare the quoted with what askers marked."""
    start = time.process_time()
    places = [pick([tickets[row] for row in rows]) for rows in topics]
    seconds = time.process_time() - start
    quoted = [
        (tickets[rows[place]], rows)
        for place, rows in zip(places, topics, strict=True)
        if place is not None
    ]
    quotes = vectors_of([ticket.reply for ticket, _ in quoted], None)
    middles = np.array([vectors[rows].mean(axis=0) for _, rows in quoted])
    near = np.einsum("ij,ij->i", quotes, middles) / np.linalg.norm(middles, axis=1)
    return Outcome(
        method=getattr(pick, "__name__", "?"),
        topics=len(topics),
        quoted=len(quoted),
        marked_share=float(np.mean([ticket.kind in MARKED for ticket, _ in quoted])),
        nearness=float(near.mean()),
        words=int(np.median([len(ticket.reply.split()) for ticket, _ in quoted])),
        cpu_s=seconds,
    )


def print_table(outcomes: Sequence[Outcome], tickets: int, marked: float) -> None:
    print(f"{tickets:,} tickets, {outcomes[0].topics} topics; {marked:.1%} of all replies marked")
    print(
        f"{'method':10} {'with a draft':>12} {'marked':>8} {'nearness':>9} {'words':>6} {'CPU':>8}"
    )
    for one in outcomes:
        share = one.quoted / max(1, one.topics)
        print(
            f"{one.method:10} {share:>12.1%} {one.marked_share:>8.1%} {one.nearness:>9.3f}"
            f" {one.words:>6} {one.cpu_s:>6.1f} s"
        )
    ours, *peers = outcomes
    for peer in peers:
        print(
            f"kundig / {peer.method}: marked {ours.marked_share / max(peer.marked_share, 1e-9):.2f}"
            f", nearness {ours.nearness / peer.nearness:.2f}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drafts", description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS, help="the newest so many")
    parser.add_argument("--vectors", type=Path, help="file with the vectors of all tickets, .npy")
    parser.add_argument("--cache", type=Path, help="folder that keeps vectors")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

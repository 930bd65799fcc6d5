"""One topic in a terminal, with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text
from sqlalchemy import Connection

from indexer.replies.draft_text import draft_lines
from kb.access import OPERATOR
from kb.desk.next_steps import NextStep, next_step
from kb.entries import Entry
from kb.questions import Question
from kb.store.entries.reading import entries_by_id
from kb.store.questions.reading import questions_by_id
from kb.store.topics.questions import channel_counts
from kb.store.topics.record import topics_by_id
from kb.topics import Evidence, Topic
from web.cli.output import one_line
from web.cli.topic_tables import effect_of, page, sparkline

SAMPLE_CHARS = 240
SHOWN_WEEKS = 26
SHOWN_COUNTS = 6
INDENT = 2


@dataclass(frozen=True, slots=True)
class TopicInFull:
    """A topic with what its ids name."""

    topic: Topic
    questions: Mapping[int, Question]
    entries: Mapping[int, Entry]
    near: Mapping[int, Topic]
    channels: Sequence[tuple[str, int]]

    @property
    def step(self) -> NextStep:
        """What to do next."""
        entry_id = self.topic.entry_id or (
            self.topic.evidence.entry_id if self.topic.evidence else None
        )
        entry = self.entries.get(entry_id) if entry_id else None
        return next_step(self.topic, entry_state=entry.state if entry else None)


def read_in_full(conn: Connection, topic: Topic) -> TopicInFull:
    """Look up what a topic names: questions, entries, the topics near it, its channels."""
    evidence = topic.evidence
    wanted = [*topic.typical, *topic.atypical, *_quoted_questions(topic)]
    wanted += [one.question_id for one in evidence.asked] if evidence else []
    entry_ids = {topic.entry_id, evidence.entry_id if evidence else None}
    entry_ids |= {one.entry_id for one in evidence.asked} if evidence else set()
    return TopicInFull(
        topic,
        questions_by_id(conn, wanted, viewer=OPERATOR),
        entries_by_id(conn, sorted(one for one in entry_ids if one), viewer=OPERATOR),
        topics_by_id(conn, [one.id for one in topic.near], viewer=OPERATOR),
        channel_counts(conn, topic.id, viewer=OPERATOR),
    )


def _quoted_questions(topic: Topic) -> list[int]:
    draft = topic.draft or {}
    rows = [draft, *draft.get("contradictions", ()), *draft.get("translations", ())]
    names = ("question_id", "other_question_id")
    return [int(row[name]) for row in rows for name in names if row.get(name) is not None]


def print_in_full(full: TopicInFull) -> None:
    """Print everything that is stored of a topic."""
    topic = full.topic
    _say(topic.label, style="bold")
    _say(" · ".join(_figures(topic)))
    if topic.keywords:
        _say(", ".join(topic.keywords), style="dim")
    if topic.weeks:
        bars = sparkline(topic.weeks, SHOWN_WEEKS)
        span = f"{topic.weeks[-SHOWN_WEEKS:][0][0]} to {topic.weeks[-1][0]}"
        _say(f"{bars}  {topic.trend or ''}".rstrip() + f"  ({span})", style="dim")
    for name, counts in (
        ("channels", full.channels),
        ("languages", topic.langs),
        ("products", topic.products),
    ):
        if counts:
            listed = ", ".join(f"{value} {count:,}" for value, count in counts[:SHOWN_COUNTS])
            _say(f"{name}: {listed}", style="dim")
    _print_verdict(full)
    _print_wordings("most typical", topic.typical, full.questions)
    _print_wordings("least typical", topic.atypical, full.questions)
    _print_near(full)
    _print_draft(full)


def _figures(topic: Topic) -> list[str]:
    figures = [f"topic {topic.id}", topic.state, f"{topic.size:,} asked"]
    if topic.askers:
        figures.append(f"{topic.askers:,} people")
    if topic.reposts:
        figures.append(f"{topic.reposts:,} reposts")
    if topic.first_asked_at and topic.last_asked_at:
        figures.append(f"{topic.first_asked_at:%Y-%m-%d} to {topic.last_asked_at:%Y-%m-%d}")
    if topic.cohesion is not None:
        figures.append(f"cohesion {topic.cohesion:.2f}")
    return figures


def _print_verdict(full: TopicInFull) -> None:
    topic, evidence = full.topic, full.topic.evidence
    if topic.verdict is None:
        return
    told = topic.verdict
    if topic.effect > 0:
        told += f", {effect_of(topic)} people a week without an answer"
    elif topic.unanswered_share is not None:
        told += f", {topic.unanswered_share:.0%} of those who ask get no answer"
    _head("verdict", told)
    for row in _evidence_lines(full, evidence) if evidence else ():
        _say(row, indent=INDENT)
    _say(f"next: {_told_step(full)}", indent=INDENT, style="bold")


def _evidence_lines(full: TopicInFull, evidence: Evidence) -> list[str]:
    lines = [
        f"{evidence.answered} of {len(evidence.asked)} wordings find an answer "
        f"(asked {evidence.checked_at:%Y-%m-%d})"
    ]
    for one in evidence.asked:
        if one.question_id in full.questions:
            wording = one_line(full.questions[one.question_id].wording, SAMPLE_CHARS)
            found = f" (entry {one.entry_id})" if one.entry_id else ""
            row = f"{one.verdict:6} {one.confidence:4.2f}  {wording}{found}"
            # Several people may have asked in the same words.
            lines += [row] if row not in lines else []
    if evidence.entry_id is not None:
        votes = f"{evidence.helpful} found it helpful, {evidence.unhelpful} did not"
        lines.append(f"{_entry(full, evidence.entry_id)}: {votes}")
    if evidence.reasons:
        listed = ", ".join(f"{reason} {count}" for reason, count in evidence.reasons)
        lines.append(f"why not: {listed}")
    return lines


def _entry(full: TopicInFull, entry_id: int) -> str:
    entry = full.entries.get(entry_id)
    return f"entry {entry_id}" + (f" “{entry.title}”" if entry else "")


def _told_step(full: TopicInFull) -> str:
    step, number = full.step, full.topic.id
    entry = _entry(full, step.entry_id) if step.entry_id else "the entry"
    told = {
        "nothing": "nothing to do",
        "add wordings": f"add these wordings to {entry}",
        "revise": f"revise {entry}",
        "publish": f"publish {entry}",
        "write": f"write an answer: kb promote {number} --answer-file answer.md --publish",
        "wait": "wait: too few ask it yet",
    }
    return told.get(step.kind, step.kind)


def _print_wordings(heading: str, ids: Sequence[int], questions: Mapping[int, Question]) -> None:
    known = [questions[one] for one in ids if one in questions]
    if not known:
        return
    _head(heading)
    for question in known:
        text = one_line(f"{question.subject} {question.body}", SAMPLE_CHARS)
        _say(f"{question.source_id}  {text}", indent=INDENT)


def _print_near(full: TopicInFull) -> None:
    near = [one for one in full.topic.near if one.id in full.near]
    if not near:
        return
    _head("near", "kb merge joins two that are the same")
    for one in near:
        other = full.near[one.id]
        shared = f"  both: {', '.join(one.shared)}" if one.shared else ""
        _say(f"{one.id}  {one.cosine:.2f}  {other.label} ({other.size:,}){shared}", indent=INDENT)


def _print_draft(full: TopicInFull) -> None:
    draft = full.topic.draft
    if not draft:
        return
    question = full.questions.get(int(draft.get("question_id") or 0))
    source = question.source_id if question else "a question that is gone"
    _head("draft answer", " ".join(["from the reply to", source, _day(draft.get("written_at"))]))
    for row in draft_lines(draft):
        _say(row, indent=INDENT)
    for other in draft.get("translations", ()):
        _head(f"draft answer ({other.get('lang')})", _day(other.get("written_at")))
        for row in draft_lines(other):
            _say(row, indent=INDENT)
    if draft.get("contradictions"):
        _head("replies that contradict each other")
    for clash in draft.get("contradictions", ()):
        _say(f"{_day(clash.get('written_at'))} {clash.get('sentence', '')}".strip(), indent=INDENT)
        other_day = _day(clash.get("other_written_at"))
        told = f"against: {other_day} {clash.get('other_sentence', '')}"
        _say(" ".join(told.split()), indent=2 * INDENT)
    if rewritten := draft.get("rewritten"):
        _head("rewritten by a machine", str(rewritten.get("model", "")))
        _say(str(rewritten.get("text", "")), indent=INDENT)


def _day(written_at: object) -> str:
    return f"({str(written_at)[:10]})" if written_at else ""


def _head(heading: str, told: str = "") -> None:
    text = Text(f"\n{heading}", style="bold")
    if told.strip():
        text.append(f"  {told.strip()}", style="dim")
    _print(text, 0)


def _say(text: str, *, indent: int = 0, style: str = "") -> None:
    _print(Text(text, style=style), indent)


def _print(text: Text, indent: int) -> None:
    """Print wrapped to the page; where a program reads it, no line is cut."""
    console = page()
    for row in text.wrap(console, console.width - indent):
        row.rstrip()
        console.print(Text(" " * indent) + row, soft_wrap=True)

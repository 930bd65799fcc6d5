"""The command that lists topics, shows one, or groups a file without storing it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.errors import InvalidInput
from kb.intake.mapping import parse_map_options
from kb.questions import Question
from kb.settings import read_settings
from kb.store.assignments import topic_members
from kb.store.engine import reading
from kb.store.questions import questions_by_id
from kb.store.topics import get_topic, list_topics, topic_counts
from kb.topics import Topic
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, one_line, out, print_json, say
from web.topic_labels import for_reader

STATES = ("candidate", "promoted", "dismissed", "merged")
SAMPLE_QUESTIONS = 5
SAMPLE_CHARS = 240
DRAFT_CHARS = 1_600
BARS = "▁▂▃▄▅▆▇█"
TREND_WEEKS = 12
SHOWN_KEYWORDS = 5

WIDE_COLUMNS = 100
"""From this width on keywords have a column of their own; below they stand under the label."""


@app.command()
def topics(
    topic: Annotated[int | None, typer.Argument(help="Show this topic in full.")] = None,
    state: Annotated[str, typer.Option(help=f"Which ones: {', '.join(STATES)}.")] = "candidate",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    lang: Annotated[
        str | None, typer.Option(help="Your language: labels in it where there are some.")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="Group this file without storing anything.")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="With --from: our field = their column, like text=body."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the most asked topics, or show one with its evidence."""
    if from_ is not None:
        from web.cli.grouping_file import group_file

        if topic is not None:
            raise InvalidInput("--from groups a file: it cannot show a topic of the record")
        group_file(from_, parse_map_options(map_ or []), as_json=as_json)
        return
    if map_:
        raise InvalidInput("--map names the columns of a file: it needs --from")
    if state not in STATES:
        raise InvalidInput(f"--state must be one of {', '.join(STATES)}, not {state!r}")
    with reading(open_record(read_settings())) as conn:
        if topic is not None:
            found, total = [get_topic(conn, topic, viewer=OPERATOR)], 1
        else:
            found = list_topics(conn, viewer=OPERATOR, states=[state], limit=limit)
            total = topic_counts(conn).get(state, 0)
        wanted = [one for row in found for one in (*row.typical[:SAMPLE_QUESTIONS], *_quoted(row))]
        samples = questions_by_id(conn, wanted, viewer=OPERATOR)
        if lang:
            found = [for_reader(one, lang, samples) for one in found]
        members = _member_ids(conn, found) if as_json else {}
    if as_json:
        answers = [_topic_answer(row, samples, members[row.id]) for row in found]
        print_json({"topics": answers, "total": total})
    elif not found:
        say(f"there are no {state} topics yet: kb import brings questions, kb index groups them")
    elif topic is not None:
        _print_topic(found[0], samples)
    else:
        _print_topics(found, samples, total)


def _quoted(topic: Topic) -> list[int]:
    """Return the question whose reply the draft answer quotes, if there is a draft."""
    quoted = (topic.draft or {}).get("question_id")
    return [int(quoted)] if quoted is not None else []


def _draft_source(topic: Topic, samples: dict[int, Question]) -> str | None:
    return next((samples[one].source_id for one in _quoted(topic) if one in samples), None)


def _member_ids(conn: Connection, found: list[Topic]) -> dict[int, list[str]]:
    """Return the source ids of each topic's questions, the surest first."""
    members = {}
    for row in found:
        ids = [one.question_id for one in topic_members(conn, row.id, viewer=OPERATOR)]
        questions = questions_by_id(conn, ids, viewer=OPERATOR)
        members[row.id] = [questions[one].source_id for one in ids if one in questions]
    return members


def _topic_answer(topic: Topic, samples: dict[int, Question], members: list[str]) -> dict[str, Any]:
    return {
        "id": topic.id,
        "state": topic.state,
        "label": topic.label,
        "lang": topic.lang,
        "keywords": topic.keywords,
        "size": topic.size,
        "askers": topic.askers,
        "trend": topic.trend,
        "weeks": dict(topic.weeks),
        "first_asked_at": topic.first_asked_at,
        "last_asked_at": topic.last_asked_at,
        "verdict": topic.verdict,
        "entry_id": topic.entry_id,
        "merged_into": topic.merged_into,
        "samples": [
            {"id": one, "source_id": samples[one].source_id, "wording": samples[one].wording}
            for one in topic.typical
            if one in samples
        ],
        "draft": topic.draft and {**topic.draft, "source_id": _draft_source(topic, samples)},
        "members": members,
    }


def sparkline(weeks: tuple[tuple[str, int], ...]) -> str:
    """The last weeks' counts as bars, the highest week full; at most `TREND_WEEKS` characters."""
    counts = [count for _, count in weeks[-TREND_WEEKS:]]
    top = max(counts, default=0)
    if top == 0:
        return ""
    return "".join(BARS[round(count / top * (len(BARS) - 1))] for count in counts)


def _print_topics(found: list[Topic], samples: dict[int, Question], total: int) -> None:
    wide = out.width >= WIDE_COLUMNS
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column("topic", justify="right", no_wrap=True)
    table.add_column("asked", justify="right", no_wrap=True)
    # On the right, so that this week stands under this week.
    table.add_column("weeks", justify="right", no_wrap=True)
    table.add_column("trend", no_wrap=True)
    table.add_column("what people ask", ratio=3, no_wrap=True, overflow="ellipsis")
    if wide:
        table.add_column("keywords", ratio=2, no_wrap=True, overflow="ellipsis")
    for topic in found:
        keywords = ", ".join(topic.keywords[:SHOWN_KEYWORDS])
        below = _first_other(topic, samples) if wide else keywords
        lines = [_line(topic.label, "bold")]
        if below:
            lines.append(_line(below, "dim"))
        cells: list[str | Text | Group] = [
            str(topic.id),
            f"{topic.size:,}",
            sparkline(topic.weeks),
            topic.trend or "",
            Group(*lines),
        ]
        table.add_row(*cells, *([_line(keywords, "dim")] if wide else []))
    out.print(table)
    if total > len(found):
        say(f"and {total - len(found):,} more: --limit {total} shows them all")
    say("kb topics NUMBER shows one in full; kb promote NUMBER makes it a FAQ entry")


def _line(text: str, style: str) -> Text:
    return Text(" ".join(text.split()), style=style, no_wrap=True, overflow="ellipsis")


def _first_other(topic: Topic, samples: dict[int, Question]) -> str:
    """Return the first typical wording that says it otherwise than the label."""
    label = _folded(topic.label)
    found = (samples[one].wording for one in topic.typical if one in samples)
    return next((wording for wording in found if _folded(wording) != label), "")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _print_topic(topic: Topic, samples: dict[int, Question]) -> None:
    facts = [f"topic {topic.id}", topic.state, f"{topic.size:,} questions"]
    if topic.askers:
        facts.append(f"{topic.askers:,} people")
    if topic.first_asked_at and topic.last_asked_at:
        facts.append(f"{topic.first_asked_at:%Y-%m-%d} to {topic.last_asked_at:%Y-%m-%d}")
    trend = f"{sparkline(topic.weeks)} {topic.trend or ''}".strip()
    facts += [one for one in (trend, topic.verdict) if one]
    if topic.entry_id:
        facts.append(f"entry {topic.entry_id}")
    out.print(f"[bold]{escape(topic.label)}[/bold]")
    out.print(escape(" · ".join(facts)))
    out.print(f"[dim]{escape(', '.join(topic.keywords))}[/dim]\n")
    for place, one in enumerate(topic.typical, start=1):
        if one in samples:
            question = samples[one]
            text = one_line(f"{question.subject} {question.body}", SAMPLE_CHARS)
            out.print(f"{place}. [dim]{escape(question.source_id)}[/dim] {escape(text)}")
    if topic.draft:
        source = escape(_draft_source(topic, samples) or "a question that is gone")
        out.print(f"\n[bold]draft answer[/bold] [dim]from the reply to {source}[/dim]")
        out.print(escape(str(topic.draft.get("text", ""))[:DRAFT_CHARS]))

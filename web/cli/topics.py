"""The command that lists topics, shows one, or groups a file without storing it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.desk.next_steps import next_step
from kb.errors import InvalidInput
from kb.intake.mapping import parse_map_options
from kb.questions import Question
from kb.settings import read_settings
from kb.store.engine import reading
from kb.store.grouping.assignments import topic_members
from kb.store.questions.reading import questions_by_id
from kb.store.topics.record import get_topic, list_topics, topic_counts
from kb.topics import Topic
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.named_questions import LARGEST_ID
from web.cli.output import AsJson, print_json, say
from web.cli.topic_in_full import print_in_full, read_in_full
from web.cli.topic_tables import page, topics_table
from web.topic_labels import for_reader

STATES = ("candidate", "promoted", "dismissed", "merged")
LANGUAGE_CODE = re.compile("[a-z]{2,3}")


@app.command()
def topics(
    topic: Annotated[
        int | None, typer.Argument(min=1, max=LARGEST_ID, help="Show this topic in full.")
    ] = None,
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
    if lang is not None and not LANGUAGE_CODE.fullmatch(lang):
        raise InvalidInput(f"--lang is a code of a language like en or de, not {lang!r}")
    if from_ is not None:
        from web.cli.grouping_file import group_file

        if topic is not None:
            raise InvalidInput("--from groups a file: it cannot show a topic of the record")
        group_file(from_, parse_map_options(map_ or []), lang=lang, as_json=as_json)
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
        wanted = [one for row in found for one in (*row.typical, *row.atypical, *_quoted(row))]
        samples = questions_by_id(conn, wanted, viewer=OPERATOR)
        if lang:
            found = [for_reader(one, lang, samples) for one in found]
        members = _member_ids(conn, found) if as_json else {}
        full = read_in_full(conn, found[0]) if topic is not None and not as_json else None
    if as_json:
        answers = [_topic_answer(row, samples, members[row.id]) for row in found]
        print_json({"topics": answers, "total": total})
    elif not found:
        say(f"there are no {state} topics yet: kb import brings questions, kb index groups them")
    elif full is not None:
        print_in_full(full)
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
        "reposts": topic.reposts,
        "askers": topic.askers,
        "effect": topic.effect,
        "unanswered_share": topic.unanswered_share,
        "cohesion": topic.cohesion,
        "langs": dict(topic.langs),
        "products": dict(topic.products),
        "trend": topic.trend,
        "weeks": dict(topic.weeks),
        "first_asked_at": topic.first_asked_at,
        "last_asked_at": topic.last_asked_at,
        "verdict": topic.verdict,
        "entry_id": topic.entry_id,
        "merged_into": topic.merged_into,
        "evidence": topic.evidence,
        "next_step": next_step(topic).kind,
        "near": topic.near,
        "samples": _sample_answers(topic.typical, samples),
        "atypical": _sample_answers(topic.atypical, samples),
        "draft": topic.draft and {**topic.draft, "source_id": _draft_source(topic, samples)},
        "members": members,
    }


def _sample_answers(ids: Sequence[int], samples: dict[int, Question]) -> list[dict[str, Any]]:
    return [
        {"id": one, "source_id": samples[one].source_id, "wording": samples[one].wording}
        for one in ids
        if one in samples
    ]


def _print_topics(found: list[Topic], samples: dict[int, Question], total: int) -> None:
    page().print(topics_table(found, samples))
    if total > len(found):
        say(f"and {total - len(found):,} more: --limit {total} shows them all")
    if any(one.verdict for one in found):
        say("effect: people a week who ask it and get no answer; the greatest comes first")
    say("kb topics NUMBER shows one in full; kb promote NUMBER makes it a FAQ entry")

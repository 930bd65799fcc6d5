"""The command that lists what takes no part in topics, and says what is a question."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from kb.access import OPERATOR
from kb.desk.noise import REASONS, say_noise, undo_noise
from kb.errors import InvalidInput
from kb.settings import read_settings
from kb.store.engine import reading, transaction
from kb.store.questions.noise import (
    QUESTION,
    SetAside,
    list_set_aside,
    noise_counts,
    set_aside_by_id,
)
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.named_questions import named_question
from web.cli.output import AsJson, one_line, out, print_json, say, tell

TEXT_CHARS = 160
WORDS = {
    "auto_reply": "automatic reply",
    "thanks": "thanks only",
    "spam": "advertising or fraud",
    "greeting": "greeting only",
    "empty": "no text",
    "gibberish": "slipped keys",
    "other_language": "other language",
    "no_question": "no question",
    QUESTION: "taken back in",
}


@app.command()
def noise(
    questions: Annotated[
        list[str] | None, typer.Argument(help="Questions to speak of: number or source id.")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(help=f"They are no questions: {', '.join(REASONS)}; alone: list these."),
    ] = None,
    question: Annotated[
        bool, typer.Option("--question", help="They are questions after all; alone: list these.")
    ] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="Forget what was said: the rules decide.")
    ] = False,
    undo: Annotated[str | None, typer.Option(help="Take back one word, by what it told.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many are listed.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List what takes no part in topics and why, or say what is a question and what is none."""
    if reason is not None and reason not in REASONS:
        raise InvalidInput(f"--reason is one of {', '.join(REASONS)}, not {reason!r}")
    if sum((reason is not None, question, rules, undo is not None)) > 1:
        raise InvalidInput("give one of --reason, --question, --rules and --undo")
    if undo is not None:
        if questions:
            raise InvalidInput("--undo takes back one word whole: name no questions beside it")
        with transaction(open_record(read_settings())) as conn:
            count = undo_noise(conn, undo, viewer=OPERATOR)
        tell(f"taken back for {count:,} questions", {"undone": count}, as_json=as_json)
    elif questions:
        if reason is None and not question and not rules:
            raise InvalidInput("say what they are: --reason REASON, --question or --rules")
        _speak(questions, QUESTION if question else reason, as_json=as_json)
    elif rules:
        raise InvalidInput("--rules needs the questions that were spoken of")
    else:
        _list(QUESTION if question else reason, limit, as_json=as_json)


def _speak(named: list[str], word: str | None, *, as_json: bool) -> None:
    with transaction(open_record(read_settings())) as conn:
        ids = [named_question(conn, text) for text in named]
        batch = say_noise(conn, ids, word, viewer=OPERATOR)
        now = set_aside_by_id(conn, ids, viewer=OPERATOR)
    after = {QUESTION: "a question", None: "what the rules find"}.get(word, WORDS.get(word or ""))
    who = f"question {ids[0]} is" if len(ids) == 1 else f"{len(ids):,} questions are"
    tell(
        f"{who} now: {after}; kb index brings the topics up to date, "
        f"kb noise --undo {batch} takes it back",
        {"batch": batch, "questions": [_answer(one) for one in now]},
        as_json=as_json,
    )


def _list(reason: str | None, limit: int, *, as_json: bool) -> None:
    with reading(open_record(read_settings())) as conn:
        counts = noise_counts(conn, viewer=OPERATOR)
        found = list_set_aside(conn, viewer=OPERATOR, reason=reason, limit=limit)
    if as_json:
        print_json({"counts": counts, "items": [_answer(one) for one in found]})
        return
    if not found:
        say("nothing here: every message that came in takes part in topics")
        return
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    out.print(" · ".join(f"{WORDS.get(key, key)} {count:,}" for key, count in ordered))
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column("question", justify="right", no_wrap=True)
    table.add_column("asked", no_wrap=True)
    table.add_column("reason", no_wrap=True)
    table.add_column("said by", no_wrap=True)
    table.add_column("text", ratio=1, no_wrap=True, overflow="ellipsis")
    for one in found:
        why = one.said or one.question.noise or ""
        table.add_row(
            str(one.question.id),
            f"{one.question.asked_at:%Y-%m-%d}",
            WORDS.get(why, why),
            Text(one.said_by or "rules"),
            Text(one_line(f"{one.question.subject} {one.question.body}", TEXT_CHARS)),
        )
    out.print(table)
    say("kb noise NUMBER --question takes one back into the topics")


def _answer(one: SetAside) -> dict[str, object]:
    question = one.question
    return {
        "id": question.id,
        "source_id": question.source_id,
        "channel": question.channel,
        "text": f"{question.subject}\n{question.body}".strip(),
        "asked_at": question.asked_at,
        "noise": question.noise,
        "said": one.said,
        "said_by": one.said_by or None,
    }

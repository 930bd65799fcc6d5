"""Commands for what agents decide about grouping, and for taking it back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from kb.access import OPERATOR
from kb.desk.regrouping import (
    Regrouped,
    dismiss_topic,
    merge_topics,
    move_questions,
    restore_topic,
    say_not_same,
    say_same,
    split_topic,
    take_out,
)
from kb.desk.undoing import redo_regrouping, undo_regrouping
from kb.settings import read_settings
from kb.store.engine import reading, transaction
from kb.store.grouping.regroupings import (
    NOT_UNDONE,
    OVERRIDDEN,
    SHOWN_CHARS,
    UNDONE,
    list_regroupings,
)
from web.cli.app import app
from web.cli.desk import Topic
from web.cli.engines import open_record
from web.cli.named_questions import LARGEST_ID, named_question
from web.cli.output import AsJson, one_line, out, print_json, say, tell
from web.decided import DecidedAction, Named, decision_answer, tell_actions

WORDS_SHOWN = 70
"""Characters of a question or a label in a line of the list."""

Question = Annotated[str, typer.Argument(help="Question: number or source id.")]
Questions = Annotated[list[str], typer.Argument(help="Questions: number or source id.")]
Batch = Annotated[str, typer.Argument(help="What the command told; its first letters do.")]


@app.command()
def merge(topic: Topic, other: Topic, as_json: AsJson = False) -> None:
    """Merge the second topic into the first, for good."""
    with transaction(open_record(read_settings())) as conn:
        done = merge_topics(conn, topic, other, viewer=OPERATOR)
    _tell(done, f"the questions of both are in topic {done.topic_id}", as_json=as_json)


@app.command()
def split(topic: Topic, questions: Questions, as_json: AsJson = False) -> None:
    """Take questions out of a topic into a new one, for good."""
    with transaction(open_record(read_settings())) as conn:
        ids = [named_question(conn, text) for text in questions]
        done = split_topic(conn, topic, ids, viewer=OPERATOR)
    answer = {"topic": done.new_id, "decision": done.batch}
    line = f"the questions are in the new topic {done.new_id}; {_and_undo(done)}"
    tell(line, answer, as_json=as_json)


@app.command()
def move(
    questions: Questions,
    topic: Annotated[
        int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the topic they belong to.")
    ],
    as_json: AsJson = False,
) -> None:
    """Move one or more questions into a topic, for good."""
    with transaction(open_record(read_settings())) as conn:
        ids = [named_question(conn, text) for text in questions]
        done = move_questions(conn, ids, topic, viewer=OPERATOR)
    named = f"question {questions[0]} is" if len(ids) == 1 else f"{len(ids)} questions are"
    _tell(done, f"{named} in topic {done.topic_id}", as_json=as_json)


@app.command()
def same(question: Question, other: Question, as_json: AsJson = False) -> None:
    """Say that two questions mean the same, for good."""
    with transaction(open_record(read_settings())) as conn:
        ids = named_question(conn, question), named_question(conn, other)
        done = say_same(conn, *ids, viewer=OPERATOR)
    _tell(done, f"{question} and {other} are the same", as_json=as_json)


@app.command("not-same")
def not_same(
    question: Question,
    other: Annotated[
        str | None, typer.Argument(help="Default: all of the topic that the question is in.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say that a question is not the same as another, or as the topic it is in, for good."""
    with transaction(open_record(read_settings())) as conn:
        first = named_question(conn, question)
        if other is None:
            done = take_out(conn, first, viewer=OPERATOR)
        else:
            done = say_not_same(conn, first, named_question(conn, other), viewer=OPERATOR)
    rest = f"topic {done.topic_id}" if other is None else other
    _tell(done, f"{question} is not the same as {rest}", as_json=as_json)


@app.command()
def dismiss(topic: Topic, as_json: AsJson = False) -> None:
    """Take a topic off the queue for good; its questions stay in it."""
    with transaction(open_record(read_settings())) as conn:
        done = dismiss_topic(conn, topic, viewer=OPERATOR)
    _tell(done, f"topic {done.topic_id} is off the queue", as_json=as_json)


@app.command("restore-topic")
def restore(topic: Topic, as_json: AsJson = False) -> None:
    """Put a dismissed topic back into the queue."""
    with transaction(open_record(read_settings())) as conn:
        done = restore_topic(conn, topic, viewer=OPERATOR)
    _tell(done, f"topic {done.topic_id} is in the queue again", as_json=as_json)


@app.command()
def undo(decision: Batch, as_json: AsJson = False) -> None:
    """Take one decision back whole; kb index groups again without it."""
    with transaction(open_record(read_settings())) as conn:
        done = undo_regrouping(conn, decision, viewer=OPERATOR)
    tell(
        "taken back; kb index groups again without it",
        {"undone": done.batch, "topic": done.topic_id},
        as_json=as_json,
    )


@app.command()
def redo(decision: Batch, as_json: AsJson = False) -> None:
    """Do again what was taken back, as a new decision."""
    with transaction(open_record(read_settings())) as conn:
        done = redo_regrouping(conn, decision, viewer=OPERATOR)
    topic = done.new_id or done.topic_id
    answer = {"topic": topic, "decision": done.batch}
    tell(f"done again; {_and_undo(done)}", answer, as_json=as_json)


@app.command()
def decisions(
    all_: Annotated[bool, typer.Option("--all", help="Also those that were taken back.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List what was decided about topics, the newest first."""
    with reading(open_record(read_settings())) as conn:
        found = list_regroupings(
            conn, viewer=OPERATOR, show="" if all_ else NOT_UNDONE, limit=limit
        )
        told = tell_actions(conn, found, OPERATOR.locale, viewer=OPERATOR)
    if as_json:
        print_json({"decisions": [decision_answer(one) for one in told]})
        return
    if not told:
        say("nobody decided anything about topics yet: kb merge, split, move, dismiss do")
        return
    table = Table("decision", "when", "who", "what", box=None, pad_edge=False)
    for one in told:
        style = "dim" if one.state == UNDONE else ""
        state = "taken back" if one.state == UNDONE else _overridden(one)
        what = f"{sentence(one)} ({state})" if state else sentence(one)
        row = (one.done.short, f"{one.at:%Y-%m-%d %H:%M}", one.done.by_name, what)
        table.add_row(*(Text(cell, style=style) for cell in row))
    out.print(table)


def sentence(one: DecidedAction) -> str:
    """What was done, in one line for a person."""
    topic, other = _topic(one.topic), _topic(one.other)
    first = _words(one.questions[0]) if one.questions else "?"
    if one.done.action == "merge":
        return f"merged {other} into {topic}"
    if one.done.action == "split":
        return f"split {_counted(one)} off {topic} into {other}"
    if one.done.action == "move":
        came = f" from {other}" if one.other and one.count == 1 else ""
        return f"moved {_counted(one)}{came} to {topic}"
    if one.done.action == "out":
        return f"took {first} out of {topic}"
    if one.done.action in ("same", "not same") and len(one.questions) > 1:
        word = "is" if one.done.action == "same" else "is not"
        return f"{first} {word} the same as {_words(one.questions[1])}"
    verb = {"dismiss": "dismissed", "restore": "put back"}.get(one.done.action, one.done.action)
    return f"{verb} {topic}"


def _counted(one: DecidedAction) -> str:
    if one.count == 1 and one.questions:
        return _words(one.questions[0])
    return f"{one.count} questions"


def _words(named: Named) -> str:
    return f'"{one_line(named.text, WORDS_SHOWN)}"' if named.text else f"question {named.id}"


def _topic(named: Named | None) -> str:
    if named is None:
        return "no topic"
    words = f' "{one_line(named.text, WORDS_SHOWN)}"' if named.text else ""
    return f"topic {named.id}{words}"


def _overridden(one: DecidedAction) -> str:
    if one.state != OVERRIDDEN:
        return ""
    by = ", ".join(batch[:SHOWN_CHARS] for batch in one.overridden_by)
    return f"overridden{' in part' if one.in_part else ''}{f' by {by}' if by else ''}"


def _and_undo(done: Regrouped) -> str:
    return f"kb index refreshes it, kb undo {done.batch[:SHOWN_CHARS]} takes it back"


def _tell(done: Regrouped, line: str, *, as_json: bool) -> None:
    answer = {"topic": done.topic_id, "decision": done.batch}
    tell(f"{line}; {_and_undo(done)}", answer, as_json=as_json)

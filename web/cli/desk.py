"""Commands for what agents decide about topics: promote, merge, split, move, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.errors import InvalidInput, NotFound
from kb.promotion import Promotion, promote_topic
from kb.regrouping import merge_topics, move_question, split_topic, undo_regrouping
from kb.settings import read_settings
from kb.store.decisions import active_decisions
from kb.store.engine import transaction
from kb.store.questions import questions_named
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, tell

LARGEST_ID = 2**63 - 1

Topic = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the topic.")]


@app.command()
def promote(
    topic: Topic,
    answer_file: Annotated[
        Path | None, typer.Option(help="File with the answer in Markdown; - reads standard input.")
    ] = None,
    title: Annotated[str, typer.Option(help="The entry's question; default: the label.")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="Let customers find it now.")] = False,
    audience: Annotated[str, typer.Option(help="public, members, internal or a group.")] = "public",
    as_json: AsJson = False,
) -> None:
    """Make a FAQ entry of a topic; every wording of the topic will find it."""
    if publish and answer_file is None:
        raise InvalidInput("--publish needs an answer that a person wrote: give --answer-file")
    answer = read_text(answer_file, "--answer-file") if answer_file else ""
    promotion = Promotion(answer=answer, title=title, publish=publish, audience=audience)
    with transaction(open_record(read_settings())) as conn:
        entry_id = promote_topic(conn, topic, promotion, viewer=OPERATOR)
    state = "published: customers find it after kb index" if publish else "a draft"
    tell(
        f"topic {topic} is entry {entry_id}, {state}",
        {"topic": topic, "entry": entry_id, "published": publish},
        as_json=as_json,
    )


def read_text(path: Path, option: str) -> str:
    """The text of a file, or of standard input for `-`; raises InvalidInput."""
    try:
        if str(path) == "-":
            text = typer.get_text_stream("stdin", encoding="utf-8").read()
        else:
            text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise InvalidInput(f"{option} {path}: {reason}", field=option) from error
    if not text.strip():
        raise InvalidInput(f"{option} {path} is empty", field=option)
    return text


@app.command()
def merge(topic: Topic, other: Topic, as_json: AsJson = False) -> None:
    """Merge the second topic into the first, for good."""
    with transaction(open_record(read_settings())) as conn:
        kept = merge_topics(conn, topic, other, viewer=OPERATOR)
        undo = _last_decision(conn)
    tell(
        f"the questions of both are in topic {kept}; kb index refreshes it, kb undo {undo} "
        "takes it back",
        {"topic": kept, "decision": undo},
        as_json=as_json,
    )


@app.command()
def split(
    topic: Topic,
    questions: Annotated[list[str], typer.Argument(help="Questions: number or source id.")],
    as_json: AsJson = False,
) -> None:
    """Take questions out of a topic into a new one, for good."""
    with transaction(open_record(read_settings())) as conn:
        ids = [_question_id(conn, text) for text in questions]
        new = split_topic(conn, topic, ids, viewer=OPERATOR)
        undo = _last_decision(conn)
    tell(
        f"the questions are in the new topic {new}; kb index refreshes it, kb undo {undo} "
        "takes it back",
        {"topic": new, "decision": undo},
        as_json=as_json,
    )


@app.command()
def move(
    question: Annotated[str, typer.Argument(help="Question: number or source id.")],
    topic: Topic,
    as_json: AsJson = False,
) -> None:
    """Move one question into a topic, for good."""
    with transaction(open_record(read_settings())) as conn:
        move_question(conn, _question_id(conn, question), topic, viewer=OPERATOR)
        undo = _last_decision(conn)
    tell(
        f"question {question} is in topic {topic}; kb undo {undo} takes it back",
        {"topic": topic, "decision": undo},
        as_json=as_json,
    )


@app.command()
def undo(
    decision: Annotated[str, typer.Argument(help="What merge, split and move told.")],
    as_json: AsJson = False,
) -> None:
    """Take one merge, split or move back; kb index groups again without it."""
    with transaction(open_record(read_settings())) as conn:
        undo_regrouping(conn, decision, viewer=OPERATOR)
    tell("taken back; kb index groups again without it", {"undone": decision}, as_json=as_json)


def _last_decision(conn: Connection) -> str:
    """Return the batch that undoes what this transaction has just said."""
    return active_decisions(conn)[-1].batch


def _question_id(conn: Connection, text: str) -> int:
    """Return the question that a person names by its source id or our number."""
    named = questions_named(conn, text)
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        numbers = ", ".join(str(one) for one in named)
        raise InvalidInput(f"{text!r} names {len(named)} questions, say which number: {numbers}")
    if text.isdecimal() and int(text) <= LARGEST_ID:
        return int(text)
    raise NotFound("question", text)

"""The command that makes an entry of a topic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.access import OPERATOR
from kb.desk.promotion import Promotion, promote_topic
from kb.errors import InvalidInput
from kb.settings import read_settings
from kb.store.engine import transaction
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.named_questions import LARGEST_ID
from web.cli.output import AsJson, tell

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

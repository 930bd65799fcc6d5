"""Commands that bring questions and entries in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.access import OPERATOR
from kb.errors import InvalidInput
from kb.importing import ImportReport, import_entries, import_questions
from kb.intake.files import open_questions, read_faq
from kb.intake.mapping import parse_map_options
from kb.intake.values import language_code
from kb.questions import CHANNELS
from kb.settings import read_settings
from kb.store.engine import reading
from kb.store.people.groups import audiences_of_nobody
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, print_json, progress, say

SHOWN_BAD_ROWS = 20
MAX_SOURCE_CHARS = 80


@app.command(name="import")
def import_command(
    file: Annotated[Path, typer.Argument(help="The file to read.")],
    channel: Annotated[str, typer.Option(help=f"How these came in: {', '.join(CHANNELS)}.")],
    source: Annotated[str, typer.Option(help="Name of the system; default: the channel.")] = "",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Our field = their column, like text=body; again for more."),
    ] = None,
    product: Annotated[str | None, typer.Option(help="Product of rows without one.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of rows without one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import questions: CSV, TSV, JSON, NDJSON (each also .gz) or mbox."""
    if channel not in CHANNELS:
        raise InvalidInput(f"--channel must be one of {', '.join(CHANNELS)}, not {channel!r}")
    if len(source) > MAX_SOURCE_CHARS:
        raise InvalidInput(f"--source is longer than {MAX_SOURCE_CHARS} characters")
    columns = parse_map_options(map_ or [])
    engine = open_record(read_settings())
    questions = open_questions(file, explicit=columns, lang=known_language(lang), product=product)
    if questions.note:
        say(questions.note)
    if questions.mapping is not None:
        say(str(questions.mapping))
    with progress() as display:
        task = display.add_task("importing", total=None)
        report = import_questions(
            engine,
            questions,
            channel=channel,
            source=source or channel,
            on_progress=lambda done: display.update(task, completed=done.read),
        )
        display.update(task, completed=report.read, total=report.read)
    tell_import(report, as_json=as_json, then="kb index groups them")


@app.command(name="import-faq")
def import_faq(
    file: Annotated[Path, typer.Argument(help="The file to read.")],
    draft: Annotated[bool, typer.Option("--draft", help="Do not publish them yet.")] = False,
    lang: Annotated[str | None, typer.Option(help="Language of rows without one.")] = None,
    product: Annotated[str | None, typer.Option(help="Product of rows without one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import FAQ entries: question, answer and optional id lang category product tags phrasings."""
    engine = open_record(read_settings())
    rows = read_faq(file, lang=known_language(lang), product=product)
    report = import_entries(engine, rows, viewer=OPERATOR, publish=not draft)
    tell_import(report, as_json=as_json, then="kb index makes them searchable")
    if not as_json:
        with reading(engine) as conn:
            for audience in audiences_of_nobody(conn):
                say(f"no group is called {audience}: only the team reads the entries for it")


def known_language(lang: str | None) -> str | None:
    """The code of the language that --lang names; raises InvalidInput for no language."""
    if lang is None:
        return None
    code = language_code(lang)
    if code is None:
        raise InvalidInput(f"--lang {lang!r} is no language, like en or de", field="lang")
    return code


def tell_import(report: ImportReport, *, as_json: bool, then: str) -> None:
    """Say what an import did and which rows stayed out, with their number and reason."""
    if as_json:
        print_json(report)
        return
    for bad in report.bad_rows[:SHOWN_BAD_ROWS]:
        say(f"row {bad.row}, {bad.field or 'row'}: {bad.reason}")
    if report.bad > SHOWN_BAD_ROWS:
        say(
            f"and {report.bad - SHOWN_BAD_ROWS:,} more rows that cannot be used (--json lists them)"
        )
    say(
        f"{report.new:,} new, {report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.bad:,} not usable; {then}"
    )

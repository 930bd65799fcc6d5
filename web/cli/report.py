"""The command that writes the report: one HTML page about the record or about a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.errors import InvalidInput
from kb.intake.mapping import parse_map_options
from web.cli.app import app
from web.cli.output import AsJson

DEFAULT_NAME = "kundig-report.html"
LANGUAGES = ("en", "de")


@app.command()
def report(
    out_: Annotated[
        Path, typer.Option("--out", help="The HTML file to write; - writes standard output.")
    ] = Path(DEFAULT_NAME),
    lang: Annotated[str, typer.Option(help=f"Language: {', '.join(LANGUAGES)}.")] = "en",
    from_: Annotated[
        Path | None, typer.Option("--from", help="Report on this file without storing anything.")
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="With --from: our field = their column, like text=body."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write one self-contained HTML page: what people ask, how often, and a map of it."""
    if lang not in LANGUAGES:
        raise InvalidInput(f"--lang must be one of {', '.join(LANGUAGES)}, not {lang!r}")
    if map_ and from_ is None:
        raise InvalidInput("--map names the columns of a file: it needs --from")
    # Imported late: what draws the map takes a second, which no other command should wait for.
    from web.cli.report_writing import (
        check_target,
        open_written,
        report_of_file,
        report_of_record,
        write_report,
    )

    check_target(out_, from_)
    if from_ is None:
        page = report_of_record(lang)
    else:
        page = report_of_file(from_, parse_map_options(map_ or []), lang=lang)
    write_report(page, out_, lang=lang, as_json=as_json)
    if open_:
        open_written(out_)

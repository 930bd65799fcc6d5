"""The command that indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import Engine

from indexer.encoder import OnnxEncoder
from kb.settings import Settings, read_settings
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, print_json, say, shown_steps
from web.composition import ensure_calibration, open_indexing_encoder

if TYPE_CHECKING:
    from web.worker.index_run import IndexReport


@app.command()
def index(
    full: Annotated[
        bool, typer.Option("--full", help="Group and build anew even where nothing changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Clean, embed, group, label, draft, link and build; goes on where it was stopped."""
    settings = read_settings()
    report = index_now(settings, open_record(settings), full=full)
    if as_json:
        print_json(report)
    else:
        tell_index(report)


def index_now(settings: Settings, engine: Engine, *, full: bool = False) -> IndexReport:
    """Run the indexer with its progress shown; without a model, for keyword search only."""
    # Grouping brings scikit-learn along, a second that no other command should wait for.
    from web.worker.index_run import run_index

    encoder = _encoder(settings, engine)
    with shown_steps() as steps:
        return run_index(
            settings,
            engine,
            encoder,
            full=full,
            on_progress=lambda at: steps.show(at.step, at.done, at.total),
        )


def _encoder(settings: Settings, engine: Engine) -> OnnxEncoder | None:
    found = open_indexing_encoder(settings, on_progress=say)
    if found.problem:
        say(found.problem)
    if found.encoder is not None:
        ensure_calibration(engine, found.encoder, on_progress=say)
    return found.encoder


def tell_index(report: IndexReport) -> None:
    """Say what changed, step by step."""
    say(f"clean   {report.cleaned:,} questions")
    if report.degraded is None:
        say(f"embed   {report.encoded:,} texts encoded")
        if report.grouping is not None:
            say(f"group   {report.grouping}")
        say(f"learn   {report.learned:,} new wordings of promoted topics")
        say(f"link    {_links(report)}")
    else:
        say("embed, group, learn and link wait for the model")
    unchanged = "" if report.built else ", unchanged"
    say(f"build   {report.documents:,} entries searchable{unchanged}")
    if report.calibration:
        say(f"rank    {report.calibration}")
    total = sum(report.seconds.values())
    say(f"done in {total:.1f} s ({', '.join(f'{k} {v:.1f}' for k, v in report.seconds.items())})")


def _links(report: IndexReport) -> str:
    found = f"{report.links:,} links between entries"
    return f"{found}, {report.findings:,} findings: kb audit" if report.findings else found

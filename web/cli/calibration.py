"""The command that lets the search learn from what the installation has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from kb.errors import InvalidInput
from kb.settings import Settings, read_settings
from search.build import find_manifest
from search.judged_set import read_judged_set
from search.learning.held_out import HeldFigures
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say, tell
from web.composition import ensure_calibration, find_encoder
from web.worker.recalibration import Recalibration, recalibrate, revert


@app.command()
def calibrate(
    judged: Annotated[
        Path | None,
        typer.Option(help="Learn from judged queries about these entries, too (a folder)."),
    ] = None,
    back: Annotated[
        bool, typer.Option("--revert", help="Go back to the calibration before this one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Learn how to rank from own wordings and confirmed clicks; taken only if it is better."""
    if back and judged is not None:
        raise InvalidInput("--revert learns nothing: leave out --judged")
    settings = read_settings()
    engine = open_record(settings)
    if back:
        version = revert(engine, _indexed_with(settings))
        line = f"the calibration before it serves again, as version {version}"
        tell(line, {"version": version, "reverted": True}, as_json=as_json)
        return
    judged_set = read_judged_set(judged) if judged is not None else None
    encoder = find_encoder(settings)
    if encoder is not None:
        ensure_calibration(engine, encoder, on_progress=say)
    found = recalibrate(engine, encoder, judged=judged_set)
    if encoder is None:
        say("there is no model ready (kb index prepares it): only the words were calibrated")
    if as_json:
        print_json(found)
    else:
        _print(found)


def _indexed_with(settings: Settings) -> str:
    manifest = find_manifest(settings.index_dir)
    return manifest.fingerprint if manifest is not None else ""


def _print(found: Recalibration) -> None:
    asked = ", ".join(f"{number:,} {kind}" for kind, number in found.report.questions.items())
    out.print(f"[bold]questions[/bold] {asked or 'none'}")
    if found.report.modes:
        out.print("\nfigures on questions held out")
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("mode", "", "nDCG@10", "hit@1", "log-loss", "AUROC", "false@90", "taken"):
            table.add_column(column, no_wrap=True)
        for one in found.report.modes:
            parts = (("order", one.order), ("confidence", one.confidence))
            taken = " and ".join(name for name, is_new in parts if is_new)
            table.add_row(one.mode, "before", *_figures(one.before))
            table.add_row("", "after", *_figures(one.after), taken or "nothing")
        out.print(table)
    version = f" · version {found.version}" if found.version is not None else ""
    say(f"{found.report.why}{version}")


def _figures(of: HeldFigures) -> list[str]:
    values = (of.ndcg_at_10, of.hit_at_1, of.log_loss, of.auroc, of.false_answers_at_90)
    return ["-" if value is None else f"{value:.3f}" for value in values]

"""Commands for the record itself: init, migrate, check, backup, restore, export."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from kb.errors import Conflict
from kb.settings import Settings, read_settings
from kb.store.backup import back_up, migrate_with_backup
from kb.store.check import check_record
from kb.store.export import export_record
from kb.store.migrate import create_record, expected_schema
from kb.store.restore import restore
from web.cli.app import app
from web.cli.engines import open_any, open_record
from web.cli.index_state import fault_of_index
from web.cli.output import AsJson, print_json, say, tell

FOUND_WRONG = 1


@app.command()
def init(as_json: AsJson = False) -> None:
    """Make a new record and its secret in KB_HOME."""
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    incarnation = create_record(open_any(settings))
    make_secret(settings)
    tell(
        f"a new record is in {settings.home}: import questions, or run kb demo",
        {"home": settings.home, "schema": expected_schema(), "incarnation": incarnation},
        as_json=as_json,
    )


def make_secret(settings: Settings) -> None:
    """Write the signing secret, readable by its owner alone; an existing one stays."""
    path = settings.secret_path
    if path.exists():
        return
    # Named only when it is whole: a kill in between must not leave an empty secret.
    building = path.with_name(f".{path.name}.{os.getpid()}")
    building.touch(mode=0o600)
    building.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
    building.rename(path)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring an older record to this version's schema; a backup is made first."""
    settings = read_settings()
    saved = migrate_with_backup(open_any(settings), settings.home / "backups")
    schema = expected_schema()
    line = (
        f"the record has schema {schema} already"
        if saved is None
        else f"the record has schema {schema} now; the state before is in {saved}"
    )
    tell(line, {"schema": schema, "backup": saved}, as_json=as_json)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Look for anything wrong in the record and the index; exit code 1 if there is."""
    settings = read_settings()
    engine = open_record(settings)
    findings = [{"where": "record", "what": str(found)} for found in check_record(engine)]
    if not findings:
        # A damaged file could not be asked about its index.
        wrong = fault_of_index(settings, engine)
        findings = [{"where": "index", "what": f"{wrong}: run kb index"}] if wrong else []
    if as_json:
        print_json({"findings": findings})
    else:
        for found in findings:
            say(f"{found['where']}: {found['what']}")
        if not findings:
            say("record and index are as they should be")
    if findings:
        raise typer.Exit(FOUND_WRONG)


@app.command()
def backup(file: Path, as_json: AsJson = False) -> None:
    """Write the whole record into one file while it stays in use."""
    report = back_up(open_record(read_settings()), file)
    answer = {"file": file, "bytes": report.size, "schema": report.manifest.schema}
    answer["rows"] = report.manifest.counts
    tell(f"{file} holds the record: {report}", answer, as_json=as_json)


@app.command(name="restore")
def restore_command(
    file: Path,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the record that is there now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back; the index is rebuilt by the next kb index."""
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    report = restore(settings.record_url, file, replace=replace)
    make_secret(settings)
    tell(f"the record is back: {report}; run kb index", report, as_json=as_json)


@app.command()
def export(file: Path, as_json: AsJson = False) -> None:
    """Write questions, topics and entries into a portable SQLite file for other tools."""
    if file.exists():
        raise Conflict(f"{file} exists already: nothing was written")
    counts = export_record(open_record(read_settings()), file)
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
    tell(f"{file} holds {told}", {"file": file, "rows": counts}, as_json=as_json)

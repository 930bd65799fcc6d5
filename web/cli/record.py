"""Commands for the record itself: init, migrate, check, backup, restore, export."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from kb.errors import Conflict
from kb.settings import Settings, read_settings
from kb.store.backup.export import export_record
from kb.store.backup.restoring import restore
from kb.store.backup.writing import back_up, migrate_with_backup
from kb.store.check import DAMAGED_FILE, check_record
from kb.store.migrate import create_record, expected_schema
from web.cli.app import app
from web.cli.engines import open_any, open_record
from web.cli.index_state import check_index, rebuild_index
from web.cli.output import AsJson, print_json, say, shown_steps, tell

Told = dict[str, object]
"""One finding as programs get it: where, what, and which entry if it is about one."""

FOUND_WRONG = 1

FOR_OWNER = 0o700
"""Rights of a new KB_HOME: what people wrote, and the secret, are for the site alone."""

MOST_TOLD = 200
"""Findings about the index that are told one by one; the others are counted."""


@app.command()
def init(as_json: AsJson = False) -> None:
    """Make a new record and its secret in KB_HOME."""
    settings = read_settings()
    settings.home.mkdir(mode=FOR_OWNER, parents=True, exist_ok=True)
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
def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Build the index anew where anything is wrong with it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look through settings, record and index, reading all; exit code 1 if anything is wrong."""
    # Imported here, because it brings the whole site along, as for kb serve.
    from web.http.site_settings import settings_notes, settings_problems

    settings = read_settings()
    engine = open_record(settings)
    found: list[Told] = [{"where": "settings", "what": one} for one in settings_problems(settings)]
    notes = list(settings_notes(settings))
    of_record = check_record(engine)
    of_index: list[Told] = []
    more, repaired = 0, False
    # A damaged file could not be asked what the index should hold.
    if not any(one.table == DAMAGED_FILE for one in of_record):
        of_index, more = _look_at_index(settings, engine)
        repaired = repair and bool(of_index)
    if repaired:
        rebuild_index(settings, engine)
        of_index, more = _look_at_index(settings, engine)
    found += [{"where": "record", "what": str(one)} for one in of_record]
    found += of_index
    if as_json:
        print_json({"findings": found, "more": more, "repaired": repaired, "notes": notes})
    else:
        _tell_findings(found, more, repaired=repaired)
        for note in notes:
            say(f"note: {note}")
    if found:
        raise typer.Exit(FOUND_WRONG)


def _look_at_index(settings: Settings, engine: Engine) -> tuple[list[Told], int]:
    """Return the first findings, and how many more there are."""
    found: list[Told] = []
    more = 0
    with shown_steps() as steps:
        compared = check_index(
            settings, engine, on_progress=lambda at: steps.show(at.step, at.done, at.total)
        )
        for one in compared:
            if len(found) == MOST_TOLD:
                more += 1
                continue
            entry = {} if one.entry_id is None else {"entry": one.entry_id}
            found.append({"where": "index", "what": one.what, **entry})
    return found, more


def _tell_findings(found: list[Told], more: int, *, repaired: bool) -> None:
    for one in found:
        say(f"{one['where']}: {one['what']}")
    if more:
        say(f"index: and {more:,} more")
    if repaired:
        say("the index was built anew")
    if not found:
        say("settings, record and index are as they should be")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the backup goes.")],
    as_json: AsJson = False,
) -> None:
    """Write the whole record into one file while it stays in use."""
    report = back_up(open_record(read_settings()), file)
    answer = {"file": file, "bytes": report.size, "schema": report.manifest.schema}
    answer["rows"] = report.manifest.counts
    tell(f"{file} holds the record: {report}", answer, as_json=as_json)


@app.command(name="restore")
def restore_command(
    file: Annotated[Path, typer.Argument(help="The backup to bring back.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the record that is there now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back; the index is rebuilt by the next kb index."""
    settings = read_settings()
    settings.home.mkdir(mode=FOR_OWNER, parents=True, exist_ok=True)
    report = restore(settings.record_url, file, replace=replace, home=settings.home)
    make_secret(settings)
    tell(f"the record is back: {report}; run kb index", report, as_json=as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where the export goes.")],
    as_json: AsJson = False,
) -> None:
    """Write questions, topics and entries into a portable SQLite file for other tools."""
    if file.exists():
        raise Conflict(f"{file} exists already: nothing was written")
    counts = export_record(open_record(read_settings()), file)
    told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
    tell(f"{file} holds {told}", {"file": file, "rows": counts}, as_json=as_json)

"""Files of entries from the command line: list, add, take off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.attachments import (
    MAX_FILE_BYTES,
    Attachment,
    CheckedFile,
    FileRefused,
    Refusal,
    check_file,
)
from kb.errors import InvalidInput
from kb.settings import read_settings
from kb.store.attachments.of_entries import add_entry_file, drop_entry_file, entry_files
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry
from web.cli.app import app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say, tell

LARGEST_ID = 2**62


@app.command()
def attach(
    entry: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the entry.")],
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="At most 10 MB.")
    ] = None,
    label: Annotated[
        str, typer.Option(help="The name that readers see, in place of the file's own.")
    ] = "",
    remove: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_ID, help="Take the file of this number off.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a file on an entry; without one, list its files."""
    if file is not None and remove is not None:
        raise InvalidInput("name a file to add or --remove one, not both", field="remove")
    engine = open_record(read_settings())
    if remove is not None:
        with transaction(engine) as conn:
            gone = drop_entry_file(conn, entry, remove, viewer=OPERATOR)
        tell(f"{gone.name} is off entry {entry}", _facts(gone), as_json=as_json)
        return
    if file is None:
        with reading(engine) as conn:
            _list(conn, entry, as_json=as_json)
        return
    checked = _checked(file)
    with transaction(engine) as conn:
        added = add_entry_file(conn, entry, checked, viewer=OPERATOR, label=label)
    said = f"file {added.id} of entry {entry}: {added.name}, {added.media_type}"
    tell(said, _facts(added), as_json=as_json)


def _checked(file: Path) -> CheckedFile:
    if file.stat().st_size > MAX_FILE_BYTES:
        raise FileRefused(Refusal.TOO_LARGE, file.name)
    return check_file(file.name, file.read_bytes())


def _list(conn: Connection, entry: int, *, as_json: bool) -> None:
    title = get_entry(conn, entry, viewer=OPERATOR).title
    found = entry_files(conn, entry, viewer=OPERATOR)
    if as_json:
        print_json({"entry": entry, "files": [_facts(one) for one in found]})
        return
    out.print(f"[bold]{escape(title)}[/bold]")
    for one in found:
        about = f"{one.media_type}, {one.size:,} bytes"
        out.print(f"{one.id:>6}  {escape(one.label or one.name)}  [dim]{about}[/dim]")
    if not found:
        say("it has no files")


def _facts(file: Attachment) -> dict[str, object]:
    return {
        "id": file.id,
        "name": file.name,
        "label": file.label,
        "media_type": file.media_type,
        "size": file.size,
        "url": file.path,
    }

"""The command that writes who agrees to be written to."""

from __future__ import annotations

import csv
from typing import Annotated

import typer

from kb.access import OPERATOR
from kb.errors import InvalidInput
from kb.people.consents import PURPOSES
from kb.settings import read_settings
from kb.store.audit import Subject, record_audit
from kb.store.engine import reading, transaction
from kb.store.people.consents import who_agreed
from web.cli.app import user_app
from web.cli.engines import open_record
from web.cli.new_files import NewFile, new_file
from web.cli.output import AsJson, tell
from web.http.csv_cells import safe_cell

KEYS = tuple(one.key for one in PURPOSES)
HEAD = ("email", "name", "language", "agreed_at", "wording")


@user_app.command(name="agreed")
def write_who_agreed(
    purpose: Annotated[str, typer.Argument(help=f"One of {', '.join(KEYS)}.")],
    file: NewFile,
    as_json: AsJson = False,
) -> None:
    """Write who agrees at this moment to be written to, as CSV for the program that sends."""
    if purpose not in KEYS:
        raise InvalidInput(f"a purpose is one of {', '.join(KEYS)}, not {purpose!r}")
    engine = open_record(read_settings())
    count = last = 0
    with (
        new_file(file) as building,
        building.open("w", encoding="utf-8", newline="") as target,
        reading(engine) as conn,
    ):
        writer = csv.writer(target)
        writer.writerow(HEAD)
        while found := who_agreed(conn, purpose, after_id=last):
            last, count = found[-1].account_id, count + len(found)
            for one in found:
                named = (safe_cell(one.email), safe_cell(one.name))
                writer.writerow((*named, one.locale, one.given_at.isoformat(), one.version))
    with transaction(engine) as conn:
        subject = Subject("instance", None)
        facts = {"purpose": purpose, "people": count}
        record_audit(conn, "export consents", subject, viewer=OPERATOR, facts=facts)
    line = f"{file} holds the {count:,} people who agree now; write it anew before each mailing"
    tell(line, {"purpose": purpose, "file": file, "people": count}, as_json=as_json)

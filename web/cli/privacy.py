"""Commands about a person's data: taking it out as a file, and erasing the person."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.access import OPERATOR
from kb.errors import NotFound
from kb.people.erasing import erase_account
from kb.people.erasures import Mode
from kb.people.exporting import export_own_data
from kb.settings import read_settings
from kb.store.audit import Subject, record_audit
from kb.store.engine import reading, transaction
from kb.store.people.accounts import Account, find_account, find_account_named
from web.cli.app import user_app
from web.cli.engines import open_record
from web.cli.new_files import NewFile, new_file
from web.cli.output import AsJson, tell

Named = Annotated[str, typer.Argument(help="Name, email address or number of the account.")]


@user_app.command(name="data")
def export_person(account: Named, file: NewFile, as_json: AsJson = False) -> None:
    """Write all that the record holds of a person into a zip of JSON files."""
    engine = open_record(read_settings())
    found = _named(account)
    with new_file(file) as building, building.open("wb") as target, reading(engine) as conn:
        export_own_data(conn, found.id, target, locale=found.locale)
    with transaction(engine) as conn:
        subject = Subject("account", found.id)
        record_audit(conn, "export data", subject, viewer=OPERATOR, facts={})
    answer = {"account": found.id, "file": file, "bytes": file.stat().st_size}
    tell(f"{file} holds the data of account {found.id}", answer, as_json=as_json)


@user_app.command(name="erase")
def erase_person(
    account: Named,
    mode: Annotated[
        Mode, typer.Option(help="anonymise keeps the masked text of their questions.")
    ] = Mode.ANONYMISE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase the person behind an account for good; a restore of a backup repeats it."""
    settings = read_settings()
    engine = open_record(settings)
    found = _named(account)
    if not yes:
        typer.confirm(f"erase account {found.id}, {found.name}, for good?", abort=True)
    erasure = erase_account(engine, settings.home, found.id, mode=mode, viewer=OPERATOR)
    questions = len(erasure.questions)
    answer = {"account": found.id, "mode": str(mode), "questions": questions}
    line = f"account {found.id} and {questions:,} questions are erased; run kb index"
    tell(line, answer, as_json=as_json)


def _named(text: str) -> Account:
    """Return the account of a number, name or address, also of one that is closed."""
    with reading(open_record(read_settings())) as conn:
        account_id = int(text) if text.isdecimal() else find_account_named(conn, text)
        found = None if account_id is None else find_account(conn, account_id)
    if found is None or found.erased_at is not None:
        raise NotFound("account", text)
    return found

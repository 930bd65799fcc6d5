"""Commands for synonyms: the words that an installation counts as the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from kb.access import OPERATOR
from kb.errors import InvalidInput
from kb.searches.synonyms import SynonymGroup, groups_as_text, make_group, parse_groups
from kb.settings import read_settings
from kb.store.engine import reading, transaction
from kb.store.searches.synonyms import (
    add_synonym_group,
    add_synonyms,
    list_synonyms,
    remove_synonyms,
)
from web.cli.app import synonyms_app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say, tell

LARGEST_ID = 2**63 - 1
MAX_FILE_BYTES = 16 * 1024 * 1024
"""As much as the most groups of the longest terms take, and some room for remarks."""

Lang = Annotated[str | None, typer.Option(help="Only in this language, default in every one.")]


@synonyms_app.command(name="list")
def list_groups(as_json: AsJson = False) -> None:
    """List all groups of synonyms."""
    with reading(open_record(read_settings())) as conn:
        groups = list_synonyms(conn, viewer=OPERATOR)
    if as_json:
        print_json({"synonyms": [_answer(group) for group in groups]})
        return
    if not groups:
        say("there are no synonyms yet: kb synonyms add adds a group")
        return
    table = Table("group", "language", "words", "added by", box=None, pad_edge=False)
    for group in groups:
        line = SynonymGroup(group.terms, group.kind).line
        table.add_row(str(group.id), group.lang or "every", line, group.by_name)
    out.print(table)


@synonyms_app.command(name="add")
def add_group(
    terms: Annotated[list[str], typer.Argument(help="Words or phrases that mean the same.")],
    one_way: Annotated[
        bool, typer.Option("--one-way", help="The first also finds the others, not the reverse.")
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Add one group of words that mean the same."""
    group = make_group(terms, one_way=one_way, lang=lang)
    with transaction(open_record(read_settings())) as conn:
        group_id = add_synonym_group(conn, group, viewer=OPERATOR)
    answer = {**_answer(group), "id": group_id}
    tell(f"group {group_id}: {group.line}", answer, as_json=as_json)


@synonyms_app.command(name="remove")
def remove_group(
    group: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the group.")],
    as_json: AsJson = False,
) -> None:
    """Remove one group."""
    with transaction(open_record(read_settings())) as conn:
        removed = remove_synonyms(conn, group, viewer=OPERATOR)
    tell(f"group {group} is removed: {removed.line}", {"removed": group}, as_json=as_json)


@synonyms_app.command(name="import")
def import_groups(
    file: Annotated[Path, typer.Argument(help="One group a line: a, b, c or short => long form.")],
    as_json: AsJson = False,
) -> None:
    """Add the groups of a file: `a, b, c`, `short => long form`, `de: a, b`; # begins a remark."""
    groups = parse_groups(_text_of(file))
    with transaction(open_record(read_settings())) as conn:
        ids = add_synonyms(conn, groups, viewer=OPERATOR)
    known = len(groups) - len(ids)
    answer = {"added": len(ids), "known": known}
    tell(f"{len(ids)} groups added, {known} were there already", answer, as_json=as_json)


@synonyms_app.command(name="export")
def export_groups(as_json: AsJson = False) -> None:
    """Write all groups to standard output, as import reads them."""
    with reading(open_record(read_settings())) as conn:
        groups = list_synonyms(conn, viewer=OPERATOR)
    if as_json:
        print_json({"synonyms": [_answer(group) for group in groups]})
    else:
        typer.echo(groups_as_text(groups), nl=False)


def _text_of(file: Path) -> str:
    if file.stat().st_size > MAX_FILE_BYTES:
        raise InvalidInput(f"{file} is larger than {MAX_FILE_BYTES // 2**20} MiB")
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8: byte {error.start}") from None


def _answer(group: SynonymGroup) -> dict[str, object]:
    return {"id": group.id, "lang": group.lang, "kind": group.kind, "terms": list(group.terms)}

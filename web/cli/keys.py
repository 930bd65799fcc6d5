"""Commands for API keys."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from kb.access import OPERATOR, Scope
from kb.errors import NotFound
from kb.people.administering import add_key, revoke_key
from kb.settings import read_settings
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_named
from kb.store.people.keys import list_api_keys
from web.cli.app import token_app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say, tell

LARGEST_ID = 2**63 - 1


@token_app.command(name="add")
def add_token(
    account: Annotated[str, typer.Argument(help="Name or email address of the account.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What the key may do, default read and ask; again for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key for an account and print it; it cannot be shown again."""
    with transaction(open_record(read_settings())) as conn:
        account_id = find_account_named(conn, account)
        if account_id is None:
            raise NotFound("account", account)
        scopes = scope or [Scope.READ, Scope.ASK]
        key = add_key(conn, account_id, name, scopes=scopes, viewer=OPERATOR)
    if as_json:
        named = [str(one) for one in scopes]
        print_json({"key": key, "account": account_id, "name": name, "scopes": named})
    else:
        typer.echo(key)


@token_app.command(name="list")
def list_tokens(as_json: AsJson = False) -> None:
    """List all keys, without the keys themselves."""
    with reading(open_record(read_settings())) as conn:
        keys = list_api_keys(conn)
    if as_json:
        print_json({"keys": keys})
        return
    if not keys:
        say("there are no keys yet: kb token add makes one")
        return
    table = Table("key", "name", "account", "scopes", "", box=None, pad_edge=False)
    for key in keys:
        state = "revoked" if key.revoked_at else "valid"
        table.add_row(str(key.id), key.name, key.account, " ".join(key.scopes), state)
    out.print(table)


@token_app.command(name="revoke")
def revoke_token(
    key: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the key.")],
    as_json: AsJson = False,
) -> None:
    """Make a key worthless from now on."""
    with transaction(open_record(read_settings())) as conn:
        revoke_key(conn, key, viewer=OPERATOR)
    tell(f"key {key} is revoked", {"revoked": key}, as_json=as_json)

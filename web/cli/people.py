"""Commands for accounts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from kb.access import OPERATOR, Role
from kb.errors import InvalidInput, NotFound
from kb.people.administering import NewAccount, add_for, link_for
from kb.people.passwords import Passwords, check_password
from kb.people.signing_up import set_password
from kb.settings import Settings, read_settings
from kb.store.engine import reading, transaction
from kb.store.people.accounts import (
    Account,
    find_account_named,
    find_closed_account,
    get_account,
)
from kb.store.people.directory import (
    AccountSearch,
    change_role,
    disable_account,
    enable_account,
    find_accounts,
)
from web.cli.app import user_app
from web.cli.engines import open_record
from web.cli.output import AsJson, out, print_json, say, tell
from web.mail.links import mail_link

Named = Annotated[str, typer.Argument(help="Name or email address of the account.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File whose first line is the password; - for standard input.")
]


@user_app.command(name="add")
def add_user(
    name: str,
    role: Annotated[Role, typer.Option(help="What the account is to the team.")] = Role.AGENT,
    email: Annotated[str | None, typer.Option(help="E-mail address, which you vouch for.")] = None,
    locale: Annotated[str, typer.Option(help="Language of pages and emails.")] = "en",
    password_file: PasswordFile = None,
    prompt: Annotated[bool, typer.Option("--prompt", help="Ask for a password here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add an account; without a password, print a link with which its owner chooses one."""
    settings = read_settings()
    engine = open_record(settings)
    password = _given_password(password_file, prompt=prompt, known=(name, email or ""))
    hashed = None if password is None else Passwords().hash(password)
    with transaction(engine) as conn:
        wanted = NewAccount(name, role, email=email, locale=locale, vouched=True)
        account = add_for(conn, wanted, viewer=OPERATOR)
        link = _set_or_link(conn, settings, account, hashed)
    answer = {"account": account.id, "name": name, "role": role, "link": link}
    tell(f"account {account.id} {name} is {role}", answer, as_json=as_json)
    if link and not as_json:
        _show_link(link)


@user_app.command(name="list")
def list_users(
    text: Annotated[str, typer.Argument(help="A piece of the name or address.")] = "",
    role: Annotated[Role | None, typer.Option(help="Only those with this role.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List accounts by name."""
    with reading(open_record(read_settings())) as conn:
        found = find_accounts(conn, AccountSearch(text, role), limit=limit)
    if as_json:
        print_json({"accounts": found})
        return
    if not found:
        say("there are no such accounts: kb user add makes one")
        return
    table = Table("account", "name", "address", "role", "groups", "", box=None, pad_edge=False)
    for one in found:
        state = "disabled" if one.disabled_at else ("" if _is_ready(one) else "not confirmed")
        groups = " ".join(sorted(one.groups))
        table.add_row(str(one.id), one.name, one.email or "", str(one.role), groups, state)
    out.print(table)


@user_app.command(name="password")
def change_password(
    account: Named,
    password_file: PasswordFile = None,
    prompt: Annotated[bool, typer.Option("--prompt", help="Ask for a password here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set an account's password and end its sessions, or print a link with which to set it."""
    settings = read_settings()
    engine = open_record(settings)
    with reading(engine) as conn:
        found = _account(conn, account)
    password = _given_password(password_file, prompt=prompt, known=(found.name, found.email or ""))
    hashed = None if password is None else Passwords().hash(password)
    with transaction(engine) as conn:
        link = _set_or_link(conn, settings, found, hashed)
    answer = {"account": found.id, "link": link}
    if not link:
        tell(f"account {found.id} {found.name} has a new password", answer, as_json=as_json)
    elif as_json:
        print_json(answer)
    else:
        _show_link(link)


@user_app.command(name="role")
def set_role(
    account: Named,
    role: Annotated[Role, typer.Argument(help="What it is to the team from now on.")],
    as_json: AsJson = False,
) -> None:
    """Make an account something else to the team; the last administrator stays one."""
    with transaction(open_record(read_settings())) as conn:
        found = _account(conn, account)
        change_role(conn, found.id, role, viewer=OPERATOR)
    answer = {"account": found.id, "role": role}
    tell(f"account {found.id} {found.name} is {role}", answer, as_json=as_json)


@user_app.command(name="disable")
def disable_user(account: Named, as_json: AsJson = False) -> None:
    """Let nobody in with an account any more: its sessions end, its keys are refused."""
    with transaction(open_record(read_settings())) as conn:
        found = _account(conn, account)
        disable_account(conn, found.id, viewer=OPERATOR)
    answer = {"disabled": found.id}
    tell(f"account {found.id} {found.name} is disabled", answer, as_json=as_json)


@user_app.command(name="enable")
def enable_user(account: Named, as_json: AsJson = False) -> None:
    """Let a disabled account in again."""
    with transaction(open_record(read_settings())) as conn:
        account_id = find_closed_account(conn, account)
        found = _account(conn, account) if account_id is None else get_account(conn, account_id)
        enable_account(conn, found.id, viewer=OPERATOR)
    answer = {"enabled": found.id}
    tell(f"account {found.id} {found.name} is enabled", answer, as_json=as_json)


def _account(conn: Connection, named: str) -> Account:
    account_id = find_account_named(conn, named)
    if account_id is None:
        raise NotFound("account", named)
    return get_account(conn, account_id)


def _is_ready(account: Account) -> bool:
    return account.email is None or account.email_confirmed_at is not None


def _given_password(path: Path | None, *, prompt: bool, known: tuple[str, str]) -> str | None:
    """Return the password of the file or of the terminal; None where a link is to be made.

    On a terminal it is asked for, and an empty answer makes a link.
    """
    password = None
    if path is not None:
        password = _first_line(path)
    elif prompt or (sys.stdin.isatty() and sys.stderr.isatty()):
        if not prompt:
            say("leave it empty for a link with which its owner chooses one")
        password = (
            typer.prompt(
                "password",
                hide_input=True,
                confirmation_prompt=True,
                default="",
                err=True,
                show_default=False,
            )
            or None
        )
        if password is None and prompt:
            raise InvalidInput("no password was given", field="password")
    if password is not None:
        check_password(password, known=(*known, read_settings().site_name))
    return password


def _first_line(path: Path) -> str:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{path} cannot be read", field="password-file") from problem
    return text.splitlines()[0] if text else ""


def _set_or_link(conn: Connection, settings: Settings, account: Account, hashed: str | None) -> str:
    if hashed is not None:
        set_password(conn, account.id, hashed, viewer=OPERATOR)
        return ""
    secret = link_for(conn, account, viewer=OPERATOR)
    return mail_link(settings, f"/new-password/{secret}")


def _show_link(link: str) -> None:
    say("with this link its owner chooses a password, once within seven days:")
    typer.echo(link)

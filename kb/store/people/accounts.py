"""Accounts in the record: made, found, changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    delete,
    insert,
    or_,
    select,
    update,
)

from kb.access import Role, Scope, Viewer
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound
from kb.language_tags import is_language_tag
from kb.mail import check_address
from kb.store.engine import chunks, new_id
from kb.store.schema import account_groups, accounts, api_keys, groups
from kb.visible_text import one_line

MAX_NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `email` is lower case, its owner proved it at `email_confirmed_at`."""

    id: int
    name: str
    email: str | None
    email_confirmed_at: datetime | None
    locale: str
    role: Role
    groups: frozenset[str]
    single_keys: bool
    created_at: datetime
    disabled_at: datetime | None = None
    erased_at: datetime | None = None
    last_seen_at: datetime | None = None
    has_password: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody may sign in with it."""
        return self.disabled_at is None and self.erased_at is None


def as_name(text: str) -> str:
    """The name on one line; raises InvalidInput for none and for one that is too long."""
    name = one_line(text)
    if not name:
        raise InvalidInput("an account needs a name", field="name")
    if len(name) > MAX_NAME_CHARS:
        raise InvalidInput(f"a name has at most {MAX_NAME_CHARS} characters", field="name")
    return name


def add_account(
    conn: Connection,
    name: str,
    *,
    role: Role,
    email: str | None = None,
    locale: str = "en",
    confirmed: bool = False,
) -> int:
    """Store a new account and return its id; raises InvalidInput or Conflict.

    `confirmed` says that whoever adds it vouches for the address.
    """
    if role is Role.GUEST:
        raise InvalidInput("a guest has no account", field="role")
    if not is_language_tag(locale):
        raise InvalidInput(f"{locale!r} is no language, like en or pt-BR", field="locale")
    address = check_address(email) if email else None
    if address is not None:
        taken = conn.execute(select(accounts.c.id).where(accounts.c.email == address)).first()
        if taken is not None:
            raise Conflict(f"there is an account with {address} already")
    now = utc_now()
    result = conn.execute(
        insert(accounts).values(
            name=as_name(name),
            email=address,
            role=str(role),
            locale=locale,
            created_at=now,
            email_confirmed_at=now if confirmed and address else None,
        )
    )
    return new_id(result)


def find_account(conn: Connection, account_id: int) -> Account | None:
    """The account with this id, also a disabled one."""
    row = conn.execute(select(accounts).where(accounts.c.id == account_id)).mappings().first()
    return None if row is None else read_accounts(conn, [row])[0]


def get_account(conn: Connection, account_id: int) -> Account:
    """The account with this id; raises NotFound."""
    found = find_account(conn, account_id)
    if found is None:
        raise NotFound("account", account_id)
    return found


def hold_account(conn: Connection, account_id: int) -> None:
    """Keep an account open until the transaction ends: nobody is erased while they write.

    Raises NotFound for one that was closed or erased since its owner was recognised.
    """
    held = (
        select(accounts.c.id)
        .where(
            accounts.c.id == account_id,
            accounts.c.disabled_at.is_(None),
            accounts.c.erased_at.is_(None),
        )
        .with_for_update(read=True)
    )
    if conn.execute(held).first() is None:
        raise NotFound("account", account_id)


def find_account_by_email(conn: Connection, email: str) -> Account | None:
    """The account with this address, confirmed or not, also a disabled one."""
    statement = select(accounts).where(accounts.c.email == email.strip().lower())
    row = conn.execute(statement).mappings().first()
    return None if row is None else read_accounts(conn, [row])[0]


def find_account_named(conn: Connection, name: str) -> int | None:
    """The id of the enabled account with this name or e-mail address."""
    return _find_named(conn, name, accounts.c.disabled_at.is_(None))


def find_closed_account(conn: Connection, name: str) -> int | None:
    """The id of the disabled, not erased account with this name or e-mail address."""
    closed = and_(accounts.c.disabled_at.is_not(None), accounts.c.erased_at.is_(None))
    return _find_named(conn, name, closed)


def _find_named(conn: Connection, name: str, such: ColumnElement[bool]) -> int | None:
    """Return the id of the account with this address, else of the oldest with this name.

    People choose their names: a customer who is called like somebody's address, or like one of
    the team, must not be taken for them.
    """
    by_address = accounts.c.email == name.lower()
    statement = (
        select(accounts.c.id)
        .where(or_(accounts.c.name == name, by_address), such)
        .order_by(
            case((by_address, 0), (accounts.c.role != str(Role.CUSTOMER), 1), else_=2),
            accounts.c.id,
        )
        .limit(1)
    )
    return conn.execute(statement).scalar_one_or_none()


def read_accounts(conn: Connection, rows: Sequence[RowMapping]) -> list[Account]:
    """Rows of the table as accounts with their groups, in the same order; one more query."""
    named: dict[int, set[str]] = {row["id"]: set() for row in rows}
    for some in chunks(list(named)):
        found = conn.execute(
            select(account_groups.c.account_id, groups.c.name)
            .join(groups, groups.c.id == account_groups.c.group_id)
            .where(account_groups.c.account_id.in_(some))
        )
        for account_id, group in found:
            named[account_id].add(group)
    return [
        Account(
            id=row["id"],
            name=row["name"],
            email=row["email"],
            email_confirmed_at=row["email_confirmed_at"],
            locale=row["locale"],
            role=Role(row["role"]),
            groups=frozenset(named[row["id"]]),
            single_keys=row["single_keys"],
            created_at=row["created_at"],
            disabled_at=row["disabled_at"],
            erased_at=row["erased_at"],
            last_seen_at=row["last_seen_at"],
            has_password=row["password_hash"] is not None,
        )
        for row in rows
    ]


def viewer_of(account: Account, *, key_scopes: frozenset[Scope] | None = None) -> Viewer:
    """The account as the one who asks; `key_scopes` are those of the key they came with, if any."""
    return Viewer(
        role=account.role,
        groups=account.groups,
        locale=account.locale,
        account_id=account.id,
        name=account.name,
        scopes=key_scopes,
        single_keys=account.single_keys,
    )


def rename_account(conn: Connection, account_id: int, name: str, *, locale: str) -> None:
    """Give an account another name and language; raises InvalidInput for a name that is none."""
    conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(name=as_name(name), locale=locale)
    )


def confirm_address(conn: Connection, account_id: int) -> None:
    """Note that the account's owner proved the address; a second time changes nothing."""
    conn.execute(
        update(accounts)
        .where(
            accounts.c.id == account_id,
            accounts.c.email.is_not(None),
            accounts.c.email_confirmed_at.is_(None),
        )
        .values(email_confirmed_at=utc_now())
    )


def find_password_hash(conn: Connection, account_id: int) -> str | None:
    """The stored hash of the account's password, None where it has none."""
    return conn.execute(
        select(accounts.c.password_hash).where(accounts.c.id == account_id)
    ).scalar_one_or_none()


def set_password_hash(conn: Connection, account_id: int, password_hash: str | None) -> None:
    """Store what a password is checked against; None lets no password in."""
    conn.execute(
        update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
    )


def note_seen(conn: Connection, account_id: int) -> None:
    """Note that somebody used the account just now."""
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(last_seen_at=utc_now()))


def forget_unconfirmed(conn: Connection, *, before: datetime, limit: int = 1_000) -> int:
    """Delete sign-ups from before a moment whose address nobody confirmed; at most so many.

    Returns how many. Invited accounts stay (an admin made them), and so does one that anything
    belongs to.
    """
    old = (
        select(accounts.c.id)
        .where(
            accounts.c.role == str(Role.CUSTOMER),
            accounts.c.email_confirmed_at.is_(None),
            accounts.c.password_hash.is_not(None),
            accounts.c.last_seen_at.is_(None),
            accounts.c.created_at < before,
            accounts.c.id.not_in(select(api_keys.c.account_id)),
        )
        .limit(limit)
    )
    return conn.execute(delete(accounts).where(accounts.c.id.in_(old.scalar_subquery()))).rowcount

"""What the administrators' pages about people may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from web.http.contexts import FieldError, Link


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose or to tick; `label` is empty where the template names it."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list; `state` is `open`, `unconfirmed` or `disabled`."""

    name: str
    url: str
    email: str
    role: str
    groups: tuple[str, ...]
    state: str
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """All that admin/accounts.html may read; `found` counts those that fit."""

    rows: tuple[AccountRow, ...]
    found: int
    q: str
    roles: tuple[Choice, ...]
    is_open: bool
    first_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class NewAccountPage:
    """All that admin/new_account.html may read."""

    name: str = ""
    email: str = ""
    roles: tuple[Choice, ...] = ()
    locales: tuple[Choice, ...] = ()
    groups: tuple[Choice, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done to an account: `text` is for the reader."""

    at: datetime
    actor: str
    text: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """All that admin/account.html may read.

    `link` is a link that sets a password, shown once where it could not be mailed. `is_last`
    says that no other administrator is left.
    """

    url: str
    name: str
    email: str
    state: str
    created_at: datetime
    seen_at: datetime | None
    confirmed_at: datetime | None
    roles: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    sessions: int
    keys: int
    identities: tuple[str, ...]
    deeds: tuple[Deed, ...] = ()
    errors: tuple[FieldError, ...] = ()
    link: str = ""
    is_last: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group; `used_by` names entries for it, at most a few of `entries`."""

    name: str
    label: str
    action: str
    accounts: int
    entries: int
    used_by: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """All that admin/groups.html may read."""

    rows: tuple[GroupRow, ...]
    name: str = ""
    label: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key; `revoke_url` is empty for one that is revoked already."""

    name: str
    account: Link
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoke_url: str = ""


@dataclass(frozen=True, slots=True)
class KeysPage:
    """All that admin/keys.html may read; `made` is a new key, shown this once."""

    rows: tuple[KeyRow, ...]
    account: str = ""
    name: str = ""
    scopes: tuple[Choice, ...] = ()
    errors: tuple[FieldError, ...] = ()
    made: str = ""
    made_name: str = ""
    next_url: str | None = None
    first_url: str | None = None

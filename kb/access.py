"""Who asks, and every rule about what they may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

PUBLIC = "public"
"""Audience of everything that anybody may read."""

MEMBERS = "members"
"""Audience of what any signed-in account may read."""

INTERNAL = "internal"
"""Audience of what only agents, moderators and admins may read."""


GROUP_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
"""A group is named by one lower-case word."""


class Role(StrEnum):
    """What an account is to the support team."""

    GUEST = "guest"
    CUSTOMER = "customer"
    AGENT = "agent"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What an API key may do; a scope narrows the role of the key's account, never widens it."""

    READ = "read"
    ASK = "ask"
    AGENT = "agent"
    MODERATE = "moderate"
    ADMIN = "admin"


class Permission(StrEnum):
    """What somebody may do here; `may` says who."""

    READ = "read"
    ASK = "ask"
    OWN_ACCOUNT = "own account"
    """Change or end the account itself: address, password, consents, devices, erasure."""

    GIVE_ACCESS = "give access"
    """Make and change ways in: accounts, links to them, keys, secrets; read mails with links."""

    EDIT = "edit"
    MODERATE = "moderate"
    ADMINISTER = "administer"


STAFF = frozenset({Role.AGENT, Role.MODERATOR, Role.ADMIN})

_GUESTS = frozenset({Permission.READ, Permission.ASK})
_CUSTOMERS = _GUESTS | {Permission.OWN_ACCOUNT}
_AGENTS = _CUSTOMERS | {Permission.EDIT}
_MODERATORS = _AGENTS | {Permission.MODERATE}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.GUEST: _GUESTS,
    Role.CUSTOMER: _CUSTOMERS,
    Role.AGENT: _AGENTS,
    Role.MODERATOR: _MODERATORS,
    Role.ADMIN: _MODERATORS | {Permission.ADMINISTER, Permission.GIVE_ACCESS},
}
"""What each role may do, before a key narrows it."""

SCOPES_NEEDED: Mapping[Permission, tuple[frozenset[Scope], ...]] = {
    Permission.READ: (frozenset({Scope.READ}), frozenset({Scope.AGENT})),
    Permission.ASK: (frozenset({Scope.ASK}),),
    # Whoever finds a key must not keep what it opened.
    Permission.OWN_ACCOUNT: (),
    Permission.EDIT: (frozenset({Scope.AGENT}),),
    Permission.MODERATE: (frozenset({Scope.MODERATE}),),
    Permission.ADMINISTER: (frozenset({Scope.ADMIN}),),
    Permission.GIVE_ACCESS: (),
}
"""What a key must hold for each permission: one of these sets, as a whole; () for what none may."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The one who asks: role, named groups, locale, account, and what their key allows.

    `scopes` are those of a key, or of a session begun with one; None for who came in person.
    `single_keys` says whether pages answer to keys without a modifier.
    """

    role: Role = Role.GUEST
    groups: frozenset[str] = frozenset()
    locale: str = "en"
    account_id: int | None = None
    name: str = ""
    scopes: frozenset[Scope] | None = None
    single_keys: bool = True

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences whose content this viewer may read; also the key of every cache."""
        found = {PUBLIC}
        if self.role is not Role.GUEST:
            found |= {MEMBERS} | set(self.groups)
        if may(self, Permission.EDIT):
            found.add(INTERNAL)
        return frozenset(found)

    @property
    def signature(self) -> str:
        """The name under which it is stored who did something."""
        return self.name or str(self.role)


GUEST = Viewer()
"""A visitor without an account."""

OPERATOR = Viewer(role=Role.ADMIN, name="operator")
"""The person at the command line of the server: they hold the database file anyway."""


def is_audience(word: str) -> bool:
    """Whether a word can be an audience: one of ours, or the name of a group."""
    return GROUP_NAME.fullmatch(word) is not None


def may_read(viewer: Viewer, audience: str) -> bool:
    """Whether the viewer may read content of this audience; who edits reads everything."""
    return may_edit(viewer) or audience in viewer.audiences


def may(viewer: Viewer, permission: Permission) -> bool:
    """Whether the viewer's role has the permission and their key does not take it away."""
    if permission not in PERMISSIONS[viewer.role]:
        return False
    held = viewer.scopes
    return held is None or any(needed <= held for needed in SCOPES_NEEDED[permission])


def may_ask(viewer: Viewer) -> bool:
    """Whether the viewer may send questions in."""
    return may(viewer, Permission.ASK)


def may_edit(viewer: Viewer) -> bool:
    """Whether the viewer may see topics and unpublished entries, write entries and regroup."""
    return may(viewer, Permission.EDIT)


def may_administer(viewer: Viewer) -> bool:
    """Whether the viewer may manage accounts, keys and the instance."""
    return may(viewer, Permission.ADMINISTER)

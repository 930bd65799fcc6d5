"""Who asks, and every rule about what they may do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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


ALL_SCOPES = frozenset(Scope)
STAFF = frozenset({Role.AGENT, Role.MODERATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Viewer:
    """The one who asks: role, named groups, locale, account, and what their key allows."""

    role: Role = Role.GUEST
    groups: frozenset[str] = frozenset()
    locale: str = "en"
    account_id: int | None = None
    name: str = ""
    scopes: frozenset[Scope] = field(default=ALL_SCOPES)

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences whose content this viewer may read; also the key of every cache."""
        found = {PUBLIC}
        if self.role is not Role.GUEST:
            found |= {MEMBERS} | set(self.groups)
        if self.role in STAFF and Scope.AGENT in self.scopes:
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
    """Whether the viewer may read content of this audience."""
    return audience in viewer.audiences


def may_ask(viewer: Viewer) -> bool:
    """Whether the viewer may send questions in."""
    return Scope.ASK in viewer.scopes


def may_edit(viewer: Viewer) -> bool:
    """Whether the viewer may see topics and unpublished entries, write entries and regroup."""
    return viewer.role in STAFF and Scope.AGENT in viewer.scopes


def may_administer(viewer: Viewer) -> bool:
    """Whether the viewer may manage accounts, keys and the instance."""
    return viewer.role is Role.ADMIN and Scope.ADMIN in viewer.scopes

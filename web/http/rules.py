"""The rules that a route may have; `web.http.who_may` says which route has which."""

from __future__ import annotations

from dataclasses import dataclass

from kb.access import Permission, Viewer, may


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route: whoever has the permission, None for anybody with any key.

    `signed_in` asks for an account besides. `needs` is what a refused program is told, `text_key`
    names what a refused person reads (`web.http.error_texts`). A route with `decides` looks
    further itself, at whose thing it is.
    """

    permission: Permission | None
    signed_in: bool = False
    needs: str = ""
    text_key: str = "readers"
    decides: str = ""

    @property
    def is_private(self) -> bool:
        """Whether its pages are for one reader alone, so that no cache may hold them."""
        return self.signed_in or bool(self.decides)

    def lets(self, viewer: Viewer) -> bool:
        """Whether the viewer gets as far as the route."""
        if self.signed_in and viewer.account_id is None:
            return False
        return self.permission is None or may(viewer, self.permission)


ANYBODY = Rule(None)
"""Whoever comes, whatever their key was made for."""

READER = Rule(Permission.READ, needs="a key with the scope read")
"""Anybody; a key needs the scope read or agent. What they see is decided by its audience."""

ASKER = Rule(Permission.ASK, needs="a key with the scope ask")
"""Anybody; a key needs the scope ask."""

LINK_HOLDER = Rule(None, decides="agents, the owner, and whoever holds the unguessable link")
LINK_HOLDER_ASKS = Rule(
    Permission.ASK,
    needs="a key with the scope ask",
    decides="agents, the owner, and whoever holds the unguessable link",
)
OBJECT_READER = Rule(Permission.READ, decides="whoever may read what it belongs to")
TOKEN_HOLDER = Rule(None, decides="whoever holds the token out of a mail")

WIDGET = Rule(None, decides="guests, and members whom the site around it vouches for")

ACCOUNT = Rule(Permission.READ, signed_in=True, needs="a key with the scope read")
"""Whoever is signed in; what they see is their own."""

ACCOUNT_ASKS = Rule(Permission.ASK, signed_in=True, needs="a key with the scope ask")
"""An account that sends questions in, or changes its own."""

ACCOUNT_OWNER = Rule(
    Permission.OWN_ACCOUNT,
    signed_in=True,
    needs="a sign-in: no key may do this",
    text_key="in person",
)
"""Whoever signed in themselves: a key cannot change or end its account, nor take it over."""

AGENT = Rule(
    Permission.EDIT,
    signed_in=True,
    needs="an agent's key with the scope agent",
    text_key="staff",
)
MODERATOR = Rule(
    Permission.MODERATE,
    signed_in=True,
    needs="a moderator's key with the scope moderate",
    text_key="staff",
)
ADMIN = Rule(
    Permission.ADMINISTER,
    signed_in=True,
    needs="an admin's key with the scope admin",
    text_key="administrators",
)
ADMIN_IN_PERSON = Rule(
    Permission.GIVE_ACCESS,
    signed_in=True,
    needs="an admin's sign-in: no key may do this",
    text_key="administrators in person",
)
"""Makes ways in, or shows them: a key that is found must open nothing that outlives it."""

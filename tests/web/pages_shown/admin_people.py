"""What the administrators' templates about people are rendered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from web.http.admin.account_pages import role_choices
from web.http.admin.people_contexts import (
    AccountPage,
    AccountRow,
    AccountsPage,
    Choice,
    Deed,
    GroupRow,
    GroupsPage,
    KeyRow,
    KeysPage,
    NewAccountPage,
)
from web.http.contexts import FieldError, Link

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
GROUPS = (Choice("partner", "Trade partners", chosen=True), Choice("private", "private"))
LOCALES = (Choice("en", "English", chosen=True), Choice("de", "Deutsch"))
ROLES = role_choices(None)
ROWS = (
    AccountRow("Ada", "/admin/accounts/1", "ada@example.com", "admin", (), "open", AT),
    AccountRow("Mara", "/admin/accounts/2", "", "customer", ("partner",), "unconfirmed"),
    AccountRow("Robin", "/admin/accounts/3", "r@example.com", "agent", (), "disabled", AT),
)
ACCOUNTS = AccountsPage(ROWS, 3, "", (Choice("", ""), *ROLES), is_open=True, next_url="/a?cursor=x")
ACCOUNT = AccountPage(
    url="/admin/accounts/2",
    name="Mara",
    email="mara@example.com",
    state="open",
    created_at=AT,
    seen_at=AT,
    confirmed_at=None,
    roles=ROLES,
    groups=GROUPS,
    sessions=2,
    keys=1,
    identities=("https://login.example.com",),
    deeds=(Deed(AT, "Ada", "role changed: customer → agent"),),
)
GROUP = GroupRow(
    "partner", "Trade partners", "/admin/groups/1", 2, 7, (Link("How to order", "/faq/3"),)
)
KEY = KeyRow("widget", Link("Ada", "/admin/accounts/1"), ("read", "ask"), AT)
SCOPES = tuple(
    Choice(one, "", chosen=one == "read") for one in ("read", "ask", "agent", "moderate", "admin")
)

PAGES: dict[str, tuple[Any, ...]] = {
    "admin/accounts.html": (
        ACCOUNTS,
        replace(ACCOUNTS, rows=(), found=0, q="<nobody>", is_open=False, next_url=None),
    ),
    "admin/new_account.html": (
        NewAccountPage(roles=ROLES, locales=LOCALES, groups=GROUPS),
        NewAccountPage("Mara", "mara@", ROLES, LOCALES, (), (FieldError("email", "Write it."),)),
    ),
    "admin/account.html": (
        ACCOUNT,
        replace(
            ACCOUNT,
            email="",
            link="https://help.example.com/new-password/x",
            is_last=True,
            is_own=True,
            errors=(FieldError("role", "Nobody could administer."), FieldError("groups", "Gone.")),
        ),
        replace(ACCOUNT, state="disabled", identities=(), deeds=(), sessions=0, groups=()),
    ),
    "admin/groups.html": (
        GroupsPage((GROUP, GroupRow("private", "", "/admin/groups/2", 0, 0))),
        GroupsPage((), "Two words", "x", (FieldError("name", "Write one word."),)),
    ),
    "admin/keys.html": (
        KeysPage((KEY, replace(KEY, revoked_at=AT, used_at=AT)), scopes=SCOPES, next_url="/k?c=x"),
        KeysPage((replace(KEY, revoke_url="/admin/keys/1/revoke"),), made="kb_x", made_name="w"),
        KeysPage((), "nobody", "", SCOPES, (FieldError("scopes", "Tick at least one."),)),
    ),
}

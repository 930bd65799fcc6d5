"""API keys: made, shown once, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.access import Scope
from kb.people.administering import add_key, revoke_key
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_named
from kb.store.people.keys import (
    MAX_NAME_CHARS,
    ApiKey,
    list_api_keys,
)
from kb.visible_text import one_line
from web.http.admin import texts
from web.http.admin.people_contexts import Choice, KeyRow, KeysPage
from web.http.contexts import FieldError, Link
from web.http.dependencies import AdminVisitDep, FormLine, Id, PageCursor
from web.http.frame import Visit
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import redirect

router = APIRouter()

PATH = "/admin/keys"
PAGE = 100
CURSOR = "keys"
USUAL = frozenset({Scope.READ, Scope.ASK})

Ticked = Annotated[list[str] | None, Form(max_length=20)]


@dataclass(frozen=True, slots=True)
class TypedKey:
    """What an administrator typed for a new key."""

    account: str = ""
    name: str = ""
    scopes: frozenset[Scope] = USUAL


@router.get(PATH, response_class=HTMLResponse, name="keys")
def show_keys(
    visit: AdminVisitDep,
    account: Annotated[str, Query(max_length=300)] = "",
    cursor: PageCursor = None,
) -> HTMLResponse:
    """Show the keys, newest first, and the form for a new one."""
    start = decode_cursor(CURSOR, cursor) or 0
    page = _page(visit, TypedKey(account), start=start)
    return visit.page("admin/keys.html", page)


@router.post(PATH, name="add key")
def add(
    visit: AdminVisitDep, account: FormLine = "", name: FormLine = "", scopes: Ticked = None
) -> Response:
    """Make a key and show it this once."""
    wanted = frozenset(scope for scope in Scope if scope in (scopes or ()))
    label = one_line(name)
    with transaction(visit.site.engine) as conn:
        account_id = find_account_named(conn, account.strip())
        errors = _wrong(visit, account_id, label, wanted)
        key = ""
        if not errors and account_id is not None:
            key = add_key(conn, account_id, label, scopes=sorted(wanted), viewer=visit.viewer)
    if errors:
        page = _page(visit, TypedKey(account, name, wanted), errors=errors)
        return visit.page("admin/keys.html", page, status=422)
    return visit.page("admin/keys.html", _page(visit, TypedKey(), made=(key, label)))


@router.post(f"{PATH}/{{key_id}}/revoke", name="revoke key")
def revoke(visit: AdminVisitDep, key_id: Id) -> Response:
    """Make a key worthless from now on."""
    with transaction(visit.site.engine) as conn:
        revoke_key(conn, key_id, viewer=visit.viewer)
    return redirect(f"{PATH}?done=key-revoked")


def _wrong(
    visit: Visit, account_id: int | None, label: str, wanted: frozenset[Scope]
) -> tuple[FieldError, ...]:
    found = (
        ("account", texts.KEY_ACCOUNT_UNKNOWN, account_id is None),
        ("name", texts.KEY_NAME_MISSING, not 0 < len(label) <= MAX_NAME_CHARS),
        ("scopes", texts.KEY_SCOPES_MISSING, not wanted),
    )
    return tuple(FieldError(field, visit.text(message)) for field, message, bad in found if bad)


def _page(
    visit: Visit,
    typed: TypedKey,
    *,
    start: int = 0,
    errors: tuple[FieldError, ...] = (),
    made: tuple[str, str] = ("", ""),
) -> KeysPage:
    with reading(visit.site.engine) as conn:
        keys = list_api_keys(conn, limit=PAGE + 1, start=start)
    more = encode_cursor(CURSOR, start + PAGE)
    return KeysPage(
        rows=tuple(_row(key) for key in keys[:PAGE]),
        account=typed.account,
        name=typed.name,
        scopes=tuple(Choice(str(scope), "", scope in typed.scopes) for scope in Scope),
        errors=errors,
        made=made[0],
        made_name=made[1],
        first_url=PATH if start else None,
        next_url=f"{PATH}?cursor={more}" if len(keys) > PAGE else None,
    )


def _row(key: ApiKey) -> KeyRow:
    return KeyRow(
        name=key.name,
        account=Link(key.account, f"/admin/accounts/{key.account_id}"),
        scopes=key.scopes,
        created_at=key.created_at,
        used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        revoke_url="" if key.revoked_at else f"{PATH}/{key.id}/revoke",
    )

"""Audience groups."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import Response

from kb.addresses import entry_path
from kb.errors import Conflict, InvalidInput
from kb.store.audit import Subject, record_audit
from kb.store.engine import reading, transaction
from kb.store.people.groups import (
    add_group,
    entries_for_group,
    get_group,
    list_groups,
    remove_group,
    rename_group,
)
from web.http.admin import texts
from web.http.admin.people_contexts import GroupRow, GroupsPage
from web.http.contexts import FieldError, Link
from web.http.dependencies import AdminVisitDep, FormLine, Id
from web.http.frame import Visit
from web.http.replies import redirect

router = APIRouter()

PATH = "/admin/groups"
NAMED = 5
"""Entries that a group's row names; the rest are counted."""


@router.get(PATH, response_class=HTMLResponse, name="groups")
def show_groups(visit: AdminVisitDep) -> HTMLResponse:
    """Show the groups with who and what uses them."""
    return visit.page("admin/groups.html", _page(visit))


@router.post(PATH, name="add group")
def add(visit: AdminVisitDep, name: FormLine = "", label: FormLine = "") -> Response:
    """Add a group."""
    try:
        with transaction(visit.site.engine) as conn:
            group_id = add_group(conn, name, label=label)
            _note(conn, visit, "add", group_id, name=name.strip().lower())
    except Conflict:
        return _wrong(visit, "name", texts.GROUP_TAKEN, name, label)
    except InvalidInput as problem:
        too_long = problem.field == "label"
        message = texts.LABEL_TOO_LONG if too_long else texts.GROUP_NAME_WRONG
        return _wrong(visit, problem.field or "name", message, name, label)
    return redirect(f"{PATH}?done=group-added")


@router.post(f"{PATH}/{{group_id}}", name="rename group")
def rename(visit: AdminVisitDep, group_id: Id, label: FormLine = "") -> Response:
    """Give a group another label."""
    with transaction(visit.site.engine) as conn:
        group = get_group(conn, group_id)
        rename_group(conn, group_id, label=label)
        _note(conn, visit, "rename", group_id, name=group.name)
    return redirect(f"{PATH}?done=group-renamed")


@router.post(f"{PATH}/{{group_id}}/remove", name="remove group")
def remove(visit: AdminVisitDep, group_id: Id) -> Response:
    """Remove a group that nothing uses."""
    try:
        with transaction(visit.site.engine) as conn:
            group = get_group(conn, group_id)
            remove_group(conn, group_id)
            _note(conn, visit, "remove", group_id, name=group.name)
    except Conflict:
        error = FieldError(f"group-{group_id}", visit.text(texts.GROUP_USED))
        return visit.page("admin/groups.html", _page(visit, errors=(error,)), status=409)
    return redirect(f"{PATH}?done=group-removed")


def _wrong(visit: Visit, field: str, message: str, name: str, label: str) -> Response:
    errors = (FieldError(field, visit.text(message)),)
    page = _page(visit, name=name, label=label, errors=errors)
    return visit.page("admin/groups.html", page, status=422)


def _note(conn: Connection, visit: Visit, action: str, group_id: int, *, name: str) -> None:
    subject = Subject("group", group_id)
    record_audit(conn, action, subject, viewer=visit.viewer, facts={"group": name})


def _page(
    visit: Visit, *, name: str = "", label: str = "", errors: tuple[FieldError, ...] = ()
) -> GroupsPage:
    with reading(visit.site.engine) as conn:
        groups = list_groups(conn)
        named = entries_for_group(conn, [one.name for one in groups if one.entries], each=NAMED)
    rows = tuple(
        GroupRow(
            name=group.name,
            label=group.label,
            action=f"{PATH}/{group.id}",
            accounts=group.accounts,
            entries=group.entries,
            used_by=tuple(
                Link(title, entry_path(entry_id, title))
                for entry_id, title in named.get(group.name, ())
            ),
        )
        for group in groups
    )
    return GroupsPage(rows=rows, name=name, label=label, errors=errors)

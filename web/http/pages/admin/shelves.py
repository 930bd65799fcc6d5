"""What categories, products and tags are called in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response

from kb.errors import InvalidInput
from kb.shelves import MAX_NAME_CHARS, SHELF_KINDS, Shelf, ShelfKind
from kb.store.engine import reading, transaction
from kb.store.entries.shelf_queries import all_shelves, place_of_shelf
from kb.store.entries.shelves import rename_shelf
from kb.visible_text import one_line
from web.http.admin.shelf_contexts import NameField, ShelfNames, ShelfNamesPage
from web.http.contexts import FieldError, Tab
from web.http.dependencies import MAX_ID, AdminVisitDep
from web.http.frame import Visit
from web.http.i18n import LOCALES, own_name
from web.http.messages import to_translate
from web.http.replies import redirect

router = APIRouter()

ON_A_PAGE = 50
MAX_PAGE = 10_000
MAX_TYPED_CHARS = 400
"""Of a name that is far too long as much is kept as shows that it is."""

EMPTY = to_translate("Write a name.")
TOO_LONG = to_translate("Write at most 200 characters.")
TAKEN = to_translate("Another one has this name already. Choose a name that tells them apart.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the row of a shelf and refused, with the reason."""

    shelf_id: int
    name: str
    names: Mapping[str, str]
    reason: str


async def typed_names(request: Request) -> dict[str, str]:
    """The names by language, as the form sends them."""
    form = await request.form()
    given = {locale: form.get(f"name_{locale}", "") for locale in LOCALES}
    return {
        locale: name[:MAX_TYPED_CHARS] for locale, name in given.items() if isinstance(name, str)
    }


@router.get("/admin/shelves", response_class=HTMLResponse, name="shelf names")
def show_names(
    visit: AdminVisitDep,
    kind: ShelfKind = "category",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
    saved: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
) -> HTMLResponse:
    """Show every shelf of a kind with its names."""
    return visit.page("admin/shelves.html", _names_page(visit, kind, page, saved=saved))


@router.post("/admin/shelves/{kind}/{shelf_id}", response_class=HTMLResponse, name="name a shelf")
def name_shelf(
    visit: AdminVisitDep,
    kind: ShelfKind,
    shelf_id: int,
    names: Annotated[dict[str, str], Depends(typed_names)],
    name: Annotated[str, Form(max_length=MAX_TYPED_CHARS)] = "",
) -> Response:
    """Name a shelf; a refusal keeps what was typed."""
    typed = Typed(shelf_id, name, names, "")
    try:
        with transaction(visit.site.engine) as conn:
            rename_shelf(conn, kind, shelf_id, name=name, names=names, viewer=visit.viewer)
    except InvalidInput:
        typed = replace(typed, reason=_reason(name, names))
        with reading(visit.site.engine) as conn:
            page = place_of_shelf(conn, kind, shelf_id) // ON_A_PAGE + 1
        context = _names_page(visit, kind, page, typed=typed)
        return visit.page("admin/shelves.html", context, status=422)
    with reading(visit.site.engine) as conn:
        page = place_of_shelf(conn, kind, shelf_id) // ON_A_PAGE + 1
    number = f"&page={page}" if page > 1 else ""
    url = f"/admin/shelves?kind={kind}{number}&saved={shelf_id}#shelf-{shelf_id}"
    return redirect(url)


def _reason(name: str, names: Mapping[str, str]) -> str:
    if not one_line(name):
        return EMPTY
    longest = max(len(one_line(each)) for each in (name, *names.values()))
    return TOO_LONG if longest > MAX_NAME_CHARS else TAKEN


def _names_page(
    visit: Visit, kind: ShelfKind, number: int, *, saved: int = 0, typed: Typed | None = None
) -> ShelfNamesPage:
    with reading(visit.site.engine) as conn:
        found, total = all_shelves(
            conn, kind, offset=(number - 1) * ON_A_PAGE, limit=ON_A_PAGE, viewer=visit.viewer
        )
    rows = [_row(shelf, entries, saved=saved) for shelf, entries in found]
    if typed is not None:
        rows = [_refused(row, typed, visit) if row.id == typed.shelf_id else row for row in rows]
    pages = max(1, -(-total // ON_A_PAGE))
    address = f"/admin/shelves?kind={kind}&page="
    return ShelfNamesPage(
        kind=kind,
        tabs=tuple(Tab(one, f"/admin/shelves?kind={one}", one == kind) for one in SHELF_KINDS),
        rows=tuple(rows),
        total=total,
        number=number,
        pages=pages,
        previous_url=f"{address}{number - 1}" if number > 1 else None,
        next_url=f"{address}{number + 1}" if number < pages else None,
    )


def _row(shelf: Shelf, entries: int, *, saved: int) -> ShelfNames:
    return ShelfNames(
        id=shelf.id,
        slug=shelf.slug,
        name=shelf.name,
        names=tuple(NameField(one, own_name(one), shelf.names.get(one, "")) for one in LOCALES),
        entries=entries,
        action=f"/admin/shelves/{shelf.kind}/{shelf.id}",
        url=shelf.path,
        saved=shelf.id == saved,
    )


def _refused(row: ShelfNames, typed: Typed, visit: Visit) -> ShelfNames:
    names = tuple(replace(one, value=typed.names.get(one.locale, "")) for one in row.names)
    error = FieldError(f"name-{row.id}", visit.text(typed.reason))
    return replace(row, name=typed.name, names=names, errors=(error,))

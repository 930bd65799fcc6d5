"""Taking one's data along, and being erased."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response, StreamingResponse

from kb.access import STAFF
from kb.clock import utc_now
from kb.errors import Conflict
from kb.people.erasing import erase_account
from kb.people.erasures import Mode
from kb.people.exporting import export_own_data
from kb.store.engine import reading, transaction
from kb.store.people.accounts import get_account
from kb.store.people.own_data import count_own, get_person
from web.http.account import own_texts
from web.http.account.data_contexts import ERASE_PATH, PATH, DataPage, ErasedPage, ErasePage
from web.http.account.fresh import account_id_of, require_fresh
from web.http.contexts import FieldError
from web.http.dependencies import AccountVisitDep, FormLine, VisitDep
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.replies import forget_pages, redirect

router = APIRouter()

PIECE_BYTES = 256 * 1024


@router.get(PATH, response_class=HTMLResponse, name="my data")
def show_data(visit: AccountVisitDep) -> HTMLResponse:
    """Show how to take the data along, and how to be erased."""
    with reading(visit.site.engine) as conn:
        counts = count_own(conn, get_person(conn, account_id_of(visit)))
    return visit.page("account/data.html", DataPage(counts.questions))


@router.post("/account/data/export", name="export my data")
def export(visit: AccountVisitDep) -> Response:
    """Send everything that the record holds of the person, as a zip."""
    require_fresh(visit, PATH)
    account_id = account_id_of(visit)
    visit.site.limits.spend(Allowance.EXPORT, str(account_id))
    # On the disk: memory stays bounded, and the record's transaction ends before a slow reader.
    with ExitStack() as opened:
        target = opened.enter_context(tempfile.TemporaryFile())
        with reading(visit.site.engine) as conn:
            export_own_data(conn, account_id, target, locale=visit.locale)
        size = target.tell()
        target.seek(0)
        # From here on the reply closes it.
        opened.pop_all()
    name = f"my-data-{utc_now().date().isoformat()}.zip"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-length": str(size),
        "cache-control": "private, no-store",
    }
    return StreamingResponse(_pieces(target), media_type="application/zip", headers=headers)


def _pieces(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        while piece := target.read(PIECE_BYTES):
            yield piece


@router.get(ERASE_PATH, response_class=HTMLResponse, name="erase me")
def show_erase(visit: AccountVisitDep) -> HTMLResponse:
    """Show exactly what goes and what stays."""
    require_fresh(visit, ERASE_PATH)
    return visit.page("account/data_erase.html", _erase_page(visit))


@router.post(ERASE_PATH, response_class=HTMLResponse, name="erase me for good")
def erase(visit: AccountVisitDep, mode: FormLine = "", typed: FormLine = "") -> Response:
    """Erase the person behind the account, and sign this browser out."""
    require_fresh(visit, ERASE_PATH)
    wanted = {str(one): one for one in Mode}.get(mode)
    page = _erase_page(visit, mode=mode, typed=typed.strip())
    errors = []
    if wanted is None:
        errors.append(FieldError("mode", visit.text(own_texts.ERASE_CHOOSE)))
    if page.typed.casefold() != page.typed_as.casefold():
        errors.append(FieldError("typed", visit.text(own_texts.ERASE_UNTYPED)))
    if wanted is not None and not errors:
        site = visit.site
        try:
            erase_account(
                site.engine,
                site.settings.home,
                account_id_of(visit),
                mode=wanted,
                viewer=visit.viewer,
            )
        except Conflict:
            errors.append(FieldError("typed", visit.text(own_texts.LAST_ADMIN)))
        else:
            return _erased(visit)
    page = _erase_page(visit, mode=mode, typed=typed.strip(), errors=tuple(errors))
    return visit.page("account/data_erase.html", page, status=422)


def _erase_page(
    visit: Visit, *, mode: str = "", typed: str = "", errors: tuple[FieldError, ...] = ()
) -> ErasePage:
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        counts = count_own(conn, get_person(conn, account.id))
    return ErasePage(
        questions=counts.questions,
        files=counts.files,
        typed_as=account.email or account.name,
        is_staff=account.role in STAFF,
        mode=mode if mode in set(Mode) else str(Mode.ANONYMISE),
        typed=typed,
        errors=errors,
    )


def _erased(visit: Visit) -> Response:
    reply = redirect(f"/erased?locale={visit.locale}")
    with transaction(visit.site.engine) as conn:
        visit.site.sessions.end(reply, conn, visit.request)
    return forget_pages(reply)


@router.get("/erased", response_class=HTMLResponse, name="erased")
def show_erased(visit: VisitDep) -> HTMLResponse:
    """Say that it is done."""
    return visit.page("account/data_erased.html", ErasedPage())

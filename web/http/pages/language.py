"""The switch of language in the frame of every page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse

from kb.errors import InvalidInput
from kb.store.engine import transaction
from kb.store.people.preferences import set_language
from web.http.dependencies import VisitDep
from web.http.i18n import LOCALES
from web.http.languages import LOCALE
from web.http.notices import NOTICE
from web.http.paths import own_path
from web.http.replies import redirect

router = APIRouter()


@router.post("/language", name="choose language")
def choose_language(
    visit: VisitDep,
    locale: Annotated[str, Form(max_length=20)],
    back: Annotated[str, Form(max_length=2_000)] = "/",
) -> RedirectResponse:
    """Give the account this language and come back; a guest gets the page in it.

    Raises InvalidInput for a language that the site does not have.
    """
    if locale not in LOCALES:
        raise InvalidInput("this site has no such language", field="locale")
    page = own_path(back, otherwise="/")
    said = {LOCALE: locale}
    if visit.viewer.account_id is not None:
        with transaction(visit.site.engine) as conn:
            set_language(conn, visit.viewer.account_id, locale)
        said = {NOTICE: "language"}
    sign = "&" if "?" in page else "?"
    return redirect(f"{page}{sign}{urlencode(said)}")

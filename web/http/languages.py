"""Which language a reader gets: by account, then address, then page before, then browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kb.access import Viewer
from web.http.i18n import LOCALES, best_locale

LOCALE = "locale"
"""Query parameter that chooses the language of a page."""

MAX_ACCEPTED = 20
"""Languages read from an Accept-Language header."""

MAX_FIELDS = 50


class LanguageWanted(Exception):
    """The reader chose `locale` on the page before; this page is to be asked for in it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def language_redirect(request: Request, error: Exception) -> Response:
    """Lead to the same page in the language that was chosen before."""
    assert isinstance(error, LanguageWanted)
    return RedirectResponse(error.url, status_code=302, headers={"cache-control": "no-store"})


def has_own_language(request: Request, viewer: Viewer) -> bool:
    """Whether the account decides: somebody signed in. A program with a key names its wish."""
    return viewer.account_id is not None and "authorization" not in request.headers


def chosen_before(request: Request) -> str | None:
    """The language that the address of the page before names, if it was one of ours."""
    try:
        query = urlsplit(page_before(request) or "").query
        chosen = parse_qs(query, max_num_fields=MAX_FIELDS).get(LOCALE, [""])[0]
    except ValueError:
        return None
    return chosen if chosen in LOCALES else None


def chosen_here(request: Request) -> str | None:
    """The language that the address itself names, if it is one of ours."""
    chosen = request.query_params.get(LOCALE)
    return chosen if chosen in LOCALES else None


def page_before(request: Request) -> str | None:
    """The address, without its host, of the page of ours that led here; None for another's."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return None
    if not before.netloc or before.netloc.lower() != request.headers.get("host", "").lower():
        return None
    # "//host" would be read as another site's address.
    path = "/" + before.path.lstrip("/\\")
    return f"{path}?{before.query}" if before.query else path


def accepted_locale(request: Request) -> str:
    """The language of ours that the browser wants most."""
    header = request.headers.get("accept-language", "")
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:MAX_ACCEPTED]):
        tag, _, weight = part.strip().partition(";q=")
        if tag.replace("-", "").isalnum() and tag.isascii():
            wanted.append((-_weight(weight), place, tag))
    return best_locale([tag for _, _, tag in sorted(wanted)])


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0

"""Turns every error into one reply: problem+json for programs, a page for people."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kb.errors import Conflict, InvalidInput, KbError, NotFound, NotPermitted, Unavailable
from web.http.contexts import ErrorPage
from web.http.error_texts import COLLISION, TOO_MANY, UNREADABLE, Said, said_of
from web.http.frame import guest_chrome
from web.http.languages import LanguageWanted, language_redirect
from web.http.policy import HEADERS
from web.http.rate_limits import TooMany
from web.http.written_text import written_text

log = logging.getLogger(__name__)

STATUS_OF: Mapping[type[KbError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    NotPermitted: 403,
    Conflict: 409,
    Unavailable: 503,
}
RETRY_AFTER_BUSY_S = 5
SOURCE_LANGUAGE = "en"
"""Errors are worded in it."""

MEDIA_TYPE = "application/problem+json"

Fields = Sequence[Mapping[str, str]]


def add_error_handlers(app: FastAPI) -> None:
    """Map every kind of error to its reply, in this one place."""
    app.add_exception_handler(KbError, _expected)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(TooMany, _too_many)
    app.add_exception_handler(IntegrityError, _collision)
    app.add_exception_handler(LanguageWanted, language_redirect)
    app.add_exception_handler(Exception, _unexpected)


def error_reply(
    request: Request,
    status: int,
    detail: str,
    *,
    said: Said | None = None,
    fields: Fields = (),
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
    sign_in_url: str = "",
) -> Response:
    """The reply for an error; `fields` names what is wrong with which parameter.

    Programs get problem+json (RFC 9457): everything under `/api/`, and whoever does not ask
    for HTML. Pages say `said` in the reader's language; without it they say `detail` to those who
    read English, and to others what the status means. What a person wrote into the form that is
    refused stands on the page, to be copied; programs get nothing repeated. `sign_in_url` leads
    whoever is not signed in any more back to the form.
    """
    kept = {"cache-control": "no-store", **(headers or {})}
    if not _wants_page(request):
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
        }
        if fields:
            problem["errors"] = list(fields)
        if request_id:
            problem["request_id"] = request_id
        body = orjson.dumps(problem)
        return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=kept)
    chrome = guest_chrome(request)
    # What `_DETAILS` say to programs, the page's own heading says to people.
    is_shown = chrome.locale == SOURCE_LANGUAGE and detail not in _DETAILS.values()
    line = detail if is_shown else ""
    if said is not None:
        line = said.in_language(chrome.locale)
    shown = ErrorPage(
        status=status,
        detail="" if status >= 500 else line,
        request_id=request_id,
        sign_in_url=sign_in_url,
        written=written_text(request),
    )
    page = request.app.state.look.renderer.render("error.html", shown, chrome=chrome)
    kept["content-language"] = chrome.locale
    return HTMLResponse(page, status_code=status, headers=kept)


def _wants_page(request: Request) -> bool:
    if request.url.path.startswith(("/api/", "/openapi.json", "/health")):
        return False
    return "text/html" in request.headers.get("accept", "") or request.method == "POST"


def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, KbError)
    status = next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), 500)
    fields: Fields = ()
    if isinstance(error, InvalidInput) and error.field:
        fields = [{"field": error.field, "message": str(error)}]
    headers = {}
    if status == 503:
        log.warning("%s %s: %s", request.method, path_without_secrets(request), error)
        headers["retry-after"] = str(RETRY_AFTER_BUSY_S)
    return error_reply(
        request, status, str(error), said=said_of(error), fields=fields, headers=headers
    )


def path_without_secrets(request: Request) -> str:
    """The path as logs may hold it: words out of links that stand for their reader are left out.

    Numbers stay, since they say which thing it was about.
    """
    path: str = request.scope["path"]
    if "route" not in request.scope:
        return f"/{path.split('/')[1]}/…" if path.count("/") > 1 else path
    for name, value in request.path_params.items():
        if isinstance(value, str) and not value.isdigit():
            path = path.replace(value, f"{{{name}}}")
    return path


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code < 400:
        if written_text(request) and error.headers:
            # A redirect to the sign-in would lose what was written while the session ended.
            return error_reply(request, 403, "", sign_in_url=error.headers["location"])
        kept = {"cache-control": "no-store", **(error.headers or {})}
        return Response(status_code=error.status_code, headers=kept)
    detail = error.detail
    if detail == HTTPStatus(error.status_code).phrase:
        detail = _DETAILS.get(error.status_code, detail)
    return error_reply(request, error.status_code, detail, headers=error.headers)


_DETAILS = {
    404: "there is nothing at this address",
    405: "this address does not take that method",
    413: "the request is too large",
}


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": _field_name(one["loc"]), "message": str(one["msg"])} for one in error.errors()
    ]
    named = ", ".join(sorted({one["field"] for one in fields}))
    detail = f"{named}: {fields[0]['message']}" if fields else "the request cannot be read"
    said = Said(UNREADABLE, {"fields": named}) if named else None
    return error_reply(request, 422, detail, said=said, fields=fields)


def _field_name(place: Sequence[str | int]) -> str:
    """Return `items.3.body` for ("body", "items", 3, "body")."""
    inner = place[1:] if len(place) > 1 else place
    return ".".join(str(part) for part in inner)


def _too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)
    seconds = error.retry_after_s
    said = Said(TOO_MANY, {"seconds": seconds})
    headers = {"retry-after": str(seconds)}
    return error_reply(request, 429, str(error), said=said, headers=headers)


def _collision(request: Request, error: Exception) -> Response:
    """Two requests stored the same thing at the same moment; one of them won."""
    detail = "somebody else stored the same at this moment: try again"
    return error_reply(request, 409, detail, said=Said(COLLISION))


def _unexpected(request: Request, error: Exception) -> Response:
    """The edge of the process: log the error under a number that the reader can name."""
    number = secrets.token_hex(4)
    log.error(
        "request %s: %s %s", number, request.method, path_without_secrets(request), exc_info=error
    )
    # This reply is made outside the guard, so it brings the headers along.
    return error_reply(
        request,
        500,
        f"something broke on our side; it is logged as {number}",
        headers=HEADERS,
        request_id=number,
    )

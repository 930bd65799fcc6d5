"""Holds every request to the table of who may use which route, before the route runs."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Depends, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.requests import Request

from web.http.dependencies import SiteDep, current_viewer, refuse_unless
from web.http.rules import Rule
from web.http.who_may import WHO_MAY
from web.http.written_text import keep_written_text

API_PREFIX = "/api/v1"


async def check_page(request: Request, site: SiteDep) -> None:
    """Refuse whoever may not use the page that was asked for; what they wrote is kept for them."""
    await keep_written_text(request)
    await _check(request, site, WHO_MAY[_key(request, "")])


async def check_operation(request: Request, site: SiteDep) -> None:
    """Refuse whoever may not use the operation of the API that was asked for."""
    await _check(request, site, WHO_MAY[_key(request, API_PREFIX)])


def _key(request: Request, prefix: str) -> str:
    return f"{request.method} {prefix}{request.scope['route'].path}"


async def _check(request: Request, site: SiteDep, rule: Rule) -> None:
    request.state.rule = rule
    # Who asks is looked up only where it matters: not for each static file.
    if rule.permission is not None:
        refuse_unless(request, await current_viewer(request, site), rule)


PAGE_GATE = Depends(check_page)
API_GATE = Depends(check_operation)


def routes_of(app: FastAPI) -> Iterator[tuple[str, RouteContext]]:
    """Every route of the site by its key in the table, with what FastAPI knows of it."""
    for route in iter_route_contexts(app.routes):
        for method in sorted((route.methods or {"*"}) - {"HEAD"}):
            yield f"{method} {route.path}", route


def check_table(app: FastAPI) -> None:
    """Raise LookupError for a route without a row in the table, or one past the gate.

    A route that nobody may be refused needs no gate.
    """
    for key, route in routes_of(app):
        if key not in WHO_MAY:
            raise LookupError(f"web/http/who_may.py does not say who may use {key}")
        gates = {one.dependency for one in getattr(route, "dependencies", ())}
        if WHO_MAY[key].permission is not None and gates.isdisjoint({check_page, check_operation}):
            raise LookupError(f"{key} is served past the gate of web/http/gate.py")

"""Makes the web application: its parts, its routes, what runs beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kb.settings import Settings, read_settings
from web.http.api.search import SearchThreads
from web.http.delivery import Delivery
from web.http.gate import API_GATE, PAGE_GATE, check_table
from web.http.problems import add_error_handlers
from web.http.routes import PAGES, api_router
from web.http.security import Guard
from web.http.site import make_look, open_site
from web.http.trusted_proxies import trusted_proxies
from web.http.widget.cors import WidgetCors

ABOUT = (
    "Search, questions, topics and entries. Errors are application/problem+json (RFC 9457); lists "
    "take limit and cursor; a key goes into the header Authorization: Bearer. Scopes: read, ask, "
    "agent, moderate, admin; they narrow what the key's account may do."
)
BEARER = HTTPBearer(auto_error=False, description="An API key; kb token add makes one.")


def create_app(settings: Settings) -> FastAPI:
    """The site for one record. Raises InvalidInput for an unusable accent or public address.

    The record, the index and the model are opened when the application starts: its lifespan
    raises Unavailable where `kb init` never ran.
    """
    look = make_look(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        site = await run_in_threadpool(open_site, look)
        app.state.site = site
        app.state.search_threads = SearchThreads()
        site.live.start()
        try:
            yield
        finally:
            await run_in_threadpool(site.live.stop)
            site.engine.dispose()

    app = FastAPI(
        title=settings.site_name,
        version=_version(),
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        routes=list(_routes()),
    )
    app.state.look = look
    add_error_handlers(app)
    app.add_middleware(WidgetCors)
    app.add_middleware(Delivery)
    app.add_middleware(Guard, public_url=look.public_url)
    if trusted := trusted_proxies(settings.trusted_proxies):
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
    check_table(app)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route of the site; FastAPI takes half a second to make them, so once a process."""
    root = APIRouter()
    root.include_router(api_router(dependencies=[API_GATE, Security(BEARER)]))
    for pages in PAGES:
        root.include_router(pages.router, include_in_schema=False, dependencies=[PAGE_GATE])
    return tuple(root.routes)


def create_app_from_environment() -> FastAPI:
    """The site as the environment's settings describe it; each serving process calls it."""
    return create_app(read_settings())


def _version() -> str:
    try:
        return version("kundig")
    except PackageNotFoundError:
        return "0"

"""Everything that the routes share, put together once per process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache, cached_property
from urllib.parse import urlsplit

from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from kb.access import Viewer
from kb.errors import InvalidInput, Unavailable
from kb.settings import Settings
from kb.store.engine import reading
from kb.store.people.keys import find_viewer_by_key, find_viewer_by_key_id
from web.composition import check_languages, open_record
from web.http.assets import Assets
from web.http.rate_limits import RateLimits
from web.http.rendering import Renderer
from web.http.searching.intents import IntentBuffer
from web.http.searching.live import LiveSearch
from web.http.sessions import Sessions
from web.http.theme import DEFAULT_ACCENT, theme_css
from web.http.visitors import Visitors
from web.rewriting_endpoint import Endpoint, endpoint_of

MIN_SECRET_CHARS = 32


@dataclass(frozen=True)
class Look:
    """What pages are made with; it needs no record, so that errors can always be shown."""

    settings: Settings
    assets: Assets
    renderer: Renderer
    theme: str
    public_url: str
    rewriter: Endpoint | None = None

    @cached_property
    def theme_url(self) -> str:
        """The address of the accent's style sheet, another one for another colour."""
        return f"/theme/{hashlib.sha256(self.theme.encode()).hexdigest()[:12]}.css"

    def absolute(self, request: HTTPConnection, path: str) -> str:
        """An absolute link: from `KB_PUBLIC_URL`, else as the request was addressed."""
        base = self.public_url or f"{request.url.scheme}://{request.url.netloc}"
        return base + path


def make_look(settings: Settings) -> Look:
    """What pages are made with; raises InvalidInput for settings that cannot be used."""
    assets, renderer = _shipped_files()
    return Look(
        settings=settings,
        assets=assets,
        renderer=renderer,
        theme=theme_css(settings.accent or DEFAULT_ACCENT),
        public_url=check_public_url(settings.public_url),
        rewriter=endpoint_of(settings),
    )


@cache
def _shipped_files() -> tuple[Assets, Renderer]:
    """Return static files and templates, read once per process: they come with the program."""
    assets = Assets()
    return assets, Renderer(static_url=assets.url)


def check_public_url(url: str) -> str:
    """The address without a slash at its end; raises InvalidInput unless it is an origin."""
    if not url:
        return ""
    parts = urlsplit(url.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise InvalidInput(
            f"KB_PUBLIC_URL must be like https://help.example.com, got {url!r}",
            field="KB_PUBLIC_URL",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


@dataclass(frozen=True, slots=True)
class Site:
    """The open parts of a serving process."""

    look: Look
    engine: Engine
    live: LiveSearch
    intents: IntentBuffer
    visitors: Visitors
    sessions: Sessions
    limits: RateLimits = field(default_factory=RateLimits)

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.look.settings

    @property
    def rewriter(self) -> Endpoint | None:
        """The endpoint that rewords drafts for agents, None where that is off."""
        return self.look.rewriter

    def viewer_by_key(self, key: str) -> Viewer | None:
        """Who an API key stands for."""
        with reading(self.engine) as conn:
            return find_viewer_by_key(conn, key)

    def viewer_by_session(self, cookie: str) -> Viewer | None:
        """Who a session cookie stands for."""
        key_id = self.sessions.key_id(cookie)
        if key_id is None:
            return None
        with reading(self.engine) as conn:
            return find_viewer_by_key_id(conn, key_id)


def open_site(look: Look) -> Site:
    """Open the record, the index and the model; raises Unavailable where `kb init` never ran."""
    settings = look.settings
    secret = read_secret(settings)
    engine = open_record(settings)
    intents = IntentBuffer(engine)
    return Site(
        look=look,
        engine=engine,
        live=LiveSearch(settings, engine, intents),
        intents=intents,
        visitors=Visitors(secret),
        sessions=Sessions(secret, secure=look.public_url.startswith("https:")),
    )


def check_site_settings(settings: Settings) -> None:
    """Raise InvalidInput or Unavailable for what would keep a site from starting."""
    make_look(settings)
    read_secret(settings)
    check_languages(settings)


def read_secret(settings: Settings) -> bytes:
    """The signing secret; raises Unavailable where there is none, or a guessable one."""
    try:
        secret = settings.secret_path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise Unavailable(
            f"the signing secret {settings.secret_path} cannot be read: run kb init"
        ) from problem
    if len(secret) < MIN_SECRET_CHARS:
        raise Unavailable(f"the signing secret {settings.secret_path} is too short: delete it")
    return secret.encode()

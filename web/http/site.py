"""Everything that the routes share, put together once per process."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine
from starlette.requests import HTTPConnection

from kb.access import Viewer
from kb.errors import InvalidInput, Unavailable
from kb.people.passwords import Passwords
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.people.keys import find_key_use, note_key_used
from kb.store.people.sessions import find_signed_in, note_session_seen
from web.composition import open_record
from web.http.account.guesses import Guesses
from web.http.account.identity_provider import IdentityProvider
from web.http.account.provider_settings import client_of
from web.http.account.sign_up_switch import SignUpSwitch
from web.http.account.signed_cookies import AccountCookies
from web.http.assets import Assets
from web.http.rate_limits import RateLimits
from web.http.rendering import Renderer
from web.http.searching.intents import IntentBuffer
from web.http.searching.live import LiveSearch
from web.http.sessions import MAX_SECRET_CHARS, Sessions
from web.http.theme import DEFAULT_ACCENT, theme_css
from web.http.visitors import Visitors
from web.mail.links import mail_link
from web.rewriting_endpoint import Endpoint, endpoint_of

MIN_SECRET_CHARS = 32

log = logging.getLogger(__name__)


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

    def mail_link(self, path: str) -> str:
        """A link for a mail: from `KB_PUBLIC_URL` alone, the path where it is not set."""
        return mail_link(self.settings, path)


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
    try:
        parts = urlsplit(url.rstrip("/"))
    except ValueError:
        parts = urlsplit("")
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
    cookies: AccountCookies
    sign_up: SignUpSwitch
    provider: IdentityProvider | None = None
    passwords: Passwords = field(default_factory=Passwords)
    guesses: Guesses = field(default_factory=Guesses)
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
            found = find_key_use(conn, key)
        if found is None:
            return None
        if found.is_due:
            self._note(lambda conn: note_key_used(conn, found.key_id))
        return found.viewer

    def viewer_by_session(self, cookie: str) -> Viewer | None:
        """Who a session cookie stands for."""
        if len(cookie) > MAX_SECRET_CHARS:
            return None
        with reading(self.engine) as conn:
            found = find_signed_in(conn, cookie)
        if found is None:
            return None
        if found.is_due:
            self._note(lambda conn: note_session_seen(conn, found))
        return found.viewer

    def _note(self, write: Callable[[Connection], None]) -> None:
        try:
            with transaction(self.engine) as conn:
                write(conn)
        except Unavailable as problem:
            # The next request notes it; a busy record is no reason to keep this one back.
            log.warning("a use was not noted: %s", problem)


def open_site(look: Look) -> Site:
    """Open the record, the index and the model; raises Unavailable where `kb init` never ran."""
    settings = look.settings
    secret = read_secret(settings)
    engine = open_record(settings)
    intents = IntentBuffer(engine)
    secure = look.public_url.startswith("https:")
    return Site(
        look=look,
        engine=engine,
        live=LiveSearch(settings, engine, intents),
        intents=intents,
        visitors=Visitors(secret),
        sessions=Sessions(secure=secure),
        cookies=AccountCookies(secret, secure=secure),
        sign_up=SignUpSwitch(engine),
        provider=open_provider(look),
    )


def open_provider(look: Look) -> IdentityProvider | None:
    """The company's identity provider, None where none is set; nothing is asked of it yet."""
    client = client_of(look.settings, look.public_url)
    return None if client is None else IdentityProvider(client)


def read_secret(settings: Settings) -> bytes:
    """The signing secret; raises Unavailable where there is none, or a guessable one."""
    try:
        secret = settings.secret_path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is no text"
        raise Unavailable(
            f"the signing secret {settings.secret_path} cannot be read: {why}"
        ) from problem
    if len(secret) < MIN_SECRET_CHARS:
        raise Unavailable(f"the signing secret {settings.secret_path} is too short: delete it")
    return secret.encode()

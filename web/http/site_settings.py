"""Says what in the settings keeps a site from starting, and what an operator should know."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from kb.errors import InvalidInput, KbError
from kb.settings import Settings
from web.composition import check_languages
from web.http.account.provider_settings import client_of
from web.http.site import check_public_url, read_secret
from web.http.theme import DEFAULT_ACCENT, theme_css
from web.http.trusted_proxies import trusted_proxies
from web.mail.server import check_mail_settings
from web.rewriting_endpoint import endpoint_of

LOCAL_NAMES = ("localhost", "localhost.localdomain")


def _check_secret(settings: Settings) -> None:
    # Where there is none `kb serve` makes one.
    if settings.secret_path.exists():
        read_secret(settings)


def _check_provider(settings: Settings) -> None:
    client_of(settings, check_public_url(settings.public_url))


def _check_legal_links(settings: Settings) -> None:
    for variable, url in (
        ("KB_IMPRINT_URL", settings.imprint_url),
        ("KB_PRIVACY_URL", settings.privacy_url),
    ):
        if url and not _is_whole_address(url):
            raise InvalidInput(
                f"{variable} must be a whole address like https://example.com/imprint, got {url!r}",
                field=variable,
            )


def _is_whole_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


_CHECKS: tuple[Callable[[Settings], object], ...] = (
    lambda settings: theme_css(settings.accent or DEFAULT_ACCENT),
    lambda settings: check_public_url(settings.public_url),
    _check_legal_links,
    lambda settings: trusted_proxies(settings.trusted_proxies),
    endpoint_of,
    _check_secret,
    check_languages,
    check_mail_settings,
    _check_provider,
)


def check_site_settings(settings: Settings) -> None:
    """Raise InvalidInput or Unavailable for what would keep a site from starting."""
    for check in _CHECKS:
        check(settings)


def settings_problems(settings: Settings) -> list[str]:
    """All that `check_site_settings` would raise, one line each, [] where the site starts."""
    found: list[str] = []
    for check in _CHECKS:
        try:
            check(settings)
        except KbError as problem:
            found.append(str(problem))
    # Sign-in at a provider needs the public address, too: one fault, one line.
    return list(dict.fromkeys(found))


def settings_notes(settings: Settings, *, host: str = "127.0.0.1") -> Iterator[str]:
    """What works but is hardly meant, one line each; `host` is where the site listens.

    Nothing is said of a site that only this machine can see and that has no public address.
    """
    url = settings.public_url
    if not url and is_loopback(host):
        return
    if not url:
        yield "KB_PUBLIC_URL is not set: mails have no links, and any host name is answered"
    if url.startswith("https:") and not settings.trusted_proxies:
        yield (
            "KB_TRUSTED_PROXIES is not set: behind a proxy all visitors count as one, "
            "and share its limits"
        )
    if not settings.smtp_url:
        yield "KB_SMTP_URL is not set: mails are kept in the outbox, and nobody gets them"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOCAL_NAMES

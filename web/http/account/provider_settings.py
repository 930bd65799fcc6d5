"""Which identity provider the settings name, and what this site is to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from kb.errors import InvalidInput
from kb.settings import Settings

START_PATH = "/sign-in/company"
BACK_PATH = "/sign-in/company/back"


@dataclass(frozen=True, slots=True)
class Client:
    """What this site is to the provider."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    back_url: str


def client_of(settings: Settings, public_url: str) -> Client | None:
    """What the settings say of a provider, None where there is none; raises InvalidInput.

    `public_url` is the origin of this site, empty where it is not set.
    """
    given = {
        "KB_OIDC_ISSUER": settings.oidc_issuer,
        "KB_OIDC_CLIENT": settings.oidc_client,
        "KB_OIDC_SECRET": _secret(settings),
    }
    if not any(given.values()):
        return None
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise InvalidInput(f"single sign-on also needs {', '.join(missing)}", field=missing[0])
    if not public_url:
        raise InvalidInput(
            "single sign-on needs KB_PUBLIC_URL: the provider leads back to it",
            field="KB_PUBLIC_URL",
        )
    _check_issuer(settings.oidc_issuer)
    return Client(
        issuer=settings.oidc_issuer,
        id=settings.oidc_client,
        secret=given["KB_OIDC_SECRET"],
        back_url=public_url + BACK_PATH,
    )


def _secret(settings: Settings) -> str:
    if settings.oidc_secret_file is None:
        return settings.oidc_secret
    if settings.oidc_secret:
        raise InvalidInput(
            "set KB_OIDC_SECRET or KB_OIDC_SECRET_FILE, not both", field="KB_OIDC_SECRET_FILE"
        )
    try:
        return settings.oidc_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidInput(
            f"KB_OIDC_SECRET_FILE {settings.oidc_secret_file} cannot be read",
            field="KB_OIDC_SECRET_FILE",
        ) from problem


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    plain = not (parts.query or parts.fragment or parts.username)
    if parts.hostname and plain and (parts.scheme == "https" or (parts.scheme == "http" and here)):
        return
    raise InvalidInput(
        f"KB_OIDC_ISSUER must be like https://login.example.com, got {issuer!r}",
        field="KB_OIDC_ISSUER",
    )

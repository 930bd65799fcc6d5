"""What the pages around signing in may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from web.http.contexts import FieldError


@dataclass(frozen=True, slots=True)
class LocaleChoice:
    """A language to choose, under its own name."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class SignInPage:
    """All that account/sign_in.html may read.

    `next_url` is where signing in leads. `provider_host` names the company's identity provider,
    empty for none; `by_key` opens the part where a key is entered.
    """

    next_url: str = ""
    email: str = ""
    errors: tuple[FieldError, ...] = ()
    provider_host: str = ""
    provider_url: str = ""
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class SignUpPage:
    """All that account/sign_up.html may read; `is_open` is false where nobody may sign up."""

    name: str = ""
    email: str = ""
    locales: tuple[LocaleChoice, ...] = ()
    errors: tuple[FieldError, ...] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class SignUpSentPage:
    """All that account/sign_up_sent.html may read; `email` as typed in this browser, or empty."""

    email: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """All that account/confirm_address.html may read.

    `asks_password` is true in another browser than the one where the sign-up was typed.
    """

    action: str
    email: str
    name: str
    asks_password: bool
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgottenPage:
    """All that account/forgotten_password.html may read."""

    email: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgottenSentPage:
    """All that account/forgotten_password_sent.html may read."""

    email: str = ""


@dataclass(frozen=True, slots=True)
class NewPasswordPage:
    """All that account/new_password.html may read; `is_first` for who never had a password."""

    action: str
    email: str
    is_first: bool
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkEndedPage:
    """All that account/link_ended.html may read; `kind` is what the link would have done."""

    kind: Literal["confirm", "password"]


@dataclass(frozen=True, slots=True)
class ProviderFailedPage:
    """All that account/provider_failed.html may read.

    `why` is a `Failure` of the identity provider, `closed` for a disabled account, or `taken`
    for an address that the provider does not vouch for.
    """

    why: str
    host: str
    retry_url: str

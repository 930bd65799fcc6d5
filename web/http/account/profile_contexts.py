"""What the pages of an account's name, address, password and preferences may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from web.http.account.sign_in_contexts import LocaleChoice
from web.http.contexts import FieldError

Way = Literal["password", "mail", "again"]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """All that account/profile.html may read.

    `role` is empty for customers; `linked` counts sign-ins at the company's identity provider.
    """

    name: str
    email: str
    is_confirmed: bool
    has_password: bool
    language: str
    single_keys: bool
    groups: tuple[str, ...] = ()
    role: str = ""
    linked: int = 0


@dataclass(frozen=True, slots=True)
class NamePage:
    """All that account/profile_name.html may read."""

    name: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressPage:
    """All that account/profile_address.html may read; `email` is the present one, or empty."""

    email: str
    typed: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressSentPage:
    """All that account/profile_address_sent.html may read."""

    email: str


@dataclass(frozen=True, slots=True)
class AddressLinkPage:
    """All that account/profile_address_link.html may read."""

    action: str
    email: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """All that account/profile_password.html may read; `email` helps password managers."""

    has_password: bool
    email: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class PreferencesPage:
    """All that account/profile_preferences.html may read."""

    locales: tuple[LocaleChoice, ...]
    single_keys: bool
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedSignIn:
    """One way to sign in elsewhere; `host` is of whoever vouches."""

    host: str
    since: date
    remove_url: str


@dataclass(frozen=True, slots=True)
class SignInsPage:
    """All that account/profile_sign_ins.html may read; with a provider `link_url` links it."""

    rows: tuple[LinkedSignIn, ...]
    may_remove: bool
    link_host: str = ""
    link_url: str = ""


@dataclass(frozen=True, slots=True)
class PresencePage:
    """All that account/profile_presence.html may read.

    `way`: by password, by a mail to `email`, or by signing in again. `is_sent`: the mail is
    on its way.
    """

    next_url: str
    way: Way
    email: str = ""
    is_sent: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class PresenceLinkPage:
    """All that account/profile_presence_link.html may read."""

    action: str


@dataclass(frozen=True, slots=True)
class OwnLinkEndedPage:
    """All that account/profile_link_ended.html may read; `again_url` makes a new link."""

    again_url: str

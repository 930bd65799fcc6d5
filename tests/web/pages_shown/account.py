"""What the templates of account are rendered with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from kb.access import Role
from kb.people.consents import PURPOSES
from kb.store.people.accounts import Account
from kb.store.people.consents import Consent
from kb.store.people.sessions import Session
from web.http.account.consent_contexts import ConsentLinkPage, consents_page
from web.http.account.data_contexts import DataPage, ErasedPage, ErasePage
from web.http.account.device_contexts import devices_page
from web.http.account.profile_contexts import (
    AccountPage,
    AddressLinkPage,
    AddressPage,
    AddressSentPage,
    LinkedSignIn,
    NamePage,
    OwnLinkEndedPage,
    PasswordPage,
    PreferencesPage,
    PresenceLinkPage,
    PresencePage,
    SignInsPage,
)
from web.http.account.sign_up_form import locale_choices
from web.http.contexts import FieldError

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EMAIL = "mara@example.com"
WRONG = (
    FieldError(
        "password",
        "This is not your present password. Type it again, or choose a new one by a link.",
    ),
)
LINK = "/account/confirm/abc"

MARA = Account(
    id=7,
    name="Mara",
    email=EMAIL,
    email_confirmed_at=AT,
    locale="de",
    role=Role.CUSTOMER,
    groups=frozenset({"partner"}),
    single_keys=True,
    created_at=AT,
)
UNPROVED = Account(
    id=8,
    name="Mara",
    email=EMAIL,
    email_confirmed_at=None,
    locale="en",
    role=Role.CUSTOMER,
    groups=frozenset(),
    single_keys=True,
    created_at=AT,
)
NOBODY = Account(
    id=9,
    name="Robin",
    email=None,
    email_confirmed_at=None,
    locale="en",
    role=Role.AGENT,
    groups=frozenset(),
    single_keys=False,
    created_at=AT,
)


def _consent(purpose: str, proof: dict[str, Any], withdrawn: datetime | None) -> Consent:
    return Consent(1, purpose, "Tips. Send me tips.", "en", proof, AT, withdrawn)


GIVEN = (
    _consent(PURPOSES[0].key, {"page": "/account/consents", "version": 1}, None),
    _consent(PURPOSES[1].key, {"mail": "abc", "version": 2}, AT),
    _consent("forgotten", {}, AT),
)
SESSIONS = (
    Session(1, 7, "Firefox on Linux", AT, AT, AT),
    Session(2, 7, "Safari on iPhone", AT, datetime(2026, 11, 2, tzinfo=UTC), AT),
    Session(3, 7, "", AT, AT, AT, api_key_id=4),
)

PAGES: dict[str, tuple[Any, ...]] = {
    "account/profile.html": (
        AccountPage("Mara", EMAIL, True, True, "Deutsch", True, ("Partner",), "admin", 2),
        AccountPage("Mara", EMAIL, False, True, "Deutsch", True, role="moderator"),
        AccountPage("Robin", "", False, False, "English", False, role="agent"),
    ),
    "account/profile_name.html": (
        NamePage("Mara"),
        NamePage("", (FieldError("name", "Write your name."),)),
    ),
    "account/profile_address.html": (
        AddressPage(EMAIL),
        AddressPage("", "x", (FieldError("email", "Write your address."),)),
    ),
    "account/profile_address_sent.html": (AddressSentPage(EMAIL),),
    "account/profile_address_link.html": (
        AddressLinkPage("/account/email/abc", EMAIL),
        AddressLinkPage("/account/email/abc", "", (FieldError("confirm", "Taken."),)),
    ),
    "account/profile_password.html": (
        PasswordPage(True, EMAIL),
        PasswordPage(False, ""),
        PasswordPage(True, EMAIL, WRONG),
    ),
    "account/profile_preferences.html": (
        PreferencesPage(locale_choices("de"), True),
        PreferencesPage(locale_choices("en"), False, (FieldError("locale", "Choose one."),)),
    ),
    "account/profile_sign_ins.html": (
        SignInsPage((LinkedSignIn("id.example.com", DAY, "/account/sign-ins/1/remove"),), True),
        SignInsPage((LinkedSignIn("id.example.com", DAY, "/account/sign-ins/1/remove"),), False),
        SignInsPage((), True),
        SignInsPage((), True, "id.example.com", "/sign-in/company?next=%2Faccount%2Fsign-ins"),
    ),
    "account/profile_presence.html": (
        PresencePage("/account/data", "password", EMAIL),
        PresencePage("/account/data", "password", EMAIL, errors=WRONG),
        PresencePage("/account/data", "mail", EMAIL),
        PresencePage("/account/data", "mail", EMAIL, is_sent=True),
        PresencePage("/account/data", "again"),
    ),
    "account/profile_presence_link.html": (PresenceLinkPage(LINK),),
    "account/profile_link_ended.html": (OwnLinkEndedPage("/account/email"),),
    "account/consents.html": (
        consents_page(MARA, GIVEN, locale="de"),
        consents_page(UNPROVED, (), locale="en"),
        consents_page(NOBODY, (), locale="en"),
    ),
    "account/consents_link.html": (
        ConsentLinkPage("/account/consents/confirm/abc", "Tips by email", "Send me tips."),
    ),
    "account/data.html": (DataPage(0), DataPage(1), DataPage(1234)),
    "account/data_erase.html": (
        ErasePage(0, 0, EMAIL),
        ErasePage(1, 1, EMAIL),
        ErasePage(12, 3, "Robin", True, "delete", "x", (FieldError("typed", "Type it."),)),
    ),
    "account/data_erased.html": (ErasedPage(),),
    "account/devices.html": (
        devices_page(SESSIONS, 1, today=DAY),
        devices_page(SESSIONS[:1], 1, today=DAY),
    ),
}

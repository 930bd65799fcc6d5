"""What the templates around signing in are rendered with."""

from __future__ import annotations

from typing import Any

from web.http.account.sign_in_contexts import (
    ConfirmPage,
    ForgottenPage,
    ForgottenSentPage,
    LinkEndedPage,
    NewPasswordPage,
    ProviderFailedPage,
    SignInPage,
    SignUpPage,
    SignUpSentPage,
)
from web.http.account.sign_up_form import locale_choices
from web.http.contexts import FieldError

ADDRESS = "mara@example.com"
WRONG = (FieldError("password", "Choose a password."),)

PAGES: dict[str, tuple[Any, ...]] = {
    "account/sign_in.html": (
        SignInPage(provider_host="login.example.com", provider_url="/sign-in/company"),
        SignInPage("/desk/topics", ADDRESS, (FieldError("email", "No match."),)),
        SignInPage(errors=(FieldError("key", "Enter your key."),), by_key=True),
    ),
    "account/sign_up.html": (
        SignUpPage(locales=locale_choices("de")),
        SignUpPage("Mara", ADDRESS, locale_choices("en"), WRONG),
        SignUpPage(is_open=False),
    ),
    "account/sign_up_sent.html": (SignUpSentPage(ADDRESS), SignUpSentPage()),
    "account/confirm_address.html": (
        ConfirmPage("/confirm/x", ADDRESS, "Mara", asks_password=False),
        ConfirmPage("/confirm/x", ADDRESS, "Mara", asks_password=True, errors=WRONG),
    ),
    "account/forgotten_password.html": (
        ForgottenPage(),
        ForgottenPage("mara@", (FieldError("email", "Write it like name@example.com."),)),
    ),
    "account/forgotten_password_sent.html": (ForgottenSentPage(ADDRESS),),
    "account/new_password.html": (
        NewPasswordPage("/new-password/x", ADDRESS, is_first=True),
        NewPasswordPage("/new-password/x", ADDRESS, is_first=False, errors=WRONG),
    ),
    "account/link_ended.html": (LinkEndedPage("confirm"), LinkEndedPage("password")),
    "account/provider_failed.html": tuple(
        ProviderFailedPage(why, "login.example.com", "/sign-in/company")
        for why in ("unreachable", "refused", "expired", "untrusted", "closed", "taken", "team")
    ),
}

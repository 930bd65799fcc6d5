"""The sign-up form: checked, and turned into a mail."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.responses import Response

from kb.errors import InvalidInput
from kb.mail import check_address, find_address
from kb.people.passwords import WeakPassword, check_password
from kb.people.signing_up import SignUp, confirmation_link
from kb.people.signing_up import sign_up as store_sign_up
from kb.store.engine import transaction
from kb.store.people.accounts import as_name, find_account_by_email
from kb.visible_text import one_line
from web.http.account import texts
from web.http.account.letters import post_confirmation, post_known
from web.http.account.sign_in_contexts import LocaleChoice
from web.http.account.signed_cookies import AwaitedSignUp, proof_of
from web.http.contexts import FieldError
from web.http.frame import Visit
from web.http.i18n import LOCALES, best_locale, own_name


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed to sign up."""

    name: str
    email: str
    password: str = field(repr=False)
    locale: str


def check_typed(visit: Visit, typed: Typed) -> tuple[FieldError, ...]:
    """What is wrong with a sign-up, in the order of its fields."""
    errors = []
    try:
        as_name(typed.name)
    except InvalidInput:
        too_long = one_line(typed.name)
        message = texts.NAME_TOO_LONG if too_long else texts.NAME_MISSING
        errors.append(FieldError("name", visit.text(message)))
    if find_address(typed.email) is None:
        errors.append(FieldError("email", visit.text(texts.ADDRESS_UNREADABLE)))
    known = (typed.name, typed.email, visit.site.settings.site_name)
    message = password_error(visit, typed.password, known=known)
    if message:
        errors.append(FieldError("password", message))
    return tuple(errors)


def password_error(visit: Visit, password: str, *, known: tuple[str, ...]) -> str:
    """What is wrong with a new password, empty for nothing."""
    if not password:
        return visit.text(texts.PASSWORD_CHOOSE)
    try:
        check_password(password, known=known)
    except WeakPassword as weak:
        return texts.weakness_text(weak, visit.text)
    return ""


def send_sign_up(visit: Visit, typed: Typed, reply: Response) -> None:
    """Store a sign-up and send its mail, or tell the owner of the address that there is one.

    Both take the same steps, so that neither page nor time tells which it was. The browser is
    given what lets it confirm later without the password.
    """
    site = visit.site
    email = check_address(typed.email)
    wanted = SignUp(
        name=typed.name,
        email=email,
        password_hash=site.passwords.hash(typed.password),
        locale=best_locale([typed.locale]),
    )
    with transaction(site.engine) as conn:
        account = store_sign_up(conn, wanted)
        if account is not None:
            secret = confirmation_link(conn, account)
            post_confirmation(conn, site.look, account, secret=secret)
        else:
            known = find_account_by_email(conn, email)
            if known is not None and known.is_open:
                post_known(conn, site.look, known)
    site.cookies.await_sign_up(reply, AwaitedSignUp(email, proof_of(wanted.password_hash)))


def locale_choices(chosen: str) -> tuple[LocaleChoice, ...]:
    """The languages of the site, one of them chosen."""
    best = best_locale([chosen])
    return tuple(LocaleChoice(one, own_name(one), one == best) for one in LOCALES)

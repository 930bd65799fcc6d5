"""What the pages of agreements may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.people.consents import PURPOSES, Purpose
from kb.store.people.accounts import Account
from kb.store.people.consents import Consent

PATH = "/account/consents"


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One agreement of the history.

    `by_mail`: a link in a mail completed it. `page` is where it was given, may be empty;
    `version` is of the wording, None where it was not kept.
    """

    title: str
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None
    page: str = ""
    version: int | None = None
    by_mail: bool = False


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """One thing to agree to; `standing` is the agreement that counts, None for none."""

    key: str
    title: str
    text: str
    give_url: str
    withdraw_url: str
    standing: GivenConsent | None
    is_possible: bool
    needs_mail: bool


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """All that account/consents.html may read; `history` is newest first."""

    purposes: tuple[PurposeRow, ...]
    history: tuple[GivenConsent, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentLinkPage:
    """All that account/consents_link.html may read."""

    action: str
    title: str
    text: str


def consents_page(account: Account, given: Sequence[Consent], *, locale: str) -> ConsentsPage:
    """The page of an account's agreements in the language of the page.

    given: newest first. Each is shown in the words and the language that were agreed to.
    """
    titles = {one.key: one.wording(locale).title for one in PURPOSES}
    return ConsentsPage(
        purposes=tuple(_row(one, account, given, locale=locale) for one in PURPOSES),
        history=tuple(_given(one, titles.get(one.purpose, one.purpose)) for one in given),
    )


def _row(
    purpose: Purpose, account: Account, given: Sequence[Consent], *, locale: str
) -> PurposeRow:
    wording = purpose.wording(locale)
    standing = [one for one in given if one.purpose == purpose.key and one.withdrawn_at is None]
    return PurposeRow(
        key=purpose.key,
        title=wording.title,
        text=wording.text,
        give_url=f"{PATH}/{purpose.key}/give",
        withdraw_url=f"{PATH}/{purpose.key}/withdraw",
        standing=_given(standing[0], wording.title) if standing else None,
        is_possible=account.email is not None or not purpose.needs_confirmed_address,
        needs_mail=purpose.needs_confirmed_address and account.email_confirmed_at is None,
    )


def _given(consent: Consent, title: str) -> GivenConsent:
    version = consent.proof.get("version")
    return GivenConsent(
        title=title,
        wording=consent.wording,
        given_at=consent.given_at,
        withdrawn_at=consent.withdrawn_at,
        page=str(consent.proof.get("page", "")),
        version=version if isinstance(version, int) else None,
        by_mail="mail" in consent.proof,
    )

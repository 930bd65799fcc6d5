"""Signed words in the question form: when it was shown, and which files came with it before."""

from __future__ import annotations

import secrets
import time

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer

from kb.store.questions.waiting import FILE_HOURS
from web.http.site import Site, read_secret

MIN_FILL_S = 2.0
"""Nobody reads the form, writes a sentence and sends it faster; programs do."""

MAX_STAMP_CHARS = 100
MAX_PARCEL_CHARS = 200
PARCEL_BITS = 62
"""Files lie under a negative number until they have a question; 2**62 fits any database."""


def make_stamp(site: Site, *, shown_at: float | None = None) -> str:
    """What a form carries so that it can be told how long it was looked at.

    `shown_at` is in seconds since 1970, by default now.
    """
    moment = time.time() if shown_at is None else shown_at
    return _signer(site).sign(f"{moment:.1f}").decode()


def is_too_fast(site: Site, stamp: str) -> bool:
    """Whether a form was sent sooner than anybody can; an old form is no fault.

    Also true for a stamp that is none of ours.
    """
    shown_at = _read(site, stamp)
    return shown_at is None or time.time() - shown_at < MIN_FILL_S


def same_or_new_stamp(site: Site, stamp: str) -> str:
    """The stamp for a form that is shown again: whoever was too fast is not so the next time."""
    return make_stamp(site) if _read(site, stamp) is None else stamp


def _read(site: Site, stamp: str) -> float | None:
    try:
        return float(_signer(site).unsign(stamp[:MAX_STAMP_CHARS].encode(errors="replace")))
    except (BadSignature, ValueError):
        return None


def new_parcel() -> int:
    """A number that nobody can guess, for files that come before their question."""
    return secrets.randbits(PARCEL_BITS) + 1


def sign_parcel(site: Site, parcel: int) -> str:
    """What a form carries to get its files back."""
    return _serializer(site).dumps(parcel)


def read_parcel(site: Site, given: str) -> int | None:
    """The parcel that a form names; None for none, an old one and one that is not ours."""
    if not given or len(given) > MAX_PARCEL_CHARS:
        return None
    try:
        found = _serializer(site).loads(given, max_age=FILE_HOURS * 3600)
    except BadSignature:
        return None
    return found if isinstance(found, int) and found > 0 else None


def _signer(site: Site) -> Signer:
    return Signer(read_secret(site.settings), salt="kundig question form")


def _serializer(site: Site) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(read_secret(site.settings), salt="kundig question files")

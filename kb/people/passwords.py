"""Passwords: which ones are taken, and what is stored of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.errors import InvalidInput, Unavailable
from kb.people.common_passwords import COMMON

MIN_CHARS = 10
MAX_CHARS = 128
"""Enough for any passphrase; a limit keeps hashing from being fed megabytes."""

MIN_OF_ITS_OWN = 6
"""Characters, not all of them digits, that must be left without the names that anybody knows."""

MIN_DIFFERENT = 4
MIN_WORD_CHARS = 4
HASHES_AT_ONCE = 4
"""Each takes `Cost.memory_kib`; more at once would only wait for the same processors."""

WAITING_AT_MOST = 16
"""Threads that wait for their turn; the others of a process go on serving pages meanwhile."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs with argon2id.

    Source: OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane).
    """

    memory_kib: int = 19_456
    passes: int = 2


USUAL = Cost()


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"


REASONS = {
    Weakness.SHORT: f"a password has at least {MIN_CHARS} characters",
    Weakness.LONG: f"a password has at most {MAX_CHARS} characters",
    Weakness.COMMON: "this password is one of those that are tried first",
    Weakness.PERSONAL: "a password must not be made of a name or an address",
}


class WeakPassword(InvalidInput):
    """A password that is not taken; `why` says the rule."""

    def __init__(self, why: Weakness) -> None:
        super().__init__(REASONS[why], field="password")
        self.why = why


def check_password(password: str, *, known: tuple[str, ...] = ()) -> None:
    """Raise WeakPassword for one that is too short, too long, or among the first to be tried.

    `known` holds what others know of the account: its name, its address, the site's name.
    Nothing is said about which kinds of characters it has: that makes passwords no better.
    Source: NIST SP 800-63B, 3.1.1.2.
    """
    text = _normal(password)
    if len(text) < MIN_CHARS:
        raise WeakPassword(Weakness.SHORT)
    if len(text) > MAX_CHARS:
        raise WeakPassword(Weakness.LONG)
    folded = text.casefold()
    if len(set(folded)) < MIN_DIFFERENT or folded in COMMON:
        raise WeakPassword(Weakness.COMMON)
    rest = folded
    for word in sorted(_words(known), key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != folded and (len(rest) < MIN_OF_ITS_OWN or rest.isdigit()):
        raise WeakPassword(Weakness.PERSONAL)


def _words(known: tuple[str, ...]) -> set[str]:
    words = set()
    for text in known:
        folded = _normal(text).casefold()
        words |= {folded, *re.split(r"[^\w]+|_", folded)}
    return {word for word in words if len(word) >= MIN_WORD_CHARS}


def _normal(password: str) -> str:
    """Return the same characters for the same keys, whatever keyboard typed them."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and checks passwords; made once per process, safe to share between threads."""

    def __init__(self, cost: Cost = USUAL) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1
        )
        self._turns = BoundedSemaphore(HASHES_AT_ONCE)
        self._places = BoundedSemaphore(HASHES_AT_ONCE + WAITING_AT_MOST)

    @cached_property
    def _nobodys(self) -> str:
        return self.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """What is stored of a password; takes some hundredths of a second.

        Raises Unavailable where too many wait already; so does `fits`.
        """
        with self._turn():
            return self._hasher.hash(_normal(password))

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether the password is the one that was stored.

        Where nothing is stored it takes as long and the answer is no, so that the time does
        not tell whether there is such an account.
        """
        given = _normal(password)[: MAX_CHARS + 1]
        against = stored or self._nobodys
        try:
            with self._turn():
                self._hasher.verify(against, given)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None and len(given) <= MAX_CHARS

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable("too many people sign in at this moment: try again in some seconds")
        try:
            with self._turns:
                yield
        finally:
            self._places.release()

    def is_outdated(self, stored: str) -> bool:
        """Whether the password was hashed at another cost and should be hashed anew."""
        return self._hasher.check_needs_rehash(stored)

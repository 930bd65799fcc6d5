"""What somebody follows, how often they are told, and what there is to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from kb.entries import Entry
from kb.errors import InvalidInput

WATCH_KINDS = ("entry", "category", "product", "tag", "question")
"""What can be followed: an answer, a shelf's new answers, one's own question."""

SHELVES = ("category", "product", "tag")

INSTANT, DAILY, WEEKLY = FREQUENCIES = ("instant", "daily", "weekly")

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When somebody is told next who is told as soon as something happens."""

DIGEST_HOUR = 5
"""Hour of the day (UTC) at which digests are made: they lie there when Europe's day begins."""

DIGEST_WEEKDAY = 0
"""Weekly digests come on Mondays."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Who wants to be told: an account, or a guest whose address is confirmed."""

    email: str
    locale: str
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """One thing that somebody follows; `token` stands in the links that end it."""

    id: int
    follower: Follower
    kind: str
    target_id: int
    frequency: str
    token: str
    created_at: datetime
    told_until: datetime
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a watch follows as its follower may see it."""

    kind: str
    id: int
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class EntryNews:
    """An entry that is `new` on a shelf, `changed`, or what a question `became`."""

    what: Literal["new", "changed", "became"]
    entry: Entry
    at: datetime
    about: Target


@dataclass(frozen=True, slots=True)
class ReplyNews:
    """The team's reply to a question; `text` is Markdown unless `is_html` or neither."""

    reply_id: int
    text: str
    is_markdown: bool
    is_html: bool
    at: datetime
    about: Target


News = EntryNews | ReplyNews


def check_watch(kind: str, frequency: str) -> None:
    """Raise InvalidInput for a word that is no kind or no frequency."""
    if kind not in WATCH_KINDS:
        raise InvalidInput(f"{kind[:40]!r} cannot be followed", field="kind")
    if frequency not in FREQUENCIES:
        raise InvalidInput(f"{frequency[:40]!r} is no frequency", field="frequency")


def next_time(frequency: str, now: datetime) -> datetime:
    """When a follower is told next, unless something happens: `NEVER` for instant ones.

    All digests of one follower come due at the same moment, so that they are one mail.
    """
    if frequency == INSTANT:
        return NEVER
    at = now.astimezone(UTC).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if at <= now:
        at += timedelta(days=1)
    if frequency == WEEKLY:
        at += timedelta(days=(DIGEST_WEEKDAY - at.weekday()) % 7)
    return at

"""What the templates around following may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from web.http.contexts import FieldError, Notice


@dataclass(frozen=True, slots=True)
class FrequencyChoice:
    """How often somebody may be told; `value` is one of `kb.watches.FREQUENCIES`."""

    value: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class WatchBox:
    """The form that follows one thing, or says that it is followed.

    `kind` is one of `kb.watches.WATCH_KINDS`. Guests give their address (`needs_email`);
    `needs_confirming` says that the account's own address is not confirmed yet. `change_url` and
    `stop_url` are empty unless it is followed.
    """

    kind: str
    target_id: int
    choices: tuple[FrequencyChoice, ...]
    needs_email: bool = False
    needs_confirming: bool = False
    change_url: str = ""
    stop_url: str = ""
    email: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def is_followed(self) -> bool:
        """Whether the reader follows it."""
        return bool(self.stop_url)


@dataclass(frozen=True, slots=True)
class FollowPage:
    """All that watches/follow.html may read: what a guest wants to follow, with its form."""

    label: str
    url: str
    box: WatchBox


@dataclass(frozen=True, slots=True)
class FollowSentPage:
    """All that watches/sent.html may read; the page is the same whether a mail leaves or not."""

    label: str
    url: str
    email: str
    days: int


@dataclass(frozen=True, slots=True)
class ConfirmWatchPage:
    """All that watches/confirm.html may read; without a `label` the link has ended."""

    state: Literal["ask", "done", "ended"]
    kind: str = ""
    label: str = ""
    url: str = ""
    frequency: str = ""
    action: str = ""
    stop_url: str = ""


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One thing that the reader follows; without a `label` it is not to be read any more."""

    kind: str
    label: str
    url: str
    choices: tuple[FrequencyChoice, ...]
    change_url: str
    stop_url: str


@dataclass(frozen=True, slots=True)
class WatchesPage:
    """All that watches/watches.html may read; mails go to `email`, empty for none confirmed."""

    rows: tuple[WatchRow, ...]
    email: str = ""
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class UnsubscribePage:
    """All that watches/unsubscribe.html may read.

    `state`: `active`, `stopped`, or `ended` for a link that leads to nothing any more. `count`
    is the number of things that are stopped together. `label` may be empty.
    """

    state: Literal["active", "stopped", "ended"]
    kind: str = ""
    label: str = ""
    url: str = ""
    email: str = ""
    count: int = 1
    whole_digest: bool = False
    choices: tuple[FrequencyChoice, ...] = ()
    stop_action: str = ""
    undo_action: str = ""
    frequency_action: str = ""
    saved: bool = False

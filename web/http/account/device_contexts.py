"""What the page of devices may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kb.people.devices import device_parts
from kb.store.people.sessions import Session

PATH = "/account/devices"
Seen = Literal["now", "today", "before"]


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One browser that is signed in; `browser` and `system` may be empty."""

    browser: str
    system: str
    since: date
    seen: Seen
    seen_on: date
    by_key: bool
    end_url: str

    @property
    def is_this(self) -> bool:
        """Whether it is the browser that shows the page."""
        return self.seen == "now"


@dataclass(frozen=True, slots=True)
class DevicesPage:
    """All that account/devices.html may read; this device comes first."""

    rows: tuple[DeviceRow, ...]

    @property
    def has_others(self) -> bool:
        """Whether there is any other than this one."""
        return any(not one.is_this for one in self.rows)


def devices_page(sessions: Sequence[Session], own_id: int | None, *, today: date) -> DevicesPage:
    """The page of an account's open sessions, the latest seen first behind this one."""
    ordered = sorted(
        sessions, key=lambda one: (one.id == own_id, one.last_seen_at, one.id), reverse=True
    )
    return DevicesPage(tuple(_row(one, own_id, today) for one in ordered))


def _row(session: Session, own_id: int | None, today: date) -> DeviceRow:
    browser, system = device_parts(session.device)
    seen: Seen = "today" if session.last_seen_at.date() == today else "before"
    return DeviceRow(
        browser=browser,
        system=system,
        since=session.created_at.date(),
        seen="now" if session.id == own_id else seen,
        seen_on=session.last_seen_at.date(),
        by_key=session.api_key_id is not None,
        end_url=f"{PATH}/{session.id}/end",
    )

"""Topics as the agents' table shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kb.addresses import entry_path
from kb.desk.next_steps import next_step
from kb.entries import Entry
from kb.topics import Topic
from web.http.contexts import Link
from web.http.desk.topic_contexts import Pace, Step, TopicRow, Trend, WeekCount

WEEKS_A_MONTH = 365.25 / 12 / 7
ROW_KEYWORDS = 6


def topic_row(topic: Topic, entries: Mapping[int, Entry]) -> TopicRow:
    """A topic's row; `entries` holds those of `entries_named`."""
    return TopicRow(
        label=topic.label,
        lang=topic.lang,
        url=topic_path(topic.id),
        size=topic.size,
        askers=topic.askers,
        trend=trend_of(topic),
        state=topic.state,
        verdict=topic.verdict,
        keywords=topic.keywords[:ROW_KEYWORDS],
        last_asked_on=topic.last_asked_at.date() if topic.last_asked_at else None,
        pace=pace_of(topic),
        step=step_of(topic, entries),
    )


def topic_path(topic_id: int) -> str:
    """The address of a topic's page."""
    return f"/desk/topics/{topic_id}"


def entries_named(topic: Topic) -> set[int]:
    """The entries that a topic's row names: its own, and the one its verdict is about."""
    about = topic.evidence.entry_id if topic.evidence else None
    return {one for one in (topic.entry_id, about) if one is not None}


def entry_link(entry_id: int | None, entries: Mapping[int, Entry]) -> Link | None:
    """The link to an entry, None where there is none to link to."""
    entry = entries.get(entry_id) if entry_id is not None else None
    return None if entry is None else Link(entry.title, entry_path(entry.id, entry.title))


def pace_of(topic: Topic) -> Pace:
    """How many people ask and get no answer, in weeks or in months."""
    if topic.unanswered_share is None and topic.effect == 0:
        return Pace("unknown")
    if topic.effect >= 1:
        return Pace("week", round(topic.effect))
    a_month = round(topic.effect * WEEKS_A_MONTH)
    if a_month >= 1:
        return Pace("month", a_month)
    return Pace("rare" if topic.effect > 0 else "none")


def step_of(topic: Topic, entries: Mapping[int, Entry]) -> Step:
    """What to do about a topic next, with where to do it."""
    own = entries.get(topic.entry_id) if topic.entry_id is not None else None
    found = next_step(topic, entry_state=own.state if own else None)
    link = entry_link(found.entry_id, entries)
    if found.kind == "add wordings" and link is not None:
        return Step(
            found.kind,
            link,
            action=f"{topic_path(topic.id)}/attach",
            entry_id=found.entry_id,
        )
    if found.kind == "write" and link is None:
        return Step(found.kind, url=f"{topic_path(topic.id)}#promote-title")
    return Step(found.kind, link, url=link.url if link else "")


def trend_of(topic: Topic) -> Trend:
    """The topic's weeks as dates, oldest first."""
    weeks = tuple(WeekCount(monday_of(week), count) for week, count in topic.weeks)
    return Trend(weeks=weeks, word=topic.trend or "steady")


def monday_of(week: str) -> date:
    """The Monday of an ISO week, `2026-W07`."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)

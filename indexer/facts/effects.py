"""How many people a week ask each topic and get no answer: the order of the agents' queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from kb.clock import utc_now
from kb.store.engine import reading, transaction
from kb.store.topics.effects import EffectBasis, asked_span, effect_bases, save_effects

RECENT_WEEKS = 8
"""What was asked lately tells what will be asked next week."""

SMOOTHING_WEEKS = 2
"""The topic's own rate over all its time counts as much as so many recent weeks, so that a
topic of every season does not fall to nothing in a quiet month."""

DIGITS = 4
WEEK = timedelta(weeks=1)


def refresh_effects(engine: Engine) -> int:
    """Bring the effect of every topic in the queue up to date; return how many changed.

    "Now" is the newest question, never later than the present: an old export has its order, too.
    """
    with reading(engine) as conn:
        span = asked_span(conn)
        if span is None:
            return 0
        first, newest = span
        now = min(newest, utc_now())
        bases = effect_bases(conn, since=now - RECENT_WEEKS * WEEK, until=now)
    changed = {}
    for one in bases:
        effect = round(people_a_week(one, first=first, now=now) * share_of(one), DIGITS)
        if effect != one.effect:
            changed[one.topic_id] = effect
    if changed:
        with transaction(engine) as conn:
            save_effects(conn, changed)
    return len(changed)


def people_a_week(basis: EffectBasis, *, first: datetime, now: datetime) -> float:
    """Distinct askers a week, lately, smoothed by the topic's rate over all its time.

    `first` is when the record's first question was asked: a record of two weeks is not
    divided by eight.
    """
    recorded = _weeks(first, now)
    recent = min(RECENT_WEEKS, recorded)
    own = max(_weeks(basis.first_asked_at or first, now), recent)
    smoothing = SMOOTHING_WEEKS * basis.askers / own
    return (basis.recent_askers + smoothing) / (recent + SMOOTHING_WEEKS)


def share_of(basis: EffectBasis) -> float:
    """The share that gets no answer; before anybody looked, all of them."""
    return 1.0 if basis.unanswered_share is None else basis.unanswered_share


def _weeks(since: datetime, now: datetime) -> float:
    return max((now.astimezone(UTC) - since.astimezone(UTC)) / WEEK, 1.0)

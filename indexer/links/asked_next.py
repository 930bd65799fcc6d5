"""Finds which entry people ask for after another one, more often than chance would have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy.stats import binom

from kb.store.links.asked_entries import Asked

WITHIN_DAYS = 7
MIN_PEOPLE = 3
"""Fewer might be one household, and would tell what single people asked."""

MIN_LIFT = 2.0
MAX_CHANCE = 0.01
"""How likely as many people may be by chance alone."""

MAX_ENTRIES_OF_PERSON = 30
"""Who asks for more is a dealer or a colleague, after whom everything comes next."""

TYPICAL_SHARE = 0.8
"""The days told are the fewest within which four fifths of these people asked."""

MAX_NEXT = 5


@dataclass(frozen=True, slots=True)
class NextEntry:
    """`people` who asked for one entry asked for the other within `days` after it.

    share: of all who asked for the first; lift: how many times the chance of anybody.
    """

    from_entry: int
    to_entry: int
    people: int
    days: int
    share: float
    lift: float


def find_next(asked: Sequence[Asked]) -> list[NextEntry]:
    """What people ask for next, by entry, then the largest share first, at most five each.

    A person counts once for a pair, with the shortest time between the two. A pair needs three
    people within seven days, twice as many as chance would give (the share of all people who
    ask for the second at any time), and by chance it is rarer than one in a hundred.
    """
    of_person: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for one in asked:
        of_person[one.person].append((one.at, one.entry_id))
    usual = [
        steps
        for steps in of_person.values()
        if len({entry for _, entry in steps}) <= MAX_ENTRIES_OF_PERSON
    ]
    askers = Counter(entry for steps in usual for entry in {entry for _, entry in steps})
    days: dict[tuple[int, int], list[int]] = defaultdict(list)
    for steps in usual:
        for pair, taken in _pairs(sorted(steps)).items():
            days[pair].append(taken)
    found: dict[int, list[NextEntry]] = defaultdict(list)
    for (first, then), waits in sorted(days.items()):
        by_chance = askers[then] / len(usual)
        share = len(waits) / askers[first]
        likely = float(binom.sf(len(waits) - 1, askers[first], by_chance))
        if len(waits) < MIN_PEOPLE or share < MIN_LIFT * by_chance or likely > MAX_CHANCE:
            continue
        people, within = _told(waits)
        lift = round(share / by_chance, 2)
        found[first].append(NextEntry(first, then, people, within, round(share, 4), lift))
    return [
        link
        for entry in sorted(found)
        for link in sorted(found[entry], key=lambda n: (-n.share, -n.people, n.to_entry))[:MAX_NEXT]
    ]


def _pairs(steps: Sequence[tuple[datetime, int]]) -> dict[tuple[int, int], int]:
    """Days between asking for one entry and then another, the fewest of each pair."""
    shortest: dict[tuple[int, int], int] = {}
    for place, (at, one) in enumerate(steps):
        for later, other in steps[place + 1 :]:
            if later - at > timedelta(days=WITHIN_DAYS):
                break
            if one == other or later == at:
                continue
            taken = max(1, -((at - later) // timedelta(days=1)))
            shortest[one, other] = min(taken, shortest.get((one, other), taken))
    return shortest


def _told(taken: Iterable[int]) -> tuple[int, int]:
    """Return (people, days) such that all of these people asked within these days."""
    ordered = sorted(taken)
    wanted = max(MIN_PEOPLE, round(TYPICAL_SHARE * len(ordered)))
    days = ordered[wanted - 1]
    return sum(one <= days for one in ordered), days

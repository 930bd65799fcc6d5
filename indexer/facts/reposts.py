"""Tells which of a topic's questions only repeat what the same sender asked before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from kb.questions import GroupableQuestion


def find_reposts(members: Sequence[GroupableQuestion]) -> list[bool]:
    """For each question of one topic whether it is a repost.

    It is where the same sender asked in this topic before, on the same day (UTC) or in the same
    words. A question without a sender is none. `kb.store.topics.member_counts` counts by this rule.
    """
    places = sorted(
        range(len(members)), key=lambda place: (members[place].asked_at, members[place].id)
    )
    seen: set[tuple[str, str]] = set()
    repeats = [False] * len(members)
    for place in places:
        one = members[place]
        if not one.sender:
            continue
        day = one.asked_at.astimezone(UTC).date().isoformat()
        keys = {(one.sender, day), (one.sender, one.text_hash)}
        repeats[place] = bool(seen & keys)
        seen |= keys
    return repeats

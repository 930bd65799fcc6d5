"""What a run of grouping did, in one line for a person and in figures for the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

LISTED = 200
"""Ids named in each list of a report; the counts beside the lists are whole."""


@dataclass(frozen=True, slots=True)
class GroupingReport:
    """What grouping did.

    `how` is "full", "joined" (new questions only joined topics), "described" (topics got facts
    that an older version did not know), "unchanged" or "elsewhere" (another machine groups).
    `kept_share` is the share of the questions grouped before that are in the same topic now,
    `kept` and `moved` count them. merged: (id that is gone, id it went into); split: (id, ids
    of the topics that hold its parts, biggest first); ids are listed up to LISTED each.
    `touched` are the topics that questions joined or left, None for all. `run_before` is the
    run whose topics this one started from, 0 for none.
    """

    how: str
    questions: int
    topics: int
    ungrouped: int
    joined: int = 0
    new_topics: int = 0
    vanished_topics: int = 0
    kept_share: float = 1.0
    kept: int = 0
    moved: int = 0
    new: tuple[int, ...] = ()
    vanished: tuple[int, ...] = ()
    merged: tuple[tuple[int, int], ...] = ()
    split: tuple[tuple[int, tuple[int, ...]], ...] = ()
    overridden_decisions: tuple[int, ...] = ()
    touched: tuple[int, ...] | None = ()
    run_before: int = 0
    seconds: float = 0.0

    @property
    def is_first(self) -> bool:
        """Whether there was nothing before that could have stayed."""
        return self.how == "full" and self.new_topics == self.topics and not self.vanished_topics

    def __str__(self) -> str:
        """One line for a person."""
        if self.how == "unchanged":
            return f"nothing new, {self.topics:,} topics"
        if self.how == "elsewhere":
            return f"another machine groups the {self.questions:,} questions now"
        if self.how == "joined":
            return f"{self.joined:,} new questions joined one of {self.topics:,} topics"
        found = f"{self.topics:,} topics from {self.questions:,} questions, "
        found += f"{self.ungrouped:,} ungrouped"
        if self.how == "described":
            return f"{found}, described anew"
        if self.is_first:
            return found
        changes = [
            f"{self.kept_share:.1%} stayed where they were",
            f"{self.new_topics:,} topics new",
            f"{self.vanished_topics:,} gone",
        ]
        changes += [f"{len(self.merged):,} merged"] if self.merged else []
        changes += [f"{len(self.split):,} split"] if self.split else []
        return f"{found}; {', '.join(changes)}"


def stored_report(stored: Mapping[str, Any]) -> GroupingReport:
    """The report that a run stored as JSON; raises TypeError where one of its counts is missing."""
    known = {field.name for field in fields(GroupingReport)}
    return GroupingReport(**{name: value for name, value in stored.items() if name in known})

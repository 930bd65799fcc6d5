"""What the record's topics were made from, and whether that still holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from kb.clock import utc_now
from kb.store.changes import changes_since
from kb.store.decisions import active_decisions
from kb.store.decisions_undone import count_undone
from kb.store.instance import find_value, get_incarnation, set_value
from kb.topics import Decision

GROUPED_FROM = "grouping_base"
"""Key in the record under which the base is stored."""

JOIN_UP_TO_SHARE = 0.05
"""Up to this share of changed questions the new ones only join the topics that are there."""

REGROUP_AFTER = timedelta(hours=6)
"""Topics that only grew for so long are found anew, so that a new subject shows the same day."""

CHEAP_QUESTIONS = 5_000
"""Up to so many questions all are grouped anew at each decision, in a second or two."""

AFRESH_AFTER_GROWTH = 0.2
"""Held topics of a set that doubled were 6 points of accuracy below fresh ones, of one grown by a
quarter 3."""

DECISION_WEIGHT = 2
"""A decision counts as this many changed questions: it is about two."""


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about grouping: the decisions that stand, and how many were undone."""

    decisions: tuple[Decision, ...]
    undone: int

    def newest(self) -> int:
        """The greatest id, 0 where nobody decided anything."""
        return max((one.id for one in self.decisions), default=0)


@dataclass(frozen=True, slots=True)
class GroupingBase:
    """What the present topics were made from.

    `seq` is the newest change they know of, `run` the run that stored them last. `changed`
    counts the questions that came or went, and decisions made, since the full grouping at
    `grouped_at` (ISO time); `last_decision` is the newest decision known by then and `undone`
    the number of those taken back. `waiting` questions had no vector yet. `afresh` is how many
    questions there were when topics were last found without regard to the ones before.
    """

    incarnation: str
    fingerprint: str
    seq: int
    run: int
    last_decision: int
    undone: int
    grouped_at: str
    questions: int
    topics: int
    ungrouped: int
    waiting: int = 0
    changed: int = 0
    afresh: int = 0

    def holds_topics(self, said: Said, *, questions: int) -> bool:
        """Whether a full grouping should hold on to the topics that are there.

        Held topics drift from what the questions say as more come in, so after some growth,
        and when a decision was taken back, they are found afresh.
        """
        grown = questions > self.afresh * (1 + AFRESH_AFTER_GROWTH)
        return said.undone == self.undone and not grown

    def fits(self, conn: Connection, fingerprint: str) -> bool:
        """Whether the topics are of this record and of this encoder's vectors."""
        return (self.incarnation, self.fingerprint) == (get_incarnation(conn), fingerprint)

    def new_decisions(self, decisions: Sequence[Decision]) -> int:
        """How many decisions the full grouping did not know of."""
        return sum(one.id > self.last_decision for one in decisions)

    def is_old(self) -> bool:
        """Whether the last full grouping was long ago."""
        return utc_now() - datetime.fromisoformat(self.grouped_at) > REGROUP_AFTER

    def may_only_join(self, said: Said, *, changed: int, questions: int) -> bool:
        """Whether so little changed that the new questions may just join a topic."""
        if said.undone != self.undone:
            return False
        new = self.new_decisions(said.decisions)
        if new and questions <= CHEAP_QUESTIONS:
            return False
        changes = self.changed + changed + DECISION_WEIGHT * new
        if changes and self.is_old():
            return False
        return changes <= JOIN_UP_TO_SHARE * questions

    def is_current(self, conn: Connection, said: Said) -> bool:
        """Whether nothing changed since: then nothing can come out differently."""
        if self.waiting or said.undone != self.undone or self.new_decisions(said.decisions):
            return False
        if self.changed and self.is_old():
            return False
        seq = self.seq
        while page := changes_since(conn, seq):
            if any(one.kind == "question" for one in page):
                return False
            seq = page[-1].seq
        return True

    def grown(self, growth: Growth) -> GroupingBase:
        """The base after questions joined or left."""
        new = self.new_decisions(growth.said.decisions)
        return replace(
            self,
            seq=growth.seq,
            run=growth.run,
            last_decision=growth.said.newest(),
            questions=growth.questions,
            ungrouped=growth.ungrouped,
            waiting=growth.waiting,
            changed=self.changed + growth.changed + DECISION_WEIGHT * new,
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """What the record's topics are after an incremental run."""

    seq: int
    run: int
    said: Said
    questions: int
    ungrouped: int
    waiting: int
    changed: int


def read_said(conn: Connection) -> Said:
    """What people said so far."""
    return Said(tuple(active_decisions(conn)), count_undone(conn))


def find_base(conn: Connection) -> GroupingBase | None:
    """The stored base, None before the first full grouping of a version that stores the same."""
    stored = find_value(conn, GROUPED_FROM)
    try:
        return None if stored is None else GroupingBase(**json.loads(stored))
    except (ValueError, TypeError):
        return None


def save_base(conn: Connection, base: GroupingBase) -> None:
    """Store the base together with the topics that it describes."""
    set_value(conn, GROUPED_FROM, json.dumps(asdict(base)))

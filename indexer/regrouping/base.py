"""What the record's topics were made from, and whether that still holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from kb.clock import utc_now
from kb.store.grouping.decisions import active_decisions
from kb.store.grouping.standing import DecisionStamp, count_decisions, decision_stamp
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

MOVES_PER_CHANGE = 0.8
"""Old questions that a full grouping may move, for each question that came, went or was decided
on: after 5 % new ones 4 % move at most (docs/adr/0020-topics-that-stay.md)."""

FACTS_VERSION = 1
"""Which facts are stored with topics: raised when there are more, so that the next run finds
them without grouping anew."""

DECISION_WEIGHT = 2
"""A decision counts as this many changed questions: it is about two."""


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about grouping: the decisions that stand, oldest first, and their stamp."""

    decisions: tuple[Decision, ...]
    stamp: DecisionStamp


@dataclass(frozen=True, slots=True)
class GroupingBase:
    """What the present topics were made from.

    `seq` is the newest change they know of, `run` the run that stored them last. `changed`
    counts the questions that came or went, and decisions made, since the full grouping at
    `grouped_at` (ISO time); `last_decision` is the newest decision known by then and `undone`
    the number of those taken back. `waiting` questions had no vector yet; no change of theirs
    is older than `seq`. `facts` is the version of what is known of the topics.
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
    facts: int = 0

    def budget(self, conn: Connection, *, changed: int) -> float:
        """Share of the grouped questions that a full grouping may move.

        In proportion to what is new, so that topics follow what the questions say by and by.
        """
        new = count_decisions(conn, after_id=self.last_decision)
        news = self.changed + changed + DECISION_WEIGHT * new
        return min(1.0, MOVES_PER_CHANGE * news / max(1, self.questions))

    def fits(self, conn: Connection, fingerprint: str) -> bool:
        """Whether the topics are of this record and of this encoder's vectors."""
        return (self.incarnation, self.fingerprint) == (get_incarnation(conn), fingerprint)

    @property
    def grouped(self) -> datetime:
        """When the topics were found."""
        return datetime.fromisoformat(self.grouped_at)

    def is_old(self) -> bool:
        """Whether the last full grouping was long ago."""
        return utc_now() - self.grouped > REGROUP_AFTER

    def new_decisions(self, conn: Connection, stamp: DecisionStamp) -> int:
        """How many decisions stand that the topics do not know of."""
        if stamp.newest <= self.last_decision:
            return 0
        return count_decisions(conn, after_id=self.last_decision)

    def may_only_join(
        self, stamp: DecisionStamp, *, decided: int, changed: int, questions: int
    ) -> bool:
        """Whether so little changed that the new questions may just join a topic."""
        if stamp.undone != self.undone or (decided and questions <= CHEAP_QUESTIONS):
            return False
        changes = self.changed + changed + DECISION_WEIGHT * decided
        if changes and self.is_old():
            return False
        return changes <= JOIN_UP_TO_SHARE * questions

    def grown(self, growth: Growth) -> GroupingBase:
        """The base after questions joined or left."""
        return replace(
            self,
            seq=growth.seq,
            run=growth.run,
            last_decision=max(self.last_decision, growth.stamp.newest),
            questions=growth.questions,
            ungrouped=growth.ungrouped,
            waiting=growth.waiting,
            changed=self.changed + growth.changed,
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """What the record's topics are after an incremental run.

    `changed` counts what came, went and was decided, as the base does.
    """

    seq: int
    run: int
    stamp: DecisionStamp
    questions: int
    ungrouped: int
    waiting: int
    changed: int


def read_said(conn: Connection) -> Said:
    """What people said so far."""
    return Said(tuple(active_decisions(conn)), decision_stamp(conn))


def find_base(conn: Connection) -> GroupingBase | None:
    """The stored base, None before the first full grouping of a version that stores the same."""
    stored = find_value(conn, GROUPED_FROM)
    if stored is None:
        return None
    known = {field.name for field in fields(GroupingBase)}
    try:
        return GroupingBase(**{key: one for key, one in json.loads(stored).items() if key in known})
    except (ValueError, TypeError, AttributeError):
        return None


def save_base(conn: Connection, base: GroupingBase) -> None:
    """Store the base together with the topics that it describes."""
    set_value(conn, GROUPED_FROM, json.dumps(asdict(base)))

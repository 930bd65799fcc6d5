"""How much entries are used, for editors who compare two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select

from kb.store.engine import chunks
from kb.store.schema import clicks, helpful_votes


@dataclass(frozen=True, slots=True)
class EntryUse:
    """Visitors who opened an entry from a search, each day anew, and votes on all revisions."""

    opened: int = 0
    yes: int = 0
    no: int = 0


def use_of_entries(conn: Connection, entry_ids: Sequence[int]) -> dict[int, EntryUse]:
    """The use of each of these entries, for editors."""
    wanted = list(dict.fromkeys(entry_ids))
    opened: dict[int, int] = {}
    votes: dict[tuple[int, bool], int] = {}
    for part in chunks(wanted):
        opening = (
            select(clicks.c.target_id, func.count(clicks.c.visitor.distinct()))
            .where(
                # In the words of the index of these, which a parameter would not match.
                clicks.c.action == literal_column("'opened'"),
                clicks.c.type == literal_column("'entry'"),
                clicks.c.target_id.in_(part),
            )
            .group_by(clicks.c.target_id)
        )
        opened |= {row[0]: row[1] for row in conn.execute(opening)}
        voting = (
            select(helpful_votes.c.entry_id, helpful_votes.c.helpful, func.count())
            .where(helpful_votes.c.entry_id.in_(part))
            .group_by(helpful_votes.c.entry_id, helpful_votes.c.helpful)
        )
        votes |= {(row[0], bool(row[1])): row[2] for row in conn.execute(voting)}
    return {
        one: EntryUse(opened.get(one, 0), votes.get((one, True), 0), votes.get((one, False), 0))
        for one in wanted
    }

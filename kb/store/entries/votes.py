"""What readers said of entries, with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from kb.store.engine import chunks
from kb.store.schema import entries, helpful_votes


@dataclass(frozen=True, slots=True)
class EntryVotes:
    """Votes on the present revision of an entry; `reasons` of those that say no, most first."""

    yes: int = 0
    no: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


def votes_of_entries(conn: Connection, entry_ids: Sequence[int]) -> dict[int, EntryVotes]:
    """Votes by entry, for the indexer; an entry without votes is left out.

    Votes on earlier revisions do not count: they are about another text.
    """
    found: dict[int, list[tuple[bool, str | None, int]]] = {}
    for part in chunks(list(entry_ids)):
        votes = helpful_votes.c
        statement = (
            select(votes.entry_id, votes.helpful, votes.reason, func.count().label("votes"))
            .join(entries, entries.c.id == votes.entry_id)
            .where(votes.entry_id.in_(part), votes.revision == entries.c.revision)
            .group_by(votes.entry_id, votes.helpful, votes.reason)
            .order_by(votes.entry_id, func.count().desc(), votes.reason)
        )
        for row in conn.execute(statement):
            found.setdefault(row.entry_id, []).append((bool(row.helpful), row.reason, row.votes))
    return {
        entry_id: EntryVotes(
            yes=sum(count for helpful, _, count in rows if helpful),
            no=sum(count for helpful, _, count in rows if not helpful),
            reasons=tuple(
                (reason, count) for helpful, reason, count in rows if reason and not helpful
            ),
        )
        for entry_id, rows in found.items()
    }

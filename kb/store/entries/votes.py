"""What readers said of entries, with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from kb.access import Viewer, may_edit
from kb.entries import Entry
from kb.helpfulness import VoteCount
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
            reasons=_reasons(rows),
        )
        for entry_id, rows in found.items()
    }


def votes_by_revision(
    conn: Connection, entry: Entry, *, viewer: Viewer, limit: int = 20
) -> list[VoteCount]:
    """Votes on an entry by revision, the present one first, there even without any vote.

    Votes taken over by a merge stand last, as revision 0. Reasons go to staff alone.
    """
    votes = helpful_votes.c
    statement = (
        select(votes.revision, votes.helpful, votes.reason, func.count().label("votes"))
        .where(votes.entry_id == entry.id)
        .group_by(votes.revision, votes.helpful, votes.reason)
        .order_by(votes.revision.desc(), func.count().desc(), votes.reason)
    )
    found: dict[int, list[tuple[bool, str | None, int]]] = {entry.revision: []}
    for row in conn.execute(statement):
        found.setdefault(row.revision, []).append((bool(row.helpful), row.reason, row.votes))
    return [
        VoteCount(
            revision=revision,
            yes=sum(count for helpful, _, count in rows if helpful),
            no=sum(count for helpful, _, count in rows if not helpful),
            reasons=_reasons(rows) if may_edit(viewer) else (),
        )
        for revision, rows in list(found.items())[:limit]
    ]


def _reasons(rows: list[tuple[bool, str | None, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((reason, count) for helpful, reason, count in rows if reason and not helpful)

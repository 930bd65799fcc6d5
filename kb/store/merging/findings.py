"""What the audit found about pairs of entries: near-duplicates and contradictions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import Conflict, NotFound, NotPermitted
from kb.store.audit import Subject, record_audit
from kb.store.engine import chunks, upsert
from kb.store.schema import entries, entry_findings, entry_revisions

REVISIONS = "revisions"
"""Fact of a dismissed finding: the revisions of both entries that a person compared."""


@dataclass(frozen=True, slots=True)
class FoundPair:
    """Two entries that the indexer reports, entry_a < entry_b; score orders within a kind."""

    kind: str
    entry_a: int
    entry_b: int
    score: float
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryFinding:
    """One finding and what a person said about it; `facts` are what can be checked."""

    id: int
    kind: str
    entry_a: int
    entry_b: int
    state: str
    score: float
    facts: Mapping[str, Any]
    found_at: datetime
    closed_by: str | None
    closed_at: datetime | None


def save_finding(conn: Connection, pair: FoundPair) -> None:
    """Store or refresh an open finding; one that a person closed stays as it is."""
    values = {"score": pair.score, "facts": dict(pair.facts)}
    statement = upsert(conn, entry_findings).values(
        kind=pair.kind,
        entry_a=pair.entry_a,
        entry_b=pair.entry_b,
        state="open",
        found_at=utc_now(),
        **values,
    )
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "entry_a", "entry_b"],
            set_=values,
            where=entry_findings.c.state == "open",
        )
    )


def findings_about(conn: Connection, entry_ids: Collection[int]) -> list[EntryFinding]:
    """All findings, in any state, in which one of these entries takes part; for the indexer."""
    found: dict[int, EntryFinding] = {}
    for part in chunks(sorted(entry_ids), 400):
        touching = or_(entry_findings.c.entry_a.in_(part), entry_findings.c.entry_b.in_(part))
        for row in conn.execute(select(entry_findings).where(touching)):
            found[row.id] = _finding(row)
    return [found[key] for key in sorted(found)]


def drop_findings(conn: Connection, ids: Sequence[int]) -> None:
    """Remove findings that no longer hold."""
    for part in chunks(list(ids)):
        conn.execute(delete(entry_findings).where(entry_findings.c.id.in_(part)))


def open_again(conn: Connection, finding_id: int) -> None:
    """Open a finding whose entries have changed since a person closed it."""
    conn.execute(
        update(entry_findings)
        .where(entry_findings.c.id == finding_id)
        .values(state="open", closed_by=None, closed_at=None, found_at=utc_now())
    )


def list_findings(
    conn: Connection, *, viewer: Viewer, state: str = "open", offset: int = 0, limit: int = 50
) -> list[EntryFinding]:
    """Findings in a state about entries that are both published, the gravest first.

    Raises NotPermitted for who is not staff.
    """
    _require_editor(viewer)
    order: tuple[Any, ...] = (
        # "contradiction" before "duplicate": what tells customers two things comes first.
        entry_findings.c.kind,
        entry_findings.c.score.desc(),
        entry_findings.c.id,
    )
    if state == "dismissed":
        order = (entry_findings.c.closed_at.desc(), entry_findings.c.id.desc())
    statement = (
        select(entry_findings)
        .where(entry_findings.c.state == state, *_both_published())
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    )
    return [_finding(row) for row in conn.execute(statement)]


def finding_counts(conn: Connection) -> dict[str, int]:
    """How many findings about published entries stand in each state."""
    statement = (
        select(entry_findings.c.state, func.count())
        .where(*_both_published())
        .group_by(entry_findings.c.state)
    )
    return {row[0]: row[1] for row in conn.execute(statement)}


def _both_published() -> tuple[Any, Any]:
    published = select(entries.c.id).where(entries.c.state == "published")
    return entry_findings.c.entry_a.in_(published), entry_findings.c.entry_b.in_(published)


def get_finding(conn: Connection, finding_id: int, *, viewer: Viewer) -> EntryFinding:
    """The finding; raises NotFound, and NotPermitted for who is not staff."""
    _require_editor(viewer)
    row = conn.execute(
        select(entry_findings).where(entry_findings.c.id == finding_id)
    ).one_or_none()
    if row is None:
        raise NotFound("finding", finding_id)
    return _finding(row)


def dismiss_finding(conn: Connection, finding_id: int, *, viewer: Viewer) -> None:
    """Say that a finding is none; it stays so until one of the entries says something else.

    Raises NotFound, NotPermitted, and Conflict for one that is not open.
    """
    finding = get_finding(conn, finding_id, viewer=viewer)
    if finding.state != "open":
        raise Conflict(f"finding {finding_id} is {finding.state} already")
    pair = (finding.entry_a, finding.entry_b)
    rows = conn.execute(select(entries.c.id, entries.c.revision).where(entries.c.id.in_(pair)))
    at = {row.id: row.revision for row in rows}
    _close(conn, finding, "dismissed", {REVISIONS: [at[one] for one in pair]}, viewer)


def reopen_finding(conn: Connection, finding_id: int, *, viewer: Viewer) -> None:
    """Take a dismissal back; raises NotFound, NotPermitted, and Conflict for another state."""
    finding = get_finding(conn, finding_id, viewer=viewer)
    if finding.state != "dismissed":
        raise Conflict(f"finding {finding_id} is {finding.state}, not dismissed")
    _close(conn, finding, "open", {}, viewer)


def _close(
    conn: Connection, finding: EntryFinding, state: str, more: Mapping[str, Any], viewer: Viewer
) -> None:
    closed = state != "open"
    facts = {key: value for key, value in finding.facts.items() if key != REVISIONS}
    conn.execute(
        update(entry_findings)
        .where(entry_findings.c.id == finding.id)
        .values(
            state=state,
            facts={**facts, **more},
            closed_by=viewer.signature if closed else None,
            closed_at=utc_now() if closed else None,
        )
    )
    said = {"kind": finding.kind, "entries": [finding.entry_a, finding.entry_b], "state": state}
    record_audit(conn, "audit", Subject("finding", finding.id), viewer=viewer, facts=said)


def close_merged(conn: Connection, one: int, other: int, *, viewer: Viewer) -> list[list[Any]]:
    """Close what was found about two entries that become one; return (id, state before)."""
    a, b = sorted((one, other))
    pair = and_(entry_findings.c.entry_a == a, entry_findings.c.entry_b == b)
    statement = select(entry_findings).where(pair).order_by(entry_findings.c.id)
    before = []
    for row in conn.execute(statement).all():
        at = row.closed_at.isoformat() if row.closed_at else None
        before.append([row.id, row.state, row.closed_by, at])
        conn.execute(
            update(entry_findings)
            .where(entry_findings.c.id == row.id)
            .values(state="merged", closed_by=viewer.signature, closed_at=utc_now())
        )
    return before


def reopen_merged(conn: Connection, before: Sequence[Sequence[Any]]) -> None:
    """Let findings stand as before their entries were merged."""
    for finding_id, state, closed_by, closed_at in before:
        at = datetime.fromisoformat(closed_at) if closed_at else None
        conn.execute(
            update(entry_findings)
            .where(entry_findings.c.id == finding_id, entry_findings.c.state == "merged")
            .values(state=state, closed_by=closed_by, closed_at=at)
        )


def text_at_revision(conn: Connection, entry_id: int, revision: int) -> str | None:
    """Title and answer of an entry as they were at a revision; for the indexer."""
    row = conn.execute(
        select(entry_revisions.c.title, entry_revisions.c.answer).where(
            entry_revisions.c.entry_id == entry_id, entry_revisions.c.number == revision
        )
    ).one_or_none()
    return None if row is None else f"{row.title}\n{row.answer}"


def _require_editor(viewer: Viewer) -> None:
    if not may_edit(viewer):
        raise NotPermitted("the audit of entries is for support agents")


def _finding(row: Row[Any]) -> EntryFinding:
    return EntryFinding(
        row.id,
        row.kind,
        row.entry_a,
        row.entry_b,
        row.state,
        row.score,
        row.facts,
        row.found_at,
        row.closed_by,
        row.closed_at,
    )

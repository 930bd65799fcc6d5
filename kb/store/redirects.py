"""Where merged and replaced things went, for ever."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from kb.clock import utc_now
from kb.store.engine import chunks, upsert
from kb.store.schema import redirects


def add_redirect(conn: Connection, kind: str, from_id: int, to_id: int) -> None:
    """Let `from_id` lead to `to_id`; redirects that led to `from_id` follow, so chains stay short.

    Where `to_id` leads elsewhere itself, `from_id` leads there at once. Where `to_id` led to
    `from_id`, the newer one wins and `to_id` stands for itself again. Raises ValueError for a
    redirect to itself.
    """
    if from_id == to_id:
        raise ValueError("a redirect to itself leads nowhere")
    further = find_redirect(conn, kind, to_id)
    if further == from_id:
        conn.execute(
            delete(redirects).where(redirects.c.kind == kind, redirects.c.from_id == to_id)
        )
    elif further is not None:
        to_id = further
    conn.execute(
        update(redirects)
        .where(redirects.c.kind == kind, redirects.c.to_id == from_id)
        .values(to_id=to_id)
    )
    statement = upsert(conn, redirects).values(
        kind=kind, from_id=from_id, to_id=to_id, at=utc_now()
    )
    conn.execute(
        statement.on_conflict_do_update(index_elements=["kind", "from_id"], set_={"to_id": to_id})
    )


def find_redirect(conn: Connection, kind: str, from_id: int) -> int | None:
    """The id that `from_id` leads to, None where it leads nowhere."""
    found: int | None = conn.execute(
        select(redirects.c.to_id).where(redirects.c.kind == kind, redirects.c.from_id == from_id)
    ).scalar_one_or_none()
    return found


def find_redirects(conn: Connection, kind: str, from_ids: Sequence[int]) -> dict[int, int]:
    """Where those of the ids lead that lead anywhere; one query for each 900."""
    found: dict[int, int] = {}
    for part in chunks(list(from_ids)):
        statement = select(redirects.c.from_id, redirects.c.to_id).where(
            redirects.c.kind == kind, redirects.c.from_id.in_(part)
        )
        found.update({row.from_id: row.to_id for row in conn.execute(statement)})
    return found

"""What must not come back with a restored record: open doors, and mails that left long ago."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from kb.store.schema import deliveries, one_time_tokens, sessions

NOT_SENT_AGAIN = "the record was restored; it may have been sent before"


def close_what_was_open(conn: Connection) -> None:
    """End all sessions and one-time links, and send no mail that waited in the backup.

    Somebody signed out, used a link up or got that mail since; the backup does not know.
    """
    conn.execute(delete(sessions))
    conn.execute(delete(one_time_tokens))
    waiting = deliveries.c.state == "waiting"
    conn.execute(update(deliveries).where(waiting).values(state="failed", error=NOT_SENT_AGAIN))

"""Lets one machine at a time group the questions of a record that several share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from kb.store.engine import is_sqlite

GROUPING_LOCK = 0x67726F75
"""Key of the PostgreSQL advisory lock that a grouping machine holds."""

DEAD_AFTER = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""Seconds, and looks, after which the database gives up on a machine that lost its power, and
frees its lock; a killed process frees it at once."""


@contextmanager
def grouping_lock(engine: Engine) -> Iterator[bool]:
    """Whether this machine may group now: False while another one does.

    A SQLite file is of one machine, whose processes `index_lock` keeps apart already. On
    PostgreSQL the lock is its session's and no transaction stays open meanwhile. Should the
    session break, the check at the save still keeps two groupings from mixing.
    """
    if is_sqlite(engine):
        yield True
        return
    with engine.connect() as raw:
        conn = raw.execution_options(isolation_level="AUTOCOMMIT")
        for name, value in DEAD_AFTER.items():
            conn.execute(text(f"SET {name} = {value}"))
        key = {"key": GROUPING_LOCK}
        is_ours = bool(conn.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one())
        try:
            yield is_ours
        finally:
            if is_ours and not conn.invalidated:
                conn.execute(text("SELECT pg_advisory_unlock(:key)"), key)

"""Answers kept for a while, so that a request sent twice is done once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput
from kb.store.engine import upsert
from kb.store.schema import idempotency_keys

KEPT_HOURS = 24
MAX_KEY_CHARS = 200


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer of the first request with a key."""

    status: int
    response: Any


def find_answer(conn: Connection, owner: str, key: str, *, request_hash: str) -> KeptAnswer | None:
    """The kept answer, None for a new key.

    Raises Conflict when the key came with another request before, InvalidInput for a key of
    more than 200 characters.
    """
    if len(key) > MAX_KEY_CHARS:
        raise InvalidInput(
            f"an idempotency key has at most {MAX_KEY_CHARS} characters", field="Idempotency-Key"
        )
    row = conn.execute(
        select(idempotency_keys).where(
            idempotency_keys.c.owner == owner, idempotency_keys.c.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Conflict("this idempotency key was used for another request")
    return KeptAnswer(row.status, row.response)


def keep_answer(
    conn: Connection, owner: str, key: str, answer: KeptAnswer, *, request_hash: str
) -> None:
    """Keep the answer for a day, and forget older ones.

    Raises Conflict when a request with the same key was answered in the same moment: the
    transaction of the second one must not be committed.
    """
    now = utc_now()
    conn.execute(
        delete(idempotency_keys).where(idempotency_keys.c.at < now - timedelta(hours=KEPT_HOURS))
    )
    statement = upsert(conn, idempotency_keys).values(
        owner=owner,
        key=key,
        request_hash=request_hash,
        status=answer.status,
        response=answer.response,
        at=now,
    )
    done = conn.execute(statement.on_conflict_do_nothing(index_elements=["owner", "key"]))
    if done.rowcount == 0:
        raise Conflict("this idempotency key is being used by another request right now")

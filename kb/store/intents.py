"""What people looked for, already masked when it comes here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from kb.store.schema import search_intents


@dataclass(frozen=True, slots=True)
class SearchIntent:
    """One thing somebody looked for; `visitor` is a keyed hash that changes daily.

    `outcome` is answered, asked or left, None while nobody knows.
    """

    text: str
    lang: str | None
    mode: str
    verdict: str
    confidence: float
    first_hit: str | None
    visitor: str
    at: datetime
    outcome: str | None = None


def add_intents(conn: Connection, intents: Sequence[SearchIntent]) -> None:
    """Store what was looked for, many at once."""
    if intents:
        conn.execute(
            insert(search_intents),
            [
                {
                    "text": one.text,
                    "lang": one.lang,
                    "mode": one.mode,
                    "verdict": one.verdict,
                    "confidence": one.confidence,
                    "first_hit": one.first_hit,
                    "visitor": one.visitor,
                    "at": one.at,
                    "outcome": one.outcome,
                }
                for one in intents
            ],
        )


def has_intents(conn: Connection) -> bool:
    """Whether anybody's search is stored."""
    return conn.execute(select(search_intents.c.id).limit(1)).first() is not None

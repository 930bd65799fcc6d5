"""Takes in what people looked for and what they did then, already masked when it comes here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from kb.searches.intents import Click, SearchIntent, text_key
from kb.store.engine import upsert
from kb.store.schema import clicks, search_intents


def add_intents(conn: Connection, intents: Sequence[SearchIntent]) -> None:
    """Store what was looked for, many at once; one that is there by its key stays as it is."""
    if not intents:
        return
    conn.execute(
        upsert(conn, search_intents).on_conflict_do_nothing(index_elements=["key"]),
        [
            {
                "key": one.key,
                "text": one.text,
                "text_key": text_key(one.text),
                "lang": one.lang,
                "product": one.product,
                "place": one.place,
                "mode": one.mode,
                "verdict": one.verdict,
                "confidence": one.confidence,
                "first_hit": one.first_hit,
                "shown": list(one.shown),
                "visitor": one.visitor,
                "at": one.at,
                "outcome": one.outcome,
            }
            for one in intents
        ],
    )


def add_clicks(conn: Connection, done: Sequence[Click]) -> None:
    """Store what was done after searches; the same hit of the same search counts once."""
    if not done:
        return
    conn.execute(
        upsert(conn, clicks).on_conflict_do_nothing(
            index_elements=["intent_key", "action", "type", "target_id"]
        ),
        [
            {
                "intent_key": one.intent_key,
                "visitor": one.visitor,
                "action": one.action,
                "type": one.type,
                "target_id": one.target_id,
                "rank": one.rank,
                "at": one.at,
            }
            for one in done
        ],
    )


def has_intents(conn: Connection) -> bool:
    """Whether anybody's search is stored."""
    return conn.execute(select(search_intents.c.id).limit(1)).first() is not None

"""How near a question must be to join each topic, kept between two full groupings."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from kb.store.instance import find_value, set_value

KEY = "topic_reaches"


def save_topic_reaches(conn: Connection, reaches: Mapping[int, float]) -> None:
    """Replace the reaches of all topics, cosines by topic id."""
    set_value(conn, KEY, json.dumps({str(key): round(one, 5) for key, one in reaches.items()}))


def topic_reaches_by_id(conn: Connection) -> dict[int, float]:
    """The cosine by topic id; {} before the first full grouping."""
    stored = find_value(conn, KEY)
    return {int(key): float(one) for key, one in json.loads(stored or "{}").items()}

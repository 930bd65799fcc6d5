"""Finds the question that a command's argument names."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.errors import InvalidInput, NotFound
from kb.store.questions.reading import questions_named

LARGEST_ID = 2**63 - 1
"""What the record can hold; a larger number names nothing."""


def named_question(conn: Connection, text: str) -> int:
    """The question with this source id, else with this number; raises NotFound, InvalidInput."""
    named = questions_named(conn, text)
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        numbers = ", ".join(str(one) for one in named)
        raise InvalidInput(f"{text!r} names {len(named)} questions, say which number: {numbers}")
    if text.isdecimal() and int(text) <= LARGEST_ID:
        return int(text)
    raise NotFound("question", text)

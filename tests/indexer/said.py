"""Decisions as the record gives them, written in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from kb.clock import utc_now
from kb.store.grouping.decisions import NOT_SAME, SAME
from kb.topics import Decision

_numbers = count(1)

Pair = tuple[str, int, int]


def said(
    action: str, *pairs: Pair, about: Sequence[int] = (), beside: Sequence[int] = ()
) -> list[Decision]:
    """What one action said, newer than all said before; its batch is its first id."""
    ids = [next(_numbers) for _ in pairs]
    now = utc_now()
    return [
        Decision(
            id_, kind, a, b, action, str(ids[0]), "Ada", now, None, tuple(about), tuple(beside)
        )
        for id_, (kind, a, b) in zip(ids, pairs, strict=True)
    ]


def same(a: int, b: int) -> Pair:
    return SAME, a, b


def apart(a: int, b: int) -> Pair:
    return NOT_SAME, a, b

"""How far a step of the indexer is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` things in a step (`clean embed group label draft link build`)."""

    step: str
    done: int
    total: int

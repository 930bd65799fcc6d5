"""How large a record of two busy years is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are to be of each kind, about."""

    questions: int = 240_000
    entries: int = 3_000
    topics: int = 1_500
    searches: int = 2_000_000
    accounts: int = 30_000
    sessions: int = 60_000
    watches: int = 100_000
    mails: int = 300_000
    files: int = 20_000
    votes: int = 200_000
    runs: int = 100_000
    tokens: int = 20_000
    decisions: int = 5_000

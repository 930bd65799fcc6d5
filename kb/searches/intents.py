"""What somebody looked for and what came of it, as the domain sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["answered", "asked", "left"]
Evidence = Literal["strong", "weak"]
Action = Literal["opened", "solved", "asked"]

PICKED = "picked"
"""Mode and verdict of a suggestion that was chosen: nothing was searched, nothing judged."""

MAX_SHOWN = 10
MAX_TEXT_CHARS = 1_000
"""The search reads no more of a query either."""

TEXT_KEY_CHARS = 200
"""PostgreSQL cannot index a key of more than 2,700 bytes."""

MAX_PRODUCT_CHARS = 60


def text_key(text: str) -> str:
    """The form in which equal searches are counted together."""
    return " ".join(text.casefold().split()).strip(" .?!")[:TEXT_KEY_CHARS]


@dataclass(frozen=True, slots=True)
class SearchIntent:
    """One search as it came in, masked; `visitor` is a keyed hash that changes daily.

    `outcome` is answered, asked or left, None while nobody knows. `key` names the search to
    the clicks on its hits. `place` says where it was made: `results api suggest ask`. `shown`
    lists what was shown ("entry:12"), best first, at most 10; where nothing was above the
    floor, the near ones. `product` is the slug that was filtered by.
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
    key: str | None = None
    product: str | None = None
    place: str = "results"
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Click:
    """What a visitor did after a search: opened a hit, said it answers, or asked a question.

    `rank` counts from 1 in what was shown. A question that was asked without coming from a
    search has no `intent_key`; what was asked is never kept here.
    """

    intent_key: str | None
    visitor: str
    action: Action
    at: datetime
    type: str = ""
    target_id: int | None = None
    rank: int | None = None

    @property
    def target(self) -> str:
        """What it was about, like "entry:12"; empty for a question."""
        return "" if self.target_id is None else f"{self.type}:{self.target_id}"


@dataclass(frozen=True, slots=True)
class StoredSearch:
    """A search of the record whose outcome is still open."""

    id: int
    key: str | None
    text: str
    text_key: str
    lang: str | None
    product: str | None
    place: str
    verdict: str
    visitor: str
    folded_into: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitorVote:
    """A helpful vote of a visitor, by the same daily name as their searches."""

    visitor: str
    target: str
    helpful: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a search.

    `evidence` is strong where somebody said so (a helpful vote, "this answers it", a question
    sent, "did not help") and weak where it is only concluded from what they did.
    """

    outcome: Outcome
    evidence: Evidence
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class SearchLesson:
    """One settled search with what it led to, for learning; its keystrokes are folded into it.

    `opened` holds (what, rank from 1 in `shown`) in the order opened, `refused` those of them
    that this visitor voted "no" on. `answered_by` names what answered: with strong evidence
    what was said to, with weak evidence what was opened last. One visitor should count once
    for a text, an entry and a day: `visitor` is the keyed hash of that day.
    """

    id: int
    text: str
    lang: str | None
    product: str | None
    mode: str
    verdict: str
    confidence: float
    shown: tuple[str, ...]
    opened: tuple[tuple[str, int], ...]
    outcome: str
    evidence: str
    answered_by: str | None
    refused: tuple[str, ...]
    visitor: str
    at: datetime

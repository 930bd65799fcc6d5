"""What a search returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """Whether the first hit answers the query, by two calibrated bounds."""

    ANSWER = "answer"
    MAYBE = "maybe"
    NONE = "none"

    @property
    def rank(self) -> int:
        """How much it promises: 0 nothing, 2 an answer."""
        return (Verdict.NONE, Verdict.MAYBE, Verdict.ANSWER).index(self)


class Mode(StrEnum):
    """How the hits were found."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be found at all; an empty tuple does not filter."""

    types: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One found document.

    `snippet` is plain text and `marks` the (start, end) character ranges to emphasise in it;
    `title_marks` likewise. `score` is the calibrated probability, 0 to 1, that this document
    answers the query. `matched_phrasing` is None unless the wording is a shown one.
    `score_parts` is filled for explain only.
    """

    id: int
    source_id: str | None
    type: str
    title: str
    url: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    title_marks: tuple[tuple[int, int], ...]
    matched_phrasing: str | None
    score: float
    lang: str
    product: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    updated_at: str = ""
    score_parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many of all hits have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of hits and what is known about all of them.

    `total` counts every hit above the floor, on all pages, among the documents that were worth
    ranking: at most those nearest by words and those nearest by meaning, in each part of the
    index (`search.candidates`: 60 each, so that a filter may find more where more than those
    have a word of the query), one of each group of translations. Facet counts add up to the
    same hits; as a filter a value finds as many, and a translation that did not show besides.
    `near` holds at most three documents below the floor, never shown as answers. `confidence`
    is the first hit's score, 0 without one. `degraded` names what is missing ("model",
    "index"), None when everything works. `cursor` asks for the next page.
    """

    query: str
    mode: Mode
    degraded: str | None
    verdict: Verdict
    confidence: float
    total: int
    took_ms: float
    facets: Mapping[str, tuple[FacetValue, ...]]
    hits: tuple[Hit, ...]
    near: tuple[Hit, ...]
    did_you_mean: str | None = None
    cursor: str | None = None

    @property
    def answered(self) -> bool:
        """Whether the verdict is `answer`."""
        return self.verdict is Verdict.ANSWER

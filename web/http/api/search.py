"""GET /search: what answers a query."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from kb.access import Viewer
from search.query import clean
from search.result_cache import Asked
from search.results import Filters, SearchResults
from web.answers import search_answer
from web.http.dependencies import ReaderDep, SiteDep
from web.http.replies import json_reply
from web.http.searching.log import SearchLog
from web.http.site import Site

router = APIRouter(tags=["search"])

MAX_QUERY_CHARS = 20_000
"""What is taken in at all; the search reads the first 1,000 characters of it."""

MAX_FILTER_VALUES = 16

QueryText = Annotated[str, Query(max_length=MAX_QUERY_CHARS, description="What is looked for.")]
Chosen = Annotated[
    list[str] | None,
    Query(max_length=MAX_FILTER_VALUES, description="Only these; may be given several times."),
]


class FacetValueOut(BaseModel):
    """One value of a facet and how many of all hits have it."""

    value: str
    count: int


class HitOut(BaseModel):
    """One found thing; never the whole text."""

    id: int
    source_id: str | None = Field(description="The id it was imported under.")
    type: str
    title: str
    url: str
    snippet: str
    marks: list[tuple[int, int]] = Field(description="Ranges of the snippet to emphasise.")
    matched_phrasing: str | None = Field(description="The wording that matched, if shown.")
    score: float = Field(description="Probability that this answers the query, 0 to 1.")
    lang: str
    product: str | None
    category: str | None
    tags: list[str]
    updated_at: str
    score_parts: dict[str, float] | None = Field(None, description="Only with explain=1.")


class SearchOut(BaseModel):
    """One page of hits and what is known about all of them."""

    query: str
    mode: Literal["hybrid", "keyword"]
    degraded: str | None = Field(description="What is missing now: model or index.")
    verdict: Literal["answer", "maybe", "none"]
    answered: bool = Field(description="Whether the verdict is answer.")
    confidence: float
    total: int = Field(description="Hits above the floor on all pages.")
    took_ms: float
    did_you_mean: str | None
    facets: dict[str, list[FacetValueOut]]
    hits: list[HitOut]
    near: list[HitOut] = Field(description="At most 3 below the floor; they are no answers.")
    cursor: str | None
    intent: str | None = Field(
        description="Names this search to POST /clicks and POST /questions; null on later pages."
    )


class Wanted(BaseModel):
    """The parameters of a search."""

    q: str = Field("", max_length=MAX_QUERY_CHARS)
    lang: list[str] = Field([], max_length=MAX_FILTER_VALUES)
    type: list[str] = Field([], max_length=MAX_FILTER_VALUES)
    product: list[str] = Field([], max_length=MAX_FILTER_VALUES)
    category: list[str] = Field([], max_length=MAX_FILTER_VALUES)
    tag: list[str] = Field([], max_length=MAX_FILTER_VALUES)
    limit: int = Field(10, ge=1, le=100)
    cursor: str | None = Field(None, max_length=300)
    explain: bool = Field(False, description="Adds the parts of each score.")
    floor: Literal["on", "off"] = Field(
        "on", description="off also gives what is below the floor; verdict and near tell no less."
    )

    def asked(self) -> Asked:
        """The search."""
        return Asked(
            query=clean(self.q),
            filters=self.filters(),
            limit=self.limit,
            cursor=self.cursor,
            floor=self.floor == "on",
            explain=self.explain,
            lang=self.lang[0] if len(self.lang) == 1 else "",
        )

    def filters(self) -> Filters:
        """What may be found at all."""
        return Filters(
            types=_folded(self.type),
            langs=_folded(self.lang),
            products=_folded(self.product),
            categories=_folded(self.category),
            tags=_folded(self.tag),
        )


def _folded(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip().casefold() for value in values if value.strip()))


class SearchThreads:
    """As many searches at once as there are cores; the others wait in line.

    More threads would only take the interpreter from each other and let the slowest wait longer.
    """

    def __init__(self) -> None:
        self._limiter: CapacityLimiter | None = None

    @property
    def limiter(self) -> CapacityLimiter:
        """The line, made inside the event loop that uses it."""
        if self._limiter is None:
            self._limiter = CapacityLimiter((os.cpu_count() or 1) + 1)
        return self._limiter


async def search_threads(request: Request) -> CapacityLimiter:
    """The line of this process."""
    threads: SearchThreads = request.app.state.search_threads
    return threads.limiter


@router.get("/search", response_model=SearchOut)
async def search(
    request: Request,
    site: SiteDep,
    viewer: ReaderDep,
    limiter: Annotated[CapacityLimiter, Depends(search_threads)],
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """Find what answers `q`, best first, among what the caller may read."""
    asked = wanted.asked()
    # What was looked for before needs no thread of its own.
    results = site.live.searcher.recall(asked, viewer=viewer)
    if results is None:
        results = await anyio.to_thread.run_sync(_search, site, viewer, asked, limiter=limiter)
    answer = search_answer(results, explain=wanted.explain)
    return json_reply(
        answer | {"intent": _noted(request, site, viewer, wanted, results)}, viewer=viewer
    )


def _noted(
    request: Request, site: Site, viewer: Viewer, wanted: Wanted, results: SearchResults
) -> str | None:
    """Note the search and return its token; None where it is none of its own."""
    if wanted.cursor is not None or request.headers.get("sec-fetch-site") == "same-origin":
        # Look-ups while somebody types on our own pages are no searches of their own.
        return None
    lang = wanted.lang[0] if wanted.lang else viewer.locale
    product = next(iter(wanted.filters().products), None)
    noted = SearchLog(site, request, viewer)
    return noted.searched(results, place="api", lang=lang, product=product) or None


def _search(site: Site, viewer: Viewer, asked: Asked) -> SearchResults:
    return site.live.searcher.answer(asked, viewer=viewer)

"""The results page from what the search returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from search.results import FacetValue, Hit, SearchResults
from web.http.contexts import FacetChoice, FacetGroup, Link, ResultRow
from web.http.i18n import language_name, other_language
from web.http.searching.log import SEARCH, link_from_search
from web.http.searching.results_contexts import SearchPage

FACETS = ("product", "category", "type", "lang", "tag")
"""Facets on the page in this order; also the names of the query parameters."""
SHOWN = "n"
"""Query parameter of later pages: how many hits came before."""

MIN_CHOICES = 2
"""A facet with a single value filters nothing, so it is only shown while it is selected; nor
does one whose values all have every hit."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What was asked for: the query, the selected values of each facet, the page of results.

    `locale` is the language of the page. `search` names this search to the links of its hits,
    empty where it is not noted; `shown_before` counts the hits of earlier pages. `names` gives
    the readers' words for the slugs of products, categories and tags and the types, by
    (facet, value); others show as they are.
    """

    query: str
    locale: str
    selected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cursor: str | None = None
    search: str = ""
    shown_before: int = 0
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def name(self, facet: str, value: str) -> str:
        """The reader's word for a facet's value."""
        if facet == "lang":
            return language_name(value, locale=self.locale)
        return self.names.get((facet, value), value)

    def url(
        self, changed: Mapping[str, Sequence[str]] | None = None, *, cursor: str | None = None
    ) -> str:
        """The address of this search with other values for some facets, from its first page."""
        pairs = [("q", self.query)]
        chosen = {**self.selected, **(changed or {})}
        pairs += [(facet, value) for facet in FACETS for value in chosen.get(facet, ())]
        if cursor:
            pairs.append(("cursor", cursor))
        return f"/search?{urlencode(pairs)}"

    def next_url(self, cursor: str, *, shown: int) -> str:
        """The address of the next page, which belongs to the same search."""
        url = self.url(cursor=cursor)
        if not self.search:
            return url
        return f"{url}&{urlencode({SEARCH: self.search, SHOWN: self.shown_before + shown})}"


def search_page(results: SearchResults, request: SearchRequest) -> SearchPage:
    """All that the results page shows."""
    return SearchPage(
        query=request.query,
        verdict=results.verdict.value,
        total=results.total,
        rows=_rows(results.hits, request),
        near=_rows(results.near, request),
        facets=tuple(_facet_groups(results.facets, results.total, request)),
        filters=tuple(_active_filters(request)),
        clear_url=f"/search?{urlencode({'q': request.query})}",
        did_you_mean=_did_you_mean(results.did_you_mean),
        degraded=results.degraded is not None,
        first_url=request.url() if request.cursor else None,
        next_url=(
            request.next_url(results.cursor, shown=len(results.hits)) if results.cursor else None
        ),
        search=request.search,
    )


def _rows(hits: Sequence[Hit], request: SearchRequest) -> tuple[ResultRow, ...]:
    return tuple(
        result_row(hit, request, rank=rank)
        for rank, hit in enumerate(hits, start=request.shown_before + 1)
    )


def result_row(hit: Hit, request: SearchRequest, *, rank: int = 1) -> ResultRow:
    """One hit for readers, without its score; its link says where it stood in which search."""
    return ResultRow(
        title=hit.title,
        title_marks=hit.title_marks,
        url=link_from_search(hit.url, request.search, rank),
        snippet=hit.snippet,
        marks=hit.marks,
        type=hit.type,
        product=request.name("product", hit.product) if hit.product else None,
        reviewed_on=date.fromisoformat(hit.updated_at[:10]) if hit.updated_at else None,
        matched_phrasing=hit.matched_phrasing,
        lang=other_language(hit.lang, locale=request.locale),
    )


def _did_you_mean(text: str | None) -> Link | None:
    return Link(label=text, url=f"/search?{urlencode({'q': text})}") if text else None


def _facet_groups(
    facets: Mapping[str, tuple[FacetValue, ...]], total: int, request: SearchRequest
) -> list[FacetGroup]:
    groups = []
    for name in FACETS:
        values = facets.get(name, ())
        narrowing = [found for found in values if found.count < total]
        if (len(values) < MIN_CHOICES or not narrowing) and not request.selected.get(name):
            continue
        choices = tuple(_choice(name, found.value, found.count, request) for found in values)
        if choices:
            groups.append(FacetGroup(name=name, choices=choices))
    return groups


def _active_filters(request: SearchRequest) -> list[FacetChoice]:
    return [
        _choice(name, value, 0, request)
        for name in FACETS
        for value in request.selected.get(name, ())
    ]


def _choice(name: str, value: str, count: int, request: SearchRequest) -> FacetChoice:
    """The value with the link that adds it to the filters, or takes it out again."""
    before = tuple(request.selected.get(name, ()))
    selected = value in before
    after = tuple(each for each in before if each != value) if selected else (*before, value)
    return FacetChoice(
        label=request.name(name, value),
        count=count,
        url=request.url({name: after}),
        selected=selected,
    )

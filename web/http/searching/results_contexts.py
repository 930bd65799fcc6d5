"""What the results page may read."""

from __future__ import annotations

from dataclasses import dataclass

from web.http.contexts import AskForm, FacetChoice, FacetGroup, Link, ResultRow


@dataclass(frozen=True, slots=True)
class SearchPage:
    """All that search/results.html may read; an empty `query` shows the bare form.

    `verdict` is a word of `search.results.Verdict`. `filters` are the selected values, each
    with the link that removes it. `near` stands below the floor, never shown as answers.
    `search` names this search for what is done next. `ask` is the question form with the query
    in it, None where something answers.
    """

    query: str
    verdict: str = "none"
    total: int = 0
    rows: tuple[ResultRow, ...] = ()
    near: tuple[ResultRow, ...] = ()
    facets: tuple[FacetGroup, ...] = ()
    filters: tuple[FacetChoice, ...] = ()
    clear_url: str = ""
    did_you_mean: Link | None = None
    degraded: bool = False
    first_url: str | None = None
    next_url: str | None = None
    search: str = ""
    ask: AskForm | None = None

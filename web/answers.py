"""What the API and `--json` return for a search: one shape for both."""

from __future__ import annotations

from typing import Any

from search.results import Hit, SearchResults


def search_answer(results: SearchResults, *, explain: bool = False) -> dict[str, Any]:
    """The stable JSON shape of a search (see the design's HTTP contract)."""
    return {
        "query": results.query,
        "mode": str(results.mode),
        "degraded": results.degraded,
        "verdict": str(results.verdict),
        "answered": results.answered,
        "confidence": round(results.confidence, 4),
        "total": results.total,
        "took_ms": round(results.took_ms, 2),
        "did_you_mean": results.did_you_mean,
        "facets": {
            name: [{"value": one.value, "count": one.count} for one in values]
            for name, values in results.facets.items()
        },
        "hits": [hit_answer(hit, explain=explain) for hit in results.hits],
        "near": [hit_answer(hit, explain=explain) for hit in results.near],
        "cursor": results.cursor,
    }


def hit_answer(hit: Hit, *, explain: bool) -> dict[str, Any]:
    """One hit; `score_parts` only where they were asked for."""
    answer: dict[str, Any] = {
        "id": hit.id,
        "source_id": hit.source_id,
        "type": hit.type,
        "title": hit.title,
        "url": hit.url,
        "snippet": hit.snippet,
        "marks": [list(mark) for mark in hit.marks],
        "matched_phrasing": hit.matched_phrasing,
        "score": round(hit.score, 4),
        "lang": hit.lang,
        "product": hit.product,
        "category": hit.category,
        "tags": list(hit.tags),
        "updated_at": hit.updated_at,
    }
    if explain:
        answer["score_parts"] = {name: round(part, 4) for name, part in hit.score_parts.items()}
    return answer

"""Answers a query: the one way from what somebody typed to a page of hits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.access import Viewer
from kb.errors import InvalidInput
from search.calibration import Calibration
from search.candidates import Request
from search.cursor import Cursor
from search.facets import count_facets
from search.hits import HitReader
from search.index import IndexSnapshot
from search.meaning.vectors import QueryEncoder
from search.query import ParsedQuery, parse_query
from search.ranking import Ranking, rank
from search.result_cache import Asked, Key, ResultCache
from search.results import FacetValue, Filters, Mode, SearchResults, Verdict
from search.translations import without_other_translations
from search.wording.correction import Corrector, finds_more, may_be_shown

MAX_LIMIT = 100
"""Hits on one page at most."""

MAX_NEAR = 3
"""Documents below the floor that are named where none answers, never as answers."""

CACHED_QUERIES = 4_096
"""Query vectors kept: 6 MB at 384 dimensions."""

LEAST_NORM = 1e-9
"""Two opposite vectors have no middle; nothing is divided by 0."""

Vector = NDArray[np.float32]


class IndexSource(Protocol):
    """Where the newest snapshot of the index is found."""

    @property
    def snapshot(self) -> IndexSnapshot | None:
        """The index now; None while there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """Which hits are wanted, and how much is told about them."""

    limit: int
    after: Cursor | None
    floor: bool
    explain: bool

    @classmethod
    def of(cls, asked: Asked) -> Page:
        """The page of a search; raises InvalidInput for a limit or a cursor that cannot be."""
        if not 1 <= asked.limit <= MAX_LIMIT:
            raise InvalidInput(f"limit must be 1 to {MAX_LIMIT}, got {asked.limit}", field="limit")
        after = Cursor.decode(asked.cursor) if asked.cursor else None
        return cls(asked.limit, after, asked.floor, asked.explain)

    def start(self, ranking: Ranking, total: int) -> int:
        """How many of the first `total` documents the pages before this one showed."""
        if self.after is None:
            return 0
        return self.after.place_after(ranking.scores[:total].tolist(), ranking.keys[:total])


class Searcher:
    """Searches the newest snapshot of an index; any number of threads may share one.

    Without an encoder, or with one that did not make the index's vectors, words alone find
    and the results say `degraded`. Raises Conflict if the calibration is for another model.
    """

    def __init__(
        self, index: IndexSource, encoder: QueryEncoder | None, calibration: Calibration
    ) -> None:
        if encoder is not None:
            calibration.check_fits(encoder.fingerprint)
        self._index = index
        self._encoder = encoder
        self._calibration = calibration
        self._corrector = Corrector()
        self._results = ResultCache()
        self._encode: Callable[[str], Vector] = lru_cache(CACHED_QUERIES)(self._encode_query)

    def search(
        self,
        query: str,
        *,
        viewer: Viewer,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
        cursor: str | None = None,
        floor: bool = True,
        explain: bool = False,
        lang: str | None = None,
    ) -> SearchResults:
        """Find what answers `query` among what the viewer may read.

        A filter given here wins over one typed into the query. `lang` is the reader's
        language, else the viewer's. Hits come by falling score, `limit` (1 to 100) a page.
        Without `floor` every candidate is a hit. Raises InvalidInput for a limit out of range
        or a cursor that is not ours; any text is a query.
        """
        asked = Asked(query, filters, limit, cursor, floor, explain, lang or "")
        return self.answer(asked, viewer=viewer)

    def answer(self, asked: Asked, *, viewer: Viewer) -> SearchResults:
        """What `search` returns; the same search again comes from memory."""
        started = time.perf_counter()
        known = self.recall(asked, viewer=viewer)
        if known is not None:
            return known
        page = Page.of(asked)
        parsed = parse_query(asked.query)
        snapshot = self._index.snapshot
        if snapshot is None:
            return _nothing(parsed, Mode.KEYWORD, "index")
        lang, audiences = asked.lang or viewer.locale, snapshot.audiences_of(viewer)
        parsed = snapshot.wording(audiences).expand(parsed, lang=lang)
        meant = self._corrector.meant(parsed, snapshot, audiences)
        request = Request(
            query=parsed,
            vector=self._meant_vector(parsed, meant, snapshot),
            lang=lang,
            audiences=audiences,
            filters=_merged(parsed.filters, asked.filters),
        )
        results = self._search(request, snapshot, viewer, page, meant=meant)
        self._results.keep(snapshot, _key(asked, viewer, snapshot), results)
        return replace(results, took_ms=(time.perf_counter() - started) * 1000)

    def recall(self, asked: Asked, *, viewer: Viewer) -> SearchResults | None:
        """The results of a search that was made before, in well under a millisecond.

        None where it was not made in this state of the index, for readers of these audiences.
        """
        started = time.perf_counter()
        snapshot = self._index.snapshot
        known = (
            None
            if snapshot is None
            else self._results.find(snapshot, _key(asked, viewer, snapshot))
        )
        if known is None:
            return None
        return replace(known, took_ms=(time.perf_counter() - started) * 1000)

    def _search(
        self,
        request: Request,
        snapshot: IndexSnapshot,
        viewer: Viewer,
        page: Page,
        *,
        meant: str | None,
    ) -> SearchResults:
        mode = self._mode(snapshot)
        degraded = None if mode is Mode.HYBRID else "model"
        if not request.query.free_text:
            return _nothing(request.query, mode, degraded)
        bounds = self._calibration.bounds(mode)
        ranking = self._rank(snapshot, request, floor=bounds.floor)
        total = int((ranking.scores >= bounds.floor).sum()) if page.floor else len(ranking)
        start = page.start(ranking, total)
        end = min(start + page.limit, total)
        confidence = float(ranking.scores[0]) if total else 0.0
        verdict = bounds.verdict(confidence)
        reader = HitReader(snapshot, ranking, request, viewer)
        explaining = self._calibration if page.explain else None
        near = MAX_NEAR if page.floor and verdict is not Verdict.ANSWER else 0
        return SearchResults(
            query=request.query.text,
            mode=mode,
            degraded=degraded,
            verdict=verdict,
            confidence=confidence,
            total=total,
            took_ms=0.0,
            facets=_facets(snapshot, ranking, total),
            hits=reader.hits(start, end, explaining=explaining),
            near=reader.hits(total, total + near, explaining=explaining, only_typed=True),
            did_you_mean=self._did_you_mean(meant, request, snapshot, confidence)
            if meant is not None and verdict is not Verdict.ANSWER
            else None,
            cursor=_cursor(ranking, end) if start < end < total else None,
        )

    def _rank(self, snapshot: IndexSnapshot, request: Request, *, floor: float) -> Ranking:
        ranking = rank(snapshot, request, self._calibration)
        if request.filters.langs:
            return ranking
        return without_other_translations(ranking, snapshot, lang=request.lang, floor=floor)

    def _did_you_mean(
        self, proposed: str, request: Request, snapshot: IndexSnapshot, confidence: float
    ) -> str | None:
        """The correction proposed, if it may be shown and finds more than the query did."""
        if not may_be_shown(proposed, request.query, snapshot, request.audiences):
            return None
        # Any word is near some other one; whether it was meant shows in what it finds.
        corrected = parse_query(proposed)
        meant = replace(request, query=corrected, vector=self._vector(corrected, snapshot))
        found = rank(snapshot, meant, self._calibration)
        surer = float(found.scores[0]) if len(found) else 0.0
        bounds = self._calibration.bounds(self._mode(snapshot))
        return proposed if finds_more(confidence, surer, bounds) else None

    def _mode(self, snapshot: IndexSnapshot) -> Mode:
        return Mode.HYBRID if self._fits(snapshot) else Mode.KEYWORD

    def _fits(self, snapshot: IndexSnapshot) -> bool:
        return self._encoder is not None and self._encoder.fingerprint == snapshot.fingerprint

    def _meant_vector(
        self, query: ParsedQuery, corrected: str | None, snapshot: IndexSnapshot
    ) -> Vector | None:
        """The query's vector; with a likely typo, half of it is that of the query without."""
        typed = self._vector(query, snapshot)
        if typed is None or corrected is None:
            return typed
        meant = self._vector(parse_query(corrected), snapshot)
        if meant is None:
            return typed
        both = typed + meant
        return np.asarray(both / max(float(np.linalg.norm(both)), LEAST_NORM), dtype=np.float32)

    def _vector(self, query: ParsedQuery, snapshot: IndexSnapshot) -> Vector | None:
        if not query.free_text or not self._fits(snapshot):
            return None
        return self._encode(query.free_text)

    def _encode_query(self, text: str) -> Vector:
        assert self._encoder is not None
        return np.asarray(self._encoder.encode([text])[0], dtype=np.float32)


def _key(asked: Asked, viewer: Viewer, snapshot: IndexSnapshot) -> Key:
    by_lang = asked if asked.lang else replace(asked, lang=viewer.locale)
    return by_lang, snapshot.audiences_of(viewer)


def _merged(typed: Filters, given: Filters) -> Filters:
    return Filters(
        types=given.types or typed.types,
        langs=given.langs or typed.langs,
        products=given.products or typed.products,
        categories=given.categories or typed.categories,
        tags=given.tags or typed.tags,
    )


def _facets(
    snapshot: IndexSnapshot, ranking: Ranking, total: int
) -> Mapping[str, tuple[FacetValue, ...]]:
    shown = ranking.order[:total]
    parts, rows = ranking.candidates.parts[shown], ranking.candidates.rows[shown]
    return count_facets(
        [
            (part.segment.metadata, rows[parts == number])
            for number, part in enumerate(snapshot.parts)
        ]
    )


def _cursor(ranking: Ranking, end: int) -> str:
    return Cursor(float(ranking.scores[end - 1]), ranking.keys[end - 1]).encode()


def _nothing(query: ParsedQuery, mode: Mode, degraded: str | None) -> SearchResults:
    return SearchResults(
        query=query.text,
        mode=mode,
        degraded=degraded,
        verdict=Verdict.NONE,
        confidence=0.0,
        total=0,
        took_ms=0.0,
        facets=count_facets([]),
        hits=(),
        near=(),
    )

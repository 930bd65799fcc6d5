"""Reads ranked documents as hits, for one viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.access import Viewer, may_read
from search.calibration import Calibration
from search.candidates import Request
from search.documents import Document
from search.index import IndexSnapshot
from search.marks import Marker
from search.ranking import Ranking
from search.results import Hit
from search.snippets import make_snippet, matched_phrasing

SNIPPET_CHARS = 240
"""About three lines on a page."""


@dataclass(frozen=True, slots=True)
class HitReader:
    """Turns the documents of one ranking into hits."""

    snapshot: IndexSnapshot
    ranking: Ranking
    request: Request
    viewer: Viewer
    _markers: dict[str, Marker] = field(default_factory=dict, repr=False, compare=False)

    def hits(
        self, start: int, end: int, *, explaining: Calibration | None = None
    ) -> tuple[Hit, ...]:
        """The hits ranked start to end, each checked once more against the viewer.

        `score_parts` is filled where there is a calibration to explain.
        """
        found = []
        for rank_, document in enumerate(self._documents(start, end), start=start):
            if may_read(self.viewer, document.audience):
                parts = {} if explaining is None else self._parts(rank_, explaining)
                found.append(self._hit(rank_, document, parts))
        return tuple(found)

    def _documents(self, start: int, end: int) -> list[Document]:
        places = self.ranking.places(start, end)
        known: dict[tuple[int, int], Document] = {}
        for number, part in enumerate(self.snapshot.parts):
            rows = [row for of, row in places if of == number]
            documents = part.segment.lexical.documents(rows) if rows else []
            known.update(zip(((number, row) for row in rows), documents, strict=True))
        return [known[place] for place in places]

    def _hit(self, rank_: int, document: Document, parts: Mapping[str, float]) -> Hit:
        query, lang = self.request.query, document.lang
        marker = self._markers.get(lang)
        if marker is None:
            marker = self._markers[lang] = Marker.of(query, lang)
        snippet = make_snippet(document, marker, max_chars=SNIPPET_CHARS)
        return Hit(
            id=document.id,
            source_id=document.source_id,
            type=document.type,
            title=document.title,
            url=document.url,
            snippet=snippet.text,
            marks=snippet.marks,
            title_marks=marker.marks(document.title),
            matched_phrasing=matched_phrasing(document, query),
            score=float(self.ranking.scores[rank_]),
            lang=lang,
            product=document.product,
            category=document.category,
            tags=document.tags,
            updated_at=document.updated_at,
            score_parts=parts,
        )

    def _parts(self, rank_: int, calibration: Calibration) -> Mapping[str, float]:
        index = int(self.ranking.order[rank_])
        return calibration.parts(self.ranking.candidates, self.request.query, index)

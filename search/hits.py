"""Reads ranked documents as hits, for one viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kb.access import Viewer, may_read
from search.calibration import Calibration
from search.candidates import Request
from search.index import IndexSnapshot
from search.lexical.readable import ReadDocument
from search.marks import Marker
from search.ranking import SCORE_DECIMALS, Ranking
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
    _markers: dict[tuple[str, bool], Marker] = field(
        default_factory=dict, repr=False, compare=False
    )

    def hits(
        self,
        start: int,
        end: int,
        *,
        explaining: Calibration | None = None,
        only_typed: bool = False,
    ) -> tuple[Hit, ...]:
        """The hits ranked start to end, each checked once more against the viewer.

        `score_parts` is filled where there is a calibration to explain. With `only_typed` no
        synonym and no likely word is marked: in what does not answer these mislead.
        """
        found = []
        for rank_, (part, row) in enumerate(self.ranking.places(start, end), start=start):
            read = self.snapshot.parts[part].segment.lexical.read(row)
            if may_read(self.viewer, read.document.audience):
                parts = {} if explaining is None else self._parts(rank_, explaining)
                found.append(self._hit(rank_, read, parts, only_typed=only_typed))
        return tuple(found)

    def _hit(
        self, rank_: int, read: ReadDocument, parts: Mapping[str, float], *, only_typed: bool
    ) -> Hit:
        document, lang = read.document, read.document.lang
        marker = self._markers.get((lang, only_typed))
        if marker is None:
            query = self.request.query
            typed = replace(query, terms=None) if only_typed else query
            marker = self._markers[lang, only_typed] = Marker.of(typed, lang)
        snippet = make_snippet(read.answer, marker, max_chars=SNIPPET_CHARS)
        return Hit(
            id=document.id,
            source_id=document.source_id,
            type=document.type,
            title=document.title,
            url=document.url,
            snippet=snippet.text,
            marks=snippet.marks,
            title_marks=marker.marks(read.title),
            matched_phrasing=matched_phrasing(read, self.request.query),
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
        parts = calibration.parts(self.ranking.candidates, self.request.query, index)
        return {name: round(value, SCORE_DECIMALS) for name, value in parts.items()}

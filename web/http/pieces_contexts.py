"""What the page of all pieces may read."""

from __future__ import annotations

from dataclasses import dataclass

from web.http.contexts import FacetGroup, ResultRow
from web.http.desk.audit_contexts import AuditPair
from web.http.desk.decision_contexts import DecisionRow
from web.http.desk.noise_contexts import NoiseRow
from web.http.desk.topic_contexts import TopicPage, TopicsPage
from web.http.reading.entry_contexts import EntryPage


@dataclass(frozen=True, slots=True)
class PiecesPage:
    """All that admin/pieces.html may read: samples of what the pieces show."""

    rows: tuple[ResultRow, ...]
    facets: tuple[FacetGroup, ...]
    entry: EntryPage
    topics: TopicsPage
    topic: TopicPage
    decisions: tuple[DecisionRow, ...]
    pairs: tuple[AuditPair, ...]
    noise: tuple[NoiseRow, ...]

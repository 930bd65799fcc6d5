"""What the page of all pieces may read."""

from __future__ import annotations

from dataclasses import dataclass

from web.http.account.watch_contexts import WatchBox
from web.http.admin.outbox_contexts import MailRow
from web.http.admin.people_contexts import Choice
from web.http.asking.question_contexts import Said, Step
from web.http.contexts import AskForm, FacetGroup, ResultRow
from web.http.desk.audit_contexts import AuditPair
from web.http.desk.decision_contexts import DecisionRow
from web.http.desk.noise_contexts import NoiseRow
from web.http.desk.topic_contexts import TopicPage, TopicsPage
from web.http.reading.entry_contexts import EntryPage


@dataclass(frozen=True, slots=True)
class CustomerSamples:
    """Samples of asking, following and accounts."""

    form: AskForm
    steps: tuple[Step, ...]
    said: tuple[Said, ...]
    boxes: tuple[WatchBox, ...]
    roles: tuple[Choice, ...]
    mails: tuple[MailRow, ...]


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
    customer: CustomerSamples

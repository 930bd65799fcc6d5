"""Reads from the record what an installation can learn its calibration from."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Engine

from kb.clock import utc_now
from kb.errors import InvalidInput
from kb.searches.intents import SearchLesson
from kb.store.engine import reading
from kb.store.entries.reading import published_ids
from kb.store.searches.learning import search_lessons
from search.documents import Document
from search.judged_set import JudgedSet
from search.learning.asks import MOST_STORE_WORDINGS, SEED, Ask, Kind
from search.learning.calibrating import OwnKnowledge
from search.learning.lessons import lesson_asks
from search.meaning.vectors import QueryEncoder
from search.record_documents import documents_from_record
from search.record_source import RecordSource

BATCH_ENTRIES = 500

JUDGED_GROUPS = -1_000_000
"""Each unanswerable query is a group of its own, below those of the far ones."""
LESSONS_PAGE = 1_000

MOST_LESSONS_READ = 5_000
"""The newest ones; of these the lessons that teach most recently are asked."""

LESSON_AGE = timedelta(days=180)
"""What people look for, and what the entries say, is another after half a year."""


def own_knowledge(
    engine: Engine,
    encoder: QueryEncoder | None,
    *,
    lessons: Sequence[SearchLesson] = (),
    judged: JudgedSet | None = None,
) -> OwnKnowledge:
    """Published entries, all or a sample, with the lessons of searches and judged queries.

    Raises InvalidInput where no judged query is about an entry of this record.
    """
    documents = _sampled_documents(engine)
    asks = lesson_asks(lessons, {document.key: document for document in documents})
    if judged is not None:
        asks += judged_asks(judged, documents)
    fingerprint = encoder.fingerprint if encoder is not None else ""
    source = RecordSource(engine)
    return OwnKnowledge(
        documents, lambda hashes: source.vectors(fingerprint, hashes), encoder, tuple(asks)
    )


def recent_lessons(engine: Engine) -> list[SearchLesson]:
    """The searches of the last months that tell what answers, oldest first."""
    found: deque[SearchLesson] = deque(maxlen=MOST_LESSONS_READ)
    since, last = utc_now() - LESSON_AGE, 0
    while True:
        with reading(engine) as conn:
            page = search_lessons(conn, after_id=last, since=since, limit=LESSONS_PAGE)
        if not page:
            return list(found)
        last = page[-1].id
        found.extend(one for one in page if one.answered_by or one.evidence == "strong")


def judged_asks(judged: JudgedSet, documents: Sequence[Document]) -> list[Ask]:
    """The judged queries whose entries these are, by source id, and the unanswerable ones.

    Raises InvalidInput where no query is about any of them.
    """
    keys = {document.source_id: document for document in documents if document.source_id}
    found = []
    for place, query in enumerate(judged.queries, start=1):
        right = [keys[source_id] for source_id in query.relevant if source_id in keys]
        if query.unanswerable:
            found.append(Ask(query.text, query.lang, Kind.JUDGED, JUDGED_GROUPS - place))
        elif right:
            keys_of_right = frozenset(one.key for one in right)
            found.append(Ask(query.text, query.lang, Kind.JUDGED, right[0].id, right=keys_of_right))
    if not any(ask.right for ask in found):
        raise InvalidInput(f"no judged query of {judged.name} is about an entry of this record")
    return found


def _sampled_documents(engine: Engine) -> list[Document]:
    """All documents, or a random sample where a store has more wordings than are looked at."""
    with reading(engine) as conn:
        ids = published_ids(conn)
    random.Random(SEED).shuffle(ids)
    found: list[Document] = []
    wordings = 0
    for start in range(0, len(ids), BATCH_ENTRIES):
        with reading(engine) as conn:
            part = list(documents_from_record(conn, ids[start : start + BATCH_ENTRIES]))
        found += part
        wordings += sum(len(document.phrasings) for document in part)
        if wordings > MOST_STORE_WORDINGS:
            break
    return sorted(found, key=lambda document: document.key)

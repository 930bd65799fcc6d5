"""Imports files of questions and entries into the record, batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from sqlalchemy import Engine

from kb.access import Viewer
from kb.entries import EntryContent
from kb.errors import InvalidInput
from kb.intake.records import BadRow, IncomingEntry, IncomingQuestion
from kb.shelves import NamedShelf
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_changes
from kb.store.engine import transaction
from kb.store.entries.reading import find_entry_by_source
from kb.store.entries.shelves import give_names
from kb.store.entries.writing import add_entry, change_entry
from kb.store.jobs import enqueue
from kb.store.questions.incoming import store_question

BATCH_ROWS = 500
"""Rows per transaction: a kill loses none of the batches before, and the file can come again."""

MAX_BAD_ROWS_KEPT = 1_000
"""Bad rows listed one by one; beyond that they are only counted."""

T = TypeVar("T")


@dataclass(slots=True)
class ImportReport:
    """What an import did; `bad_rows` names each row that stayed out, `bad` counts them all."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows seen, good and bad."""
        return self.new + self.updated + self.unchanged + self.bad

    def count(self, outcomes: Counter[str]) -> None:
        """Add the outcomes of one committed batch."""
        self.new += outcomes["new"]
        self.updated += outcomes["updated"]
        self.unchanged += outcomes["unchanged"]

    def note_bad(self, row: BadRow) -> None:
        """Keep one row that stayed out."""
        self.bad += 1
        if len(self.bad_rows) < MAX_BAD_ROWS_KEPT:
            self.bad_rows.append(row)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH_ROWS)):
        yield batch


def import_questions(
    engine: Engine,
    rows: Iterable[IncomingQuestion | BadRow],
    *,
    channel: str,
    source: str,
    on_progress: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Store questions as they came; cleaning follows in the worker or in `kb index`.

    Rows that cannot be used are noted and the rest goes in. Reading errors (InvalidInput)
    pass through; batches committed before them stay, and the same file can come again.
    """
    report = ImportReport()
    for batch in _batches(rows):
        outcomes: Counter[str] = Counter()
        with transaction(engine) as conn:
            changed = []
            bad: list[BadRow] = []
            for row in batch:
                if isinstance(row, BadRow):
                    bad.append(row)
                    continue
                try:
                    question_id, outcome = store_question(conn, row, channel=channel, source=source)
                except InvalidInput as error:
                    bad.append(BadRow(row.row, error.field or "", str(error)))
                    continue
                outcomes[outcome] += 1
                if outcome != "unchanged":
                    changed.append(question_id)
            if changed:
                enqueue(conn, "index")
                record_changes(conn, "question", changed)
        report.count(outcomes)
        for one in bad:
            report.note_bad(one)
        if on_progress is not None:
            on_progress(report)
    return report


def import_entries(
    engine: Engine,
    rows: Iterable[IncomingEntry | BadRow],
    *,
    viewer: Viewer,
    publish: bool = True,
    default_locale: str = "en",
) -> ImportReport:
    """Store FAQ entries, published unless told otherwise; a known id is updated.

    Names of shelves in other languages are taken over; those that the file lacks stay. Rows
    that cannot be used are noted and the rest goes in.
    """
    report = ImportReport()
    for batch in _batches(rows):
        outcomes: Counter[str] = Counter()
        bad: list[BadRow] = []
        named: list[NamedShelf] = []
        with transaction(engine) as conn:
            for row in batch:
                if isinstance(row, BadRow):
                    bad.append(row)
                    continue
                content = _content(row, default_locale)
                try:
                    known = find_entry_by_source(conn, row.source_id)
                    if known is None:
                        state = "published" if publish else "draft"
                        known = add_entry(conn, content, viewer=viewer, state=state)
                        outcome = "new"
                    else:
                        changed = change_entry(conn, known, content, viewer=viewer)
                        outcome = "updated" if changed else "unchanged"
                    named += (one for one in row.shelves if one not in named)
                except InvalidInput as error:
                    bad.append(BadRow(row.row, error.field or "", str(error)))
                    continue
                outcomes[outcome] += 1
                if outcome != "unchanged":
                    record_audit(
                        conn,
                        "import",
                        Subject("entry", known),
                        viewer=viewer,
                        facts={"how": outcome},
                    )
            for shelf in named:
                give_names(conn, shelf)
            if outcomes["new"] or outcomes["updated"]:
                enqueue(conn, "index")
        report.count(outcomes)
        for one in bad:
            report.note_bad(one)
    return report


def _content(row: IncomingEntry, default_locale: str) -> EntryContent:
    return EntryContent(
        title=row.question,
        answer=row.answer,
        locale=row.lang or default_locale,
        audience=row.audience,
        category=row.category,
        product=row.product,
        tags=row.tags,
        translation_group=row.translation_group,
        phrasings=row.phrasings,
        source_id=row.source_id,
        published_at=row.published_at,
        reviewed_at=row.reviewed_at,
    )

"""Opens a file of questions, table or mailbox, and yields what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kb.errors import InvalidInput
from kb.intake.convert import Defaults, to_incoming
from kb.intake.encodings import InspectedFile, inspect_file
from kb.intake.faq_rows import missing_columns, to_faq
from kb.intake.mapping import ColumnMapping, choose_mapping
from kb.intake.mbox import read_mbox
from kb.intake.reading import FileFormat, RowFile, find_format, read_rows
from kb.intake.records import BadRow, IncomingEntry, IncomingQuestion

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file of questions that can be read; `mapping` is None for a mailbox.

    `note` says what a person should know about how the file is read, or is empty.
    """

    path: Path
    format: FileFormat
    note: str
    mapping: ColumnMapping | None
    _inspected: InspectedFile = field(repr=False)
    _rows: RowFile | None = field(repr=False)
    _defaults: Defaults = field(repr=False)

    def __iter__(self) -> Iterator[IncomingQuestion | BadRow]:
        """Yield every question and every bad row, in file order.

        Raises InvalidInput before the first yield where not one row can be read, so that a wrong
        file or mapping changes nothing.
        """
        yield from _with_one_good(self.path, self._items())

    def _items(self) -> Iterator[IncomingQuestion | BadRow]:
        if self._rows is None or self.mapping is None:
            yield from read_mbox(self._inspected)
            return
        for row in self._rows:
            if isinstance(row, BadRow):
                yield row
            else:
                yield to_incoming(row, self.mapping, defaults=self._defaults)


def open_questions(
    path: Path,
    *,
    explicit: Mapping[str, str] | None = None,
    lang: str | None = None,
    product: str | None = None,
) -> QuestionFile:
    """Open a CSV, TSV, JSON, NDJSON (.gz) or mbox file of questions.

    `explicit` maps fields to columns and wins over what is recognised; `lang` and `product` fill
    rows that have none. Raises InvalidInput, one clear line, for a file that cannot be read at
    all and for a mapping that does not fit it.
    """
    inspected = inspect_file(path)
    defaults = Defaults(inspected.sha256, lang=lang, product=product)
    file_format = find_format(inspected)
    if file_format == "mbox":
        if explicit:
            raise InvalidInput(f"{path.name} is a mailbox: --map is only for tables")
        return QuestionFile(path, file_format, inspected.note, None, inspected, None, defaults)
    rows = RowFile(inspected, file_format)
    sample = [row.values for row in rows.sample()]
    mapping = choose_mapping(rows.columns(), sample, explicit or {})
    return QuestionFile(path, file_format, inspected.note, mapping, inspected, rows, defaults)


def read_faq(
    path: Path, *, lang: str | None = None, product: str | None = None
) -> Iterator[IncomingEntry | BadRow]:
    """Yield the FAQ entries of a file and its bad rows, in file order.

    Raises InvalidInput before the first yield where the file cannot be read, has no columns
    `question` and `answer`, or holds no usable row.
    """
    rows = read_rows(path)
    defaults = Defaults(rows.sha256, lang=lang, product=product)
    if missing := missing_columns(rows.columns()):
        raise InvalidInput(
            f"{path.name} has no column {missing}; its columns are: {', '.join(rows.columns())}",
            field=missing,
        )
    items = (row if isinstance(row, BadRow) else to_faq(row, defaults=defaults) for row in rows)
    yield from _with_one_good(path, items)


def _with_one_good(path: Path, items: Iterator[T | BadRow]) -> Iterator[T | BadRow]:
    """Hold bad rows back until a good one comes; InvalidInput if none ever does."""
    held: list[BadRow] = []
    for item in items:
        if isinstance(item, BadRow):
            held.append(item)
            continue
        yield from held
        yield item
        yield from items
        return
    if not held:
        raise InvalidInput(f"{path.name} has no rows")
    raise InvalidInput(
        f"{path.name}: no row can be used; row {held[0].row}: {held[0].reason}",
        field=held[0].field,
        row=held[0].row,
    )

"""Reads the rows of CSV, TSV, JSON and NDJSON files, plain or gzipped, one at a time."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Literal, cast

from sqlite_utils.utils import (
    Format,
    RowsFromFileError,
    TypeTracker,
    maximize_csv_field_size_limit,
    rows_from_file,
)

from kb.errors import InvalidInput
from kb.intake.encodings import InspectedFile, inspect_file
from kb.intake.records import BadRow, Row

FileFormat = Literal["csv", "tsv", "json", "ndjson", "mbox"]
SAMPLE_ROWS = 50
# sqlite-utils tries every value as a number to report types; this many rows tell enough.
TYPED_ROWS = 1_000
HEAD_CHARACTERS = 65_536
DELIMITERS = (",", ";", "\t", "|")
EXTRA_FIELDS = "\x00extra"
MAX_BAD_IN_A_ROW = 1_000
# Where a JSON export wraps its rows in an object, they stand under one of these names.
WRAPPERS = (
    "tickets",
    "conversations",
    "questions",
    "entries",
    "faq",
    "faqs",
    "results",
    "payload",
    "data",
    "rows",
    "items",
    "records",
    "issues",
    "requests",
)
ROW_FIELDS = frozenset({"subject", "title", "body", "text", "description", "question", "messages"})


class RowFile:
    """The rows of one file; every iteration reads the file anew, holding one row at a time.

    A JSON document (not one object a line) is held in memory as a whole. `types` reports what
    the values of each column look like ("integer", "float", "text"); values are never converted.
    """

    def __init__(self, inspected: InspectedFile, file_format: FileFormat) -> None:
        self.path = inspected.path
        self.format = file_format
        self.encoding = inspected.encoding
        self.sha256 = inspected.sha256
        self.note = inspected.note
        self._inspected = inspected
        self._tracker = TypeTracker()

    @property
    def types(self) -> Mapping[str, str]:
        """Column name to the type its values look like, over the first rows iterated so far."""
        return self._tracker.types

    def sample(self) -> tuple[Row, ...]:
        """Return the first good rows, at most 50; raises InvalidInput where there is none."""
        seen: list[BadRow] = []
        rows: list[Row] = []
        for item in itertools.islice(self, MAX_BAD_IN_A_ROW):
            if isinstance(item, BadRow):
                seen.append(item)
            else:
                rows.append(item)
            if len(rows) == SAMPLE_ROWS:
                break
        if not rows and seen:
            first = seen[0]
            raise InvalidInput(
                f"{self.path.name}: no row can be read; row {first.row}: {first.reason}"
            )
        if not rows:
            raise InvalidInput(f"{self.path.name} has no rows")
        return tuple(rows)

    def columns(self) -> tuple[str, ...]:
        """Return the column names of the sampled rows, in the order of first appearance."""
        return tuple(dict.fromkeys(name for row in self.sample() for name in row.values))

    def __iter__(self) -> Iterator[Row | BadRow]:
        """Yield each record in file order: a row, or why it cannot be read."""
        if self.format == "ndjson":
            items = _ndjson_rows(self._inspected)
        elif self.format == "json":
            items = _json_rows(self._inspected)
        else:
            items = _csv_rows(self._inspected)
        typed = 0
        for item in items:
            if isinstance(item, Row) and typed < TYPED_ROWS:
                typed += 1
                for _ in self._tracker.wrap([dict(item.values)]):
                    pass
            yield item


def read_rows(path: Path) -> RowFile:
    """Open a CSV, TSV, JSON or NDJSON file (.gz or not) for reading its rows.

    The format comes from the content, the ending decides in doubt. Raises InvalidInput with one
    line for a file that is missing, empty, binary, breaks off, or has no rows.
    """
    inspected = inspect_file(path)
    file_format = find_format(inspected)
    if file_format == "mbox":
        raise InvalidInput(f"{path.name} is a mailbox (mbox), not a table")
    return RowFile(inspected, file_format)


def find_format(inspected: InspectedFile) -> FileFormat:
    """Tell the format of a file from its first characters and its ending."""
    name = inspected.path.name.lower().removesuffix(".gz")
    with inspected.open_text() as file:
        head = file.read(HEAD_CHARACTERS).lstrip("\ufeff")
    start = head.lstrip()
    if name.endswith((".jsonl", ".ndjson")):
        return "json" if start.startswith("[") else "ndjson"
    if inspected.is_mailbox:
        return "mbox"
    if name.endswith(".mbox"):
        raise InvalidInput(f"{inspected.path.name} is no mailbox: its first line is not 'From '")
    if name.endswith((".csv", ".tsv", ".tab")) or not start.startswith(("[", "{")):
        if name.endswith(".json"):
            raise InvalidInput(f"{inspected.path.name} is not JSON: it starts with {start[:20]!r}")
        return "tsv" if name.endswith((".tsv", ".tab")) else "csv"
    return "ndjson" if _is_object_a_line(start) else "json"


def _is_object_a_line(start: str) -> bool:
    first_line, newline, rest = start.partition("\n")
    if not first_line.startswith("{") or not newline or not rest.strip():
        return False
    try:
        return isinstance(json.loads(first_line), dict)
    except json.JSONDecodeError:
        return rest.lstrip().startswith("{")


def _ndjson_rows(inspected: InspectedFile) -> Iterator[Row | BadRow]:
    # sqlite-utils reads such files too, but its generator ends at the first damaged line.
    with inspected.open_text() as file:
        for number, line in enumerate(file, start=1):
            if not line.strip("\ufeff \t\r\n"):
                continue
            try:
                value = json.loads(line.lstrip("\ufeff"))
            except (json.JSONDecodeError, RecursionError) as error:
                yield BadRow(number, "line", f"not valid JSON: {_json_reason(error)}")
                continue
            yield _object_row(number, value)


def _object_row(number: int, value: object) -> Row | BadRow:
    if isinstance(value, dict):
        return Row(number, value)
    return BadRow(number, "line", f"a {type(value).__name__}, not an object with named fields")


def _json_reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)


def _json_rows(inspected: InspectedFile) -> Iterator[Row | BadRow]:
    name = inspected.path.name
    try:
        with inspected.open_text() as file:
            is_object = file.read(HEAD_CHARACTERS).lstrip("\ufeff \t\r\n").startswith("{")
        with inspected.open_text() as file:
            rows, _ = rows_from_file(cast(BinaryIO, file), format=Format.JSON)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput(f"{name} is not valid JSON: {_json_reason(error)}") from None
    except RowsFromFileError:
        raise InvalidInput(f"{name} holds neither a list nor an object") from None
    values: list[object] = list(rows)
    if is_object:
        values = _unwrapped(values)
    for number, value in enumerate(values, start=1):
        yield _object_row(number, value)


def _unwrapped(rows: list[object]) -> list[object]:
    """Return the rows inside `{"tickets": [...]}`, `{"data": {"payload": [...]}}` and the like."""
    if len(rows) != 1 or not isinstance(rows[0], dict) or ROW_FIELDS & rows[0].keys():
        return rows
    document: dict[str, object] = rows[0]
    for name in WRAPPERS:
        inner = document.get(name)
        if isinstance(inner, list) and (not inner or isinstance(inner[0], dict)):
            return inner
        if isinstance(inner, dict):
            nested = _unwrapped([inner])
            if nested != [inner]:
                return nested
    lists = [value for value in document.values() if isinstance(value, list)]
    if len(lists) == 1:
        return lists[0]
    return rows


def _csv_rows(inspected: InspectedFile) -> Iterator[Row | BadRow]:
    name = inspected.path.name
    # A mail in one field is often longer than the csv module's default limit.
    maximize_csv_field_size_limit()
    with inspected.open_text() as file:
        first_line = file.readline()
    has_separator_line = first_line.strip("\ufeff \r\n").lower().startswith("sep=")
    if has_separator_line and inspected.encoding == "utf-16":
        raise InvalidInput(f"{name} starts with a 'sep=' line in UTF-16: save it as UTF-8")
    dialect = _dialect(inspected, skip_line=has_separator_line)
    with inspected.open_bytes() as file:
        if has_separator_line:
            file.readline()
        rows, _ = rows_from_file(
            file,
            format=Format.CSV,
            dialect=dialect,
            encoding=inspected.encoding,
            extras_key=EXTRA_FIELDS,
        )
        number = 0
        try:
            for number, row in enumerate(rows, start=1):
                yield _csv_row(number, row)
        except csv.Error as error:
            raise InvalidInput(f"{name}: row {number + 1} cannot be read: {error}") from None
    if number == 0:
        raise InvalidInput(f"{name} has a header but no rows")


def _csv_row(number: int, row: Mapping[str, object]) -> Row | BadRow:
    if EXTRA_FIELDS in row:
        extra = cast(list[str], row[EXTRA_FIELDS])
        return BadRow(
            number, "row", f"{len(extra)} more fields than the header (unquoted separator?)"
        )
    return Row(number, {name.strip(): value for name, value in row.items() if name is not None})


def _dialect(inspected: InspectedFile, *, skip_line: bool) -> type[csv.Dialect]:
    """Choose the separator that the header uses most, outside quotes; a comma if it has none."""
    with inspected.open_text() as file:
        if skip_line:
            file.readline()
        header = _first_record(file)
    counts = {mark: header.count(mark) for mark in DELIMITERS}
    delimiter_found = max(DELIMITERS, key=lambda mark: counts[mark])

    class Sniffed(csv.excel):
        delimiter = delimiter_found if counts[delimiter_found] else ","

    return Sniffed


def _first_record(lines: Iterable[str]) -> str:
    text = ""
    for line in itertools.islice(lines, 50):
        text += line
        if text.count('"') % 2 == 0 and text.strip("\ufeff\r\n "):
            break
    return "".join(part for index, part in enumerate(text.split('"')) if index % 2 == 0)

"""Reads a folder of entries, queries and judgements as documents that can be searched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.addresses import entry_path
from kb.errors import InvalidInput
from kb.intake.convert import Defaults
from kb.intake.faq_rows import to_faq
from kb.intake.reading import RowFile, read_rows
from kb.intake.records import BadRow, IncomingEntry, Row
from kb.intake.values import is_yes, language_code, text_of
from kb.plain_text import markdown_to_text
from kb.slugs import slugify
from search.documents import Document, DocumentPhrasing

ENTRIES_FILE = "faq.jsonl"
QUERIES_FILE = "queries.jsonl"
JUDGEMENTS_FILE = "qrels.tsv"
COMPRESSED = ".gz"

DEFAULT_LANG = "en"
UNANSWERABLE_FLAGS = ("none", "oos")
QUERY_COLUMNS = ("query_id", "query", "qid")
ENTRY_COLUMNS = ("faq_id", "entry_id", "doc_id", "entry", "document")
GAIN_COLUMNS = ("relevance", "gain", "score", "label")


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the gain (above 0) of each entry, by source id, that answers it or helps.

    `unanswerable` is set where people said that no entry answers; a query without either is
    not judged.
    """

    id: str
    text: str
    lang: str
    relevant: Mapping[str, float]
    unanswerable: bool


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Documents and queries of one folder; `unjudged` counts the queries left out."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[JudgedQuery, ...]
    unjudged: int


def read_judged_set(
    folder: Path, *, split: str | None = None, name: str | None = None
) -> JudgedSet:
    """Read faq.jsonl, queries.jsonl and qrels.tsv, each also .gz, from a folder.

    Entries are what `kb import-faq` reads, but may have no answer. A query has id, text and
    optionally lang, `none` or `oos` (true: no entry answers it) and split; with `split` only
    queries of that one are taken. `name` is the folder's unless given. Raises InvalidInput,
    naming file and row, for anything that does not fit together.
    """
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder with {ENTRIES_FILE} and its judgements")
    documents = _read_documents(_find(folder, ENTRIES_FILE))
    lang = Counter(document.lang for document in documents).most_common(1)[0][0]
    queries_path = _find(folder, QUERIES_FILE)
    rows = _read_queries(queries_path)
    known = {str(document.source_id) for document in documents}
    gains = _read_judgements(_find(folder, JUDGEMENTS_FILE), queries=set(rows), entries=known)
    queries = []
    unjudged = 0
    for query_id, row in rows.items():
        if split is not None and text_of(row.values.get("split")) != split:
            continue
        query = _query(query_id, row, gains.get(query_id, {}), lang)
        if query.unanswerable and query.relevant:
            raise _wrong(queries_path, row.number, f"{query_id!r} is unanswerable, but judged")
        if query.unanswerable or query.relevant:
            queries.append(query)
        else:
            unjudged += 1
    if not queries:
        of = f" of the split {split!r}" if split is not None else ""
        raise InvalidInput(f"{folder} has no judged queries{of}")
    return JudgedSet(name or folder.resolve().name, documents, tuple(queries), unjudged)


def _find(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}{COMPRESSED}"):
        if path.is_file():
            return path
    raise InvalidInput(f"{folder} has no {name} (or {name}{COMPRESSED})")


def _wrong(path: Path, row: int, reason: str) -> InvalidInput:
    return InvalidInput(f"{path.name} row {row}: {reason}", row=row)


def _rows(file: RowFile) -> Iterator[Row]:
    for row in file:
        if isinstance(row, BadRow):
            raise _wrong(file.path, row.row, row.reason)
        yield row


def _read_documents(path: Path) -> tuple[Document, ...]:
    file = read_rows(path)
    defaults = Defaults(file.sha256, lang=None, product=None)
    documents: list[Document] = []
    seen: set[str] = set()
    for number, row in enumerate(_rows(file), start=1):
        entry = to_faq(row, defaults=defaults, answer_required=False)
        if isinstance(entry, BadRow):
            raise _wrong(path, row.number, entry.reason)
        if entry.source_id in seen:
            raise _wrong(path, row.number, f"the id {entry.source_id!r} is there twice")
        seen.add(entry.source_id)
        documents.append(_document(number, entry))
    return tuple(documents)


def _document(number: int, entry: IncomingEntry) -> Document:
    return Document(
        type="entry",
        id=number,
        source_id=entry.source_id,
        title=entry.question,
        answer=markdown_to_text(entry.answer),
        lang=entry.lang or DEFAULT_LANG,
        audience=entry.audience,
        url=entry_path(number, entry.question),
        product=slugify(entry.product) if entry.product else None,
        category=slugify(entry.category) if entry.category else None,
        tags=tuple(slugify(tag) for tag in entry.tags),
        phrasings=(
            DocumentPhrasing(entry.question, shown=True),
            *(DocumentPhrasing(text, shown=False) for text in entry.phrasings),
        ),
    )


def _read_queries(path: Path) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in _rows(read_rows(path)):
        query_id = text_of(row.values.get("id"))
        if not query_id:
            raise _wrong(path, row.number, "id is missing or empty")
        if query_id in found:
            raise _wrong(path, row.number, f"the id {query_id!r} is there twice")
        if not text_of(row.values.get("text")):
            raise _wrong(path, row.number, "text is missing or empty")
        found[query_id] = row
    return found


def _query(query_id: str, row: Row, relevant: Mapping[str, float], lang: str) -> JudgedQuery:
    return JudgedQuery(
        id=query_id,
        text=text_of(row.values["text"]),
        lang=language_code(row.values.get("lang")) or lang,
        relevant=relevant,
        unanswerable=any(is_yes(row.values.get(flag)) for flag in UNANSWERABLE_FLAGS),
    )


def _read_judgements(
    path: Path, *, queries: set[str], entries: set[str]
) -> Mapping[str, Mapping[str, float]]:
    """Return the gains above 0 of each query's entries."""
    file = read_rows(path)
    columns = file.columns()
    query_column = _column(path, columns, QUERY_COLUMNS)
    entry_column = _column(path, columns, ENTRY_COLUMNS)
    gain_column = _column(path, columns, GAIN_COLUMNS)
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(file):
        query, entry = text_of(row.values[query_column]), text_of(row.values[entry_column])
        if query not in queries:
            raise _wrong(path, row.number, f"there is no query {query!r}")
        if entry not in entries:
            raise _wrong(path, row.number, f"there is no entry {entry!r}")
        gain = _gain(path, row.number, text_of(row.values[gain_column]))
        if gain > 0:
            gains[query][entry] = gain
    return gains


def _column(path: Path, columns: tuple[str, ...], names: tuple[str, ...]) -> str:
    for name in names:
        if name in columns:
            return name
    raise InvalidInput(f"{path.name} has no column {names[0]}; its columns are: {columns}")


def _gain(path: Path, row: int, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _wrong(path, row, f"relevance {text!r} is no number") from None

"""Reading files of sentence pairs, in which every row that cannot be used is named."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import InvalidInput, NotFound

MAX_CHARACTERS = 1_000
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = "\ufeff"
# The first line of a file may name its columns instead of holding a pair.
FOREIGN_HEADERS = frozenset({"foreign", "english", "source", "target"})


@dataclass(frozen=True, slots=True)
class SentencePair:
    """One sentence in both languages, and the corpus it comes from."""

    source: str
    english: str
    foreign: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out: its file, its number from 1, and what is wrong with it."""

    file: str
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.number}: {self.reason}"


@dataclass(frozen=True, slots=True)
class PairsFile:
    """What one file held: its pairs in the order of the file, and the rows left out."""

    pairs: tuple[SentencePair, ...]
    bad_rows: tuple[BadRow, ...]


def read_pairs(path: Path) -> PairsFile:
    """The sentence pairs of a tab-separated UTF-8 file, gzipped or not.

    Two columns are the foreign sentence and the English one, three are source, English and
    foreign. With two columns the file's name is the source. Rows that cannot be used are left
    out and named. Raises NotFound when there is no such file, InvalidInput when it is a broken
    gzip file.
    """
    if not path.is_file():
        raise NotFound("pairs file", path)
    pairs: list[SentencePair] = []
    bad_rows: list[BadRow] = []
    file_source = path.name.removesuffix(".gz").removesuffix(".tsv")
    for number, line in _lines(path):
        row = _parse(line, file_source)
        if isinstance(row, SentencePair):
            if not (number == 1 and _is_header(line)):
                pairs.append(row)
        elif row:
            bad_rows.append(BadRow(str(path), number, row))
    return PairsFile(tuple(pairs), tuple(bad_rows))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as raw:
        zipped = raw.read(2) == GZIP_MAGIC
    try:
        with gzip.open(path, "rb") if zipped else path.open("rb") as file:
            yield from enumerate(file, start=1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInput(f"{path}: the gzip file is broken ({error})") from error
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror})") from error


def _parse(line: bytes, file_source: str) -> SentencePair | str:
    """The pair of a line, or the reason why there is none; empty for a line without text."""
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start + 1} of the row)"
    if not text.strip():
        return ""
    columns = [column.strip() for column in text.removeprefix(BYTE_ORDER_MARK).split("\t")]
    if len(columns) not in (2, 3):
        many = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
        return f"{many}, expected 2 (foreign, English) or 3 (source, English, foreign)"
    if len(columns) == 2:
        source, foreign, english = file_source, *columns
    else:
        source, english, foreign = columns
    for name, side in (("English side", english), ("foreign side", foreign), ("source", source)):
        if not side:
            return f"the {name} is empty"
        if len(side) > MAX_CHARACTERS:
            return f"the {name} has {len(side):,} characters, at most {MAX_CHARACTERS:,}"
    return SentencePair(source, english, foreign)


def _is_header(line: bytes) -> bool:
    text = line.decode("utf-8", "replace").removeprefix(BYTE_ORDER_MARK)
    columns = text.strip().casefold().split("\t")
    return all(column in FOREIGN_HEADERS for column in columns)

"""Inspects a file before its first row is read: compression, encoding, fingerprint."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from kb.errors import InvalidInput

CHUNK_BYTES = 1 << 20
# Of the bytes above 127 in a real cp1252 text few stand in pairs that are valid UTF-8 too
# ("ß" before a closing quote); in a UTF-8 file with one bad byte nearly all do.
MAX_UTF8_PAIRS_IN_CP1252 = 0.3
UTF8_PAIRS = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
HIGH_BYTES = re.compile(rb"[\x80-\xff]")
# What western European text in cp1252 is made of, beside ASCII.
SENSIBLE_CP1252 = re.compile(
    "[À-ÖØ-öø-ÿŠšŽžŒœŸƒ€‚„…†ˆ‰‹‘’“”•–—˜™›\u00a0¡£¥§¨©ª«®°±²³´µ¶·¸¹º»¼½¾¿×÷]"
)
MIN_SENSIBLE_SHARE = 0.95
CONTROL_BYTES = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
MAX_CONTROL_SHARE = 0.01

HEAD_BYTES = 4_096
FINGERPRINT_LENGTH = 12
MAILBOX_START = re.compile(rb"From [^\r\n]*\r?\n>?[A-Za-z][A-Za-z0-9-]*:")
GZIP_MAGIC = b"\x1f\x8b"
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
FOREIGN_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is a PDF file: export the tickets as CSV or JSON"),
    (b"BZh", "is compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "is compressed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd: unpack it first"),
    (b"SQLite format 3", "is an SQLite database: export the table as CSV first"),
)
BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """A file that can be read to its end as text in `encoding`.

    `sha256` is over the unpacked bytes, so that a file and its .gz are the same file.
    `note` tells what a person should know about how it is read, or is empty.
    """

    path: Path
    compressed: bool
    encoding: str
    sha256: str
    note: str = ""
    is_mailbox: bool = False

    def open_bytes(self) -> BinaryIO:
        """Open the unpacked bytes for reading."""
        if self.compressed:
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        return self.path.open("rb")

    def open_text(self) -> io.TextIOWrapper:
        """Open the unpacked text for reading; line ends are kept as they are."""
        return io.TextIOWrapper(self.open_bytes(), encoding=self.encoding, newline="")


def made_id(fingerprint: str, number: int) -> str:
    """Return the id of record `number` of a file for records that have none of their own."""
    return f"file:{fingerprint[:FINGERPRINT_LENGTH]}:{number}"


def inspect_file(path: Path) -> InspectedFile:
    """Read the whole file once, in pieces, and say how it is to be read.

    Encodings are UTF-8 with or without a byte order mark, UTF-16 with one, and cp1252 where the
    bytes make sensible western text and are no UTF-8 with a damaged place. Raises InvalidInput
    with one clear line where the file is missing, empty, no text, or breaks off.
    """
    try:
        return _inspect(path)
    except FileNotFoundError:
        raise InvalidInput(f"{path} does not exist") from None
    except IsADirectoryError:
        raise InvalidInput(f"{path} is a folder, not a file") from None
    except PermissionError:
        raise InvalidInput(f"{path} cannot be read: permission denied") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InvalidInput(
            f"{path.name} breaks off or is damaged inside (gzip): copy it again"
        ) from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from None


def _inspect(path: Path) -> InspectedFile:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise InvalidInput(f"{path.name} is empty")
    compressed = head.startswith(GZIP_MAGIC)
    if compressed:
        with gzip.open(path, "rb") as unpacked:
            head = unpacked.read(HEAD_BYTES)
    _refuse_foreign_formats(path, head)
    encoding = next((name for bom, name in BOMS if head.startswith(bom)), "utf-8")
    scan = _Scan(encoding)
    with gzip.open(path, "rb") if compressed else path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            scan.feed(chunk)
    scan.finish()
    if MAILBOX_START.match(head):
        # Every mail of a mailbox declares its own encoding, so the file as a whole has none.
        return InspectedFile(path, compressed, "latin-1", scan.sha256, is_mailbox=True)
    if not scan.has_text and scan.error_at is None:
        raise InvalidInput(f"{path.name} is empty")
    if scan.error_at is None:
        return InspectedFile(path, compressed, encoding, scan.sha256)
    if scan.is_sensible_cp1252():
        note = "not UTF-8, read as cp1252 (Windows Western European)"
        return InspectedFile(path, compressed, "cp1252", scan.sha256, note)
    raise InvalidInput(
        f"{path.name} is not valid {scan.encoding_name}: byte {scan.error_at} cannot be decoded; "
        "save it as UTF-8"
    )


def _refuse_foreign_formats(path: Path, head: bytes) -> None:
    name = path.name
    if head.startswith(b"PK\x03\x04"):
        if name.lower().endswith(WORKBOOK_ENDINGS):
            raise InvalidInput(f"{name} is an Excel workbook: save it as CSV")
        raise InvalidInput(f"{name} is a zip archive: unpack it first")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput(f"{name} is an Excel workbook: save it as CSV")
    for magic, advice in FOREIGN_FORMATS:
        if head.startswith(magic):
            raise InvalidInput(f"{name} {advice}")
    if b"\x00" in head[:256] and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidInput(
            f"{name} is a binary file (or UTF-16 without a byte order mark): save it as UTF-8 text"
        )


class _Scan:
    """Counts what tells an encoding, chunk by chunk, so that memory does not grow with the file."""

    def __init__(self, encoding: str) -> None:
        self.encoding_name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        self.error_at: int | None = None
        self.has_text = False
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._cp1252 = codecs.getincrementaldecoder("cp1252")()
        self._digest = hashlib.sha256()
        self._fed = 0
        self._high = self._pairs = self._sensible = self._control = 0
        self._cp1252_fits = encoding == "utf-8"

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def feed(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        if self.encoding_name == "UTF-8":
            self._control += len(CONTROL_BYTES.findall(chunk)) + chunk.count(0)
        self._count_cp1252(chunk)
        self._decode(chunk, final=False)
        self._fed += len(chunk)

    def finish(self) -> None:
        self._decode(b"", final=True)
        if self._fed and self._control / self._fed > MAX_CONTROL_SHARE:
            raise InvalidInput("the file is binary, not text: export it as CSV or JSON")

    def is_sensible_cp1252(self) -> bool:
        if not self._cp1252_fits or not self._high:
            return False
        return (
            self._pairs / self._high <= MAX_UTF8_PAIRS_IN_CP1252
            and self._sensible / self._high >= MIN_SENSIBLE_SHARE
        )

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        if self.error_at is not None:
            return
        kept = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            self.error_at = max(0, self._fed - kept + error.start)
            return
        self.has_text = self.has_text or bool(text.strip("\ufeff \t\r\n"))

    def _count_cp1252(self, chunk: bytes) -> None:
        if not self._cp1252_fits:
            return
        self._high += len(HIGH_BYTES.findall(chunk))
        self._pairs += sum(len(pair) for pair in UTF8_PAIRS.findall(chunk))
        try:
            self._sensible += len(SENSIBLE_CP1252.findall(self._cp1252.decode(chunk)))
        except UnicodeDecodeError:
            self._cp1252_fits = False

"""The kinds of files that are taken, told by their content alone."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

import puremagic

from kb.files.refusals import FileRefused, Refusal

OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file; `suffixes` are the ends of names that fit it, the usual one first.

    `form` is Pillow's name of a picture's format, None for what is no picture.
    """

    media_type: str
    suffixes: tuple[str, ...]
    form: str | None = None


PNG = Kind("image/png", (".png",), "PNG")
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), "JPEG")
WEBP = Kind("image/webp", (".webp",), "WEBP")
GIF = Kind("image/gif", (".gif",), "GIF")
PDF = Kind("application/pdf", (".pdf",))
TEXT = Kind("text/plain", (".txt", ".log", ".csv", ".md", ".json"))
ZIP = Kind("application/zip", (".zip",))
MP4 = Kind("video/mp4", (".mp4", ".m4v"))
QUICKTIME = Kind("video/quicktime", (".mov",))
DOCX = Kind(f"{OFFICE}.wordprocessingml.document", (".docx",))
XLSX = Kind(f"{OFFICE}.spreadsheetml.sheet", (".xlsx",))
PPTX = Kind(f"{OFFICE}.presentationml.presentation", (".pptx",))
ODT = Kind(f"{OPEN_DOCUMENT}.text", (".odt",))
ODS = Kind(f"{OPEN_DOCUMENT}.spreadsheet", (".ods",))
ODP = Kind(f"{OPEN_DOCUMENT}.presentation", (".odp",))

KINDS = (PNG, JPEG, WEBP, GIF, PDF, TEXT, ZIP, MP4, QUICKTIME, DOCX, XLSX, PPTX, ODT, ODS, ODP)
PICTURES = (PNG, JPEG, WEBP, GIF)
ACCEPTED = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)
"""For the accept attribute of a file field: a help for choosing, never a check."""

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
)
_OFFICE_FOLDERS = (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX))
_OPEN_DOCUMENTS = {kind.media_type: kind for kind in (ODT, ODS, ODP)}

_MP4_BRANDS = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V |M4VH|MSNV|dash|3gp[4-7]")
_HEIC_BRANDS = re.compile(rb"heic|heix|heim|heis|hevc|mif1|msf1|avif")

_PROGRAM = re.compile(
    rb"MZ(?s:.{0,60})\x00|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe"
    rb"|\xca\xfe\xba\xbe|#!|dex\n"
)
"""Beginnings of programs: Windows, whose header holds NUL as no text does, Linux, macOS, Java."""

_PROGRAM_SUFFIXES = re.compile(
    r"\.(exe|dll|com|scr|msi|msix|appx|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|apk|app|dmg|pkg"
    r"|deb|rpm|sh|elf|so|dylib|class|reg|iso)\Z"
)
_PROGRAM_PARTS = frozenset({"androidmanifest.xml", "meta-inf/manifest.mf"})

_MARKUP = re.compile(
    rb"(?>\s*<!--.*?-->)*+\s*(<\?xml|<!doctype|<(html|head|body|script|svg|iframe|style|title|table"
    rb"|div|meta|link|img|object|embed|form|a|p|br|h[1-6])[\s/>])",
    re.DOTALL | re.IGNORECASE,
)
"""What browsers that guess would take for a web page or a drawing.

Each comment is read once (`(?>`, `*+`): else a few bytes of comments take for ever."""

MARKUP_BYTES = 4096
PDF_BYTES = 1024
"""Readers of PDF look for its beginning in so many bytes, so a second kind may hide before it."""

MAX_ZIP_PARTS = 10_000
MAX_UNPACKED_BYTES = 500 * 1000 * 1000
MAX_UNPACKED_RATIO = 200
"""Text packs to a hundredth at best; bombs reach a thousandth and more."""

RATIO_FROM_BYTES = 50 * 1000 * 1000
"""Below this unpacked size no ratio hurts anybody."""

_END_OF_ZIP = b"PK\x05\x06"
_END_BYTES = 22
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Characters that no text has; form feed and escape sequences stand in logs."""


def kind_of(content: bytes, name: str) -> Kind:
    """The kind of a file that is not empty; `name` is only for the line of a refusal.

    Raises FileRefused for programs, web pages, drawings, documents with macros, old office
    formats, files of two kinds at once, archives that would burst, and whatever is not known.
    """
    kind = _by_beginning(content)
    if kind is None and _PROGRAM.match(content):
        raise FileRefused(Refusal.PROGRAM, name)
    if kind is None and content.startswith(_OLE):
        raise FileRefused(Refusal.OLD_OFFICE, name)
    if kind is None and content[4:8] == b"ftyp":
        kind = _film(content, name)
    if kind is None:
        return _text(content, name)
    if kind is ZIP:
        return _packed(content, name)
    if kind is PDF and _ends_as_zip(content):
        raise FileRefused(Refusal.TWO_KINDS, name)
    return kind


def _by_beginning(content: bytes) -> Kind | None:
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    return WEBP if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else None


def _film(content: bytes, name: str) -> Kind:
    """Return the kind of an ISO media file by its brands; the first box names them."""
    brands = content[8 : max(16, min(int.from_bytes(content[:4], "big"), 128))]
    if brands.startswith(b"qt  "):
        return QUICKTIME
    if _HEIC_BRANDS.match(brands):
        raise FileRefused(Refusal.HEIC, name)
    if _MP4_BRANDS.search(brands):
        return MP4
    raise FileRefused(Refusal.UNKNOWN, name)


def _packed(content: bytes, name: str) -> Kind:
    """Return what a ZIP file is, from its list of contents; nothing in it is unpacked."""
    if b"%PDF-" in content[:PDF_BYTES]:
        raise FileRefused(Refusal.TWO_KINDS, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            mimetype = packed.read("mimetype") if _is_short_mimetype(parts) else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise FileRefused(Refusal.DAMAGED, name) from error
    _refuse_bombs(parts, len(content), name)
    names = [part.filename.lower() for part in parts]
    if any(one.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in one for one in names):
        raise FileRefused(Refusal.MACROS, name)
    if any(one.startswith("basic/") for one in names) and mimetype:
        raise FileRefused(Refusal.MACROS, name)
    if any(one in _PROGRAM_PARTS or _PROGRAM_SUFFIXES.search(one.rstrip(" .")) for one in names):
        raise FileRefused(Refusal.PROGRAM, name)
    if "[content_types].xml" in names:
        for folder, kind in _OFFICE_FOLDERS:
            if any(one.startswith(folder) for one in names):
                return kind
    return _OPEN_DOCUMENTS.get(mimetype.decode("ascii", "replace").strip(), ZIP)


def _is_short_mimetype(parts: list[zipfile.ZipInfo]) -> bool:
    """Whether the first part is the stored word by which OpenDocument says what it is."""
    first = parts[0] if parts else None
    return (
        first is not None
        and first.filename == "mimetype"
        and first.compress_type == zipfile.ZIP_STORED
        and first.file_size < 100
    )


def _refuse_bombs(parts: list[zipfile.ZipInfo], size: int, name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    bursts = unpacked > RATIO_FROM_BYTES and unpacked > size * MAX_UNPACKED_RATIO
    if len(parts) > MAX_ZIP_PARTS or unpacked > MAX_UNPACKED_BYTES or bursts:
        raise FileRefused(Refusal.UNPACKS_TOO_LARGE, name)


def _ends_as_zip(content: bytes) -> bool:
    """Whether the end of the file is that of a ZIP file, comment included."""
    at = content.rfind(_END_OF_ZIP, max(0, len(content) - 0xFFFF - _END_BYTES))
    if at < 0 or at + _END_BYTES > len(content):
        return False
    comment = int.from_bytes(content[at + 20 : at + 22], "little")
    return at + _END_BYTES + comment == len(content)


def _text(content: bytes, name: str) -> Kind:
    text = decoded(content)
    if text is None:
        raise FileRefused(_known_as(content), name)
    if _MARKUP.match(text.lstrip("\ufeff")[:MARKUP_BYTES].encode()):
        raise FileRefused(Refusal.WEB_PAGE, name)
    if text.lstrip("\ufeff").startswith("{\\rtf"):
        raise FileRefused(Refusal.OLD_OFFICE, name)
    return TEXT


def decoded(content: bytes) -> str | None:
    """The text of a file in UTF-8, UTF-16 with its mark, or Windows-1252; None for no text."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(text) else text
    return None


def _known_as(content: bytes) -> Refusal:
    """Return why a file is refused that is none of ours, as a library of signatures names it."""
    try:
        names = [found.name.lower() for found in puremagic.magic_string(content)[:3]]
    except (puremagic.PureError, ValueError):
        return Refusal.UNKNOWN
    programs = ("executable", "installer", "dll", "application bundle", "bytecode")
    if any(word in one for one in names for word in programs):
        return Refusal.PROGRAM
    return Refusal.UNKNOWN

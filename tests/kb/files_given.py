"""Small files of every kind, made here, so that no test reads one from disk."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08mdat"
MOV = b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + b"\x00\x00\x00\x08mdat"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
WINDOWS_PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200
LINUX_PROGRAM = b"\x7fELF\x02\x01\x01" + b"\x00" * 200


def picture(form: str = "PNG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A picture with a red left half and a blue right one."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return saved(image, form, **options)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of an image."""
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    """A picture read back."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def packed(parts: dict[str, bytes], *, stored: bool = False) -> bytes:
    """A ZIP file of these parts."""
    written = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def office(folder: str, **more: bytes) -> bytes:
    """An Office Open XML document: `word`, `xl` or `ppt`."""
    parts = {"[Content_Types].xml": b"<Types/>", f"{folder}/document.xml": b"<x/>"}
    return packed(parts | {f"{folder}/{name}": content for name, content in more.items()})


def open_document(word: str) -> bytes:
    """An OpenDocument file: `text`, `spreadsheet` or `presentation`."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{word}")
        archive.writestr("content.xml", "<x/>")
    return written.getvalue()

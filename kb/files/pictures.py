"""Pictures drawn anew, so that nothing of a file but what one sees is kept."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from kb.files.kinds import GIF, JPEG, PNG, WEBP, Kind
from kb.files.refusals import (
    MAX_FILE_BYTES,
    MAX_PICTURE_PIXELS,
    FileRefused,
    Refusal,
)

MAX_SIDE = 4096
QUALITY = 88
"""Above it files grow fast and nobody sees a difference."""

SMOOTH_MODES = frozenset({"L", "RGB", "RGBA", "CMYK"})
"""Pixels that can be resized as they are; palettes and deep greys are made plain first."""

_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)
_DECODING = threading.BoundedSemaphore(2)
"""Pictures decoded at once: each may take 300 MB for a moment."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept; `width` and `height` in pixels, upright."""

    kind: Kind
    content: bytes
    width: int
    height: int


def draw_anew(content: bytes, kind: Kind, name: str) -> Picture:
    """The picture decoded and encoded again: no place, camera, comment or hidden second file.

    It is turned upright and made to fit 4096 pixels a side. Of a moving picture the first
    frame stays; GIF becomes PNG. Raises FileRefused for more than 50 million pixels and for
    what cannot be decoded.
    """
    with _DECODING:
        try:
            return _drawn(content, kind, name)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise FileRefused(Refusal.TOO_MANY_PIXELS, name) from error
        except _UNREADABLE as error:
            raise FileRefused(Refusal.DAMAGED, name) from error


def _drawn(content: bytes, kind: Kind, name: str) -> Picture:
    with Image.open(io.BytesIO(content), formats=[str(kind.form)]) as opened:
        if opened.width * opened.height > MAX_PICTURE_PIXELS:
            raise FileRefused(Refusal.TOO_MANY_PIXELS, name)
        # JPEG can be decoded smaller at once; the others ignore it.
        opened.draft(None, (MAX_SIDE, MAX_SIDE))
        opened.load()
        if opened.mode not in SMOOTH_MODES:
            ImageOps.exif_transpose(opened, in_place=True)
        picture = opened if opened.mode in SMOOTH_MODES else _plain(opened)
        # Made smaller before anything is copied: the large pixels are there only once.
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        ImageOps.exif_transpose(picture, in_place=True)
        picture = _plain(picture)
    kept = PNG if kind is GIF else kind
    if kept is JPEG and picture.mode != "L":
        picture = picture.convert("RGB")
    encoded = _encoded(picture, kept)
    if len(encoded) > MAX_FILE_BYTES:
        # A photograph as PNG: without its tricks it may grow over the limit.
        kept, encoded = WEBP, _encoded(picture, WEBP)
    if len(encoded) > MAX_FILE_BYTES:
        raise FileRefused(Refusal.TOO_LARGE, name)
    return Picture(kept, encoded, picture.width, picture.height)


def _plain(picture: Image.Image) -> Image.Image:
    """Return grey, RGB or RGBA pixels without whatever else the file said."""
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16 bits a pixel, as scanners write it.
        picture = picture.convert("F").point(lambda value: value * (1 / 256) + 0).convert("L")
    see_through = picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or (
        "transparency" in picture.info
    )
    plain = picture.convert("RGBA" if see_through else "L" if picture.mode in ("1", "L") else "RGB")
    if plain is picture:
        plain = picture.copy()
    plain.info.clear()
    return plain


def _encoded(picture: Image.Image, kind: Kind) -> bytes:
    encoded = io.BytesIO()
    if kind is PNG:
        picture.save(encoded, "PNG")
    elif kind is WEBP:
        picture.save(encoded, "WEBP", quality=QUALITY, method=3)
    else:
        picture.save(encoded, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return encoded.getvalue()

"""Static files under addresses that change with their content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
HASH_LENGTH = 12
FOR_EVER = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
BUNDLES = {"pieces.css": ("pieces", "pages")}
"""Style sheets put together from all files of some folders, in this order, each by name: one
request instead of many, and one file for each piece."""

JAVASCRIPT = "text/javascript"
"""What a module script must be served as; the table of the machine may say otherwise."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file; `cache_control` fits the address it was asked by.

    `compressed` is the content with gzip, None where that saves nothing.
    """

    content: bytes
    media_type: str
    cache_control: str
    content_hash: str
    compressed: bytes | None = None


class Assets:
    """The static files of the site, read once at start."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._contents = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        for bundle, parts in BUNDLES.items():
            self._contents[bundle] = b"".join(
                self._contents.pop(name)
                for part in parts
                for name in sorted(self._contents)
                if name.startswith(f"{part}/")
            )
        self._hashes = {
            name: hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
            for name, content in self._contents.items()
        }
        self._compressed = {name: _compressed(one) for name, one in self._contents.items()}

    def url(self, name: str) -> str:
        """The address of a file, `/static/<hash>/<name>`; raises KeyError for an unknown one."""
        return f"/static/{self._hashes[name]}/{name}"

    def find(self, content_hash: str, name: str) -> Asset | None:
        """The file asked for by its address, None if there is none of that name.

        An outdated hash gives the present content, not to be cached, so that a page rendered
        before an upgrade still looks right.
        """
        if name not in self._contents:
            return None
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Asset(
            content=self._contents[name],
            media_type=JAVASCRIPT if name.endswith(".js") else guessed,
            cache_control=FOR_EVER if content_hash == self._hashes[name] else REVALIDATE,
            content_hash=self._hashes[name],
            compressed=self._compressed[name],
        )


def _compressed(content: bytes) -> bytes | None:
    """Return the content with gzip, the same bytes in every process, if a tenth is saved."""
    found = gzip.compress(content, compresslevel=9, mtime=0)
    return found if len(found) < 0.9 * len(content) else None

"""What pages show of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlencode

from kb.attachments import Attachment

KILOBYTE = 1000
MEGABYTE = 1000 * 1000

WORDS = {
    "application/pdf": "pdf",
    "application/zip": "archive",
    "text/plain": "text",
    "text/csv": "table",
}
"""Word for a media type, which the template names in the reader's language."""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as a list shows it.

    `kind` is `picture pdf archive text table document sheet slides` or `film`; `amount` and
    `unit` its size; `remove_url` takes a POST, empty for who may not. `lang` is that of the title,
    None where it is the language around it.
    """

    title: str
    name: str
    url: str
    kind: str
    amount: float
    unit: str
    remove_url: str = ""
    lang: str | None = None

    @property
    def suffix(self) -> str:
        """The end of its name in capitals, as people call the format."""
        return self.name.rpartition(".")[2].upper()


def shown_files(
    attachments: Iterable[Attachment],
    *,
    token: str = "",
    remove_url: str = "",
    langs: Mapping[int, str] = MappingProxyType({}),
) -> tuple[ShownFile, ...]:
    """The files for a page; `token` is that of a question, `remove_url` has a place for the id.

    `langs` are the languages of titles, by the file's id, that are not the page's.
    """
    carried = f"?{urlencode({'token': token})}" if token else ""
    return tuple(
        replace(
            _shown(one, carried),
            remove_url=remove_url.format(one.id) if remove_url else "",
            lang=langs.get(one.id),
        )
        for one in attachments
    )


def _shown(attachment: Attachment, carried: str) -> ShownFile:
    amount, unit = size_in_words(attachment.size)
    return ShownFile(
        title=attachment.label or attachment.name,
        name=attachment.name,
        url=attachment.path + carried,
        kind=_word(attachment.media_type),
        amount=amount,
        unit=unit,
    )


def size_in_words(size: int) -> tuple[float, str]:
    """A size in bytes as a short number with its unit, never 0."""
    if size < MEGABYTE:
        return max(1, round(size / KILOBYTE)), "kB"
    return round(size / MEGABYTE, 1), "MB"


def _word(media_type: str) -> str:
    if media_type in WORDS:
        return WORDS[media_type]
    for beginning, word in (("image/", "picture"), ("video/", "film")):
        if media_type.startswith(beginning):
            return word
    for part, word in (("sheet", "sheet"), ("presentation", "slides")):
        if part in media_type.rpartition("/")[2].rpartition(".")[2] or f".{part}" in media_type:
            return word
    return "document"

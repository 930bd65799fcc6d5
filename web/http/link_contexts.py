"""What the page of an entry shows of its links, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelatedEntry:
    """A cross-link with the checkable fact that justifies it.

    `kind` is `prerequisite`, `next` or `similar`.
    """

    title: str
    url: str
    reason: str
    kind: str = "similar"
    id: int = 0


@dataclass(frozen=True, slots=True)
class EditedEntryLink:
    """What an editor said about one link of an entry: `pinned`, `blocked` or `first`."""

    id: int
    title: str
    url: str
    said: str


@dataclass(frozen=True, slots=True)
class LinkEditor:
    """The editors' forms for the links of an entry; `typed` and `error` after a refusal."""

    action: str
    edited: tuple[EditedEntryLink, ...] = ()
    typed: str = ""
    error: str = ""

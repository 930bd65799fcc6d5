"""What can be found: one document per published entry, with everything ranking may read."""

from __future__ import annotations

from dataclasses import dataclass

from kb.embedded_text import text_hash


@dataclass(frozen=True, slots=True)
class DocumentPhrasing:
    """One wording of a document; only a shown one may ever reach a reader."""

    text: str
    shown: bool

    @property
    def text_hash(self) -> str:
        """Key of this wording's vector in the record."""
        return text_hash(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """One findable thing; `type` is "entry" today and "thread" later.

    `answer` is plain text, Markdown already removed. `phrasings` holds every wording, the
    title first. `audience` is one word of `kb.access`. `product` and `category` are slugs.
    """

    type: str
    id: int
    source_id: str | None
    title: str
    answer: str
    lang: str
    audience: str
    url: str
    product: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    phrasings: tuple[DocumentPhrasing, ...] = ()
    updated_at: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What names this document across generations."""
        return (self.type, self.id)

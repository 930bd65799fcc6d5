"""What can be found: one document per published entry, with everything ranking may read."""

from __future__ import annotations

from dataclasses import dataclass

from kb.embedded_text import text_hash
from kb.passages import passage_texts


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
    Documents of one `translation_group` say the same in different languages.
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
    translation_group: str | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What names this document across generations."""
        return (self.type, self.id)

    @property
    def phrasing_hashes(self) -> tuple[str, ...]:
        """Keys of the wordings' vectors in the record, each once."""
        return tuple(dict.fromkeys(phrasing.text_hash for phrasing in self.phrasings))

    @property
    def passages(self) -> tuple[str, ...]:
        """The passages of the answer, as they are embedded (`kb.passages`)."""
        return passage_texts(self.title, self.answer)

    @property
    def passage_hashes(self) -> tuple[str, ...]:
        """Keys of the passages' vectors in the record."""
        return tuple(map(text_hash, self.passages))

    def embedded_texts(self) -> dict[str, str]:
        """Everything of this document that has a vector, by text hash: wordings, then passages."""
        texts = [*(phrasing.text for phrasing in self.phrasings), *self.passages]
        return {text_hash(text): text for text in texts}

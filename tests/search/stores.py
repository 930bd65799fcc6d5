"""Small stores to search in, and a stand-in for the model where only speed matters."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.access import PUBLIC
from kb.searches.synonyms import SynonymGroup
from kb.store.changes import Change
from search.delta import Record
from search.documents import Document, DocumentPhrasing
from search.generation import make_segment
from search.index import IndexSnapshot, snapshot_of
from search.wording.analysis import split_words

FINGERPRINT = "letters-256"


class LetterEncoder:
    """Encodes a text by its words and letter triples: deterministic, instant, and counted."""

    def __init__(self, fingerprint: str = FINGERPRINT) -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        return np.stack([_vector(text) for text in texts])


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.full(256, 1e-3, dtype=np.float32)
    for word in split_words(text):
        padded = f" {word} "
        for piece in (word, *(padded[at : at + 3] for at in range(len(padded) - 2))):
            vector[zlib.crc32(piece.encode()) % 256] += 1.0
    return vector / np.linalg.norm(vector)


def entry(id_: int, title: str, answer: str = "", **fields: object) -> Document:
    """A published entry; `wordings` are further unshown phrasings."""
    wordings: Iterable[str] = fields.pop("wordings", ())  # type: ignore[assignment]
    phrasings = (
        DocumentPhrasing(title, True),
        *(DocumentPhrasing(text, False) for text in wordings),
    )
    known = {"lang": "en", "audience": PUBLIC, "source_id": f"faq-{id_}", **fields}
    return Document(
        type="entry",
        id=id_,
        title=title,
        answer=answer,
        url=f"/faq/{id_}",
        phrasings=phrasings,
        **known,  # type: ignore[arg-type]
    )


HELP_DESK = (
    entry(1, "How do I reset my password?", "Choose Forgot password on the sign-in page.",
          category="account", tags=("login",), wordings=("i forgot my password", "cannot log in")),
    entry(2, "Where is my parcel?", "Follow the link in the dispatch mail.",
          category="delivery", tags=("parcel", "tracking"), product="shop"),
    entry(3, "How do I return an item?", "Print the return label and bring it to the post office.",
          category="delivery", tags=("parcel",), product="shop"),
    entry(4, "What does error E-07 mean?", "The brew unit is out. Rinse it and put it back.",
          category="machine", product="piazza"),
    entry(5, "Wie setze ich mein Passwort zurück?", "Wählen Sie Passwort vergessen.",
          lang="de", category="account"),
    entry(6, "Who signs off refunds above the limit?", "Ask the shift lead Zebrowski.",
          audience="internal", category="account"),
    entry(7, "Discount for members", "Members get ten percent with the code in their account.",
          audience="members", category="account"),
)  # fmt: skip


def vectors_of(documents: Iterable[Document]) -> dict[str, NDArray[np.float32]]:
    """The vectors of all phrasings, by text hash."""
    texts = {p.text_hash: p.text for document in documents for p in document.phrasings}
    return {key: _vector(text) for key, text in texts.items()}


def snapshot(documents: Sequence[Document]) -> IndexSnapshot:
    """The documents as an index in memory."""
    vectors = vectors_of(documents)
    return snapshot_of(make_segment(documents, lambda _: vectors), fingerprint=FINGERPRINT)


class Shelf:
    """An index source that holds one snapshot."""

    def __init__(self, held: IndexSnapshot | None) -> None:
        self.snapshot = held


class MemoryRecord(Record):
    """A record of entries in memory: what is put or removed shows as a change."""

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self.name = "first life"
        self.kept = {document.id: document for document in documents}
        self.stored = vectors_of(self.kept.values())
        self.log: list[Change] = []
        self.groups: list[SynonymGroup] = []

    def put(self, document: Document, *, encoded: bool = True) -> None:
        self.kept[document.id] = document
        if encoded:
            self.stored.update(vectors_of([document]))
        self._changed("entry", document.id)

    def remove(self, id_: int) -> None:
        del self.kept[id_]
        self._changed("entry", id_)

    def touch(self, kind: str) -> None:
        self._changed(kind, 1)

    def incarnation(self) -> str:
        return self.name

    def changes_since(self, seq: int) -> Sequence[Change]:
        return self.log[seq : seq + 2]

    def documents(self, type_: str, ids: Sequence[int]) -> Sequence[Document]:
        return [self.kept[id_] for id_ in ids if id_ in self.kept]

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        return {key: self.stored[key] for key in hashes if key in self.stored}

    def synonyms(self) -> Sequence[SynonymGroup]:
        return self.groups

    def say_the_same(self, *groups: SynonymGroup) -> None:
        self.groups = list(groups)
        self._changed("synonyms", 1)

    def _changed(self, kind: str, id_: int) -> None:
        self.log.append(Change(len(self.log) + 1, kind, id_, "changed"))

"""What filters, permissions and facets ask about documents, as arrays over document rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.documents import Document
from search.results import Filters

COLUMNS = ("type", "lang", "audience", "product", "category")
"""Facts of which a document has at most one value."""

ABSENT = -1
"""Code of a document without a value."""

Codes = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Metadata:
    """Filterable facts of n documents.

    `codes[column]` has shape (n,) and indexes `values[column]`, `ABSENT` where there is no
    value. The tags of row r are `tag_codes[tag_starts[r]:tag_starts[r + 1]]`, which index
    `values["tag"]`. `ids` has shape (n,), and so has `translation_groups`: the same number in
    every part of an index for translations of each other, `ABSENT` without any.
    """

    ids: NDArray[np.int64]
    translation_groups: NDArray[np.int64]
    codes: dict[str, Codes]
    values: dict[str, tuple[str, ...]]
    tag_codes: Codes
    tag_starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def readable(self, audiences: Iterable[str]) -> Mask:
        """Which documents belong to one of the audiences, shape (n,)."""
        known = self.values["audience"]
        codes = [known.index(audience) for audience in audiences if audience in known]
        return np.isin(self.codes["audience"], codes)

    def matching(self, filters: Filters) -> Mask:
        """Which documents pass every given filter, shape (n,).

        Within one filter any of its values will do; case does not matter.
        """
        mask = np.ones(len(self), dtype=np.bool_)
        for column, wanted in (
            ("type", filters.types),
            ("lang", filters.langs),
            ("product", filters.products),
            ("category", filters.categories),
        ):
            if wanted:
                mask &= self._has(column, wanted)
        if filters.tags:
            mask &= self._tagged(filters.tags)
        return mask

    def types_of(self, rows: NDArray[np.int64]) -> list[str]:
        """The type of each row."""
        values = self.values["type"]
        return [values[code] for code in self.codes["type"][rows]]

    def save(self, folder: Path) -> None:
        """Write the arrays as .npy files and the values as JSON into an existing folder."""
        np.save(folder / "ids.npy", self.ids)
        np.save(folder / "translation_groups.npy", self.translation_groups)
        np.save(folder / "tag_codes.npy", self.tag_codes)
        np.save(folder / "tag_starts.npy", self.tag_starts)
        for column in COLUMNS:
            np.save(folder / f"{column}.npy", self.codes[column])
        text = json.dumps(self.values, ensure_ascii=False)
        (folder / "values.json").write_text(text, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Metadata:
        """Read what `save` wrote; the arrays stay on disk, memory-mapped."""
        values = json.loads((folder / "values.json").read_text(encoding="utf-8"))
        return cls(
            ids=_mapped(folder / "ids.npy"),
            translation_groups=_mapped(folder / "translation_groups.npy"),
            codes={column: _mapped(folder / f"{column}.npy") for column in COLUMNS},
            values={column: tuple(known) for column, known in values.items()},
            tag_codes=_mapped(folder / "tag_codes.npy"),
            tag_starts=_mapped(folder / "tag_starts.npy"),
        )

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Metadata:
        """Gather the facts of documents; row r is the r-th document."""
        codes: dict[str, Codes] = {}
        values: dict[str, tuple[str, ...]] = {}
        for column in COLUMNS:
            codes[column], values[column] = _coded([getattr(d, column) for d in documents])
        tags = [tuple(dict.fromkeys(document.tags)) for document in documents]
        tag_codes, values["tag"] = _coded([tag for own in tags for tag in own])
        counts = [len(own) for own in tags]
        return cls(
            ids=np.array([document.id for document in documents], dtype=np.int64),
            translation_groups=np.array(
                [_group_number(document.translation_group) for document in documents],
                dtype=np.int64,
            ),
            codes=codes,
            values=values,
            tag_codes=tag_codes,
            tag_starts=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
        )

    def _has(self, column: str, wanted: Sequence[str]) -> Mask:
        return np.isin(self.codes[column], self._codes_of(column, wanted))

    def _tagged(self, wanted: Sequence[str]) -> Mask:
        hits = np.flatnonzero(np.isin(self.tag_codes, self._codes_of("tag", wanted)))
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[np.searchsorted(self.tag_starts, hits, side="right") - 1] = True
        return mask

    def _codes_of(self, column: str, wanted: Sequence[str]) -> list[int]:
        folded = {value.casefold() for value in wanted}
        known = enumerate(self.values[column])
        return [code for code, value in known if value.casefold() in folded]


def _group_number(group: str | None) -> int:
    # A digest, not a code of this part: documents of generation and delta are compared.
    if group is None:
        return ABSENT
    digest = hashlib.blake2b(group.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _coded(values: Sequence[str | None]) -> tuple[Codes, tuple[str, ...]]:
    known = tuple(sorted({value for value in values if value is not None}))
    code_of = {value: code for code, value in enumerate(known)}
    codes = [ABSENT if value is None else code_of[value] for value in values]
    return np.array(codes, dtype=np.int32), known


def _mapped(path: Path) -> NDArray[Any]:
    # A plain array over the same mapping: np.memmap runs Python code for every slice.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))

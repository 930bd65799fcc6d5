"""Writing a language pack: pieces, rows, scales and the card that vouches for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from indexer.encoding.languages import CARD_FILE, PACK_FORMAT, PIECES_FILE, ROWS_FILE, SCALES_FILE
from training.base_model import BUNDLED_NAME, BaseModel, Rows

INT8_MAX = 127


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many pairs of one corpus shaped the pack, and under which licence they came."""

    source: str
    licence: str
    count: int


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the card says beside the files: where the pack comes from and how it was made."""

    language: str
    recipe: str
    replacements: Sequence[tuple[str, str]]
    sources: Sequence[SourceCount]
    figures: Mapping[str, object]
    settings: Mapping[str, int]


def write_pack(
    folder: Path, facts: PackFacts, pieces: Sequence[str], rows: Rows, *, base: BaseModel
) -> None:
    """Write the pack to `folder`, which is made; rows have shape (pieces, dimension).

    Rows are stored as int8 with one float32 scale each: half the size of float16, and twice the
    pieces for the same size. The same input gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scales = (np.abs(rows).max(axis=1) / INT8_MAX).astype(np.float32)
    scales[scales == 0] = 1.0
    whole = np.rint(rows / scales[:, None]).astype(np.int8)
    (folder / PIECES_FILE).write_text(
        "".join(f"{piece}\n" for piece in pieces), encoding="utf-8", newline="\n"
    )
    np.save(folder / ROWS_FILE, whole, allow_pickle=False)
    np.save(folder / SCALES_FILE, scales, allow_pickle=False)
    card = json.dumps(_card(folder, facts, base), ensure_ascii=False, indent=2) + "\n"
    (folder / CARD_FILE).write_text(card, encoding="utf-8", newline="\n")


def _card(folder: Path, facts: PackFacts, base: BaseModel) -> dict[str, object]:
    files = (PIECES_FILE, ROWS_FILE, SCALES_FILE)
    return {
        "format": PACK_FORMAT,
        "language": facts.language,
        "recipe": facts.recipe,
        "base": {
            "model": BUNDLED_NAME,
            "weights_sha256": base.weights_sha256,
            "dimension": base.rows.shape[1],
            "vocabulary": len(base.vocabulary),
        },
        "replacements": [list(rule) for rule in facts.replacements],
        "pairs": [
            {"source": s.source, "licence": s.licence, "count": s.count} for s in facts.sources
        ],
        "figures": dict(facts.figures),
        **facts.settings,
        "sha256": {name: sha256((folder / name).read_bytes()).hexdigest() for name in files},
    }

"""Small language packs, written as a team's own would be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.encoding.languages import BASE_DIMENSION, BASE_VOCABULARY, BASE_WEIGHTS_SHA256

UMLAUTS = [["ä", "ae"], ["ö", "oe"], ["ü", "ue"], ["Ü", "Ue"], ["ß", "ss"]]


def random_rows(count: int, *, seed: int = 1) -> NDArray[np.float16]:
    """Rows of about the norm of the model's own."""
    rows = np.random.default_rng(seed).normal(size=(count, BASE_DIMENSION)) * 0.06
    return rows.astype(np.float16)


def write_pack(
    folder: Path,
    pieces: Sequence[str] = ("bruehgruppe", "##lauf", "fuer"),
    *,
    rows: NDArray[Any] | None = None,
    scales: NDArray[Any] | None = None,
    **changed: Any,
) -> Path:
    """Write a pack named after its folder; `changed` replaces fields of its card."""
    folder.mkdir(parents=True)
    (folder / "pieces.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    np.save(folder / "rows.npy", random_rows(len(pieces)) if rows is None else rows)
    if scales is not None:
        np.save(folder / "scales.npy", scales)
    write_card(folder, **changed)
    return folder


def write_card(folder: Path, **changed: Any) -> None:
    """Write the card that fits the files in `folder`, but for what is `changed`."""
    card = {
        "format": 1,
        "language": folder.name,
        "recipe": "by hand",
        "base": {
            "model": "all-MiniLM-L6-v2",
            "weights_sha256": BASE_WEIGHTS_SHA256,
            "dimension": BASE_DIMENSION,
            "vocabulary": BASE_VOCABULARY,
        },
        "replacements": UMLAUTS,
        "pairs": [],
        "figures": {},
        "seed": 1,
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())
            if path.name != "card.json"
        },
        **changed,
    }
    (folder / "card.json").write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8")

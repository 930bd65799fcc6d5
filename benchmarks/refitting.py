"""The calibration that an installation would have learned from its own wordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.judged_sets import JudgedSet
from search.calibration import Calibration
from search.learning.calibrating import OwnKnowledge, refit
from search.meaning.vectors import QueryEncoder


def refitted(judged: JudgedSet, encoder: QueryEncoder, shipped: Calibration) -> Calibration:
    """Refit on the store of a judged set, without its queries."""
    texts = {key: text for one in judged.documents for key, text in one.embedded_texts().items()}

    def vectors(hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        known = [key for key in hashes if key in texts]
        if not known:
            return {}
        return dict(zip(known, encoder.encode([texts[key] for key in known]), strict=True))

    known = OwnKnowledge(judged.documents, vectors, encoder)
    return refit(known, shipped=shipped, current=shipped).calibration

"""How surely an error code or a part number names the documents that have it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from search.lexical.arrays import LexicalArrays
from search.lexical.schema import Field
from search.spans import Places

SURE_DOCUMENTS = 3
SURE_SHARE = 0.01
"""A code names each of at most so many documents, or of this share of all, for sure."""

MOST_DOCUMENTS = 10
MOST_SHARE = 0.03
"""From so many on, or from this share, it tells nothing; in between it tells less and less."""

MOST_OF_FEW = 0.25
"""What a quarter of a small store has names none of it."""


def exact_codes(
    arrays: LexicalArrays, spans: Iterable[tuple[int, int]]
) -> tuple[Places, NDArray[np.float64]]:
    """Return the documents with a code, rising, and how surely it names each, above 0 to 1.

    `spans` are where the postings of the codes start and end. A title or a wording with a code
    is about it, whatever the answers of others mention: it competes with such ones only, and
    an answer with all.
    """
    best: dict[int, float] = {}
    for start, end in spans:
        rows = arrays.term_rows[start:end]
        counts = arrays.term_counts[start:end]
        named = (counts[:, Field.TITLE] > 0) | (counts[:, Field.PHRASINGS] > 0)
        counted = arrays.counted[rows]
        about = _surely(int((counted & named).sum()), int(arrays.totals[0]))
        mentioned = _surely(int(counted.sum()), int(arrays.totals[0]))
        for row, is_named in zip(rows.tolist(), named.tolist(), strict=True):
            sure = about if is_named else mentioned
            if sure > best.get(row, 0.0):
                best[row] = sure
    rows_found = sorted(best)
    return np.array(rows_found, dtype=np.intp), np.array([best[row] for row in rows_found])


def _surely(documents: int, total: int) -> float:
    """How surely a code of so many documents names each of them, 0 to 1."""
    sure = max(SURE_DOCUMENTS, SURE_SHARE * total)
    if documents <= sure:
        return 1.0
    most = min(max(MOST_DOCUMENTS, MOST_SHARE * total), MOST_OF_FEW * total)
    return max(0.0, (most - documents) / (most - sure)) if most > sure else 0.0

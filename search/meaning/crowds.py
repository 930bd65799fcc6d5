"""The best cosines of each language: what else a store holds for a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

CROWD = 16
"""How many of the best documents of a language tell what else the store holds."""

Codes = NDArray[np.integer]
Crowds = dict[int, NDArray[np.float32]]


def crowds_of(best: NDArray[np.float32], langs: Codes) -> Crowds:
    """The largest of n documents' best cosines, in no order, by language code.

    Both arrays have shape (n,). By language, because a translation of the right answer is no
    rival of it.
    """
    there = np.bincount(langs).nonzero()[0].tolist()
    if len(there) == 1:
        return {there[0]: _largest(best)}
    return {code: _largest(best[langs == code]) for code in there}


def joined_crowds(
    crowds: Sequence[Mapping[str, NDArray[np.float32]]],
) -> dict[str, NDArray[np.float32]]:
    """The crowds of all parts of an index by language, the best ones of each, falling."""
    langs = dict.fromkeys(lang for one in crowds for lang in one)
    return {
        lang: np.sort(np.concatenate([one[lang] for one in crowds if lang in one]))[::-1][:CROWD]
        for lang in langs
    }


def _largest(values: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(values) <= CROWD:
        return values
    return np.partition(values, len(values) - CROWD)[-CROWD:]

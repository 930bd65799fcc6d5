"""Counts of the values that the found documents have, over all pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from search.metadata import ABSENT, Metadata
from search.results import FacetValue

FACETS = ("type", "lang", "product", "category", "tag")
"""Facets in the order in which they are shown."""


def count_facets(
    parts: Sequence[tuple[Metadata, NDArray[np.int64]]],
) -> Mapping[str, tuple[FacetValue, ...]]:
    """Count each facet's values over the found rows of each part of an index.

    Values come by falling count, then by name. A document without a value counts for none;
    one with several tags counts for each of them.
    """
    return {facet: _ranked(_counted(facet, parts)) for facet in FACETS}


def _counted(facet: str, parts: Sequence[tuple[Metadata, NDArray[np.int64]]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for metadata, rows in parts:
        values = metadata.values[facet]
        if not values:
            continue
        found = _tag_codes(metadata, rows) if facet == "tag" else metadata.codes[facet][rows]
        # A page has few rows: counting them here is faster than np.unique.
        for code, number in Counter(found.tolist()).items():
            if code != ABSENT:
                counts[values[code]] += number
    return counts


def _tag_codes(metadata: Metadata, rows: NDArray[np.int64]) -> NDArray[np.int32]:
    starts, ends = metadata.tag_starts[rows].tolist(), metadata.tag_starts[rows + 1].tolist()
    pieces = [metadata.tag_codes[a:b] for a, b in zip(starts, ends, strict=True) if b > a]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)


def _ranked(counts: Counter[str]) -> tuple[FacetValue, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetValue(value, count) for value, count in ordered)

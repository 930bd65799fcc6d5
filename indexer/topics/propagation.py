"""Near-copies of a question: wordings for which holds what a person said of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

# From here two wordings are one, whatever words they use: of 16,892 such pairs of six labelled
# sets 0.6 % are of two intents, from 0.94 on 1.0 %, from 0.90 on 3.3 % (docs/adr/0021).
COPY_COSINE = 0.97
# From here two wordings are one when they differ by typing only; it only spares looking at the
# words of others.
SAME_WORDS_COSINE = 0.8
# A typo in a shorter word makes another word of it more often than not: off, of, on.
MIN_TYPO_CHARS = 5
MAX_TYPOS = 2
# Cosines held at once: 80 MB.
BLOCK_PAIRS = 20_000_000

_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"(?<=\w)['’](?=\w)")


def near_copies(
    vectors: NDArray[np.float32], texts: Sequence[str], *, asked: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """The near-copies of the rows in `asked`, rows ascending; those without any are left out.

    vectors: shape (n, dim), float32, unit rows; texts: the n wordings. One pass of `asked` over
    all rows, so it costs 0.1 s per 100 rows at 142,000 questions.
    """
    found: dict[int, tuple[int, ...]] = {}
    size = max(1, BLOCK_PAIRS // max(1, len(vectors)))
    for start in range(0, len(asked), size):
        rows = np.asarray(asked[start : start + size], dtype=np.int64)
        cosines = vectors[rows] @ vectors.T
        cosines[np.arange(len(rows)), rows] = -1.0
        near_of, near = np.nonzero(cosines >= SAME_WORDS_COSINE)
        for place in np.unique(near_of):
            row = int(rows[place])
            copies = tuple(
                int(other)
                for other in near[near_of == place]
                if is_near_copy(texts[row], texts[other], float(cosines[place, other]))
            )
            if copies:
                found[row] = copies
    return found


def is_near_copy(text: str, other: str, cosine: float) -> bool:
    """Whether two wordings say the same: the same words but for typing, or very close by meaning.

    Wordings with other numbers or codes never do.
    """
    words, others = _words(text), _words(other)
    if _codes(words) != _codes(others):
        return False
    if cosine >= COPY_COSINE:
        return True
    return cosine >= SAME_WORDS_COSINE and _typed_alike(words, others)


def _words(text: str) -> list[str]:
    return _WORD.findall(_INSIDE.sub("", text.casefold()))


def _codes(words: Sequence[str]) -> Counter[str]:
    return Counter(word for word in words if any(char.isdigit() for char in word))


def _typed_alike(words: Sequence[str], others: Sequence[str]) -> bool:
    if len(words) != len(others):
        return False
    changed = [(one, two) for one, two in zip(words, others, strict=True) if one != two]
    return len(changed) <= MAX_TYPOS and all(_is_typo(one, two) for one, two in changed)


def _is_typo(word: str, other: str) -> bool:
    """Whether one letter apart, but not the first: enable and unable are two words."""
    if min(len(word), len(other)) < MIN_TYPO_CHARS or word[0] != other[0]:
        return False
    return OSA.distance(word, other, score_cutoff=1) <= 1

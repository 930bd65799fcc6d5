"""Tells texts in words that a model does not know: their vectors mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer.encoding.manifest import TOKENIZER_FILE

READ_CHARACTERS = 400
"""Enough of a text to tell its script."""

PIECE_MARKS = "#▁Ġ"
UNKNOWN = frozenset({"[UNK]", "<unk>"})
MOST_SPELLED = 0.6
"""Share of the pieces that may be unknown or single letters: a word spelled out is not known."""

MIN_PIECES = 4
"""Too little to tell: codes and names."""

IDEOGRAPHS = ("\u2e80", "\u9fff")
"""Scripts in which one sign may well be one word."""


def words_known(folder: Path, texts: Sequence[str]) -> NDArray[np.bool_]:
    """Whether the exported model in `folder` knows the words of each text; shape (n,), bool.

    A text mostly in Latin letters without accents counts as known without a look at it.
    """
    known = np.ones(len(texts), dtype=np.bool_)
    foreign = [row for row, text in enumerate(texts) if not _is_plain(text[:READ_CHARACTERS])]
    if not foreign:
        return known
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    read = [texts[row][:READ_CHARACTERS] for row in foreign]
    for row, found in zip(
        foreign, tokenizer.encode_batch(read, add_special_tokens=False), strict=True
    ):
        known[row] = _are_words(found.tokens)
    return known


def _is_plain(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return not letters or sum(char.isascii() for char in letters) * 2 >= len(letters)


def _are_words(tokens: Sequence[str]) -> bool:
    pieces = [token.strip(PIECE_MARKS) or token for token in tokens]
    telling = [piece for piece in pieces if piece in UNKNOWN or piece[:1].isalpha()]
    if len(telling) < MIN_PIECES:
        return not any(piece in UNKNOWN for piece in telling)
    spelled = sum(
        piece in UNKNOWN or (len(piece) == 1 and not _is_ideograph(piece)) for piece in telling
    )
    return spelled < MOST_SPELLED * len(telling)


def _is_ideograph(piece: str) -> bool:
    return IDEOGRAPHS[0] <= piece <= IDEOGRAPHS[1]

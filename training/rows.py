"""First input rows of a pack's pieces: the mean of the English rows they translate to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from tokenizers import Tokenizer

from training.base_model import CONTINUATION, BaseModel, Rows

MAX_TRANSLATIONS = 6
MIN_SHARE = 0.03
# A piece that was aligned this many times trusts its translations and its old pieces alike.
TRUST_COUNT = 2.0


def starting_rows(base: BaseModel, pieces: Sequence[str], translations: sparse.csr_matrix) -> Rows:
    """Input rows of `pieces`, shape (pieces, dimension), float32.

    `translations` says how often each piece stands for each English piece, shape (pieces, base
    vocabulary). A row is the weighted mean of the rows of its likeliest translations, at most
    six above 3 %, scaled to the usual length of a row, and drawn to the mean of the piece's old
    pieces where it was seldom seen.
    """
    old = _old_rows(base, pieces)
    shares = _likeliest(translations)
    meaning = np.asarray(shares @ base.rows.astype(np.float64))
    seen = np.asarray(translations.sum(axis=1)).ravel()
    usual = float(np.median(np.linalg.norm(base.rows[np.unique(shares.indices)], axis=1)))
    trust = (seen / (seen + TRUST_COUNT))[:, None]
    mixed = trust * _scaled(meaning, usual) + (1.0 - trust) * _scaled(old, usual)
    return _scaled(mixed, usual).astype(np.float32)


def _old_rows(base: BaseModel, pieces: Sequence[str]) -> np.ndarray:
    """The mean of the base rows that each piece's letters are cut into."""
    tokenizer = base.tokenizer()
    means = np.zeros((len(pieces), base.rows.shape[1]))
    for number, piece in enumerate(pieces):
        means[number] = base.rows[_old_ids(base, tokenizer, piece)].mean(axis=0)
    return means


def _old_ids(base: BaseModel, tokenizer: Tokenizer, piece: str) -> list[int]:
    letters = piece.removeprefix(CONTINUATION)
    if not piece.startswith(CONTINUATION):
        return list(tokenizer.encode(letters, add_special_tokens=False).ids)
    ids, rest = [], letters
    while rest:
        length = next(
            (n for n in range(len(rest), 0, -1) if CONTINUATION + rest[:n] in base.vocabulary), 0
        )
        if not length:
            return list(tokenizer.encode(letters, add_special_tokens=False).ids)
        ids.append(base.vocabulary[CONTINUATION + rest[:length]])
        rest = rest[length:]
    return ids


def _likeliest(translations: sparse.csr_matrix) -> sparse.csr_matrix:
    """Shares of each piece's likeliest translations, rows sum to 1 (or 0 without any)."""
    table = translations.tocsr().astype(np.float64)
    owner = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    total = np.asarray(table.sum(axis=1)).ravel()
    share = table.data / np.where(total > 0, total, 1.0)[owner]
    order = np.lexsort((table.indices, -share, owner))
    rank = np.arange(len(order)) - table.indptr[owner[order]]
    keep = order[(rank < MAX_TRANSLATIONS) & (share[order] >= MIN_SHARE)]
    kept = sparse.csr_matrix((share[keep], (owner[keep], table.indices[keep])), table.shape)
    sums = np.asarray(kept.sum(axis=1)).ravel()
    return sparse.diags(1.0 / np.where(sums > 0, sums, 1.0)) @ kept


def _scaled(rows: np.ndarray, length: float) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1.0) * length)

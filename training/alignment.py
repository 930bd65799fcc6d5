"""Which English pieces a foreign piece translates to: IBM model 1 in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

ROUNDS = 6
# Longer sentences say little about single pieces and cost with the square of their length.
MAX_PIECES = 40

Counts = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Links:
    """Every (foreign, English) pair of places that meet in a sentence pair.

    `cell` names the pair of pieces, `foreign_place` and `english_place` the places.
    """

    cell: npt.NDArray[np.int32]
    foreign_place: npt.NDArray[np.int32]
    english_place: npt.NDArray[np.int32]


def align(
    foreign: Sequence[Sequence[int]],
    english: Sequence[Sequence[int]],
    *,
    foreign_pieces: int,
    english_pieces: int,
    rounds: int = ROUNDS,
) -> sparse.csr_matrix:
    """Expected number of times that a foreign piece stands for an English one.

    `foreign[i]` and `english[i]` are the pieces of one sentence pair. Both directions are
    trained apart; a pair of places counts by the product of what both say, so that a frequent
    piece does not collect what it only happens to meet.

    Returns a matrix of shape (foreign_pieces, english_pieces), float64.

    Source: Brown et al. 1993 (model 1); Liang, Taskar and Klein 2006 (agreement).
    """
    links, cell_foreign, cell_english = _link(foreign, english, english_pieces)
    to_english = _train(links.cell, cell_foreign, links.english_place, rounds)
    to_foreign = _train(links.cell, cell_english, links.foreign_place, rounds)
    agreed = _posterior(to_english, links.cell, links.english_place)
    agreed *= _posterior(to_foreign, links.cell, links.foreign_place)
    counts = np.bincount(links.cell, weights=agreed, minlength=len(cell_foreign))
    shape = (foreign_pieces, english_pieces)
    return sparse.csr_matrix((counts, (cell_foreign, cell_english)), shape=shape)


def _link(
    foreign: Sequence[Sequence[int]], english: Sequence[Sequence[int]], english_pieces: int
) -> tuple[_Links, Ids, Ids]:
    keys, foreign_places, english_places = [], [], []
    foreign_start = english_start = 0
    for f_ids, e_ids in zip(foreign, english, strict=True):
        f_row = np.array(f_ids[:MAX_PIECES], dtype=np.int64)
        e_row = np.array(e_ids[:MAX_PIECES], dtype=np.int64)
        keys.append((f_row[:, None] * english_pieces + e_row[None, :]).ravel())
        f_place = np.arange(foreign_start, foreign_start + len(f_row), dtype=np.int32)
        e_place = np.arange(english_start, english_start + len(e_row), dtype=np.int32)
        foreign_places.append(np.repeat(f_place, len(e_row)))
        english_places.append(np.tile(e_place, len(f_row)))
        foreign_start += len(f_row)
        english_start += len(e_row)
    cells, cell = np.unique(np.concatenate(keys), return_inverse=True)
    links = _Links(
        cell.astype(np.int32), np.concatenate(foreign_places), np.concatenate(english_places)
    )
    return links, cells // english_pieces, cells % english_pieces


def _train(
    cell: npt.NDArray[np.int32], giver: Ids, taker_place: npt.NDArray[np.int32], rounds: int
) -> Counts:
    """t(taker | giver) of every cell after `rounds` of expectation and maximisation."""
    table: Counts = np.ones(len(giver))
    for _ in range(rounds):
        posterior = _posterior(table, cell, taker_place)
        counts: Counts = np.bincount(cell, weights=posterior, minlength=len(giver)).astype(float)
        table = counts / np.bincount(giver, weights=counts)[giver]
    return table


def _posterior(table: Counts, cell: npt.NDArray[np.int32], place: npt.NDArray[np.int32]) -> Counts:
    weight = table[cell]
    weight /= np.bincount(place, weights=weight)[place]
    return weight

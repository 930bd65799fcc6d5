"""Question vectors with what most of them share evened out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Added to each variance, as a share of their mean, so that directions of mere noise stay small;
# the more, the fewer questions they are known from. One choice for all sets
# (docs/adr/0019-topics-from-evened-vectors.md).
SHRINKAGE = 0.5
# A vector this near to the mean of all has no direction of its own.
LEAST_LENGTH = 1e-5
BLOCK = 16_384


def evened_vectors(vectors: NDArray[np.float32], *, strength: float) -> NDArray[np.float32]:
    """The vectors less their mean, their strong directions weakened, shape (n, dim), float32.

    vectors: shape (n, dim), float32, unit rows; the result has unit rows, or zeros for what is
    equal to the mean. strength: 0 takes off the mean alone, 1 is whitening. An encoder puts
    most of the questions of one company close together: what they all are about, and how
    people ask, take up the strongest directions, and near neighbours are then those of equal
    style. Cosines afterwards rank neighbours better; they compare only within one call.

    Source: whitening of sentence vectors, Su et al., 2021 (arXiv 2103.15316), here with a
    shrunk covariance.
    """
    rows = len(vectors)
    if rows < 2:
        return vectors.astype(np.float32)
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    variances, directions = _shrunk_directions(vectors, mean)
    weaken = (directions * variances ** (-strength / 2)).astype(np.float32)
    evened = np.empty(vectors.shape, dtype=np.float32)
    for start in range(0, rows, BLOCK):
        block = slice(start, start + BLOCK)
        centred = vectors[block] - mean
        moved = centred @ weaken
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        alike = np.linalg.norm(centred, axis=1, keepdims=True) < LEAST_LENGTH
        evened[block] = np.where(alike, 0.0, moved / np.maximum(lengths, LEAST_LENGTH**2))
    return evened


def _shrunk_directions(
    vectors: NDArray[np.float32], mean: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The variances along the principal directions, shrunk, and these, one in each column."""
    rows, dim = vectors.shape
    covariance = np.zeros((dim, dim))
    for start in range(0, rows, BLOCK):
        centred = vectors[start : start + BLOCK] - mean
        covariance += centred.T @ centred
    variances, directions = np.linalg.eigh(covariance / rows)
    variances = np.maximum(variances, 0.0)
    floor = SHRINKAGE * (1.0 + dim / rows) * max(float(variances.mean()), LEAST_LENGTH**2)
    return variances + floor, directions

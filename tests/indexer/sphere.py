"""Made-up unit vectors in known clusters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def clusters(
    count: int, members: int, *, spread: float = 0.5, dim: int = 64, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors around random centres, cluster by cluster, and the cluster of each.

    `spread` is the length of the noise beside a centre of length 1.
    """
    draw = np.random.default_rng(seed)
    centres = np.repeat(unit(draw.normal(size=(count, dim))), members, axis=0)
    noise = unit(draw.normal(size=centres.shape)) * spread
    return unit(centres + noise), np.repeat(np.arange(count), members)


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    """The rows scaled to length 1."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

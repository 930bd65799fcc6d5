"""Places for the topics of a map: islands by likeness that do not touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sklearn.manifold import TSNE
from sklearn.utils.extmath import randomized_svd

# Distance of two dots that just do not touch; every other length is in this unit.
DOT = 1.0
# Water between two islands, in dots and in shares of the smaller island.
GAP, GAP_SHARE = 2.0, 0.12
MAX_PERPLEXITY = 12.0
TSNE_FROM = 6
TSNE_STEPS = 600
# The approximation of Barnes and Hut pays only where there is much to approximate.
EXACT_UP_TO = 400
ISLAND_STEPS = 400
# Maps are looked at on screens that are wider than high.
ASPECT = np.array([1.25, 0.8])
# Islands begin a little too far apart and then close up, so that none is trapped.
SPREAD_START = 1.15


def island_places(means: NDArray[np.float32]) -> NDArray[np.float64]:
    """Places of the topics by similarity alone, shape (topics, 2), in no unit."""
    count = len(means)
    flat = principal_plane(means.astype(np.float64))
    if count < TSNE_FROM:
        return flat
    tsne = TSNE(
        perplexity=min(MAX_PERPLEXITY, (count - 1) / 3),
        init=flat / max(float(flat[:, 0].std()), 1e-9) * 1e-4,
        learning_rate="auto",
        method="exact" if count <= EXACT_UP_TO else "barnes_hut",
        max_iter=TSNE_STEPS,
        random_state=0,
    )
    places: NDArray[np.float64] = tsne.fit_transform(means.astype(np.float64)).astype(np.float64)
    return places


def principal_plane(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The two directions in which rows differ most, shape (n, 2), signs fixed."""
    if len(rows) < 2:
        return np.zeros((len(rows), 2))
    centred = rows - rows.mean(axis=0, keepdims=True)
    if not np.any(np.abs(centred) > 1e-7):
        return np.zeros((len(rows), 2))
    left, lengths, _ = randomized_svd(centred, n_components=2, random_state=0)
    flat: NDArray[np.float64] = left * lengths
    return flat


def spread_islands(
    places: NDArray[np.float64], radii: NDArray[np.float64], *, water: float
) -> NDArray[np.float64]:
    """Move islands until no two touch, then as near the middle as the others let them."""
    count = len(places)
    if count < 2:
        return np.zeros((count, 2))
    centred = places - places.mean(axis=0)
    # The same spread along both axes, so that the map fills its frame.
    centred /= np.maximum(centred.std(axis=0), 1e-9)
    # Topics in one place leave it in different directions.
    turn = np.arange(count) * 2.399963
    centred += 1e-3 * np.c_[np.cos(turn), np.sin(turn)]
    room = radii + GAP / 2 * DOT + GAP_SHARE * radii / 2
    room *= np.sqrt(1 + water)
    spread: NDArray[np.float64] = centred * ASPECT * SPREAD_START * np.sqrt((room**2).sum()) / 1.7
    reach = 2 * float(room.max())
    for step in range(ISLAND_STEPS):
        # Gravity fades, so that at the end only overlaps are undone.
        spread *= 1 - 0.003 * (1 - step / ISLAND_STEPS)
        pairs = cKDTree(spread).query_pairs(reach, output_type="ndarray")
        push_apart(spread, pairs, room)
    return spread


def push_apart(
    points: NDArray[np.float64], pairs: NDArray[np.int64], room: NDArray[np.float64]
) -> None:
    """Move each pair that overlaps half the overlap apart, the smaller one further, in place."""
    if len(pairs) == 0:
        return
    one, two = pairs[:, 0], pairs[:, 1]
    away = points[one] - points[two]
    distance = np.linalg.norm(away, axis=1)
    overlap = room[one] + room[two] - distance
    hit = overlap > 0
    one, two = one[hit], two[hit]
    share = room[two] ** 2 / (room[one] ** 2 + room[two] ** 2)
    move = away[hit] / np.maximum(distance[hit], 1e-9)[:, None] * overlap[hit, None] * 0.5
    for axis in range(2):
        points[:, axis] += np.bincount(one, move[:, axis] * share, len(points))
        points[:, axis] -= np.bincount(two, move[:, axis] * (1 - share), len(points))

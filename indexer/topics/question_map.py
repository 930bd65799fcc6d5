"""Places on a map for questions: topics as islands, what means the same close together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from indexer.topics.islands import (
    DOT,
    island_places,
    principal_plane,
    push_apart,
    spread_islands,
)

UNGROUPED = -1
# Room of a dot inside an island: dots fill 60 % of it, the rest keeps it from looking printed.
ISLAND_RADIUS = 0.62
MOST_WATER = 1.5
# Neighbour topics that decide on which side of its island a question lies.
SIDES = 6
# A cosine this much nearer pulls e times as strongly.
PULL = 0.05
# 0: as the questions lie, 1: evenly all around.
EVEN = 0.85
DOT_STEPS = 40


@dataclass(frozen=True, slots=True)
class QuestionMap:
    """Where questions and topics lie; no unit, centred on (0, 0), y grows downwards.

    points: shape (n, 2), float32, in row order. centres: shape (topics, 2), float32. radii:
    shape (topics,), float32.
    """

    points: NDArray[np.float32]
    centres: NDArray[np.float32]
    radii: NDArray[np.float32]


def map_questions(
    vectors: NDArray[np.float32],
    topic_of: NDArray[np.int32],
    nearest_topic: NDArray[np.int32],
    *,
    topic_count: int,
) -> QuestionMap:
    """Lay questions out in two dimensions; equal input gives equal output.

    vectors: shape (n, dim), float32, unit rows. topic_of, nearest_topic: shape (n,), int32, as
    in a Grouping. Topics lie by the similarity of their means (t-SNE), with an area that fits
    their number of questions; inside, a question lies on the side of the topics that it
    resembles, the more central ones further in; ungrouped ones lie between the topics that
    they resemble most.
    """
    if len(vectors) == 0:
        return QuestionMap(*(np.zeros(shape, np.float32) for shape in ((0, 2), (0, 2), 0)))
    means = _means(vectors, topic_of, topic_count)
    sizes = np.bincount(topic_of[topic_of >= 0], minlength=topic_count)
    radii = ISLAND_RADIUS * DOT * np.sqrt(np.maximum(sizes, 1))
    # Water for those that stand alone: about twice what their dots cover.
    alone = float((topic_of < 0).sum()) / max(int(sizes.sum()), 1)
    centres = spread_islands(island_places(means), radii, water=min(alone, MOST_WATER))
    points = _place_members(vectors, topic_of, means, centres, radii)
    _place_ungrouped(points, vectors, nearest_topic, np.flatnonzero(topic_of < 0), means, centres)
    _relax(points, topic_of, centres, radii)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return QuestionMap(
        (points - middle).astype(np.float32),
        (centres - middle).astype(np.float32),
        radii.astype(np.float32),
    )


def _means(
    vectors: NDArray[np.float32], topic_of: NDArray[np.int32], topic_count: int
) -> NDArray[np.float32]:
    means = np.zeros((topic_count, vectors.shape[1]), dtype=np.float32)
    grouped = np.flatnonzero(topic_of >= 0)
    np.add.at(means, topic_of[grouped], vectors[grouped])
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    unit: NDArray[np.float32] = means / np.maximum(lengths, 1e-9)
    return unit


def _place_members(
    vectors: NDArray[np.float32],
    topic_of: NDArray[np.int32],
    means: NDArray[np.float32],
    centres: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> NDArray[np.float64]:
    points = np.zeros((len(vectors), 2))
    order = np.argsort(topic_of, kind="stable")
    bounds = np.searchsorted(topic_of[order], np.arange(len(means) + 1))
    for topic in range(len(means)):
        rows = order[bounds[topic] : bounds[topic + 1]]
        inside = _inside_island(vectors[rows], topic, means, centres)
        points[rows] = centres[topic] + inside * radii[topic]
    return points


def _inside_island(
    members: NDArray[np.float32],
    topic: int,
    means: NDArray[np.float32],
    centres: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Places of one topic's members in a disc of radius 1: how they differ, turned to the map."""
    count = len(members)
    flat = principal_plane((members - means[topic]).astype(np.float64))
    # The same rows lie one beside the other, not one on the other.
    turn = np.arange(count) * 2.399963
    flat += 1e-6 * np.sqrt(np.arange(count) + 0.5)[:, None] * np.c_[np.cos(turn), np.sin(turn)]
    flat /= np.maximum(flat.std(axis=0), 1e-9)
    flat = flat @ _turn_towards(_pull(members, topic, means, centres), flat)
    # As many rows inside a radius as its area has room for; around the disc a little less even, so
    # that groups inside a topic can still be seen.
    radius = np.sqrt((_ranks(np.linalg.norm(flat, axis=1)) + 0.5) / count)
    angle = np.arctan2(flat[:, 1], flat[:, 0])
    turned = _ranks(angle) * (2 * np.pi / count) - np.pi
    angle = angle * (1 - EVEN) + turned * EVEN
    inside: NDArray[np.float64] = radius[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    return inside


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _pull(
    members: NDArray[np.float32],
    topic: int,
    means: NDArray[np.float32],
    centres: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Direction in which each member is pulled by the topics around its own."""
    away = np.linalg.norm(centres - centres[topic], axis=1)
    around = np.argsort(away, kind="stable")[1 : SIDES + 1]
    if len(around) == 0:
        return np.zeros((len(members), 2))
    cosines = (members @ means[around].T).astype(np.float64)
    strength = np.exp((cosines - cosines.max(axis=1, keepdims=True)) / PULL)
    strength /= strength.sum(axis=1, keepdims=True)
    sides = (centres[around] - centres[topic]) / np.maximum(away[around], 1e-9)[:, None]
    pulled = strength @ sides
    directed: NDArray[np.float64] = pulled - pulled.mean(axis=0)
    return directed


def _turn_towards(wanted: NDArray[np.float64], flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation or reflection that brings `flat` nearest to `wanted` (Procrustes)."""
    left, _, right = np.linalg.svd(flat.T @ wanted)
    turn: NDArray[np.float64] = left @ right
    return turn


def _place_ungrouped(
    points: NDArray[np.float64],
    vectors: NDArray[np.float32],
    nearest_topic: NDArray[np.int32],
    rows: NDArray[np.int64],
    means: NDArray[np.float32],
    centres: NDArray[np.float64],
) -> None:
    """Put ungrouped questions between the topics that they resemble, in place."""
    turn = np.arange(len(rows)) * 2.399963
    circle = np.c_[np.cos(turn), np.sin(turn)]
    if len(means) == 0:
        points[rows] = circle * DOT * np.sqrt(np.arange(len(rows)) + 0.5)[:, None]
        return
    cosines = (vectors[rows] @ means.T).astype(np.float64)
    # The topic that the grouping names nearest counts as the most similar one.
    named = np.flatnonzero(nearest_topic[rows] >= 0)
    cosines[named, nearest_topic[rows][named]] = cosines[named].max(axis=1)
    best = np.argsort(-cosines, axis=1, kind="stable")[:, :3]
    kept = np.take_along_axis(cosines, best, axis=1)
    strength = np.exp((kept - kept.max(axis=1, keepdims=True)) / PULL)
    strength /= strength.sum(axis=1, keepdims=True)
    points[rows] = np.einsum("ij,ijk->ik", strength, centres[best]) + 1e-3 * circle


def _relax(
    points: NDArray[np.float64],
    topic_of: NDArray[np.int32],
    centres: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> None:
    """Push dots that lie on each other apart, and the ungrouped off the islands, in place."""
    room = np.full(len(points), DOT / 2)
    loose = np.flatnonzero(topic_of < 0)
    grouped = np.flatnonzero(topic_of >= 0)
    for _ in range(DOT_STEPS):
        pairs = cKDTree(points).query_pairs(DOT, output_type="ndarray")
        push_apart(points, pairs, room)
        _hold(points, grouped, topic_of, centres, radii)
        if len(loose) and len(centres):
            _clear_islands(points, loose, centres, radii)


def _hold(
    points: NDArray[np.float64],
    grouped: NDArray[np.int64],
    topic_of: NDArray[np.int32],
    centres: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> None:
    """Keep members on their island."""
    away = points[grouped] - centres[topic_of[grouped]]
    distance = np.linalg.norm(away, axis=1)
    most = radii[topic_of[grouped]]
    out = distance > most
    rows = grouped[out]
    points[rows] = centres[topic_of[rows]] + away[out] / distance[out, None] * most[out, None]


def _clear_islands(
    points: NDArray[np.float64],
    loose: NDArray[np.int64],
    centres: NDArray[np.float64],
    radii: NDArray[np.float64],
) -> None:
    """Move ungrouped dots out of the island that they lie on, to its shore."""
    distance, on = _deepest(points[loose], centres, radii + DOT * 0.7)
    wet = distance < 0
    rows, island = loose[wet], on[wet]
    away = points[rows] - centres[island]
    length = np.maximum(np.linalg.norm(away, axis=1), 1e-9)
    shore = radii[island] + DOT * 0.75
    points[rows] = centres[island] + away / length[:, None] * shore[:, None]


def _deepest(
    points: NDArray[np.float64], centres: NDArray[np.float64], radii: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to the shore of the island that a point lies deepest in, negative inside."""
    near = min(4, len(centres))
    distance, found = cKDTree(centres).query(points, k=[*range(1, near + 1)])
    shore = distance - radii[found]
    best = shore.argmin(axis=1)
    rows = np.arange(len(points))
    return shore[rows, best], found[rows, best]

"""The map keeps topics apart and what is alike together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.topics.question_map import map_questions

DIM = 32
PER_TOPIC = 30


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    unit_rows: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit_rows


@pytest.fixture(scope="module")
def world() -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Four families of three near topics each, and twenty questions of none."""
    random = np.random.default_rng(3)
    families = random.normal(size=(4, DIM)) * 3
    centres = np.repeat(families, 3, axis=0) + random.normal(size=(12, DIM)) * 0.8
    rows = np.repeat(centres, PER_TOPIC, axis=0) + random.normal(size=(12 * PER_TOPIC, DIM)) * 0.5
    alone = random.normal(size=(20, DIM))
    topic_of = np.r_[np.repeat(np.arange(12), PER_TOPIC), np.full(20, -1)].astype(np.int32)
    return unit(np.vstack([rows, alone])), topic_of


def nearest(vectors: NDArray[np.float32], topic_of: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(topic_of < 0, 0, topic_of).astype(np.int32)


def test_a_topic_keeps_its_island_and_islands_do_not_touch(
    world: tuple[NDArray[np.float32], NDArray[np.int32]],
) -> None:
    vectors, topic_of = world
    laid = map_questions(vectors, topic_of, nearest(vectors, topic_of), topic_count=12)

    assert laid.points.shape == (380, 2)
    assert laid.points.dtype == np.float32
    grouped = topic_of >= 0
    away = np.linalg.norm(laid.points[grouped] - laid.centres[topic_of[grouped]], axis=1)
    assert (away <= laid.radii[topic_of[grouped]] + 1e-3).all()
    between = np.linalg.norm(laid.centres[:, None] - laid.centres[None], axis=2)
    room = laid.radii[:, None] + laid.radii[None]
    assert (between + np.eye(12) * 1e9 > room).all()
    alone = np.linalg.norm(laid.points[~grouped][:, None] - laid.centres[None], axis=2)
    assert (alone > laid.radii).all()


def test_topics_of_one_kind_are_neighbours(
    world: tuple[NDArray[np.float32], NDArray[np.int32]],
) -> None:
    vectors, topic_of = world
    laid = map_questions(vectors, topic_of, nearest(vectors, topic_of), topic_count=12)

    between = np.linalg.norm(laid.centres[:, None] - laid.centres[None], axis=2)
    two_nearest = np.argsort(between, axis=1)[:, 1:3]
    same = two_nearest // 3 == (np.arange(12) // 3)[:, None]
    assert same.mean() > 0.5  # by chance 0.18


def test_dots_hardly_lie_on_each_other(
    world: tuple[NDArray[np.float32], NDArray[np.int32]],
) -> None:
    vectors, topic_of = world
    laid = map_questions(vectors, topic_of, nearest(vectors, topic_of), topic_count=12)

    between = np.linalg.norm(laid.points[:, None] - laid.points[None], axis=2)
    closest = (between + np.eye(len(between)) * 1e9).min(axis=1)
    assert np.median(closest) > 0.6


def test_equal_input_gives_an_equal_map(
    world: tuple[NDArray[np.float32], NDArray[np.int32]],
) -> None:
    vectors, topic_of = world
    one, two = (
        map_questions(vectors, topic_of, nearest(vectors, topic_of), topic_count=12)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.points, two.points)


@pytest.mark.parametrize("rows", [1, 2, 50])
def test_identical_questions_lie_side_by_side(rows: int) -> None:
    vectors = np.zeros((rows, DIM), dtype=np.float32)
    vectors[:, 0] = 1.0
    topic_of = np.zeros(rows, dtype=np.int32)
    laid = map_questions(vectors, topic_of, topic_of, topic_count=1)

    assert np.isfinite(laid.points).all()
    assert len(np.unique(laid.points.round(4), axis=0)) == rows


@pytest.mark.parametrize("topics", [0, 1, 2, 3, 5])
def test_few_topics_and_questions_that_stand_alone_have_places(topics: int) -> None:
    random = np.random.default_rng(0)
    vectors = unit(random.normal(size=(2 * topics + 6, DIM)))
    topic_of = np.r_[np.repeat(np.arange(topics), 2), np.full(6, -1)].astype(np.int32)
    near = np.where(topic_of < 0, 0 if topics else -1, topic_of).astype(np.int32)
    laid = map_questions(vectors, topic_of, near, topic_count=topics)

    assert np.isfinite(laid.points).all()
    assert laid.centres.shape == (topics, 2)


def test_nothing_gives_an_empty_map() -> None:
    empty = np.empty(0, dtype=np.int32)
    laid = map_questions(np.empty((0, DIM), np.float32), empty, empty, topic_count=0)
    assert laid.points.shape == (0, 2)

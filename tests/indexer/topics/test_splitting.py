import numpy as np
from scipy.sparse import csr_matrix

from indexer.topics.neighbour_graph import fuzzy_graph, neighbour_count
from indexer.topics.splitting import keep_boundaries, keep_whole, measure_spread, split_loose
from indexer.vectors import nearest_neighbours
from tests.indexer.sphere import clusters

NONE_BEFORE = -1


def world(count: int, members: int) -> tuple[np.ndarray, np.ndarray, csr_matrix]:
    rows, gold = clusters(count, members, spread=0.9)
    found = nearest_neighbours(rows, k=neighbour_count(len(rows)))
    return rows, gold, fuzzy_graph(found, min_cosine=0.3)


def test_a_community_of_two_subjects_is_split_and_one_of_one_is_not():
    rows, gold, graph = world(8, 40)
    mixed = np.where(gold == 1, 0, gold)
    spread = measure_spread(rows, graph)
    before = np.full(len(rows), NONE_BEFORE)
    split = split_loose(graph, mixed, spread, carried=before, seed=0)

    assert len({*zip(split.tolist(), gold.tolist(), strict=True)}) == 8
    assert len(set(split.tolist())) == 8
    assert spread.tightness(np.flatnonzero(mixed == 0)) < spread.tightness(
        np.flatnonzero(gold == 0)
    )


def test_what_one_language_has_in_common_does_not_make_a_topic_tight():
    rows, _, _ = world(8, 40)
    foreign = np.arange(len(rows)) < 120
    shift = np.zeros(rows.shape[1], dtype=np.float32)
    shift[0] = 1.5
    rows = rows + shift * foreign[:, None]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    graph = fuzzy_graph(nearest_neighbours(rows, k=12), min_cosine=0.3)
    langs = ["nl" if far else "en" for far in foreign]
    three_subjects = np.flatnonzero(foreign)

    named = measure_spread(rows, graph, langs).tightness(three_subjects)
    assert named < 0.1 < measure_spread(rows, graph).tightness(three_subjects)


def test_previous_topics_that_met_are_cut_apart_again_unless_they_are_one():
    _, gold, graph = world(8, 40)
    met = np.where(gold == 1, 0, gold)
    kept = keep_boundaries(graph, met, gold)
    assert len({*zip(kept.tolist(), gold.tolist(), strict=True)}) == 8

    halves = np.where(gold == 0, 100 + np.arange(len(gold)) % 2, gold)
    assert keep_boundaries(graph, gold, halves).tolist() == gold.tolist()


def test_a_previous_topic_that_fell_apart_is_joined_again_unless_it_was_two():
    _, gold, graph = world(8, 40)
    halves = np.where(gold == 0, 8 + np.arange(len(gold)) % 2, gold)
    kept = keep_whole(graph, halves, gold)
    assert len({*zip(kept.tolist(), gold.tolist(), strict=True)}) == 8 == kept.max() + 1

    was_mixed = np.where(gold == 1, 0, gold)
    assert keep_whole(graph, gold, was_mixed).tolist() == gold.tolist()


def test_communities_stay_as_they_are_without_previous_topics():
    _, gold, graph = world(8, 40)
    halves = np.where(gold == 0, 8 + np.arange(len(gold)) % 2, gold)
    before = np.full(len(gold), NONE_BEFORE)
    kept = keep_whole(graph, halves, before)
    assert len({*zip(kept.tolist(), halves.tolist(), strict=True)}) == 9 == kept.max() + 1


def test_a_question_without_a_previous_topic_goes_where_its_neighbours_are():
    _, gold, graph = world(8, 40)
    before = np.where(np.arange(len(gold)) % 4 == 0, NONE_BEFORE, gold)
    kept = keep_boundaries(graph, np.where(gold == 1, 0, gold), before)
    assert len({*zip(kept.tolist(), gold.tolist(), strict=True)}) == 8


def test_no_question_has_no_community():
    empty = np.empty(0, dtype=np.int64)
    assert keep_boundaries(csr_matrix((0, 0)), empty, empty).tolist() == []
    assert keep_whole(csr_matrix((0, 0)), empty, empty).tolist() == []

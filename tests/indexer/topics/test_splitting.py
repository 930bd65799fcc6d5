import numpy as np
from scipy.sparse import csr_matrix

from indexer.topics.neighbour_graph import fuzzy_graph, neighbour_count
from indexer.topics.splitting import measure_spread, split_loose
from indexer.vectors import nearest_neighbours
from tests.indexer.sphere import clusters


def world(count: int, members: int) -> tuple[np.ndarray, np.ndarray, csr_matrix]:
    rows, gold = clusters(count, members, spread=0.9)
    found = nearest_neighbours(rows, k=neighbour_count(len(rows)))
    return rows, gold, fuzzy_graph(found, min_cosine=0.3)


def test_a_community_of_two_subjects_is_split_and_one_of_one_is_not():
    rows, gold, graph = world(8, 40)
    mixed = np.where(gold == 1, 0, gold)
    spread = measure_spread(rows, graph)
    split = split_loose(graph, mixed, spread, seed=0)

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

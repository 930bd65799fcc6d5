import numpy as np
from scipy.sparse import csr_matrix

from indexer.topics.neighbour_graph import contracted, fuzzy_graph, neighbour_count
from indexer.topics.resolution import (
    ResolutionSearch,
    description_length,
    find_partition,
    partition_at,
)
from indexer.topics.scores import evaluate_grouping
from indexer.vectors import nearest_neighbours
from tests.indexer.sphere import clusters


def graph_of(count: int, members: int) -> tuple[csr_matrix, np.ndarray]:
    rows, gold = clusters(count, members, spread=0.9)
    found = nearest_neighbours(rows, k=neighbour_count(len(rows)))
    return fuzzy_graph(found, min_cosine=0.3), gold


def test_the_true_communities_describe_the_graph_more_briefly_than_wrong_ones():
    graph, gold = graph_of(8, 30)
    true = description_length(graph, gold)
    assert true < description_length(graph, np.zeros(240, dtype=np.int64))
    assert true < description_length(graph, gold // 2)
    assert true < description_length(graph, np.arange(240) // 10)
    assert true < description_length(graph, np.random.default_rng(0).permutation(gold))


def test_the_number_of_communities_is_found_for_few_and_for_many():
    for count, members in ((4, 60), (40, 30)):
        graph, gold = graph_of(count, members)
        found = find_partition(graph, seed=0)
        assert len(set(found.community_of.tolist())) == len(set(gold.tolist()))


def test_few_questions_of_many_topics_are_not_put_into_few_communities():
    rows, gold = clusters(60, 4, spread=1.1)
    found = nearest_neighbours(rows, k=neighbour_count(len(rows)))
    graph = fuzzy_graph(found, min_cosine=0.3)
    coarse = find_partition(graph, seed=0).community_of
    fine = ResolutionSearch(graph, 0).finest().community_of

    assert coarse.max() < fine.max() + 1 <= 60
    scores = [evaluate_grouping(gold.tolist(), one).acc for one in (coarse, fine)]
    assert scores[1] > scores[0] + 0.1


def test_communities_that_are_clear_without_it_are_not_made_finer():
    graph, gold = graph_of(40, 30)
    fine = ResolutionSearch(graph, 0).finest().community_of
    assert len(set(fine.tolist())) == len(set(gold.tolist()))


def test_a_sharpened_description_counts_near_pairs_for_more_and_a_plain_one_no_weights():
    graph, gold = graph_of(8, 30)
    uneven = graph.copy()
    uneven.data = np.where(uneven.data > 0.5, uneven.data, uneven.data / 10)
    assert description_length(uneven, gold) == description_length(graph, gold)
    sharp = description_length(uneven, gold, sharpness=1.0)
    assert sharp != description_length(graph, gold, sharpness=1.0)
    assert sharp < description_length(uneven, gold // 2, sharpness=1.0)


def test_the_same_seed_gives_the_same_communities():
    graph, _ = graph_of(10, 20)
    first, second = (partition_at(graph, 3.0, seed=5).community_of for _ in range(2))
    assert first.tolist() == second.tolist()


def test_a_graph_without_edges_gives_each_node_its_own_community():
    empty = csr_matrix((3, 3))
    assert find_partition(empty, seed=0).community_of.tolist() == [0, 1, 2]
    assert ResolutionSearch(empty, 0).finest().community_of.tolist() == [0, 1, 2]


def test_the_graph_is_symmetric_without_loops_and_without_far_pairs():
    graph, _ = graph_of(5, 20)
    assert abs(graph - graph.T).max() < 1e-12
    assert graph.diagonal().sum() == 0
    assert 0 < graph.data.max() <= 1
    far = fuzzy_graph(nearest_neighbours(np.eye(6, dtype=np.float32), k=3), min_cosine=0.3)
    assert far.nnz == 0


def test_contracting_adds_weights_up_and_drops_loops():
    graph = csr_matrix(np.array([[0, 1, 2], [1, 0, 4], [2, 4, 0]], dtype=float))
    folded = contracted(graph, np.array([0, 0, 1]))
    assert folded.toarray().tolist() == [[0, 6], [6, 0]]

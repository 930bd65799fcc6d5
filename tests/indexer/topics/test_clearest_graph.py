import numpy as np

from indexer.topics.clearest_graph import clearest_graph
from tests.indexer.sphere import clusters


def test_pairs_below_the_floor_have_no_edge_whatever_their_evened_cosine():
    rows, _ = clusters(10, 20, spread=1.0)
    graph = clearest_graph(rows, min_cosine=0.5, seed=0).graph.tocoo()
    assert (np.einsum("ij,ij->i", rows[graph.row], rows[graph.col]) >= 0.5 - 1e-6).all()


def test_equal_rows_give_equal_graphs_and_one_row_has_no_edge():
    rows, _ = clusters(10, 20, spread=1.0)
    one, two = (clearest_graph(rows, min_cosine=0.3, seed=0).graph for _ in range(2))
    assert (one != two).nnz == 0
    assert clearest_graph(rows[:1], min_cosine=0.3, seed=0).graph.nnz == 0

import json
import math

import numpy as np
import pytest

from indexer.encoding.acceptance import Judged, compare, load_judged, mean_ndcg

ENTRIES = np.eye(4, dtype=np.float32)
JUDGED = Judged(("a", "b", "c", "d"), ("p", "q"), ({0: 2.0}, {1: 1.0, 2: 1.0}))
QUERIES = np.array([[0.9, 0.3, 0.3, 0.1], [0.1, 0.8, 0.5, 0.3]], dtype=np.float32)
ORIGINAL = np.concatenate([ENTRIES, QUERIES / np.linalg.norm(QUERIES, axis=1, keepdims=True)])


def write_set(folder, *, entries, queries, qrels):
    (folder / "faq.jsonl").write_text("\n".join(json.dumps(entry) for entry in entries))
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(query) for query in queries))
    (folder / "qrels.tsv").write_text("query_id\tfaq_id\trelevance\n" + qrels)


def test_ndcg_is_one_for_a_perfect_ranking():
    assert mean_ndcg(ORIGINAL[:4], ORIGINAL[4:], JUDGED.relevance) == pytest.approx(1)


def test_ndcg_discounts_by_rank():
    query = np.array([[0.2, 0.9, 0.4, 0.1]], dtype=np.float32)

    found = mean_ndcg(ENTRIES, query, [{0: 1.0, 1: 2.0}])

    ideal = 2 / math.log2(2) + 1 / math.log2(3)
    assert found == pytest.approx((2 / math.log2(2) + 1 / math.log2(4)) / ideal)


def test_a_form_with_the_same_ranking_is_accepted():
    nearly = ORIGINAL + np.float32(1e-4)

    figures = compare("int8", nearly, ORIGINAL, JUDGED, speedup=1.5)

    assert figures.accepted
    assert figures.form_ndcg == figures.original_ndcg == pytest.approx(1)


def test_a_form_that_ranks_worse_is_refused():
    worse = ORIGINAL.copy()
    worse[4] = np.array([0.68, 0.7, 0.2, 0.1]) / np.linalg.norm([0.68, 0.7, 0.2, 0.1])

    assert not compare("int8", worse, ORIGINAL, JUDGED, speedup=1.5).accepted


def test_a_form_far_from_the_original_is_refused_even_without_a_judged_set():
    far = np.roll(ORIGINAL, 1, axis=1)

    assert not compare("int8", far, ORIGINAL, Judged(), speedup=1.5).accepted


@pytest.mark.parametrize("speedup", [0.5, 0.99])
def test_a_form_slower_than_fp32_is_refused(speedup):
    assert not compare("int8", ORIGINAL, ORIGINAL, JUDGED, speedup=speedup).accepted


def test_vectors_that_are_no_numbers_are_refused():
    broken = np.full_like(ORIGINAL, np.nan)

    assert not compare("int8", broken, ORIGINAL, Judged(), speedup=1.5).accepted


def test_a_judged_set_is_read_without_its_unanswerable_queries(tmp_path):
    write_set(
        tmp_path,
        entries=[{"id": "f1", "question": "How to sit?", "answer": "Down."}],
        queries=[{"id": "q1", "text": "sitting"}, {"id": "q2", "text": "flying", "none": True}],
        qrels="q1\tf1\t2\nq1\tgone\t1\n",
    )

    judged = load_judged(tmp_path)

    assert judged == Judged(("How to sit?\nDown.",), ("sitting",), ({0: 2.0},))


def test_a_missing_judged_set_is_an_empty_one(tmp_path):
    assert load_judged(tmp_path) == Judged()


def test_the_shipped_judged_set_has_answers_to_compare():
    shipped = load_judged()

    assert len(shipped.queries) == len(shipped.relevance) > 100

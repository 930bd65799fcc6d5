"""How well the search ranks the demo's judged queries, and knows when it has no answer.

Measured on the holdout half; numbers were chosen on the other one.
"""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from indexer.encoder import OnnxEncoder
from search.judged_set import read_judged_set
from search.judging import HYBRID, KEYWORD, Figures, judge_search


@pytest.fixture(scope="module")
def figures(encoder: OnnxEncoder) -> dict[tuple[str, str], Figures]:
    """Figures by mode and language."""
    with as_file(files("kb.demo") / "faq.jsonl") as shipped:
        judged = read_judged_set(shipped.parent, split="holdout", name="demo")
    judgement = judge_search(judged, encoder)
    return {(one.mode, one.lang): one for one in judgement.figures}


@pytest.mark.parametrize(("lang", "ndcg", "first"), [("en", 0.77, 0.7), ("de", 0.73, 0.7)])
def test_the_right_entry_is_found_and_comes_first(figures, lang, ndcg, first):
    found = figures[HYBRID, lang]
    assert found.ndcg_at_10 >= ndcg
    assert found.hit_at_1 >= first


@pytest.mark.parametrize("lang", ["en", "de"])
def test_words_and_meaning_together_are_not_worse_than_words(figures, lang):
    assert figures[HYBRID, lang].ndcg_at_10 >= figures[KEYWORD, lang].ndcg_at_10


@pytest.mark.parametrize(("lang", "auroc"), [("en", 0.76), ("de", 0.8)])
def test_what_has_no_answer_is_told_from_what_has_one(figures, lang, auroc):
    assert figures[HYBRID, lang].auroc >= auroc


def test_few_are_answered_that_have_no_answer_and_most_of_those_answered_are_right(figures):
    found = figures[HYBRID, "all"]
    assert found.false_answers <= 0.04
    assert found.answered_right >= 0.88
    assert found.answered >= 0.24

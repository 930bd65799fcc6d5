"""A judged set is read whole or refused with file and row, and measured as a guest searches."""

from __future__ import annotations

import gzip
from importlib.resources import files
from pathlib import Path

import pytest

from indexer.encoder import OnnxEncoder
from indexer.progress import Progress
from kb.errors import InvalidInput
from search.judged_set import read_judged_set
from search.judging import Figures, Judgement, judge_search

FAQ = """\
{"id": "lamp", "question": "How do I stop the lamp from flickering?", "answer": "Screw it in.", \
"lang": "en", "phrasings": ["light goes on and off"]}
{"id": "bill", "question": "Where is my invoice?", "answer": "", "lang": "en"}
{"id": "staff", "question": "Who may give a refund?", "answer": "We.", "audience": "internal"}
"""
QUERIES = """\
{"id": "q1", "text": "lamp flickering", "lang": "en"}
{"id": "q2", "text": "invoice please", "lang": "en", "split": "holdout"}
{"id": "q3", "text": "how to bake bread", "lang": "en", "none": true}
{"id": "q4", "text": "refund", "lang": "en"}
"""
JUDGEMENTS = "query_id\tfaq_id\trelevance\nq1\tlamp\t2\nq1\tbill\t0\nq2\tbill\t1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faq.jsonl").write_text(FAQ)
    (tmp_path / "queries.jsonl").write_text(QUERIES)
    (tmp_path / "qrels.tsv").write_text(JUDGEMENTS)
    return tmp_path


def of(judgement: Judgement, mode: str, lang: str) -> Figures:
    return next(f for f in judgement.figures if (f.mode, f.lang) == (mode, lang))


def test_a_set_is_read_with_what_is_judged_and_what_is_not(folder: Path) -> None:
    judged = read_judged_set(folder)

    assert [document.source_id for document in judged.documents] == ["lamp", "bill", "staff"]
    assert [query.id for query in judged.queries] == ["q1", "q2", "q3"]
    assert [query.unanswerable for query in judged.queries] == [False, False, True]
    assert judged.queries[0].relevant == {"lamp": 2.0}
    assert judged.unjudged == 1


def test_one_split_can_be_taken(folder: Path) -> None:
    assert [query.id for query in read_judged_set(folder, split="holdout").queries] == ["q2"]
    with pytest.raises(InvalidInput, match="split 'dev'"):
        read_judged_set(folder, split="dev")


def test_compressed_files_are_read_too(folder: Path) -> None:
    plain = read_judged_set(folder)
    for name in ("faq.jsonl", "queries.jsonl", "qrels.tsv"):
        path = folder / name
        (folder / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()

    assert read_judged_set(folder) == plain


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("faq.jsonl", '{"id": "x", "answer": "So."}', "faq.jsonl row 4: question"),
        ("faq.jsonl", '{"id": "lamp", "question": "Again?"}', "'lamp' is there twice"),
        ("faq.jsonl", "{", "faq.jsonl row 4: not valid JSON"),
        ("queries.jsonl", '{"text": "no id"}', "queries.jsonl row 5: id"),
        ("queries.jsonl", '{"id": "q9"}', "queries.jsonl row 5: text"),
        ("queries.jsonl", '{"id": "q1", "text": "again"}', "'q1' is there twice"),
        ("qrels.tsv", "q7\tlamp\t1", "qrels.tsv row 4: there is no query 'q7'"),
        ("qrels.tsv", "q4\tfan\t1", "qrels.tsv row 4: there is no entry 'fan'"),
        ("qrels.tsv", "q4\tlamp\tmuch", "qrels.tsv row 4: relevance 'much'"),
        ("qrels.tsv", "q3\tlamp\t1", "queries.jsonl row 3: 'q3' is unanswerable"),
    ],
)
def test_what_does_not_fit_is_told_with_file_and_row(
    folder: Path, name: str, line: str, told: str
) -> None:
    with (folder / name).open("a") as file:
        file.write(line + "\n")

    with pytest.raises(InvalidInput) as refused:
        read_judged_set(folder)
    assert told in str(refused.value)


def test_a_folder_without_its_files_is_refused(folder: Path) -> None:
    (folder / "qrels.tsv").unlink()
    with pytest.raises(InvalidInput, match=r"has no qrels\.tsv"):
        read_judged_set(folder)
    with pytest.raises(InvalidInput, match="no folder"):
        read_judged_set(folder / "elsewhere")


def test_words_alone_are_measured_without_a_model(folder: Path) -> None:
    figures = judge_search(read_judged_set(folder), None).figures

    assert [one.mode for one in figures] == ["keyword"]
    assert figures[0].recall_at_1 == figures[0].mrr_at_10 == figures[0].hit_at_1 == 1.0
    assert figures[0].auroc == 1.0
    assert figures[0].false_answers == 0.0


def test_a_guest_does_not_find_what_only_agents_may_read(folder: Path) -> None:
    with (folder / "qrels.tsv").open("a") as file:
        file.write("q4\tstaff\t2\n")

    figures = judge_search(read_judged_set(folder), None).figures[0]

    assert figures.answerable == 3
    assert figures.hit_at_1 == pytest.approx(2 / 3)


def test_the_shipped_set_meets_its_floor(encoder: OnnxEncoder) -> None:
    judged = read_judged_set(Path(str(files("kb.demo"))))
    steps: list[Progress] = []

    judgement = judge_search(judged, encoder, on_progress=steps.append)

    hybrid, keyword, meaning = (of(judgement, m, "all") for m in ("hybrid", "keyword", "meaning"))
    assert (hybrid.answerable, hybrid.unanswerable) == (687, 206)
    assert hybrid.ndcg_at_10 is not None
    assert keyword.ndcg_at_10 is not None
    assert meaning.ndcg_at_10 is not None
    assert hybrid.ndcg_at_10 >= 0.70
    assert hybrid.ndcg_at_10 >= max(keyword.ndcg_at_10, meaning.ndcg_at_10) - 0.005
    assert (hybrid.false_answers or 0.0) <= 0.10
    assert (hybrid.auroc or 0.0) >= 0.77
    assert meaning.answered is None
    assert [one.step for one in steps if one.done == one.total] == ["embed", "hybrid", "keyword"]
    assert {one.lang for one in judgement.figures} == {"all", "de", "en"}

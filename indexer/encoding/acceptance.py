"""Whether a smaller form of a model still ranks as the original does."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from kb.embedded_text import embedded_text

CUTOFF = 10
MAX_NDCG_LOSS = 0.005
# Int8 of MiniLM has a mean cosine of 0.999 to the original where it works; a CPU on which it
# does not falls far below this, and shows it without any judged set.
MIN_MEAN_COSINE = 0.99
# Without kernels of its own onnxruntime unpacks the 8-bit weights first, slower than fp32.
MIN_SPEEDUP = 1.0
# More judged texts than these cost export time without changing the verdict.
MAX_QUERIES = 400
MAX_ENTRIES = 400


@dataclass(frozen=True, slots=True)
class Judged:
    """Queries with the entries that answer them.

    `relevance[i]` maps positions in `entries` to grades above 0 for `queries[i]`.
    """

    entries: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    relevance: tuple[dict[int, float], ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How one form of a model compares with the original, both on this machine.

    The two nDCG@10 (0 to 1) are None without a judged set; the cosines are those between
    original and form of the same text, the lowest and the mean over all texts compared.
    `speedup` says how many times as fast as fp32 it is, in CPU time on one thread.
    """

    form: str
    accepted: bool
    min_cosine: float
    mean_cosine: float
    judged_queries: int
    original_ndcg: float | None
    form_ndcg: float | None
    speedup: float


def load_judged(folder: Traversable | None = None) -> Judged:
    """The judged set in `folder`, by default the shipped one; empty when it is not there.

    Reads faq.jsonl, queries.jsonl and qrels.tsv; queries that no entry answers are left out,
    and so are lines about entries or queries that do not exist.
    """
    try:
        place = files("kb.demo") if folder is None else folder
        entries = _json_lines(place / "faq.jsonl")[:MAX_ENTRIES]
        queries = _json_lines(place / "queries.jsonl")
        grades = list(csv.DictReader(_lines(place / "qrels.tsv"), delimiter="\t"))
    except (ModuleNotFoundError, FileNotFoundError):
        return Judged()
    position = {str(entry["id"]): number for number, entry in enumerate(entries)}
    relevant: dict[str, dict[int, float]] = {}
    for row in grades:
        if row["faq_id"] in position and float(row["relevance"]) > 0:
            answers = relevant.setdefault(row["query_id"], {})
            answers[position[row["faq_id"]]] = float(row["relevance"])
    kept = [query for query in queries if str(query["id"]) in relevant][:MAX_QUERIES]
    return Judged(
        tuple(embedded_text(str(e["question"]), str(e["answer"])) for e in entries),
        tuple(str(query["text"]) for query in kept),
        tuple(relevant[str(query["id"])] for query in kept),
    )


def mean_ndcg(
    entries: NDArray[np.float32],
    queries: NDArray[np.float32],
    relevance: Iterable[dict[int, float]],
) -> float:
    """Mean nDCG@10, 0 to 1, of ranking unit rows `entries` by cosine for each of `queries`.

    Equal cosines fall back to the earlier entry; the gain is the grade itself and the discount
    log2(rank + 1). Source: Järvelin and Kekäläinen, TOIS 2002.
    """
    order = np.argsort(-(queries @ entries.T), axis=1, kind="stable")[:, :CUTOFF]
    scores = [
        _dcg(grades.get(int(entry), 0.0) for entry in ranked)
        / _dcg(sorted(grades.values(), reverse=True)[:CUTOFF])
        for ranked, grades in zip(order, relevance, strict=True)
    ]
    return float(np.mean(scores))


def compare(
    form: str,
    vectors: NDArray[np.float32],
    original: NDArray[np.float32],
    judged: Judged,
    *,
    speedup: float,
) -> Acceptance:
    """Compare a form's vectors with the original's, shape (n, dim) each, unit rows.

    Rows are the judged entries, then the judged queries, then any number of other texts. A
    form is accepted when it ranks as the original does and is not slower than fp32.
    """
    cosines = np.sum(original * vectors, axis=1)
    before, after = (_judged_ndcg(rows, judged) for rows in (original, vectors))
    keeps_rank = before is None or after is None or after >= before - MAX_NDCG_LOSS
    # A comparison with NaN is false, so that broken vectors are refused here.
    is_close = float(cosines.mean()) >= MIN_MEAN_COSINE
    return Acceptance(
        form=form,
        accepted=is_close and keeps_rank and speedup >= MIN_SPEEDUP,
        min_cosine=round(float(cosines.min()), 5),
        mean_cosine=round(float(cosines.mean()), 5),
        judged_queries=len(judged.queries),
        original_ndcg=before,
        form_ndcg=after,
        speedup=round(speedup, 2),
    )


def _judged_ndcg(rows: NDArray[np.float32], judged: Judged) -> float | None:
    if not judged.queries:
        return None
    split = len(judged.entries)
    queries = rows[split : split + len(judged.queries)]
    return mean_ndcg(rows[:split], queries, judged.relevance)


def _dcg(grades: Iterable[float]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def _json_lines(file: Traversable) -> list[dict[str, object]]:
    return [json.loads(line) for line in _lines(file) if line.strip()]


def _lines(file: Traversable) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()

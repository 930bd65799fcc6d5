"""The first calibration of a new model, from the judged corpus that Kundig ships."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import InvalidInput
from search.calibration import KEYWORD_ONLY, Calibration, Origin, Trust
from search.evaluation import auroc
from search.features import CosineScale
from search.meaning.vectors import QueryEncoder
from search.shipped_weights import SHIPPED

MIN_QUERIES = 8
"""Judged queries that a language needs to be measured; below, it is trusted as any other."""

TRUSTED_SEPARATION = 0.857
"""Separation at which meaning is trusted in full: all-MiniLM-L6-v2 on the English queries."""

CONNECTED_SEPARATION = 0.5
"""Separation from which a model bridges two languages: all-MiniLM-L6-v2 has 0.36 from German to
English, with the German pack 0.72."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cosines of judged queries of one language to the entries of one.

    `right` (n,) is each query's best wording of its best right entry; `unrelated` (m,) its
    best wording of each other entry.
    """

    right: NDArray[np.float64]
    unrelated: NDArray[np.float64]

    @property
    def separation(self) -> float:
        """How well meaning tells them apart: 0 as chance does, 1 always."""
        return max(0.0, 2.0 * auroc(self.right, self.unrelated) - 1.0)


AllPairs = Mapping[tuple[str, str], Pairs]


def calibrate_bootstrap(
    encoder: QueryEncoder | None, *, corpus: Traversable | None = None
) -> Calibration:
    """The shipped weights, fitted to a model by measuring it on the judged corpus.

    Measured are, for each language of the corpus, what its cosines mean (the scale) and how
    much less they tell than those of a good English model (the distrust). Other languages are
    taken as the worst of them. Which of them the model bridges is measured, too. Without an
    encoder, the calibration of keyword search.
    """
    if encoder is None:
        return replace(SHIPPED, fingerprint=KEYWORD_ONLY, origin=Origin.BOOTSTRAP)
    pairs = measure_pairs(encoder, corpus or files("kb.demo"))
    languages, elsewhere = trust_in(pairs)
    return replace(
        SHIPPED,
        fingerprint=encoder.fingerprint,
        origin=Origin.BOOTSTRAP,
        languages=languages,
        elsewhere=elsewhere,
        connected=connected(pairs),
    )


def trust_in(pairs: AllPairs) -> tuple[Mapping[str, Trust], Trust]:
    """What the model's meaning tells in each language measured, and in every other one.

    Raises InvalidInput where no language has enough queries.
    """
    languages = {
        asked: _trust(found)
        for (asked, answering), found in pairs.items()
        if asked == answering and len(found.right) >= MIN_QUERIES
    }
    if not languages:
        raise InvalidInput("the judged corpus has too few queries to calibrate a model")
    return languages, max(languages.values(), key=lambda trust: trust.distrust)


def connected(pairs: AllPairs) -> tuple[str, ...]:
    """The pairs of two languages, like "de>en", that the model bridges, sorted."""
    return tuple(
        sorted(
            f"{asked}>{answering}"
            for (asked, answering), found in pairs.items()
            if asked != answering
            and len(found.right) >= MIN_QUERIES
            and found.separation >= CONNECTED_SEPARATION
        )
    )


def _trust(pairs: Pairs) -> Trust:
    scale = CosineScale(float(np.mean(pairs.unrelated)), float(np.mean(pairs.right)))
    share = _odds(pairs.separation) / _odds(TRUSTED_SEPARATION)
    return Trust(scale, distrust=float(np.clip(1.0 - share, 0.0, 1.0)))


def measure_pairs(encoder: QueryEncoder, corpus: Traversable) -> AllPairs:
    """Cosines of the judged queries with the entries of each language.

    By (language of the query, language of the entries).
    """
    entries = _read(corpus, "faq.jsonl")
    queries = [q for q in _read(corpus, "queries.jsonl") if not q["none"]]
    wordings = [(e, text) for e in entries for text in (e["question"], *e.get("phrasings", ()))]
    wording_vectors = encoder.encode([text for _, text in wordings])
    query_vectors = encoder.encode([q["text"] for q in queries])
    relevant = _relevant(corpus)
    right: dict[tuple[str, str], list[float]] = defaultdict(list)
    unrelated: dict[tuple[str, str], list[float]] = defaultdict(list)
    for query, cosines in zip(queries, query_vectors @ wording_vectors.T, strict=True):
        best: dict[str, dict[str, float]] = defaultdict(dict)
        for (entry, _), cosine in zip(wordings, cosines.tolist(), strict=True):
            of_lang = best[entry["lang"]]
            of_lang[entry["id"]] = max(cosine, of_lang.get(entry["id"], -1.0))
        for lang, found in best.items():
            answering = [value for key, value in found.items() if key in relevant[query["id"]]]
            if answering:
                pair = query["lang"], lang
                right[pair].append(max(answering))
                unrelated[pair] += [v for k, v in found.items() if k not in relevant[query["id"]]]
    return {pair: Pairs(np.array(right[pair]), np.array(unrelated[pair])) for pair in right}


def _odds(separation: float) -> float:
    return separation / (1.0 + 1e-3 - separation)


def _relevant(corpus: Traversable) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in corpus.joinpath("qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, entry, gain = line.split("\t")
        if float(gain) > 0:
            found[query].add(entry)
    return found


def _read(corpus: Traversable, name: str) -> list[dict[str, Any]]:
    text = corpus.joinpath(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]

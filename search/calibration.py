"""Turns features into one probability that a document answers, for one model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import Conflict, InvalidInput
from search.candidates import Candidates
from search.features import (
    ACROSS_COLUMNS,
    ACROSS_FEATURES,
    HYBRID_FEATURES,
    WORD_FEATURES,
    CosineScale,
    Table,
    chance_rise,
    hybrid_table,
    meaning_table,
    word_table,
)
from search.query import ParsedQuery
from search.results import Mode, Verdict

FORMAT = 1
"""Version of the JSON form; it changes whenever the features do."""

KEYWORD_ONLY = ""
"""Fingerprint of a calibration for a site without a model."""


class Origin(StrEnum):
    """What a calibration was learned from."""

    SHIPPED = "shipped"
    BOOTSTRAP = "bootstrap"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class Logistic:
    """P(right) = 1 / (1 + exp(-(bias + weights x features)))."""

    bias: float
    weights: Mapping[str, float]

    def logits(self, table: Table, names: Sequence[str]) -> Table:
        """Log-odds of each row of a table with these columns, shape (n,)."""
        weights = np.array([self.weights.get(name, 0.0) for name in names])
        return np.asarray(self.bias + table @ weights)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Scores from which a hit answers, and below which it is not shown (the floor)."""

    answer: float
    floor: float

    def verdict(self, confidence: float) -> Verdict:
        """What a first hit of this score is."""
        if confidence >= self.answer:
            return Verdict.ANSWER
        return Verdict.MAYBE if confidence >= self.floor else Verdict.NONE


@dataclass(frozen=True, slots=True)
class Judge:
    """How one mode ranks and decides.

    `order` ranks the candidates of a query. `confidence` says, from the first one's features,
    whether it answers; the others follow by their distance in `order`. One question each:
    what tells two documents apart is not what tells a known question from a foreign one.
    """

    order: Logistic
    confidence: Logistic
    bounds: Bounds

    def logits(self, table: Table, names: Sequence[str]) -> Table:
        """Log-odds that each row of one query's candidates answers, shape (n,)."""
        ranks = self.order.logits(table, names)
        first = int(np.argmax(ranks))
        shift = self.confidence.logits(table[[first]], names)[0] - ranks[first]
        return np.asarray(ranks + shift)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Judge:
        """Rebuild from the fields of `asdict`."""
        return cls(
            Logistic(**fields["order"]),
            Logistic(**fields["confidence"]),
            Bounds(**fields["bounds"]),
        )


@dataclass(frozen=True, slots=True)
class Trust:
    """What a model's meaning tells in one language.

    `distrust` is 0 where it tells as much as a good English model does in English, and 1
    where no more than chance.
    """

    scale: CosineScale
    distrust: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything that ranking learned for one model.

    `languages` says what meaning tells in each measured language; `elsewhere` holds for every
    other one. `connected` are the pairs "de>en" of a question's and an answer's language that
    the model was found to bridge; `across` judges those, and is None in older calibrations.
    """

    fingerprint: str
    origin: Origin
    languages: Mapping[str, Trust]
    elsewhere: Trust
    hybrid: Judge
    keyword: Judge
    across: Judge | None = None
    connected: tuple[str, ...] = ()

    def bounds(self, mode: Mode) -> Bounds:
        """The bounds of a mode."""
        return (self.hybrid if mode is Mode.HYBRID else self.keyword).bounds

    def check_fits(self, fingerprint: str) -> None:
        """Raise Conflict where the vectors come from another model."""
        if fingerprint != self.fingerprint:
            raise Conflict(
                f"this calibration is for the model {self.fingerprint or 'none'}, "
                f"not for {fingerprint or 'none'}"
            )

    def logits(self, candidates: Candidates, query: ParsedQuery, *, lang: str) -> Table:
        """Log-odds that each candidate answers, shape (n,); `lang` is the reader's language.

        Candidates without a vector are judged by their words alone. That the words of another
        language do not agree is no evidence: where the model bridges the two, a candidate is
        judged by its meaning if that says more.
        """
        words = word_table(candidates, query)
        known = ~np.isnan(candidates.cosines[:, 0])
        found = np.empty(len(candidates))
        if known.any():
            table = self.hybrid_features(candidates, words)
            found[known] = self.hybrid.logits(table[known], HYBRID_FEATURES)
            if (
                self.across is not None
                and (bridged := known & self._bridged(candidates, lang)).any()
            ):
                meaning = self.across.logits(table[bridged][:, ACROSS_COLUMNS], ACROSS_FEATURES)
                found[bridged] = np.maximum(found[bridged], meaning)
        if not known.all():
            found[~known] = self.keyword.logits(words[~known], WORD_FEATURES)
        return found

    def _bridged(self, candidates: Candidates, lang: str) -> NDArray[np.bool_]:
        """Which candidates are in another language that the model bridges to, shape (n,)."""
        return np.array([f"{lang}>{one}" in self.connected for one in candidates.langs], dtype=bool)

    def parts(self, candidates: Candidates, query: ParsedQuery, index: int) -> dict[str, float]:
        """What each feature adds to the rank of one candidate, and nothing that adds nothing."""
        words = word_table(candidates, query)
        names: Sequence[str] = WORD_FEATURES
        table, order = words, self.keyword.order
        if not np.isnan(candidates.cosines[index, 0]):
            table, names = self.hybrid_features(candidates, words), HYBRID_FEATURES
            order = self.hybrid.order
        added = {
            name: order.weights.get(name, 0.0) * float(value)
            for name, value in zip(names, table[index], strict=True)
        }
        return {name: value for name, value in added.items() if value}

    def to_json(self) -> str:
        """The calibration as text, for the record."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read what `to_json` wrote; raises InvalidInput for anything else."""
        try:
            fields = json.loads(text)
            if fields.pop("format") != FORMAT:
                raise InvalidInput("the calibration has another format: run kb calibrate")
            across = fields.get("across")
            return cls(
                **{
                    **fields,
                    "origin": Origin(fields["origin"]),
                    "languages": {k: _trust(v) for k, v in fields["languages"].items()},
                    "elsewhere": _trust(fields["elsewhere"]),
                    "hybrid": Judge.from_fields(fields["hybrid"]),
                    "keyword": Judge.from_fields(fields["keyword"]),
                    "across": Judge.from_fields(across) if across else None,
                    "connected": tuple(fields.get("connected", ())),
                }
            )
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise InvalidInput(f"the calibration cannot be read: {problem}") from problem

    def trust_of(self, lang: str) -> Trust:
        """What meaning tells in a language."""
        return self.languages.get(lang, self.elsewhere)

    def hybrid_features(self, candidates: Candidates, words: Table) -> Table:
        """The features of `HYBRID_FEATURES` for candidates with these word features."""
        facts = {lang: self._facts(lang) for lang in set(candidates.langs)}
        per_candidate = np.array([facts[lang] for lang in candidates.langs]).reshape(-1, 3)
        background, span, distrust = per_candidate.T
        background = background + span * chance_rise(candidates.wordings)
        return hybrid_table(words, meaning_table(candidates, background, span), distrust)

    def _facts(self, lang: str) -> tuple[float, float, float]:
        trust = self.trust_of(lang)
        return trust.scale.background, trust.scale.span, trust.distrust


def _trust(fields: Mapping[str, Any]) -> Trust:
    return Trust(CosineScale(**fields["scale"]), fields["distrust"])

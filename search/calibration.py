"""Turns features into one probability that a document answers, for one model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
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
    Scales,
    Table,
    hybrid_table,
    word_table,
)
from search.query import ParsedQuery
from search.results import Mode, Verdict

FORMAT = 2
"""Version of the JSON form; it changes whenever the features do."""

KEYWORD_ONLY = ""
"""Fingerprint of a calibration for a site without a model."""


class Origin(StrEnum):
    """What a calibration was learned from."""

    SHIPPED = "shipped"
    BOOTSTRAP = "bootstrap"
    INSTALLATION = "installation"


@dataclass(frozen=True)
class Logistic:
    """P(right) = 1 / (1 + exp(-(bias + weights x features)))."""

    bias: float
    weights: Mapping[str, float]

    def logits(self, table: Table, names: Sequence[str]) -> Table:
        """Log-odds of each row of a table with these columns, shape (n,)."""
        key = tuple(names)
        weights = self._aligned.get(key)
        if weights is None:
            weights = self._aligned[key] = np.array([self.weights.get(name, 0.0) for name in key])
        return np.asarray(self.bias + table @ weights)

    @cached_property
    def _aligned(self) -> dict[tuple[str, ...], Table]:
        """The weights in the order of columns, of each kind of table that was asked about."""
        return {}


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
class Opinion:
    """What one judge says of some of n candidates, in log-odds.

    `about` has shape (n,). `ranks` compare the candidates of one query; `sure` says of each how
    likely it answers, were it the first one. Both are of the candidates that it is about.
    """

    about: NDArray[np.bool_]
    ranks: Table
    sure: Table

    def logits(self, costs: Table) -> Table:
        """Log-odds that each of them answers; `costs` (n,) is what else is known, 0 for nothing.

        The first one after costs is as likely as its confidence; the others follow by their
        distance in rank.
        """
        own = costs[self.about]
        ranks = self.ranks + own
        first = int(ranks.argmax())
        return np.asarray(ranks + (self.sure[first] + own[first] - ranks[first]))


@dataclass(frozen=True, slots=True)
class Opinions:
    """What all judges say of n candidates; where two do, the better word counts."""

    count: int
    opinions: tuple[Opinion, ...]

    def logits(self, costs: Table) -> Table:
        """Log-odds that each candidate answers, shape (n,)."""
        if len(self.opinions) == 1 and self.opinions[0].about.all():
            return self.opinions[0].logits(costs)
        found = np.full(self.count, -np.inf)
        for opinion in self.opinions:
            about = opinion.about
            found[about] = np.maximum(found[about], opinion.logits(costs))
        return found


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
        everything = np.ones(len(table), dtype=np.bool_)
        return self.opinion(table, names, about=everything).logits(np.zeros(len(table)))

    def opinion(self, table: Table, names: Sequence[str], *, about: NDArray[np.bool_]) -> Opinion:
        """Judge those rows of one query's candidates that it is about."""
        rows = table[about]
        return Opinion(about, self.order.logits(rows, names), self.confidence.logits(rows, names))

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
        """Log-odds that each candidate answers, shape (n,); `lang` is the reader's language."""
        return self.judge(candidates, query, lang=lang).logits(np.zeros(len(candidates)))

    def judge(self, candidates: Candidates, query: ParsedQuery, *, lang: str) -> Opinions:
        """Judge candidates; `lang` is the reader's language.

        Candidates without a vector are judged by their words alone. That the words of another
        language do not agree is no evidence: where the model bridges the two, a candidate is
        judged by its meaning if that says more.
        """
        words = word_table(candidates, query)
        known = ~np.isnan(candidates.cosines[:, 0])
        found = []
        if known.any():
            table = self.hybrid_features(candidates, words)
            found.append(self.hybrid.opinion(table, HYBRID_FEATURES, about=known))
            if self.across is not None and self.connected:
                bridged = known & self._bridged(candidates, lang)
                if bridged.any():
                    across = table[:, ACROSS_COLUMNS]
                    found.append(self.across.opinion(across, ACROSS_FEATURES, about=bridged))
        if not known.all():
            found.append(self.keyword.opinion(words, WORD_FEATURES, about=~known))
        return Opinions(len(candidates), tuple(found))

    def _bridged(self, candidates: Candidates, lang: str) -> NDArray[np.bool_]:
        """Which candidates are in another language that the model bridges to, shape (n,)."""
        bridged = [f"{lang}>{name}" in self.connected for name in candidates.lang_names]
        return np.array(bridged, dtype=np.bool_)[candidates.lang_codes]

    def parts(self, candidates: Candidates, query: ParsedQuery, index: int) -> dict[str, float]:
        """What each feature adds to the rank of one candidate, and nothing that adds nothing.

        Names with "confidence:" before them are what it would add to the log-odds of an answer,
        were the candidate the first one.
        """
        words = word_table(candidates, query)
        names: Sequence[str] = WORD_FEATURES
        table, judge = words, self.keyword
        if not np.isnan(candidates.cosines[index, 0]):
            table, names = self.hybrid_features(candidates, words), HYBRID_FEATURES
            judge = self.hybrid
        added = _added(judge.order, table[index], names)
        sure = _added(judge.confidence, table[index], names)
        sure = {"bias": judge.confidence.bias, **sure}
        return added | {f"confidence: {name}": value for name, value in sure.items()}

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
        facts = np.array([self._facts(name) for name in candidates.lang_names]).reshape(-1, 3)
        background, span, distrust = facts[candidates.lang_codes].T
        return hybrid_table(words, candidates, Scales(background, span, distrust))

    def _facts(self, lang: str) -> tuple[float, float, float]:
        trust = self.trust_of(lang)
        return trust.scale.background, trust.scale.span, trust.distrust


def _added(model: Logistic, row: Table, names: Sequence[str]) -> dict[str, float]:
    """What each feature of one row adds to a model's log-odds, and nothing that adds nothing."""
    added = {
        name: model.weights.get(name, 0.0) * float(value)
        for name, value in zip(names, row, strict=True)
    }
    return {name: value for name, value in added.items() if value}


def _trust(fields: Mapping[str, Any]) -> Trust:
    return Trust(CosineScale(**fields["scale"]), fields["distrust"])

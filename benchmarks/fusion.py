"""Learns the weights that Kundig ships, from several public sets; only numbers come out.

KB_BENCH_DATA=folder python -m benchmarks.fusion
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import numpy as np

from benchmarks.encoders import RememberingEncoder
from benchmarks.lessons import (
    BLURRED,
    Learned,
    family,
    learn_all,
    learning_sets,
    make_snapshot,
    measured_base,
)
from indexer.encoder import open_encoder
from kb.settings import read_settings
from search.calibration import Calibration, Judge, Logistic
from search.features import ACROSS_COLUMNS, ACROSS_FEATURES, HYBRID_FEATURES, WORD_FEATURES
from search.learning.fitting import (
    FREE_FEATURES,
    LISTWISE,
    Examples,
    choose_bounds,
    first_candidates,
    fit_confidence,
    fit_logistic,
    levelled,
)

__all__ = ["as_python", "fit", "make_snapshot"]

BLURRED_WEIGHT = 0.5
"""How much a set with spoilt vectors counts beside the set itself."""


HEADER = '''"""The shipped weights, learned from several public sets by `benchmarks.fusion`."""

from __future__ import annotations

from search.calibration import Bounds, Calibration, Judge, Logistic, Origin, Trust
from search.features import CosineScale
'''


def fit(learned: Sequence[Learned], base: Calibration) -> Calibration:
    """Fit all modes on a mix of sets, each family of sets counting the same."""
    return replace(
        base,
        hybrid=_judge([(one.name, one.hybrid) for one in learned], HYBRID_FEATURES),
        keyword=_judge([(one.name, one.words) for one in learned], WORD_FEATURES),
        # Learned within languages with the words left out: no set has both sides.
        across=_judge(
            [(o.name, replace(o.hybrid, table=o.hybrid.table[:, ACROSS_COLUMNS])) for o in learned],
            ACROSS_FEATURES,
        ),
    )


def _judge(sets: Sequence[tuple[str, Examples]], names: Sequence[str]) -> Judge:
    """Fit one mode; how sure it is, is measured on families of sets that were left out."""
    order = fit_logistic(_mixed(sets), names, free=FREE_FEATURES, listwise=LISTWISE)
    # Spoilt vectors teach when to look at the words; how sure to be, real ones say.
    plain = [(name, examples) for name, examples in sets if BLURRED not in name]

    def confidence(chosen: Sequence[tuple[str, Examples]]) -> Logistic:
        mixed = _mixed(chosen)
        ranks = order.logits(mixed.table, names)
        return fit_confidence(mixed, ranks, names, free=FREE_FEATURES)

    held = np.empty(0)
    ordered: list[tuple[str, Examples]] = []
    for origin in sorted({family(name) for name, _ in plain}):
        model = confidence([one for one in plain if family(one[0]) != origin])
        for name, examples in plain:
            if family(name) == origin:
                firsts = first_candidates(examples, order.logits(examples.table, names))
                held = np.append(held, model.logits(firsts.table, names))
                ordered.append((name, firsts))
    firsts = _mixed(ordered)
    sure = levelled(confidence(plain), held, firsts)
    right = sure.logits(firsts.table, names)[firsts.labels == 1]
    return Judge(order, sure, choose_bounds(1.0 / (1.0 + np.exp(-right))))


def as_python(calibration: Calibration) -> str:
    """The text of `search/shipped_weights.py` for a calibration."""
    assert calibration.across is not None
    judges = {
        "HYBRID": calibration.hybrid,
        "KEYWORD": calibration.keyword,
        "ACROSS": calibration.across,
    }
    lines = [HEADER]
    for name, judge in judges.items():
        order, confidence = _rounded(judge.order), _rounded(judge.confidence)
        lines.append(
            f"{name} = Judge(order={order}, confidence={confidence},"
            f" bounds=Bounds(answer={judge.bounds.answer:.3f}, floor={judge.bounds.floor:.3f}))\n"
        )
    trusts = {**calibration.languages, "elsewhere": calibration.elsewhere}
    scales = {
        lang: f"Trust(CosineScale({t.scale.background:.3f}, {t.scale.match:.3f}), {t.distrust:.3f})"
        for lang, t in trusts.items()
    }
    elsewhere = scales.pop("elsewhere")
    languages = ", ".join(f'"{lang}": {trust}' for lang, trust in scales.items())
    lines.append(
        f"SHIPPED = Calibration(fingerprint='', origin=Origin.SHIPPED,"
        f" languages={{{languages}}}, elsewhere={elsewhere}, hybrid=HYBRID, keyword=KEYWORD,"
        " across=ACROSS)\n"
    )
    return "\n".join(lines)


def _rounded(model: Logistic) -> str:
    weights = {name: round(value, 3) for name, value in model.weights.items() if value}
    return f"Logistic({model.bias:.3f}, {weights})"


def _shares(names: Sequence[str]) -> list[float]:
    """How much each set counts: families the same, and spoilt ones less."""
    weights = [BLURRED_WEIGHT if BLURRED in name else 1.0 for name in names]
    whole: dict[str, float] = {}
    for name, weight in zip(names, weights, strict=True):
        whole[family(name)] = whole.get(family(name), 0.0) + weight
    return [w / whole[family(n)] / len(whole) for n, w in zip(names, weights, strict=True)]


def _mixed(sets: Sequence[tuple[str, Examples]]) -> Examples:
    shares = _shares([name for name, _ in sets])
    parts = [examples for _, examples in sets]
    offsets = np.cumsum([0, *(part.queries[-1] + 1 for part in parts)])
    return Examples(
        np.concatenate([part.table for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.weights * s for part, s in zip(parts, shares, strict=True)]),
        np.concatenate([part.queries + o for part, o in zip(parts, offsets[:-1], strict=True)]),
    )


def main() -> int:
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    encoder = RememberingEncoder(open_encoder(settings))
    learned = list(learn_all(list(learning_sets(settings.bench_data)), encoder))
    print(as_python(fit(learned, measured_base(encoder, files("kb.demo")))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Makes a language pack from files of sentence pairs."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

if not __package__:  # run as a file: Python then looks in this folder, not in the project's
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

# Waiting threads that spin make PyTorch many times slower as soon as the cores are shared.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from kb.errors import InvalidInput, KbError
from training.base_model import load_base_model
from training.fitting import FitSettings
from training.language_profile import LanguageProfile, load_profile
from training.pack_files import PackFacts, SourceCount, write_pack
from training.recipe import RECIPE_VERSION, Recipe, build_pack, count_sources
from training.sentence_pairs import BadRow, SentencePair, read_pairs

EXIT_BAD_INPUT = 2
SHOWN_BAD_ROWS = 10
LEAST = {"vocabulary": 500, "fit_pairs": 0, "seed": 0}

Report = Callable[[str], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Make the pack that the arguments ask for; returns the exit code, 2 for bad input."""
    options = _parser().parse_args(argv)
    started = time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {line}", file=sys.stderr, flush=True)

    try:
        _build(options, report)
    except KbError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    report(f"wrote {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    standard = Recipe()
    parser = argparse.ArgumentParser(prog="build_language_pack", description=__doc__)
    parser.add_argument(
        "pairs", nargs="+", type=Path, metavar="PAIRS",
        help="tab-separated pairs (.gz too): foreign, English; or source, English, foreign",
    )  # fmt: skip
    parser.add_argument("--lang", required=True, help="language code: de, nl, fr …")
    parser.add_argument("--out", required=True, type=Path, help="folder of the pack")
    parser.add_argument("--base", type=Path, help="folder of the base model (default: bundled)")
    parser.add_argument("--seed", type=int, default=standard.fit.seed)
    parser.add_argument(
        "--vocabulary", type=int, default=standard.vocabulary_size, help="pieces to learn"
    )
    parser.add_argument(
        "--fit-pairs", type=int, default=standard.fit.pairs,
        help="pairs to fit the rows on; more is better and slower, 0 leaves the fit out",
    )  # fmt: skip
    parser.add_argument("--figures", type=Path, help="JSON object of measured figures for the card")
    return parser


def _build(options: argparse.Namespace, report: Report) -> None:
    for name, least in LEAST.items():
        given = getattr(options, name)
        if given < least:
            option = f"--{name.replace('_', '-')}"
            raise InvalidInput(f"{option} must be at least {least}, got {given}", field=option)
    profile = load_profile(options.lang)
    figures = _read_figures(options.figures)
    recipe = Recipe(
        vocabulary_size=options.vocabulary,
        fit=FitSettings(pairs=options.fit_pairs, seed=options.seed),
    )
    base = load_base_model(options.base)
    pairs = _read_all(options.pairs, profile, report)
    pack = build_pack(pairs, base=base, profile=profile, recipe=recipe, report=report)
    facts = PackFacts(
        language=profile.language,
        recipe=RECIPE_VERSION,
        replacements=profile.replacements,
        sources=[
            SourceCount(source, profile.licence(source), count)
            for source, count in count_sources(pairs)
        ],
        figures=figures,
        settings={
            "vocabulary": recipe.vocabulary_size,
            "fit_pairs": recipe.fit.pairs,
            "seed": recipe.fit.seed,
        },
    )
    write_pack(options.out, facts, pack.pieces, pack.rows, base=base)


def _read_all(
    paths: Sequence[Path], profile: LanguageProfile, report: Report
) -> list[SentencePair]:
    pairs: list[SentencePair] = []
    own = [profile.service_words] if profile.service_words else []
    for path in (*paths, *own):
        found = read_pairs(path)
        report(f"{path}: {len(found.pairs):,} pairs")
        _name_bad_rows(found.bad_rows)
        if not found.pairs:
            raise InvalidInput(f"{path}: no usable sentence pair")
        pairs.extend(found.pairs)
    return pairs


def _name_bad_rows(bad_rows: Sequence[BadRow]) -> None:
    for row in bad_rows[:SHOWN_BAD_ROWS]:
        print(f"left out: {row}", file=sys.stderr)
    if len(bad_rows) > SHOWN_BAD_ROWS:
        rest = len(bad_rows) - SHOWN_BAD_ROWS
        print(f"left out: {rest:,} more rows of {bad_rows[0].file}", file=sys.stderr)


def _read_figures(path: Path | None) -> dict[str, object]:
    if path is None:
        return {}
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path}: cannot be read as JSON ({error})", field="figures") from error
    if not isinstance(figures, dict):
        raise InvalidInput(f"{path}: the figures must be a JSON object", field="figures")
    return figures


if __name__ == "__main__":
    sys.exit(main())

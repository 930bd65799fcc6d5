"""The recipe of a language pack, from sentence pairs to pieces and their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from tokenizers import Tokenizer

from kb.errors import InvalidInput
from training.alignment import align
from training.base_model import BaseModel, Rows
from training.fitting import FitPairs, FitSettings, fit_rows
from training.language_profile import LanguageProfile
from training.pieces import PieceChoice, choose_pieces
from training.rows import starting_rows
from training.sentence_pairs import SentencePair

# Raise it when the same pairs give another pack.
RECIPE_VERSION = "1"
MIN_PAIRS = 50


@dataclass(frozen=True, slots=True)
class Recipe:
    """The numbers of the recipe.

    `vocabulary_size` pieces are learnt, of which those that English has are left out. The
    first `coarse_pieces` that remain cut sentences a second time: a rare compound then shows
    what its parts mean, so that compounds never seen can be read from their parts.
    """

    vocabulary_size: int = 22_000
    coarse_pieces: int = 10_000
    fit: FitSettings = field(default_factory=FitSettings)


@dataclass(frozen=True, slots=True)
class BuiltPack:
    """Pieces in row order and their rows, shape (pieces, dimension), float32."""

    pieces: tuple[str, ...]
    rows: Rows


def build_pack(
    pairs: Sequence[SentencePair],
    *,
    base: BaseModel,
    profile: LanguageProfile,
    recipe: Recipe,
    report: Callable[[str], None],
) -> BuiltPack:
    """Learn the pieces and rows of a language from sentence pairs.

    `report` gets a line for every step. The same pairs give the same pack, whatever the number
    of threads and the hash seed. Raises InvalidInput for fewer pairs than can teach anything.
    """
    if len(pairs) < MIN_PAIRS:
        raise InvalidInput(f"{len(pairs)} usable sentence pairs, at least {MIN_PAIRS} are needed")
    foreign = [pair.foreign for pair in pairs]
    english = [pair.english for pair in pairs]
    report(f"choosing pieces from {len(pairs):,} pairs")
    choice = choose_pieces(
        base, foreign, english, profile=profile, vocabulary_size=recipe.vocabulary_size
    )
    if not choice.new:
        raise InvalidInput("the pairs hold no piece that the base model does not know already")
    report(f"{len(choice.new):,} new pieces, {len(choice.reset)} re-set; aligning them")
    coarse = base.extended_tokenizer(choice.new[: recipe.coarse_pieces], profile.replacements)
    english_ids = _encode(base.tokenizer(), english)
    foreign_ids = _encode(choice.tokenizer, foreign)
    rare = len(base.vocabulary) + recipe.coarse_pieces
    again = [i for i, ids in enumerate(foreign_ids) if max(ids, default=0) >= rare]
    coarse_ids = _encode(coarse, [foreign[i] for i in again])
    sizes = {
        "foreign_pieces": len(base.vocabulary) + len(choice.new),
        "english_pieces": len(base.vocabulary),
    }
    translations = align(foreign_ids, english_ids, **sizes)
    if again:
        translations += align(coarse_ids, [english_ids[i] for i in again], **sizes)
    report("setting the rows")
    pieces = (*choice.new, *choice.reset)
    places = _places(base, choice)
    rows = _extended(base, choice)
    rows[places] = starting_rows(base, pieces, translations[places])
    fitted = fit_rows(
        base,
        rows,
        places,
        FitPairs(foreign_ids, english_ids, [pair.source for pair in pairs]),
        settings=recipe.fit,
        report=report,
    )
    return _with_bare_spellings(choice, pieces, fitted[places])


def _with_bare_spellings(choice: PieceChoice, pieces: tuple[str, ...], rows: Rows) -> BuiltPack:
    """The pack with the other spellings behind the new pieces, each with the row of its word."""
    place = {piece: number for number, piece in enumerate(pieces)}
    start = len(choice.new)
    order = [
        *range(start),
        *(place[full] for full in choice.bare.values()),
        *range(start, len(pieces)),
    ]
    return BuiltPack((*choice.new, *choice.bare, *choice.reset), rows[order])


def count_sources(pairs: Iterable[SentencePair]) -> list[tuple[str, int]]:
    """How many pairs each corpus gave, the largest first, then by name."""
    counts = Counter(pair.source for pair in pairs)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    return [e.ids for e in tokenizer.encode_batch(list(texts), add_special_tokens=False)]


def _places(base: BaseModel, choice: PieceChoice) -> list[int]:
    """Rows of the extended matrix that the pack sets, in the order of its pieces."""
    start = len(base.vocabulary)
    return [
        *range(start, start + len(choice.new)),
        *(base.vocabulary[piece] for piece in choice.reset),
    ]


def _extended(base: BaseModel, choice: PieceChoice) -> Rows:
    empty = np.zeros((len(choice.new), base.rows.shape[1]), dtype=np.float32)
    return np.concatenate([base.rows, empty])

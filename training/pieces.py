"""Choosing the pieces of a pack: what the language needs and English text never meets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer, models, trainers

from training.bare_spellings import bare_spellings
from training.base_model import CONTINUATION, BaseModel
from training.language_profile import LanguageProfile

# A base piece is re-set when it is this many times as frequent in the foreign text as in the
# English one, and frequent at all.
MIN_RESET_RATIO = 50.0
MIN_RESET_COUNT = 30
# "##e" and "##en" end unknown English words, too; "##lich" and "##ung" do not.
MIN_RESET_CONTINUATION = len("##ung")
# Shorter new pieces would cut unknown English words (names, codes, typing errors) otherwise.
MIN_LETTERS = 3
TEXTS_AT_ONCE = 500
# Later English words, which neither the base vocabulary nor old sentence pairs need hold.
ENGLISH_WORDS_FILE = Path(__file__).resolve().parent / "english_words.txt"
CONTRACTION = re.compile(r"\b([a-z]+)['’]([a-z]+)\b")


@dataclass(frozen=True, slots=True)
class PieceChoice:
    """New pieces and base pieces to re-set, each in a fixed order, and the new tokenizer.

    `bare` maps further new pieces, which the tokenizer does not hold yet, to the one that each is
    another spelling of.
    """

    new: tuple[str, ...]
    bare: Mapping[str, str]
    reset: tuple[str, ...]
    tokenizer: Tokenizer


def choose_pieces(
    base: BaseModel,
    foreign: Sequence[str],
    english: Sequence[str],
    *,
    profile: LanguageProfile,
    vocabulary_size: int,
) -> PieceChoice:
    """The pieces that a pack for the foreign sentences sets.

    WordPieces are learnt on the foreign side; left out are those that the base vocabulary has,
    those that would cut a word of the English side otherwise, and those never used.
    """
    empty = base.extended_tokenizer([], profile.replacements)
    words = _word_counts(empty, foreign)
    english_words = _word_counts(empty, english)
    learnt = [piece for piece in _learn(words, vocabulary_size) if _is_wanted(piece, base)]
    later_words = ENGLISH_WORDS_FILE.read_text(encoding="utf-8").split()
    known_english = {*english_words, *later_words}
    learnt = _without_english(base, learnt, known_english)
    counts = _piece_counts(base.extended_tokenizer(learnt, ()), words)
    new = tuple(piece for piece in learnt if counts[piece])
    tokenizer = base.extended_tokenizer(new, profile.replacements)
    met = _piece_counts(base.tokenizer(), english_words) + _contractions(english)
    reset = _resettable(base, counts, met)
    bare = bare_spellings(
        base,
        new,
        foreign,
        cut_as_before={*words, *known_english},
        replacements=profile.replacements,
    )
    kept = tuple(piece for piece in reset if piece not in profile.english_words)
    return PieceChoice(new, bare, kept, tokenizer)


def _word_counts(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[str]:
    """How often each word occurs, normalised and cut as the model does it."""
    counts: Counter[str] = Counter()
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        joined = "\n".join(texts[start : start + TEXTS_AT_ONCE])
        normal = tokenizer.normalizer.normalize_str(joined)
        counts.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal))
    return counts


def _learn(words: Counter[str], size: int) -> list[str]:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    # Named beforehand: the trainer would number them in the order of its hash table, and that
    # order decides between equally frequent pieces.
    letters = sorted({CONTINUATION + letter for word in words for letter in word})
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=2,
        continuing_subword_prefix=CONTINUATION,
        special_tokens=["[UNK]", *letters],
        show_progress=False,
    )
    repeated = (word for word in sorted(words) for _ in range(words[word]))
    tokenizer.train_from_iterator(repeated, trainer)
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def _is_wanted(piece: str, base: BaseModel) -> bool:
    letters = piece.removeprefix(CONTINUATION)
    return piece not in base.vocabulary and letters.isalpha() and len(letters) >= MIN_LETTERS


def _without_english(base: BaseModel, pieces: list[str], english: Iterable[str]) -> list[str]:
    """The pieces without those that an English word would be cut into.

    A piece that goes may uncover another one in the words that held it, hence the rounds.
    """
    words = sorted(english)
    kept = dict.fromkeys(pieces)
    while words:
        tokenizer = base.extended_tokenizer(list(kept), ())
        touched = []
        met: set[str] = set()
        for word, encoding in zip(words, _encode(tokenizer, words), strict=True):
            found = [piece for piece in encoding if piece in kept]
            if found:
                touched.append(word)
                met.update(found)
        kept = {piece: None for piece in kept if piece not in met}
        words = touched
    return list(kept)


def _encode(tokenizer: Tokenizer, words: list[str]) -> list[list[str]]:
    encoded = tokenizer.encode_batch(words, add_special_tokens=False)
    return [encoding.tokens for encoding in encoded]


def _piece_counts(tokenizer: Tokenizer, words: Counter[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    ordered = sorted(words)
    for word, pieces in zip(ordered, _encode(tokenizer, ordered), strict=True):
        for piece in pieces:
            counts[piece] += words[word]
    return counts


def _resettable(base: BaseModel, counts: Counter[str], english: Counter[str]) -> list[str]:
    """Base pieces that the foreign side uses and the English side hardly ever."""
    scale = english.total() / max(1, counts.total())
    return [
        piece
        for piece in sorted(counts)
        if piece in base.vocabulary
        and piece.removeprefix(CONTINUATION).isalpha()
        and (len(piece) >= MIN_RESET_CONTINUATION or not piece.startswith(CONTINUATION))
        and counts[piece] >= MIN_RESET_COUNT
        and counts[piece] * scale >= MIN_RESET_RATIO * (english[piece] + 1)
    ]


def _contractions(english: Iterable[str]) -> Counter[str]:
    """English words as people write them without the apostrophe: "im", "dont", "hes"."""
    found: Counter[str] = Counter()
    for text in english:
        found.update(part + rest for part, rest in CONTRACTION.findall(text.casefold()))
    return found

"""Words that people type without their accents: "konnen" for "können"."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from training.base_model import BaseModel

Replacements = Sequence[tuple[str, str]]


def bare_spellings(
    base: BaseModel,
    pieces: Sequence[str],
    foreign: Iterable[str],
    *,
    cut_as_before: Iterable[str],
    replacements: Replacements,
) -> dict[str, str]:
    """Further pieces and the piece that each is another spelling of, the most frequent first.

    Where letters are spelled out (ü is ue), a word typed without its accent (u) is none that the
    pieces hold. It becomes a piece of its own unless it is a word already, or would cut one of
    the words `cut_as_before` otherwise.
    """
    known = set(pieces)
    found: dict[str, str] = {}
    for full, bare in _spelled_twice(base, foreign, replacements):
        if full in known and bare not in known and bare not in base.vocabulary and bare.isalpha():
            found.setdefault(bare, full)
    words = sorted(cut_as_before)
    tokenizer = base.extended_tokenizer([*pieces, *found], ())
    met: set[str] = set()
    for encoding in tokenizer.encode_batch(words, add_special_tokens=False):
        met.update(piece for piece in encoding.tokens if piece in found)
    return {bare: full for bare, full in found.items() if bare not in met}


def _spelled_twice(
    base: BaseModel, foreign: Iterable[str], replacements: Replacements
) -> list[tuple[str, str]]:
    """Words with a replaced letter, spelled out and bare, the most frequent first."""
    letters = "".join(old for old, _ in replacements if len(old) == 1)
    if not letters:
        return []
    accented = re.compile(rf"\w*[{re.escape(letters)}]\w*")
    counts: Counter[str] = Counter()
    for text in foreign:
        counts.update(accented.findall(unicodedata.normalize("NFC", text)))
    spelled_out = base.extended_tokenizer([], replacements).normalizer
    bare = base.tokenizer().normalizer
    return [
        (spelled_out.normalize_str(word), bare.normalize_str(word)) for word in _by_count(counts)
    ]


def _by_count(counts: Mapping[str, int]) -> list[str]:
    return sorted(counts, key=lambda word: (-counts[word], word))

"""How text becomes words, stems and character n-grams, the same for documents and queries."""

from __future__ import annotations

import re
import threading
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple, Protocol, cast

import snowballstemmer

from search.wording.stopwords import STOP_WORDS

NGRAM_SIZES = (3, 4, 5)
"""Character 3- to 5-grams: the best keyword half in German, and robust against typos."""

MAX_WORD_CHARS = 64
"""Longer runs are no words (base64, keys); they are cut so that they cost no more than one."""

STEMMERS: dict[str, str] = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Language code to the Snowball algorithm; one that this snowballstemmer lacks is not used."""

_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa"}
_BARE = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s"))
_LETTERS_WITH_ACCENTS = ((0xC0, 0x250), (0x370, 0x460), (0x1E00, 0x2000))
_MARKS = ((0x300, 0x370), (0x640, 0x641), (0x64B, 0x653))

_HYPHENS = str.maketrans("", "", "-\u2010\u2011")

_CJK = "\u2e80-\u2fdf\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WITHOUT_SPACES = f"{_CJK}\uac00-\ud7af\u0e00-\u0e7f"
_CJK_RUN = re.compile(f"[{_WITHOUT_SPACES}]+")
_CONTRACTION = r"(?:['’](?:t|s|m|d|re|ve|ll)(?![^\W_]))"
_JOINED = (
    r"[^\W\d_]\+\+|(?<![^\W_])[cfCF]\#"
    r"|(?<![^\W_])[^\W\d_][-\u2010\u2011][^\W\d_]{2,}"  # E-Mail is email, T-Shirt is tshirt
)
_COMBINING = "\u0300-\u036f\u0900-\u0963\u064b-\u0652"
_ANY_WORD = re.compile(
    f"[{_WITHOUT_SPACES}]+|{_JOINED}"
    rf"|(?:(?![{_WITHOUT_SPACES}])[^\W_][{_COMBINING}]*)+{_CONTRACTION}?"
)
_PLAIN_WORD = re.compile(rf"{_JOINED}|[^\W_]+{_CONTRACTION}?")
"""Finds the same words three times as fast in a text without the characters of `_RARE`."""
_RARE = re.compile(f"[{_WITHOUT_SPACES}{_COMBINING}]")


def _fold_table() -> dict[int, str]:
    """Return code point to replacement, for `str.translate` on casefolded text."""
    table: dict[int, str] = {}
    for first, last in _LETTERS_WITH_ACCENTS:
        for point in range(first, last):
            bare = "".join(
                char
                for char in unicodedata.normalize("NFKD", chr(point))
                if not unicodedata.combining(char)
            )
            if bare and bare != chr(point):
                table[point] = bare
    for first, last in _MARKS:
        table.update(dict.fromkeys(range(first, last), ""))
    table.update({ord(letter): plain for letter, plain in _UMLAUTS.items()})
    table.update(dict.fromkeys(map(ord, "'’"), ""))
    return table


_FOLD = _fold_table()


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


class Word(NamedTuple):
    """One word of a text: its folded form and where it stands, text[start:end].

    A tuple because millions are made while an index is built.
    """

    folded: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text casefolded, umlauts as ae oe ue ss, accents and apostrophes removed."""
    if text.isascii():
        return text.lower().replace("'", "")
    return unicodedata.normalize("NFKC", text).casefold().translate(_FOLD)


def bare_spelling(folded: str) -> str:
    """Return a folded word as somebody writes it who leaves the dots of umlauts out."""
    for written, bare in _BARE:
        folded = folded.replace(written, bare)
    return folded


@lru_cache(maxsize=64)
def words_with_places(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order; a CJK run is one word here.

    The last few texts are remembered, since terms, n-grams and marks ask for the same ones.
    """
    words = (Word(folded_word(found.group()), *found.span()) for found in find_words(text))
    return tuple(word for word in words if word.folded)


def find_words(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of a text as matches, in order; a CJK run is one word here."""
    rare = not text.isascii() and _RARE.search(text)
    return (_ANY_WORD if rare else _PLAIN_WORD).finditer(text)


@lru_cache(maxsize=50_000)
def folded_word(written: str) -> str:
    """Return the folded form of one word as written, cut to MAX_WORD_CHARS, without hyphens."""
    return fold(written[:MAX_WORD_CHARS]).translate(_HYPHENS)


def split_words(text: str) -> list[str]:
    """Return the folded words in order, a run of CJK characters as its overlapping bigrams."""
    words: list[str] = []
    for word in words_with_places(text):
        if is_cjk(word.folded):
            words.extend(bigrams(word.folded))
        else:
            words.append(word.folded)
    return words


def is_cjk(word: str) -> bool:
    """Whether the word is written without spaces around it (Chinese, Japanese, Korean, Thai)."""
    return not word.isascii() and _CJK_RUN.match(word) is not None


def bigrams(run: str) -> tuple[str, ...]:
    """Return the overlapping pairs of characters; a single character stays as it is."""
    return tuple(left + right for left, right in pairwise(run)) or (run,)


def is_stop_word(word: str, langs: Iterable[str]) -> bool:
    """Whether a folded word is a stop word in one of the languages."""
    return any(word in STOP_WORDS.get(lang, ()) for lang in langs)


_VERB_ENDING = "eln"
"""Snowball leaves wechseln beside Wechsel; without its n the verb has the stem of the noun."""

_stemming = threading.Lock()


@cache
def _stemmer(lang: str) -> _Stemmer | None:
    name = STEMMERS.get(lang)
    if name is None or name not in snowballstemmer.algorithms():
        return None
    return cast(_Stemmer, snowballstemmer.stemmer(name))


@lru_cache(maxsize=200_000)
def stem(word: str, lang: str) -> str:
    """Return the stem of a folded word; the word itself where the language has no stemmer."""
    if not word.isalpha():
        return word
    # A Snowball stemmer keeps the word in itself while it works, so two threads must not share.
    if lang == "de" and word.endswith(_VERB_ENDING):
        word = word[:-1]
    with _stemming:
        stemmer = _stemmer(lang)
        return word if stemmer is None else fold(stemmer.stemWord(word))


@lru_cache(maxsize=50_000)
def _word_ngrams(word: str) -> frozenset[int]:
    padded = f" {word} "
    grams = {
        padded[start : start + size]
        for size in NGRAM_SIZES
        for start in range(max(1, len(padded) - size + 1))
    }
    return frozenset(zlib.crc32(gram.encode("utf-8", "replace")) for gram in grams)


def ngrams(text: str) -> set[int]:
    """Return the character 3- to 5-grams inside the text's words, as 32-bit hashes.

    Words are folded and padded with one space on each side, so that beginnings and ends
    count; a word shorter than an n-gram stands for itself.
    """
    found: set[int] = set()
    for word in words_with_places(text):
        found |= _word_ngrams(word.folded)
    return found

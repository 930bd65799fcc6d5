"""The search grammar: whatever somebody types becomes words, phrases, codes and filters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from search.results import Filters
from search.wording.analysis import is_stop_word, split_words, words_with_places
from search.wording.quantities import is_quantity
from search.wording.terms import QueryTerm

MAX_QUERY_CHARS = 1_000
"""Longer than any question typed by hand; the encoder reads 256 tokens, about as much."""

MAX_QUERY_WORDS = 200
MAX_OPERATOR_WORDS = 25
"""In a longer text quotes quote and dashes list: it was pasted, so nothing in it is an operator."""

MAX_PHRASES = 8
MAX_EXCLUDED = 16
MAX_FILTER_VALUES = 16

MAX_CODE_CHARS = 40

_FILTER_FIELDS = {
    "product": "products",
    "tag": "tags",
    "lang": "langs",
    "type": "types",
    "category": "categories",
}
_QUOTES = str.maketrans(
    {"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "＂": '"', "「": '"', "」": '"'}
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_NOT_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
_PARTS = re.compile(
    r'(?<![^\s(])(?P<field>product|tag|lang|type|category):(?:"(?P<quoted>[^"]+)"|(?P<value>[^\s"]+))'
    r'|(?<![^\s(])-(?:"(?P<phrase_out>[^"]+)"|(?P<word_out>[^\W\d_][^\s"]*))'
    r'|"(?P<phrase>[^"]*)"',
    re.IGNORECASE,
)
_OPERATOR = re.compile('["-]|[a-z]:', re.IGNORECASE)
"""Without one no part is an operator, which few queries have."""
_CODE = re.compile(
    r"(?<![^\W_])(?=[-A-Za-z_./:]{0,200}[0-9])[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)*(?![^\W_])"
)
"""Looks ahead for a digit first, so that no ordinary word is taken apart."""
_SPACED_CODE = re.compile(r"(?<![^\W_])(?<!-)([A-Za-z]{1,3}) (\d{2,}[A-Za-z]?)(?![^\W_]|[.,:]\d)")
_SEPARATORS = re.compile(r"[-_./: ]")
_LETTER = re.compile("[A-Za-z]")
_DIGIT = re.compile("[0-9]")
_DATE_OR_AMOUNT = re.compile("[./:]")
_MIN_DIGITS = 5
"""Shorter numbers without a letter are years, prices and amounts, not codes."""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart.

    `text` is the cleaned query. `free_text` is what the encoder reads: without operators,
    filters and excluded words, phrases unquoted. `words` are its words as written, in order,
    phrases included. `excluded` holds words or phrases. `codes` are exact things as written
    (E-07, 0x80070005, CF-1204-B). `terms` are what the keyword index is asked for, with
    synonyms, compounds and corrected typos; None until `search.wording.expansion` has made them.
    """

    text: str
    free_text: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    terms: tuple[QueryTerm, ...] | None = None


def parse_query(text: str) -> ParsedQuery:
    """Take a query apart; every string is a query, so this never raises.

    A quote without its partner, an operator without a value and a word like `NEAR` are text,
    and so is everything in a text of more than MAX_OPERATOR_WORDS words.
    """
    cleaned = clean(text)
    phrases: list[str] = []
    excluded: list[str] = []
    filters: dict[str, list[str]] = {name: [] for name in _FILTER_FIELDS.values()}

    def take(part: re.Match[str]) -> str:
        if part["field"]:
            value = (part["quoted"] or part["value"]).strip().casefold()
            filters[_FILTER_FIELDS[part["field"].lower()]].append(value)
            return " "
        if part["phrase"] is not None:
            phrases.append(part["phrase"].strip())
            return f" {part['phrase']} "
        excluded.append((part["phrase_out"] or part["word_out"]).strip())
        return " "

    free_text = cleaned if cleaned.isascii() else cleaned.translate(_QUOTES)
    if _OPERATOR.search(free_text) and len(split_words(free_text)) <= MAX_OPERATOR_WORDS:
        free_text = _SPACE.sub(" ", _PARTS.sub(take, free_text)).strip()
    words = tuple(free_text[word.start : word.end] for word in words_with_places(free_text))
    return ParsedQuery(
        text=cleaned,
        free_text=free_text,
        words=words[:MAX_QUERY_WORDS],
        phrases=_distinct(phrases, MAX_PHRASES),
        excluded=_distinct(excluded, MAX_EXCLUDED),
        codes=tuple(find_codes(free_text, spaced=True)),
        filters=Filters(
            **{name: _filter_values(found) for name, found in filters.items() if found}
        ),
    )


def clean(text: str) -> str:
    """Return the text on one line, without control and invisible characters, cut to length."""
    # Cut before the slow steps, with room for what they remove.
    visible = _NOT_TEXT.sub(" ", text[: 4 * MAX_QUERY_CHARS])
    if visible.isascii():
        composed = visible
    else:
        composed = unicodedata.normalize("NFC", _UNSEEN.sub("", visible))
    return _SPACE.sub(" ", composed).strip()[:MAX_QUERY_CHARS].rstrip()


def find_codes(text: str, *, spaced: bool = False) -> list[str]:
    """Return error codes, part and order numbers as written, in order, without repeats.

    A code has a digit and either a letter or at least five digits; a number with its unit is
    none. With `spaced`, letters
    followed by a number ("e 07") count as one too, which suits a query but not an answer.
    """
    if not _DIGIT.search(text):
        return []
    found = _codes(text)
    if spaced:
        found += _spaced_codes(text)
    return list(dict.fromkeys(match.group() for match in found))


def codes_with_places(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Return the key of each code, spaced ones too, and where it stands, text[start:end]."""
    return [(code_key(one.group()), one.span()) for one in _codes(text) + _spaced_codes(text)]


def code_key(code: str) -> str:
    """Return the spelling under which a code is found: E-07, E07 and e 07 are one."""
    return _SEPARATORS.sub("", code).casefold()


def _codes(text: str) -> list[re.Match[str]]:
    return [
        match
        for match in _CODE.finditer(text)
        if match.end() - match.start() <= MAX_CODE_CHARS and _is_code(match.group())
    ]


def _spaced_codes(text: str) -> list[re.Match[str]]:
    return [
        match
        for match in _SPACED_CODE.finditer(text)
        if not is_stop_word(match.group(1).lower(), ("en", "de"))
    ]


def _is_code(text: str) -> bool:
    if _LETTER.search(text):
        return _DIGIT.search(text) is not None and not is_quantity(text)
    # 12.05.2024, 10:30 and 1.000 are dates, times and amounts.
    return len(_DIGIT.findall(text)) >= _MIN_DIGITS and not _DATE_OR_AMOUNT.search(text)


def _distinct(values: list[str], most: int) -> tuple[str, ...]:
    """Return the values that hold at least one word, without repeats."""
    return tuple(value for value in dict.fromkeys(values) if split_words(value))[:most]


def _filter_values(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MAX_FILTER_VALUES]

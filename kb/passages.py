"""Cuts an answer into the passages that are embedded, so that its tail is found as its head is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.embedded_text import embedded_text

PASSAGE_RULE_VERSION = 1
"""Raised with each change of what this module returns, so that answers are embedded anew."""

MIN_WORDS = 30
"""From here on a passage ends with its paragraph."""

MAX_WORDS = 60
"""A fact of one sentence is lost among many: behind 60 words about other things its cosine with
a question falls from 0.68 to 0.33 (all-MiniLM-L6-v2), while whole answers are found as well."""

TITLE_FIRST = True
"""Whether a passage is embedded behind its entry's title, which says what the passage is about."""

# Han, kana, hangul and Thai are written without spaces: two signs stand for a word. A run without
# spaces counts by its length, or a page of base64 would be one word.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\s{_UNSPACED}]{{1,24}}")
# No cut after "z. B." or inside "4.2": three letters stand before the mark, a space behind it.
_SENTENCE_END = re.compile(r"(?<=\w\w\w)[.!?…][\"'”’)\]]*\s+|(?<=[。！？])")


def split_passages(text: str) -> tuple[str, ...]:
    """The passages of an answer in plain text, one paragraph a line, in order.

    A passage holds whole sentences of together at most `MAX_WORDS` words, and ends with a
    paragraph where it has `MIN_WORDS`; nothing stands in two. An empty text has none. A
    sentence longer than a passage is cut between words.
    """
    passages: list[list[str]] = []
    own: list[str] = []
    words = 0
    for sentence, ends_paragraph in _sentences(text):
        count = _count(sentence)
        if own and words + count > MAX_WORDS:
            passages.append(own)
            own, words = [], 0
        own.append(sentence)
        words += count
        if ends_paragraph and words >= MIN_WORDS:
            passages.append(own)
            own, words = [], 0
    if own:
        passages.append(own)
    return tuple(" ".join(passage) for passage in passages)


def passage_texts(title: str, answer: str) -> tuple[str, ...]:
    """The texts that are embedded for an answer in plain text, each one once, in order."""
    head = title if TITLE_FIRST else ""
    return tuple(dict.fromkeys(embedded_text(head, one) for one in split_passages(answer)))


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Each sentence, none longer than a passage, and whether its paragraph ends with it."""
    for paragraph in text.splitlines():
        pieces = [piece for one in _cut_at_ends(paragraph) for piece in _fitting(one)]
        for place, piece in enumerate(pieces, start=1):
            yield piece, place == len(pieces)


def _cut_at_ends(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(paragraph):
        yield paragraph[start : end.end()].strip()
        start = end.end()
    yield paragraph[start:].strip()


def _fitting(sentence: str) -> Iterator[str]:
    """The sentence in pieces of at most `MAX_WORDS` words; none where it is empty."""
    words = [word.span() for word in _WORD.finditer(sentence)]
    for first in range(0, len(words), MAX_WORDS):
        last = min(first + MAX_WORDS, len(words)) - 1
        yield sentence[words[first][0] : words[last][1]]


def _count(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))

"""What a hit shows of its document: a piece of the answer, with the query's words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis import ngrams
from search.documents import Document
from search.marks import Mark, Marker
from search.query import ParsedQuery

MAX_READ_CHARS = 10_000
"""Of longer answers only the beginning is looked through."""

LEAD_CHARS = 60
"""What is shown before the first match of a sentence too long to be shown from its beginning."""

MIN_SHARED_NGRAMS = 0.3
"""A wording is said to have matched where it shares at least this part of the n-grams."""

_ELLIPSIS = "…"
_SENTENCE_END = re.compile(r"(?<=\w\w\w)[.!?…][\"'”’)\]]*\s+|[。！？]")
"""Three letters before it, because "z. B." and "e.g." end no sentence."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain text on one line and the (start, end) ranges to emphasise, ascending, apart."""

    text: str
    marks: tuple[Mark, ...]


def make_snippet(document: Document, marker: Marker, *, max_chars: int = 200) -> Snippet:
    """Return the piece of the answer that holds most of what the marker looks for.

    It begins with a sentence where it can, never inside a word, and is at most `max_chars`
    long. Where nothing matches it is the beginning of the answer.
    """
    text = " ".join(document.answer[:MAX_READ_CHARS].split())
    marks = marker.marks(text)
    start = _best_start(text, marks, max_chars)
    end = _end(text, start, max_chars, marks)
    before = f"{_ELLIPSIS} " if start else ""
    after = f" {_ELLIPSIS}" if end < len(text) else ""
    shift = len(before) - start
    return Snippet(
        text=f"{before}{text[start:end]}{after}",
        marks=tuple((a + shift, b + shift) for a, b in marks if a >= start and b <= end),
    )


def matched_phrasing(document: Document, query: ParsedQuery) -> str | None:
    """Return the shown wording nearest to the query, None where the title is nearer.

    An unshown wording is never returned, however near it is.
    """
    shown = [one.text for one in document.phrasings if one.shown and one.text != document.title]
    if not shown:
        return None
    asked = ngrams(query.free_text)
    best, best_overlap = None, max(_overlap(asked, document.title), MIN_SHARED_NGRAMS)
    for text in shown:
        overlap = _overlap(asked, text)
        if overlap > best_overlap:
            best, best_overlap = text, overlap
    return best


def _overlap(asked: set[int], text: str) -> float:
    """Return the Dice coefficient of the n-grams, 0 to 1."""
    found = ngrams(text)
    return 2 * len(asked & found) / max(len(asked) + len(found), 1)


def _best_start(text: str, marks: Sequence[Mark], max_chars: int) -> int:
    """Return where the window begins that holds the most different marked words."""
    if len(text) <= max_chars or not marks:
        return 0
    sentences = [0, *(found.end() for found in _SENTENCE_END.finditer(text))]
    inside = [_word_start(text, max(0, start - LEAD_CHARS)) for start, _ in marks]
    candidates = [*sentences, *inside]
    room = max_chars - 2 * len(_ELLIPSIS) - 2

    def worth(start: int) -> tuple[int, int]:
        seen = [text[a:b].lower() for a, b in marks if start <= a and b <= start + room]
        return len(set(seen)), len(seen)

    best = max(worth(start) for start in candidates)
    in_sentences = [start for start in sentences if worth(start)[0] == best[0]]
    if not in_sentences:
        return min(start for start in inside if worth(start) == best)
    # A window that begins with its sentence reads better than one with a few more repeats.
    first = min(a for a, _ in marks if a >= in_sentences[0])
    return max(start for start in sentences if start <= first)


def _word_start(text: str, place: int) -> int:
    """Return the beginning of the first word at or after a place."""
    if place == 0 or text[place - 1] == " ":
        return place
    space = text.find(" ", place)
    return place if space < 0 or space - place > LEAD_CHARS else space + 1


def _end(text: str, start: int, max_chars: int, marks: Sequence[Mark]) -> int:
    """Return where the window ends: with the text, a sentence or at least a word."""
    room = max_chars - (len(_ELLIPSIS) + 1 if start else 0)
    if len(text) - start <= room:
        return len(text)
    last = start + max(room - len(_ELLIPSIS) - 1, 1)
    after_marks = max((b for a, b in marks if a >= start and b <= last), default=start)
    ends = [start + found.end() for found in _SENTENCE_END.finditer(text[start:last])]
    if ends and ends[-1] >= after_marks and ends[-1] - start >= room // 2:
        return len(text[: ends[-1]].rstrip())
    space = text.rfind(" ", start + 1, last + 1)
    return space if space > start else last

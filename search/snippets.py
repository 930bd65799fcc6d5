"""What a hit shows of its document: a piece of the answer, with the query's words marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from search.lexical.readable import Mark, ReadDocument, ReadText
from search.marks import Marker
from search.query import ParsedQuery
from search.wording.analysis import ngrams

LEAD_CHARS = 60
"""What is shown before the first match of a sentence too long to be shown from its beginning."""

MIN_SHARED_NGRAMS = 0.3
"""A wording is said to have matched where it shares at least this part of the n-grams."""

_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain text on one line and the (start, end) ranges to emphasise, ascending, apart."""

    text: str
    marks: tuple[Mark, ...]


def make_snippet(answer: ReadText, marker: Marker, *, max_chars: int = 200) -> Snippet:
    """Return the piece of an answer that holds most of what the marker looks for.

    It begins with a sentence where it can, never inside a word, and is at most `max_chars`
    long. Where nothing matches it is the beginning of the answer.
    """
    text = answer.text
    marks = marker.marks(answer)
    start = _best_start(answer, marks, max_chars)
    end = _end(answer, start, max_chars, marks)
    before = f"{_ELLIPSIS} " if start else ""
    after = f" {_ELLIPSIS}" if end < len(text) else ""
    shift = len(before) - start
    return Snippet(
        text=f"{before}{text[start:end]}{after}",
        marks=tuple((a + shift, b + shift) for a, b in marks if a >= start and b <= end),
    )


def matched_phrasing(read: ReadDocument, query: ParsedQuery) -> str | None:
    """Return the shown wording nearest to the query, None where the title is nearer.

    An unshown wording is never returned, however near it is.
    """
    if not read.shown:
        return None
    (_, title), *shown = read.shown
    asked = ngrams(query.free_text)
    best, best_overlap = None, max(_overlap(asked, title), MIN_SHARED_NGRAMS)
    for text, found in shown:
        overlap = _overlap(asked, found)
        if overlap > best_overlap:
            best, best_overlap = text, overlap
    return best


def _overlap(asked: set[int], found: frozenset[int]) -> float:
    """Return the Dice coefficient of the n-grams, 0 to 1."""
    return 2 * len(asked & found) / max(len(asked) + len(found), 1)


def _best_start(answer: ReadText, marks: Sequence[Mark], max_chars: int) -> int:
    """Return where the window begins that holds the most different marked words."""
    text = answer.text
    if len(text) <= max_chars or not marks:
        return 0
    sentences = (0, *answer.sentence_ends)
    inside = [_word_start(text, max(0, start - LEAD_CHARS)) for start, _ in marks]
    room = max_chars - 2 * len(_ELLIPSIS) - 2
    starts, ends = [a for a, _ in marks], [b for _, b in marks]
    words = [text[a:b].lower() for a, b in marks]

    def worth(start: int) -> tuple[int, int]:
        seen = words[bisect_left(starts, start) : bisect_right(ends, start + room)]
        return len(set(seen)), len(seen)

    worths = {start: worth(start) for start in (*sentences, *inside)}
    best = max(worths.values())
    in_sentences = [start for start in sentences if worths[start][0] == best[0]]
    if not in_sentences:
        return min(start for start in inside if worths[start] == best)
    # A window that begins with its sentence reads better than one with a few more repeats.
    first = min(a for a, _ in marks if a >= in_sentences[0])
    return max(start for start in sentences if start <= first)


def _word_start(text: str, place: int) -> int:
    """Return the beginning of the first word at or after a place."""
    if place == 0 or text[place - 1] == " ":
        return place
    space = text.find(" ", place)
    return place if space < 0 or space - place > LEAD_CHARS else space + 1


def _end(answer: ReadText, start: int, max_chars: int, marks: Sequence[Mark]) -> int:
    """Return where the window ends: with the text, a sentence or at least a word."""
    text = answer.text
    room = max_chars - (len(_ELLIPSIS) + 1 if start else 0)
    if len(text) - start <= room:
        return len(text)
    last = start + max(room - len(_ELLIPSIS) - 1, 1)
    after_marks = max((b for a, b in marks if a >= start and b <= last), default=start)
    ends = answer.sentence_ends
    end = ends[bisect_right(ends, last) - 1] if ends and ends[0] <= last else 0
    if end >= after_marks and end - start >= room // 2:
        return len(text[:end].rstrip())
    space = text.rfind(" ", start + 1, last + 1)
    return space if space > start else last

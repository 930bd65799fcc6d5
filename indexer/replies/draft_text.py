"""The text of a quoted reply: without courtesies and ticket numbers, its steps as a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from indexer.replies.sentences import LINK, OPENING
from indexer.replies.useful_replies import is_courtesy

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-zß-ÿ]|[\"'“„(\[])")
STEP = re.compile(
    r"\s*(?:(?:step|schritt)\s+(\d{1,2})\s*[:.)–-]|\(?(\d{1,2})[.)])\s+", re.IGNORECASE
)
POINT = re.compile(r"\s*[-–—*•·▪◦]\s+")
# In one line "1. Open … 2. Press …" is a list when the numbers count up from one.
INLINE_STEP = re.compile(
    r"(?:(?<=\s)|^)(?:(?:step|schritt)\s+(\d{1,2})\s*[:.)–-]|\(?(\d{1,2})[.)])\s+(?=\S)",
    re.IGNORECASE,
)
INLINE_POINT = re.compile(r"(?:(?<=\s)|^)[-–•]\s+(?=\S)")
# What comes before a list that was run together into one line.
LIST_OPENS = re.compile(r"[:.!?)]\s*$|^\s*$")
MIN_INLINE_STEPS = 2
MIN_INLINE_POINTS = 3
# "Ticket #48213", "Ihre Ticketnummer lautet 99120": the customer's, no part of an answer.
TICKET_NUMBER = re.compile(
    r"\b(ticket|case|request|incident|reference|ref|vorgang|anfrage|fall)(s?[-\s]?(?:number|nummer"
    r"|nr|no|id)?\.?)(\s+(?:is|lautet|ist)|\s*:)?\s*(?:#\s*)?(?:\d[\d-]{3,}|[A-Z]{1,4}-?\d{4,})\b",
    re.IGNORECASE,
)
HASH_NUMBER = re.compile(
    r"\[(?:ticket|case|request|ref|anfrage|vorgang)[^\[\]\n]{1,40}\]|(?<![\w/#&])#\d{4,}\b",
    re.IGNORECASE,
)
# What is left of "Maria, I would …" once the name is masked.
ADDRESSED = re.compile(r"\A(?:\s*\[name\]\s*[,!:–-]+\s*)+")
# "I am Tom from Acme", "My name is Tom and I am happy to help".
INTRODUCES = re.compile(
    r"^\W*(?i:my name is|i am|i['’]m|this is|mein name ist|ich bin|hier ist)\s+(?:\[name\]"
    r"|[A-ZÄÖÜ][\w'’-]+)\b(?:\s+[A-ZÄÖÜ][\w'’-]+)?(?=\s*(?:,|\.|$|and\b|from\b|und\b|von\b|aus\b))",
)
# "Yours, Tom Miller, Acme Support", or a bare "Tom" after the last full stop.
SIGNED = re.compile(
    r"^\W*(?:yours|best|cheers|(?:kind |best )?regards|(?:viele |freundliche )?grüße|gruß|lg|mfg)"
    r"\W+.{0,60}$",
    re.IGNORECASE,
)
BARE_NAME = re.compile(r"^\W*(?:[A-ZÄÖÜ][a-zäöüß]{1,20}|\[name\])\s*$")
CLOSES = re.compile(
    r"\b(?:let (?:me|us) know|hope (?:this|that|it) helps|please (?:report|write) back"
    r"|feel free|do not hesitate|don['’]t hesitate|any (?:further|other) questions|melden sie sich"
    r"|ich hoffe|wir hoffen|bei (?:weiteren )?fragen|happy to help|freue mich|freuen uns"
    r"|(?:does|did) (?:it|this|that) (?:help|work)|hat das geholfen)\b",
    re.IGNORECASE,
)
MAX_CLOSING_WORDS = 18

Kind = Literal["text", "steps", "points"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text: a paragraph (one line), or a list with its items in order.

    `start` is the number of the first step, where the list goes on after a paragraph.
    """

    kind: Kind
    lines: tuple[str, ...]
    start: int = 1


def quotable(text: str) -> str:
    """A cleaned reply as it may be quoted: the part that helps, without who wrote to whom.

    Greeting, introduction, opening and closing courtesies and sign-off go, ticket numbers are
    masked; the words between stay as they are. A text that is nothing else stays whole.
    """
    masked = TICKET_NUMBER.sub(r"\1\2\3 [ticket]", HASH_NUMBER.sub("[ticket]", text)).strip()
    lines = ADDRESSED.sub("", OPENING.sub("", masked, count=1)).split("\n") if masked else []
    lines = _without_first(lines)
    lines = _without_last(lines)
    return "\n".join(lines).strip() or masked


def _without_first(lines: list[str]) -> list[str]:
    while lines:
        sentences = SENTENCE_END.split(lines[0])
        while sentences and (
            not sentences[0].strip() or is_courtesy(sentences[0]) or INTRODUCES.match(sentences[0])
        ):
            del sentences[0]
        if sentences:
            return [" ".join(sentences).strip(), *lines[1:]]
        lines = lines[1:]
    return lines


def _without_last(lines: list[str]) -> list[str]:
    while lines:
        if STEP.match(lines[-1]) or POINT.match(lines[-1]):
            return lines
        sentences = SENTENCE_END.split(lines[-1])
        while sentences and _closes(sentences[-1]):
            del sentences[-1]
        if sentences:
            return [*lines[:-1], " ".join(sentences).strip()]
        lines = lines[:-1]
    return lines


def _closes(sentence: str) -> bool:
    if not sentence.strip() or BARE_NAME.match(sentence) or SIGNED.match(sentence):
        return True
    if LINK.search(sentence):
        return False
    short = len(sentence.split()) <= MAX_CLOSING_WORDS
    return is_courtesy(sentence) or (short and CLOSES.search(sentence) is not None)


def passages_of(text: str) -> tuple[Passage, ...]:
    """A quoted text cut into paragraphs and lists.

    Lines that begin with "1.", "2)", "Step 3:", "-" or "•" are items; so are such marks inside
    one line where they count up from one, or follow a colon. Steps told in sentences ("First …
    Then …") stay sentences.
    """
    found: list[Passage] = []
    for line in text.split("\n"):
        for piece in _pieces(line):
            _append(found, *piece)
    return tuple(found)


def as_markdown(text: str) -> str:
    """A quoted text as Markdown: paragraphs apart, steps numbered, points with a dash."""
    return "\n\n".join("\n".join(_marked(one)) for one in passages_of(text))


def draft_lines(draft: Mapping[str, Any]) -> list[str]:
    """A topic's stored draft for a terminal: its text with steps numbered, then who agrees."""
    lines: list[str] = []
    for passage in passages_of(str(draft.get("text", ""))):
        lines += _marked(passage)
    useful, agreeing = draft.get("replies", 0), draft.get("agreeing", 0)
    if useful:
        lines.append(f"{agreeing} of {useful} useful replies say much the same")
    return lines


def _marked(passage: Passage) -> list[str]:
    if passage.kind == "steps":
        return [f"{number}. {line}" for number, line in enumerate(passage.lines, passage.start)]
    return [f"- {line}" for line in passage.lines] if passage.kind == "points" else [*passage.lines]


def _append(found: list[Passage], kind: Kind, line: str, number: int) -> None:
    """Add a line, as the next item of the list before where it is one."""
    last = found[-1] if found else None
    if last is not None and kind == last.kind != "text":
        goes_on = kind == "points" or number == last.start + len(last.lines)
        if goes_on:
            found[-1] = Passage(kind, (*last.lines, line), last.start)
            return
    found.append(Passage(kind, (line,), number))


def _pieces(line: str) -> list[tuple[Kind, str, int]]:
    """Cut one line into its paragraph and items, each with its number."""
    if not line.strip():
        return []
    places = _counting_up(line)
    if places:
        return _cut(line, places, "steps")
    points = [(match.start(), match.end(), 1) for match in INLINE_POINT.finditer(line)]
    if len(points) >= MIN_INLINE_POINTS and LIST_OPENS.search(line[: points[0][0]]):
        return _cut(line, points, "points")
    step = STEP.match(line)
    if step is not None:
        return [("steps", line[step.end() :].strip(), int(step[1] or step[2]))]
    point = POINT.match(line)
    if point is not None:
        return [("points", line[point.end() :].strip(), 1)]
    return [("text", line.strip(), 1)]


def _counting_up(line: str) -> list[tuple[int, int, int]]:
    """Places (start, end, number) of inline numbers that count 1, 2, 3; [] if there are not two."""
    places: list[tuple[int, int, int]] = []
    for match in INLINE_STEP.finditer(line):
        if int(match[1] or match[2]) == len(places) + 1:
            places.append((match.start(), match.end(), len(places) + 1))
    return places if len(places) >= MIN_INLINE_STEPS else []


def _cut(
    line: str, places: Sequence[tuple[int, int, int]], kind: Kind
) -> list[tuple[Kind, str, int]]:
    before = line[: places[0][0]].strip()
    pieces: list[tuple[Kind, str, int]] = [("text", before, 1)] if before else []
    ends = [start for start, _, _ in places[1:]] + [len(line)]
    for (_, begin, number), end in zip(places, ends, strict=True):
        item = line[begin:end].strip(" ,;")
        if item:
            pieces.append((kind, item, number))
    return pieces

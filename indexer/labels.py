"""A topic's name and examples, taken from its own questions, in each language that they have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TYPICAL_COUNT = 5
ATYPICAL_COUNT = 3
MIN_WORDS, MAX_WORDS = 3, 15
MAX_CHARS = 120
# A language with fewer of a topic's questions than this share gets no example of its own.
OWN_EXAMPLE_SHARE = 0.05
# A readable question may stand for the topic if it is among its more central half.
CENTRAL_SHARE = 0.5
MASK = re.compile(r"\[[A-Za-z_ ]+\]|<[A-Za-z_ ]+>")
PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|antw)\s*:\s*|\[[^\]]{1,30}\]\s*)+", re.IGNORECASE)
GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening)|dear|guten"
    r" (?:morgen|tag|abend)|sehr geehrte)\b[^,.!?\n]{0,30}[,.!]\s*)+",
    re.IGNORECASE,
)
# Keyboard slips and bare codes name nothing.
WORD = re.compile(r"(?<![^\W\d_])(?=[^\W\d_]*[aeiouyäöü])[^\W\d_]{4,}", re.IGNORECASE)
SENTENCE = re.compile(r"^.+?(?:[?!]+(?=\s|$)|\.(?=\s|$)|$)")


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """How one topic is shown.

    row: the question that `label` was taken from, one in `lang`, the language of most of them.
    typical, atypical: rows, the most and the least central first, disjoint; among the typical
    ones is one that can stand for the topic in each language. cohesion: mean cosine of members
    to the topic's mean.
    """

    label: str
    lang: str | None
    row: int
    typical: tuple[int, ...]
    atypical: tuple[int, ...]
    cohesion: float


def label_topics(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    topic_of: NDArray[np.int32],
    *,
    topic_count: int,
    langs: Sequence[str | None] | None = None,
) -> tuple[TopicLabel, ...]:
    """One label per topic, in topic order.

    vectors: shape (n, dim), float32, unit rows. texts: what stands for a question in a list,
    its subject where it has one. langs: codes, None where unknown. Every topic must have a
    member.
    """
    known = langs or [None] * len(texts)
    order = np.argsort(topic_of, kind="stable")
    bounds = np.searchsorted(topic_of[order], np.arange(topic_count + 1))
    return tuple(
        _label(vectors, texts, known, order[bounds[topic] : bounds[topic + 1]])
        for topic in range(topic_count)
    )


def clean_label(text: str) -> str:
    """One short readable line: no reply prefix, no greeting, first sentence, at most 120 chars."""
    line = GREETING.sub("", PREFIX.sub("", " ".join(text.split())))
    line = line or " ".join(text.split())
    if len(line.split()) > MAX_WORDS or len(line) > MAX_CHARS:
        found = SENTENCE.match(line)
        if found and len(found.group().split()) >= MIN_WORDS:
            line = found.group()
    if len(line) > MAX_CHARS:
        line = line[:MAX_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:-") + " …"
    return line[:1].upper() + line[1:]


def label_among(wordings: Iterable[str]) -> str | None:
    """The label that the first readable of some wordings gives, else the first; None for none."""
    found = list(wordings)
    best = next((one for one in found if _is_readable(one)), found[0] if found else None)
    return None if best is None else clean_label(best)


def _label(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    langs: Sequence[str | None],
    rows: NDArray[np.int64],
) -> TopicLabel:
    members = vectors[rows]
    mean = members.mean(axis=0)
    cosines = members @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
    central = rows[np.lexsort((rows, -cosines.round(6)))]
    first_of = {_key(texts[row]): row for row in central[::-1]}
    distinct = [int(row) for row in central if first_of[_key(texts[row])] == row]
    leads = _leads(texts, langs, distinct, total=Counter(langs[row] for row in rows))
    lang, row = next(iter(leads.items()))
    typical = _typical(distinct, list(leads.values()) if len(leads) > 1 else [])
    atypical = [row for row in distinct if row not in typical][::-1][:ATYPICAL_COUNT]
    label = clean_label(texts[row])
    return TopicLabel(label, lang, row, typical, tuple(atypical), float(cosines.mean()))


def _leads(
    texts: Sequence[str],
    langs: Sequence[str | None],
    distinct: Sequence[int],
    *,
    total: Counter[str | None],
) -> dict[str | None, int]:
    """The question that stands for a topic in each of its languages, the main one first.

    `distinct` are rows, the most central first.
    """
    named: dict[str | None, int] = {lang: n for lang, n in total.items() if lang} or total
    wanted = sorted(named, key=lambda lang: (-named[lang], lang or ""))
    found: dict[str | None, int] = {}
    for lang in wanted[:TYPICAL_COUNT]:
        if found and named[lang] < OWN_EXAMPLE_SHARE * total.total():
            break
        # What is too short to tell its language is taken for one of the main one.
        own = [row for row in distinct if langs[row] == lang or not (found or langs[row])]
        if own:
            # A few examples in the other language have to do, however far out they are.
            half = own if found else own[: max(1, int(np.ceil(len(own) * CENTRAL_SHARE)))]
            readable = (row for row in (*half, *own) if _is_readable(texts[row]))
            worded = (row for row in own if WORD.search(texts[row]))
            found[lang] = next(readable, next(worded, own[0]))
    return found or {None: distinct[0]}


def _typical(distinct: Sequence[int], leads: Sequence[int]) -> tuple[int, ...]:
    """The most central rows in order, with room for `leads`."""
    others = [row for row in distinct if row not in leads]
    chosen = {*leads, *others[: TYPICAL_COUNT - len(leads)]}
    return tuple(row for row in distinct if row in chosen)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_readable(text: str) -> bool:
    line = clean_label(text)
    return (
        MIN_WORDS <= len(line.split()) <= MAX_WORDS
        and not line.endswith("…")
        and not line.isupper()
        and not MASK.search(line)
    )

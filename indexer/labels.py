"""A topic's name and examples, taken from its own questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TYPICAL_COUNT = 5
ATYPICAL_COUNT = 3
MIN_WORDS, MAX_WORDS = 3, 15
MAX_CHARS = 120
# A readable question may stand for the topic if it is among its more central half.
CENTRAL_SHARE = 0.5
MASK = re.compile(r"\[[A-Za-z_ ]+\]|<[A-Za-z_ ]+>")
PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|antw)\s*:\s*|\[[^\]]{1,30}\]\s*)+", re.IGNORECASE)
GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening)|dear|guten"
    r" (?:morgen|tag|abend)|sehr geehrte)\b[^,.!?\n]{0,30}[,.!]\s*)+",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"^.+?(?:[?!]+(?=\s|$)|\.(?=\s|$)|$)")


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """How one topic is shown.

    row: the question that `label` was taken from. typical, atypical: rows, the most and the
    least central first, disjoint. cohesion: mean cosine of members to the topic's mean.
    """

    label: str
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
) -> tuple[TopicLabel, ...]:
    """One label per topic, in topic order.

    vectors: shape (n, dim), float32, unit rows. texts: what stands for a question in a list,
    its subject where it has one. Every topic must have a member.
    """
    order = np.argsort(topic_of, kind="stable")
    bounds = np.searchsorted(topic_of[order], np.arange(topic_count + 1))
    return tuple(
        _label(vectors, texts, order[bounds[topic] : bounds[topic + 1]])
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


def _label(
    vectors: NDArray[np.float32], texts: Sequence[str], rows: NDArray[np.int64]
) -> TopicLabel:
    members = vectors[rows]
    mean = members.mean(axis=0)
    cosines = members @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
    central = rows[np.lexsort((rows, -cosines.round(6)))]
    first_of = {_key(texts[row]): row for row in central[::-1]}
    distinct = [int(row) for row in central if first_of[_key(texts[row])] == row]
    half = distinct[: max(1, int(np.ceil(len(distinct) * CENTRAL_SHARE)))]
    row = next((row for row in half if _is_readable(texts[row])), distinct[0])
    typical = tuple(distinct[:TYPICAL_COUNT])
    atypical = tuple(distinct[TYPICAL_COUNT:][::-1][:ATYPICAL_COUNT])
    return TopicLabel(clean_label(texts[row]), row, typical, atypical, float(cosines.mean()))


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

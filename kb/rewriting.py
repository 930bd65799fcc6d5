"""What a machine made of a topic's draft: kept beside the quote, never published by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from kb.topics import Topic

REWRITTEN = "rewritten"
"""The key of a rewriting in a topic's stored draft."""

NOTE = "began from wording that a machine made ({model})"
"""Note of the first revision of an entry whose answer began as a rewriting."""

LIKE_THE_MACHINE = 0.5
"""Share of a rewriting's word pairs in an answer from which the answer began as it."""

WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A draft in a machine's words; `unsupported` are its facts that stand in no reply."""

    text: str
    model: str
    host: str
    at: datetime
    unsupported: tuple[str, ...] = ()


def find_rewriting(draft: Mapping[str, Any] | None) -> Rewriting | None:
    """The rewriting that is stored with a topic's draft, None where nobody asked for one."""
    stored = (draft or {}).get(REWRITTEN)
    if not stored:
        return None
    return Rewriting(
        text=str(stored["text"]),
        model=str(stored["model"]),
        host=str(stored["host"]),
        at=datetime.fromisoformat(stored["at"]),
        unsupported=tuple(stored["unsupported"]),
    )


def rewriting_to_json(rewriting: Rewriting) -> dict[str, Any]:
    """The rewriting as it is stored; `find_rewriting` reads it."""
    return {
        "text": rewriting.text,
        "model": rewriting.model,
        "host": rewriting.host,
        "at": rewriting.at.isoformat(),
        "unsupported": list(rewriting.unsupported),
    }


def is_machine_made(topic: Topic, answer: str) -> bool:
    """Whether an answer is the topic's rewriting word for word; case and marks do not count."""
    rewriting = find_rewriting(topic.draft)
    return rewriting is not None and bool(answer.strip()) and _same_words(rewriting.text, answer)


def began_machine_made(topic: Topic, answer: str) -> bool:
    """Whether an answer holds at least half of the rewriting's pairs of neighbouring words.

    What the quoted reply says in the same words is nobody's but the reply's.
    """
    rewriting = find_rewriting(topic.draft)
    if rewriting is None:
        return False
    if _same_words(rewriting.text, answer):
        return True
    quoted = _pairs(str((topic.draft or {}).get("text", "")))
    own = _pairs(rewriting.text) - quoted
    return bool(own) and len(own & _pairs(answer)) >= LIKE_THE_MACHINE * len(own)


def _same_words(one: str, other: str) -> bool:
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _pairs(text: str) -> set[tuple[str, str]]:
    words = _words(text)
    return set(pairwise(words))

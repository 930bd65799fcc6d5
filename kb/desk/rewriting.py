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

BEGAN = "began from wording that a machine made"
"""So begins the note of an entry's first revision whose answer began as a rewriting."""

UNCHECKED = "wording that a machine made, as it came"
"""So begins that note while nobody said that the wording was checked."""

TO_CHECK = "this is the machine's wording as it came: edit it, or say that you have checked it"
"""The line for who would publish it like that."""

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
    return rewriting is not None and bool(answer.strip()) and has_same_words(rewriting.text, answer)


def revision_note(topic: Topic, answer: str, *, checked: bool) -> str:
    """What the first revision of an entry with this answer says of its beginning, "" if nothing."""
    rewriting = find_rewriting(topic.draft)
    if rewriting is None or not began_machine_made(topic, answer):
        return ""
    as_it_came = is_machine_made(topic, answer) and not checked
    return f"{UNCHECKED if as_it_came else BEGAN} ({rewriting.model})"


def began_machine_made(topic: Topic, answer: str) -> bool:
    """Whether an answer holds at least half of the rewriting's pairs of neighbouring words.

    What the quoted reply says in the same words is nobody's but the reply's.
    """
    rewriting = find_rewriting(topic.draft)
    if rewriting is None:
        return False
    if has_same_words(rewriting.text, answer):
        return True
    quoted = _pairs(str((topic.draft or {}).get("text", "")))
    own = _pairs(rewriting.text) - quoted
    return bool(own) and len(own & _pairs(answer)) >= LIKE_THE_MACHINE * len(own)


def has_same_words(one: str, other: str) -> bool:
    """Whether two texts are one word for word; case, marks and white space do not count."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _pairs(text: str) -> set[tuple[str, str]]:
    words = _words(text)
    return set(pairwise(words))

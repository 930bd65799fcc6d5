"""Turns what people searched and opened into questions with known answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.searches.intents import SearchLesson
from search.delta import Key
from search.documents import Document
from search.learning.asks import Ask, Kind, folded, is_plain

STRONG_WEIGHT = 1.0
WEAK_WEIGHT = 0.5
"""Somebody who says that it answers, and somebody who opened it and stayed away."""

LEFT_WEIGHT = 0.5
"""Somebody who read, said no or asked instead: an entry may answer all the same."""

MOST_LESSONS = 600
"""Lessons asked, the newest; each is encoded, so that more cost seconds."""


def lesson_asks(lessons: Iterable[SearchLesson], documents: Mapping[Key, Document]) -> list[Ask]:
    """The questions that lessons teach, the newest first.

    What was opened and answered counts, never a mere click. What was shown above it was passed
    over: only against that the order is learned, so a click on the first hit tells nothing of
    it. A visitor counts once for an entry (their name changes daily). Where somebody said no to
    all they opened, or asked a person instead, nothing answered. A text that the entry has
    among its wordings is left out: it finds it anyway.
    """
    found: list[Ask] = []
    counted: set[tuple[str, str]] = set()
    for lesson in sorted(lessons, key=lambda one: -one.id):
        ask = _ask(lesson, documents)
        about = (lesson.visitor, lesson.answered_by or folded(lesson.text))
        if ask is None or about in counted or not is_plain(lesson.text):
            continue
        counted.add(about)
        found.append(ask)
        if len(found) == MOST_LESSONS:
            break
    return found


def _ask(lesson: SearchLesson, documents: Mapping[Key, Document]) -> Ask | None:
    if lesson.outcome != "answered":
        return _left(lesson, documents)
    document = documents.get(key_of(lesson.answered_by))
    if document is None or folded(lesson.text) in {folded(p.text) for p in document.phrasings}:
        return None
    passed = _shown_above(lesson)
    weight = STRONG_WEIGHT if lesson.evidence == "strong" else WEAK_WEIGHT
    return Ask(
        lesson.text,
        document.lang,
        Kind.CLICK,
        group=document.id,
        right=frozenset({document.key}),
        above=frozenset(key for key in passed if key in documents),
        weight=weight,
    )


def _left(lesson: SearchLesson, documents: Mapping[Key, Document]) -> Ask | None:
    """A question that nothing shown answered, by what somebody said."""
    said_no = lesson.refused and len(lesson.refused) == len(lesson.opened)
    if lesson.evidence != "strong" or not (said_no or lesson.outcome == "asked"):
        return None
    first = documents.get(key_of(lesson.shown[0] if lesson.shown else None))
    if first is None:
        return None
    return Ask(lesson.text, first.lang, Kind.LEFT, group=first.id, weight=LEFT_WEIGHT)


def _shown_above(lesson: SearchLesson) -> list[Key]:
    if lesson.answered_by not in lesson.shown:
        return []
    above = lesson.shown[: lesson.shown.index(lesson.answered_by)]
    return [key_of(one) for one in above]


def key_of(name: str | None) -> Key:
    """The document that a name like "entry:12" means; one that there is not for anything else."""
    type_, _, number = (name or "").partition(":")
    return (type_, int(number)) if number.isdecimal() else ("", 0)

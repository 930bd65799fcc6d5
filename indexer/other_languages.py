"""Keeps out of topics what is in a language that nearly nobody asks in and no model reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from kb.errors import InvalidInput
from kb.intake.language import is_surely_in
from kb.settings import Settings
from kb.store.changes import record_changes
from kb.store.engine import reading, transaction
from kb.store.instance import find_value, set_value
from kb.store.questions.noise import (
    asking_in_other_languages,
    language_counts,
    let_languages_in,
    set_other_language,
)

KNOWN = "question_languages"
"""Under this the record keeps which languages are served, and how that was found."""

EVERY = "all"
SHARE = 0.01
"""A language of this share of the questions is one that customers ask in."""

ENOUGH = 100
"""So many questions in a language are reason enough to serve it, however many others there are."""

FEW = 200
"""Below so many questions nobody can tell what customers ask in."""

COUNT_AGAIN_SHARE = 0.1
"""The languages are counted again when so many more questions were cleaned."""

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class QuestionLanguages:
    """Which languages questions are asked in.

    `named`: by the operator, then nothing is counted. `read`: what the model reads, always
    served. Both empty: every language is served.
    """

    named: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()

    @property
    def every(self) -> bool:
        """Whether no question is kept out for its language."""
        return not self.named and not self.read


def question_languages(settings: Settings) -> QuestionLanguages:
    """What the settings say; raises InvalidInput for what is no list of language codes.

    A model that the operator chose may read any language, so nothing is kept out with one
    unless the languages are named.
    """
    wanted = _codes(settings.question_languages)
    if EVERY in wanted:
        return QuestionLanguages()
    if wanted:
        return QuestionLanguages(named=wanted)
    if settings.model:
        return QuestionLanguages()
    return QuestionLanguages(read=_codes(settings.languages) | {"en"})


def _codes(text: str) -> frozenset[str]:
    codes = frozenset(part.strip().lower() for part in text.split(",") if part.strip())
    for code in codes - {EVERY}:
        if not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()):
            raise InvalidInput(
                f"KB_QUESTION_LANGUAGES holds codes like en,de or {EVERY}, not {code!r}",
                field="KB_QUESTION_LANGUAGES",
            )
    return codes


def served_by_share(counts: Mapping[str, int]) -> frozenset[str]:
    """The languages that customers ask in, of the number of questions in each.

    All of them while there are few questions, so that nothing is judged on its first day.
    """
    total = sum(counts.values())
    if total < FEW:
        return frozenset(counts)
    needed = min(ENOUGH, SHARE * total)
    return frozenset(lang for lang, count in counts.items() if count >= needed)


def keep_other_languages_out(
    engine: Engine, languages: QuestionLanguages, *, cleaned: int, first_id: int
) -> int:
    """Keep out what is surely in a language that is not served; let in what is served now.

    `cleaned` questions, none with a smaller id than `first_id`, were cleaned since the last
    call. Once customers ask in a language it stays served. Returns how many were taken out.
    """
    with reading(engine) as conn:
        before = json.loads(find_value(conn, KNOWN) or "{}")
    told = [sorted(languages.named), sorted(languages.read)]
    changed = before.get("told") != told
    if not changed and (cleaned == 0 or languages.every):
        return 0
    since = before.get("since", 0) + cleaned
    due = changed or since >= COUNT_AGAIN_SHARE * before.get("counted", 0)
    with transaction(engine) as conn:
        if due:
            before = _counted(conn, languages, before, told)
        set_value(conn, KNOWN, json.dumps({**before, "since": 0 if due else since}))
    if languages.every:
        return 0
    return _take_out(engine, before["served"], after=0 if due else first_id - 1)


def _counted(
    conn: Connection, languages: QuestionLanguages, before: Mapping[str, Any], told: Any
) -> dict[str, Any]:
    """What is served from now on; questions in what was not served before are let in."""
    counts = language_counts(conn)
    served = set(languages.named)
    if not served and not languages.every:
        kept = before["served"] if before.get("told") == told else []
        served = {*languages.read, *served_by_share(counts), *kept}
    let_in = let_languages_in(conn, None if languages.every else sorted(served))
    record_changes(conn, "question", let_in)
    return {"told": told, "served": sorted(served), "counted": sum(counts.values())}


def _take_out(engine: Engine, served: Sequence[str], *, after: int) -> int:
    taken = 0
    while True:
        with transaction(engine) as conn:
            batch = asking_in_other_languages(conn, served, after_id=after, limit=BATCH)
            found = [one for one, text, lang in batch if is_surely_in(text, lang)]
            if found:
                set_other_language(conn, found)
                record_changes(conn, "question", found)
        taken += len(found)
        if len(batch) < BATCH:
            return taken
        after = batch[-1][0]

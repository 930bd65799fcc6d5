"""Folds keystrokes, repeats and quick rewordings of one visitor into one search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rapidfuzz.distance import OSA

from kb.searches.intents import Click, StoredSearch

REWORDED_WITHIN = timedelta(seconds=120)
REPEATED_WITHIN = timedelta(minutes=30)
"""The same words again: a reload, the way back from an answer, another filter."""

TYPED_WITHIN = timedelta(seconds=5)
"""Whoever only goes on typing in between has not reworded anything."""

MIN_SHORTENED_CHARS = 4
CHARS_PER_EDIT = 6
MAX_EDITS = 3
DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class FoldedSearch:
    """The rows of one thing looked for, oldest first, and what was done with any of them."""

    rows: list[StoredSearch] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)

    @property
    def head(self) -> StoredSearch:
        """The row that stands for all: of those with the last words the least filtered one."""
        last = self.rows[-1]
        same = [row for row in self.rows if row.text_key == last.text_key]
        return min(same, key=lambda row: (row.product is not None, row.at, row.id))

    @property
    def last_at(self) -> datetime:
        """When the visitor last did something with it."""
        return max([*(row.at for row in self.rows), *(click.at for click in self.clicks)])

    @property
    def reformulations(self) -> int:
        """How often the words changed, typing on not counted."""
        pairs = zip(self.rows, self.rows[1:], strict=False)
        return sum(_is_reworded(before, after) for before, after in pairs)


def fold(
    searches: Sequence[StoredSearch], clicks: Mapping[str | None, Sequence[Click]]
) -> list[FoldedSearch]:
    """Fold one visitor's searches, given oldest first; `clicks` are theirs by search key."""
    folded: list[FoldedSearch] = []
    for search in searches:
        done = sorted(clicks.get(search.key or "", ()), key=lambda click: click.at)
        if not folded or not _belongs(folded[-1], search):
            folded.append(FoldedSearch())
        folded[-1].rows.append(search)
        folded[-1].clicks += done
    return folded


def _belongs(folded: FoldedSearch, search: StoredSearch) -> bool:
    before = folded.rows[-1]
    gap = search.at - before.at
    if search.place == "suggest":
        return gap <= REWORDED_WITHIN and search.text_key.startswith(before.text_key)
    if before.place == "suggest":
        return False
    if before.text_key == search.text_key:
        return gap <= REPEATED_WITHIN
    # Who opened something and then changes the words looks again, for what that did not say.
    opened = any(click.at <= search.at for click in folded.clicks)
    return not opened and gap <= REWORDED_WITHIN and is_continued(before.text_key, search.text_key)


def is_continued(before: str, after: str) -> bool:
    """Whether a text goes on from another: typed on, shortened, or a few letters changed.

    Both as `text_key` makes them. Other numbers are another thing: E-07 is not E-08.
    """
    if after.startswith(before):
        return True
    if before.startswith(after):
        return len(after) >= MIN_SHORTENED_CHARS
    if DIGITS.findall(before) != DIGITS.findall(after):
        return False
    edits = min(MAX_EDITS, max(len(before), len(after)) // CHARS_PER_EDIT)
    return OSA.distance(before, after, score_cutoff=edits) <= edits


def _is_reworded(before: StoredSearch, after: StoredSearch) -> bool:
    if before.text_key == after.text_key:
        return False
    typed_on = after.text_key.startswith(before.text_key)
    return not (typed_on and after.at - before.at <= TYPED_WITHIN)

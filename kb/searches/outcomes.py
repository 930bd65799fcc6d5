"""Decides what came of a search from what its visitor did afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.searches.folding import FoldedSearch
from kb.searches.intents import PICKED, Click, Settled, StoredSearch, VisitorVote

SETTLED_AFTER = timedelta(minutes=30)
"""Who does nothing for so long has left."""

CAME_BACK_WITHIN = timedelta(minutes=10)
"""Who searches again so soon after opening an answer did not find theirs in it."""


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What the visitor did beside the search itself.

    `votes` are all of theirs; `asked_at` are questions sent without coming from a search;
    `next_search_at` is their next search, None where there is none.
    """

    votes: Sequence[VisitorVote] = ()
    asked_at: Sequence[datetime] = ()
    next_search_at: datetime | None = None


def is_due(search: FoldedSearch, now: datetime) -> bool:
    """Whether enough time went by to say what came of it."""
    return search.last_at + SETTLED_AFTER <= now


def outcome_of(search: FoldedSearch, after: Afterwards) -> Settled:
    """What came of a search that is due.

    The last thing said counts: a helpful vote on something opened, "this answers it", or a
    question. Else a hit that was opened answered, weakly, unless its reader looked further.
    """
    opened = [click for click in search.clicks if click.action == "opened"]
    first_opened = {click.target: click.at for click in reversed(opened)}
    votes = [vote for vote in after.votes if vote.at >= first_opened.get(vote.target, vote.at)]
    votes = [vote for vote in votes if vote.target in first_opened]
    said = [(vote.at, "answered", vote.target) for vote in votes if vote.helpful]
    said += [(c.at, "answered", c.target) for c in search.clicks if c.action == "solved"]
    said += [(c.at, "asked", "") for c in search.clicks if c.action == "asked"]
    if said:
        _, outcome, target = max(said)
        if outcome == "asked":
            return Settled("asked", "strong")
        return Settled("answered", "strong", target)
    refused = {vote.target for vote in votes if not vote.helpful}
    if _asked_next(search, after):
        return Settled("asked", "weak")
    if opened and opened[-1].target not in refused and not _looked_further(opened[-1], after):
        return Settled("answered", "weak", opened[-1].target)
    return Settled("left", "strong" if refused else "weak")


def _asked_next(search: FoldedSearch, after: Afterwards) -> bool:
    began, ended = search.rows[0].at, search.last_at
    until = ended + SETTLED_AFTER
    if after.next_search_at is not None:
        until = min(until, after.next_search_at)
    return any(began <= at <= until for at in after.asked_at)


def _looked_further(opened: Click, after: Afterwards) -> bool:
    following = after.next_search_at
    return following is not None and following <= opened.at + CAME_BACK_WITHIN


def is_unanswered(head: StoredSearch, settled: Settled, *, clicked: bool) -> bool:
    """Whether a search shows a gap: no answer was there, or none of the unsure ones was wanted."""
    if head.verdict == PICKED or (settled.outcome == "answered" and settled.evidence == "strong"):
        return False
    return head.verdict == "none" or (head.verdict == "maybe" and not clicked)


def is_in_record(settled: Settled) -> bool:
    """Whether the visitor sent the same thing as a question, so that it need not be made one."""
    return settled.outcome == "asked" and settled.evidence == "strong"

"""Brings the automatic links between published entries up to date, where something changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.links.asked_next import NextEntry, find_next
from indexer.links.linking import LinkCandidate
from indexer.links.views import LinkView, ReadEntries, read_published, views_of
from kb.access import PUBLIC
from kb.entries import Entry
from kb.store.engine import reading, transaction
from kb.store.instance import find_value, set_value
from kb.store.links.asked_entries import asked_entries
from kb.store.links.edits import forget_links_due, links_due
from kb.store.links.found import (
    FoundLink,
    auto_links,
    count_auto_links,
    drop_auto_links,
    entries_leading_to,
    replace_auto_links,
    replace_links_from,
)

LINKED_FROM = "linked_from"
"""Key in the record: the digest of each entry that links were made from, by view, as JSON."""

Digests = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Relinked:
    """The links from the entries that were looked at anew, and those no longer published."""

    looked_at: frozenset[int]
    links: tuple[FoundLink, ...]
    gone: frozenset[int]


def relink(engine: Engine, encoder: Encoder) -> int:
    """Bring the automatic links between published entries up to date; return how many there are.

    Pinned and blocked links stay. Only shown wordings are quoted in a reason, and only entries
    of one audience are compared, so that a reason never tells of what a reader may not see.
    Only entries that changed, and those near them, are looked at; the links are those that
    looking at all would give.
    """
    with reading(engine) as conn:
        due = links_due(conn)
        known = _known(conn)
        read = read_published(conn, encoder)
        views = views_of(read)
        digests = {view.key: _digests(view) for view in views}
        similar = _similar(conn, read, views, _Changes(digests, known, due))
        following = _following(conn, read.entries)
        changed = bool(similar.looked_at or similar.gone or due) or digests != known
        if not changed and following is None:
            return count_auto_links(conn)
    with transaction(engine) as conn:
        if not known:
            replace_auto_links(conn, similar.links)
        elif changed:
            drop_auto_links(conn, similar.gone)
            replace_links_from(conn, similar.looked_at, similar.links, kind="similar")
        if changed:
            forget_links_due(conn, due)
            set_value(conn, LINKED_FROM, json.dumps(digests))
        if following is not None:
            replace_auto_links(conn, following, kind="next")
        return count_auto_links(conn)


def _known(conn: Connection) -> Digests:
    known = json.loads(find_value(conn, LINKED_FROM) or "{}")
    # Before links were found entry by entry it was a list.
    return known if isinstance(known, dict) else {}


def _digests(view: LinkView) -> dict[str, str]:
    """What the links from and to each entry hang on in this view."""
    return {
        str(entry): f"{view.finder.digest(entry)}{'+' if entry in view.own else ''}"
        for entry in view.finder.entries
    }


@dataclass(frozen=True, slots=True)
class _Changes:
    """What links hang on now and hung on in the last run; `due` entries are looked at anyway."""

    now: Digests
    then: Digests
    due: Sequence[int]

    def gone(self) -> frozenset[int]:
        """Entries that no view holds any more."""
        here = {entry for of_view in self.now.values() for entry in of_view}
        before = {entry for of_view in self.then.values() for entry in of_view}
        return frozenset(int(entry) for entry in before - here)

    def of(self, view: LinkView) -> tuple[set[int], set[int]]:
        """The entries of a view that say something else now, and those that left it."""
        now, then = self.now[view.key], self.then.get(view.key, {})
        changed = {int(entry) for entry, digest in now.items() if then.get(entry) != digest}
        return changed | set(self.due) & view.own, {int(one) for one in then.keys() - now.keys()}


def _similar(
    conn: Connection, read: ReadEntries, views: Sequence[LinkView], changes: _Changes
) -> Relinked:
    looked_at: set[int] = set()
    found: list[FoundLink] = []
    texts = read.texts
    for view in views:
        changed, left = changes.of(view)
        if not changed and not left:
            continue
        touched = view.finder.touched_by(changed)
        touched |= entries_leading_to(conn, changed | left, kind="similar")
        for entry in sorted(touched & view.own):
            looked_at.add(entry)
            found += [_found(link, texts) for link in view.finder.links_of(entry)]
    return Relinked(frozenset(looked_at), tuple(found), changes.gone())


def _found(link: LinkCandidate, texts: Mapping[int, str]) -> FoundLink:
    """The link with its fact: the closest pair of shown wordings and the rare words they share."""
    reason = {
        "fact": "wordings",
        "from_wording": texts[link.reason.from_phrasing],
        "to_wording": texts[link.reason.to_phrasing],
        "cosine": round(link.reason.cosine, 3),
        "shared_words": list(link.reason.shared_words),
    }
    return FoundLink(link.from_entry, link.to_entry, link.score, reason)


def _following(conn: Connection, entries: Mapping[int, Entry]) -> list[FoundLink] | None:
    """What people ask next, None where that is what the record holds already."""
    found = [
        _next_link(one)
        for one in find_next(asked_entries(conn))
        if _may_lead(entries.get(one.from_entry), entries.get(one.to_entry))
    ]
    found.sort(key=lambda link: (link.from_id, link.to_id))
    stored = auto_links(conn, kind="next")
    return None if found == stored else found


def _may_lead(one: Entry | None, other: Entry | None) -> bool:
    """Whether both are published in one language, the other for all readers of the one."""
    if one is None or other is None or one.locale != other.locale:
        return False
    return other.audience in (one.audience, PUBLIC)


def _next_link(found: NextEntry) -> FoundLink:
    reason = {
        "fact": "asked next",
        "people": found.people,
        "days": found.days,
        "share": found.share,
        "lift": found.lift,
    }
    return FoundLink(found.from_entry, found.to_entry, found.share, reason, "next")

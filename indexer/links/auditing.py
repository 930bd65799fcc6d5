"""Finds published entries that say the same twice, or contradict each other, for editors."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.links.twin_entries import EntryTexts, Twins, compare_entries
from indexer.links.views import LinkView, ReadEntries, read_published, views_of
from indexer.replies.contradictions import find_contradictions
from kb.entries import Entry
from kb.plain_text import markdown_to_text
from kb.store.engine import reading, transaction
from kb.store.instance import find_value, set_value
from kb.store.merging.findings import (
    REVISIONS,
    EntryFinding,
    FoundPair,
    drop_findings,
    finding_counts,
    findings_about,
    open_again,
    save_finding,
    text_at_revision,
)

AUDITING_VERSION = 1
"""Raised with each change of what is reported, so that all pairs are looked at again."""

AUDITED_FROM = "audited_from"
"""Key in the record: the digest of each entry that was audited, as JSON."""

NEAR_ENTRIES = 10
"""Entries that each one is compared with: its nearest ones, and those that share a wording."""

UNCHANGED_RATIO = 95.0
"""rapidfuzz ratio of title and answer from which an edit changes nothing that was compared."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Audit:
    """What a run found: the pairs, the findings that no longer hold, those to open again."""

    found: tuple[FoundPair, ...]
    gone: tuple[int, ...]
    again: tuple[int, ...]
    digests: Mapping[str, str]


def audit_entries(engine: Engine, encoder: Encoder) -> int:
    """Bring the findings about published entries up to date; return how many are open.

    Compared are entries of one language, one audience and no two products, and only where one
    of the two has changed. What a person dismissed stays so until the title or answer of one
    says something else.
    """
    with reading(engine) as conn:
        known: Mapping[str, str] = json.loads(find_value(conn, AUDITED_FROM) or "{}")
        read = read_published(conn, encoder)
        views = views_of(read)
        digests = _digests(read, views)
        if digests == known:
            return finding_counts(conn).get("open", 0)
        changed = {int(one) for one, digest in digests.items() if known.get(one) != digest}
        left = {int(one) for one in known.keys() - digests.keys()}
        pairs = sorted({pair for view in views for pair in _pairs(read, view, changed)})
        found = [one for pair in pairs for one in _compare(read, views, pair)]
        audit = _settle(conn, read.entries, found, changed | left, digests)
    with transaction(engine) as conn:
        drop_findings(conn, audit.gone)
        for finding_id in audit.again:
            open_again(conn, finding_id)
        for one in audit.found:
            save_finding(conn, one)
        set_value(conn, AUDITED_FROM, json.dumps(audit.digests))
        return finding_counts(conn).get("open", 0)


def _digests(read: ReadEntries, views: Sequence[LinkView]) -> dict[str, str]:
    """What the findings about each entry hang on."""
    digests = {}
    for view in views:
        for entry_id in sorted(view.own):
            one = read.entries[entry_id]
            facts = (AUDITING_VERSION, one.title, one.answer, one.product, view.key)
            found = hashlib.sha256("\0".join(map(str, facts)).encode("utf-8", "surrogatepass"))
            found.update(view.finder.digest(entry_id).encode())
            digests[str(entry_id)] = found.hexdigest()[:16]
    return digests


def _pairs(read: ReadEntries, view: LinkView, changed: set[int]) -> Iterator[Pair]:
    """The pairs to compare: of what changed with what is near it or shares a wording."""
    owners: dict[str, set[int]] = defaultdict(set)
    worded: dict[int, list[str]] = defaultdict(list)
    for one in read.wordings:
        if one.entry_id in view.own:
            owners[one.text_hash].add(one.entry_id)
            worded[one.entry_id].append(one.text_hash)
    for entry_id in sorted(changed & view.own):
        near = [other for other, _ in view.finder.near(entry_id) if other in view.own]
        sharing = {other for text in worded[entry_id] for other in owners[text]}
        for other in {*near[:NEAR_ENTRIES], *sharing} - {entry_id}:
            products = {read.entries[one].product for one in (entry_id, other)} - {None}
            if len(products) < 2:
                yield min(entry_id, other), max(entry_id, other)


def _compare(read: ReadEntries, views: Sequence[LinkView], pair: Pair) -> Iterator[FoundPair]:
    view = next(view for view in views if pair[0] in view.own)
    one, other = (_texts(read, entry_id) for entry_id in pair)
    score = view.finder.score(*pair)
    near = Twins(score, view.finder.closeness(*pair), view.finder.floor)
    twins = compare_entries(one, other, near)
    if twins is not None:
        yield FoundPair("duplicate", *pair, twins.strength, twins.facts)
    for clash in find_contradictions([one.answer, other.answer]):
        facts = {
            "sentence_a": clash.first_sentence,
            "sentence_b": clash.second_sentence,
            "matter": list(clash.matter),
            "similarity": round(score, 3),
        }
        yield FoundPair("contradiction", *pair, round(clash.strength, 3), facts)


def _texts(read: ReadEntries, entry_id: int) -> EntryTexts:
    entry = read.entries[entry_id]
    own = frozenset(one.text_hash for one in read.wordings if one.entry_id == entry_id)
    return EntryTexts(entry.title, markdown_to_text(entry.answer), own)


def _settle(
    conn: Connection,
    entries: Mapping[int, Entry],
    found: Sequence[FoundPair],
    looked_at: set[int],
    digests: Mapping[str, str],
) -> _Audit:
    """Hold what was found against what is stored about the same entries."""
    here = {(one.kind, one.entry_a, one.entry_b) for one in found}
    gone, again = [], []
    for stored in findings_about(conn, looked_at):
        if (stored.kind, stored.entry_a, stored.entry_b) not in here:
            if stored.state == "open":
                gone.append(stored.id)
        elif stored.state == "dismissed" and _says_something_else(conn, entries, stored):
            again.append(stored.id)
    return _Audit(tuple(found), tuple(gone), tuple(again), digests)


def _says_something_else(
    conn: Connection, entries: Mapping[int, Entry], finding: EntryFinding
) -> bool:
    """Whether an entry differs in more than small things from what a person compared."""
    seen = finding.facts.get(REVISIONS, ())
    for entry_id, revision in zip((finding.entry_a, finding.entry_b), seen, strict=False):
        entry = entries[entry_id]
        if entry.revision == revision:
            continue
        before = text_at_revision(conn, entry_id, int(revision))
        now = f"{entry.title}\n{entry.answer}"
        if before is None or fuzz.ratio(before, now) < UNCHANGED_RATIO:
            return True
    return False

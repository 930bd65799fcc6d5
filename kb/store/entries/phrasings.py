"""The wordings of entries in the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select, update

from kb.clock import utc_now
from kb.embedded_text import text_hash
from kb.entries import MAX_PHRASING_CHARS, Phrasing
from kb.errors import Conflict, NotFound
from kb.store.changes import record_change
from kb.store.engine import chunks, upsert
from kb.store.schema import assignments, entries, phrasings, topics
from kb.store.types import storable


def folded_wording(text: str) -> str:
    """The text as a wording is stored: white space folded in each line, empty lines gone, cut.

    A question's embedded text stays as it is, so that its vector serves the wording, too.
    """
    lines = (" ".join(line.split()) for line in text.splitlines())
    return storable("\n".join(line for line in lines if line))[:MAX_PHRASING_CHARS].rstrip()


def add_phrasings(
    conn: Connection,
    entry_id: int,
    texts: Iterable[str],
    *,
    origin: str,
    question_ids: Sequence[int | None] = (),
) -> int:
    """Add wordings that the entry does not have yet, unshown; return how many were new.

    `question_ids` names, place by place, the question that a wording came from.
    """
    known = set(
        conn.execute(
            select(phrasings.c.text_hash).where(phrasings.c.entry_id == entry_id)
        ).scalars()
    )
    now = utc_now()
    rows = []
    for place, text in enumerate(texts):
        wording = folded_wording(text)
        digest = text_hash(wording)
        if not wording or digest in known:
            continue
        known.add(digest)
        rows.append(
            {
                "entry_id": entry_id,
                "text": wording,
                "text_hash": digest,
                "shown": False,
                "origin": origin,
                "question_id": question_ids[place] if place < len(question_ids) else None,
                "created_at": now,
            }
        )
    if rows:
        conn.execute(upsert(conn, phrasings).on_conflict_do_nothing(), rows)
    return len(rows)


def set_title_phrasing(conn: Connection, entry_id: int, title: str) -> None:
    """Make the title the entry's first shown wording; an old title stays as an unshown one."""
    wording = folded_wording(title)
    conn.execute(
        update(phrasings)
        .where(phrasings.c.entry_id == entry_id, phrasings.c.origin == "title")
        .values(origin="old title", shown=False)
    )
    add_phrasings(conn, entry_id, [wording], origin="title")
    conn.execute(
        update(phrasings)
        .where(phrasings.c.entry_id == entry_id, phrasings.c.text_hash == text_hash(wording))
        .values(origin="title", shown=True)
    )


def show_phrasing(conn: Connection, phrasing_id: int, *, shown: bool) -> None:
    """Let readers see a wording, or hide it again.

    Raises NotFound, and Conflict for the title, which is always shown.
    """
    row = conn.execute(
        select(phrasings.c.entry_id, phrasings.c.origin).where(phrasings.c.id == phrasing_id)
    ).one_or_none()
    if row is None:
        raise NotFound("phrasing", phrasing_id)
    if row.origin == "title" and not shown:
        raise Conflict("the title of an entry is always shown")
    conn.execute(update(phrasings).where(phrasings.c.id == phrasing_id).values(shown=shown))
    record_change(conn, "entry", row.entry_id)


def drop_foreign_phrasings(conn: Connection, entry_id: int, member_ids: Sequence[int]) -> int:
    """Remove unshown wordings that came from questions outside `member_ids`; return how many.

    The topic lost those questions; a shown wording stays, since a person chose it, and so does
    one from another topic of the entry: merged entries have several.
    """
    statement = select(phrasings.c.id, phrasings.c.question_id).where(
        phrasings.c.entry_id == entry_id,
        phrasings.c.origin == "topic",
        phrasings.c.question_id.is_not(None),
        phrasings.c.shown.is_(False),
    )
    of_its_topics = (
        select(assignments.c.question_id)
        .join(topics, topics.c.id == assignments.c.topic_id)
        .where(topics.c.entry_id == entry_id)
    )
    members = {*member_ids, *conn.execute(of_its_topics).scalars()}
    foreign = [row.id for row in conn.execute(statement) if row.question_id not in members]
    for part in chunks(foreign):
        conn.execute(delete(phrasings).where(phrasings.c.id.in_(part)))
    if foreign:
        record_change(conn, "entry", entry_id)
    return len(foreign)


def phrasings_of(conn: Connection, entry_ids: Sequence[int]) -> dict[int, list[Phrasing]]:
    """All wordings per entry, shown ones first, then as stored; for indexers and editors."""
    found: dict[int, list[Phrasing]] = {}
    for part in chunks(list(entry_ids)):
        statement = (
            select(phrasings)
            .where(phrasings.c.entry_id.in_(part))
            .order_by(phrasings.c.entry_id, phrasings.c.shown.desc(), phrasings.c.id)
        )
        for row in conn.execute(statement):
            found.setdefault(row.entry_id, []).append(
                Phrasing(row.id, row.entry_id, row.text, row.text_hash, row.shown, row.origin)
            )
    return found


def published_phrasing_texts(
    conn: Connection, *, after_id: int = 0, limit: int = 5_000
) -> list[tuple[int, str, str]]:
    """(id, text hash, text) of every wording of a published entry, by id."""
    statement = (
        select(phrasings.c.id, phrasings.c.text_hash, phrasings.c.text)
        .join(entries, entries.c.id == phrasings.c.entry_id)
        .where(entries.c.state == "published", phrasings.c.id > after_id)
        .order_by(phrasings.c.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(statement)]

"""FAQ entries and their revisions as editors and imports write them to the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update

from kb.access import Viewer, is_audience, may_edit
from kb.clock import utc_now
from kb.desk.rewriting import TO_CHECK
from kb.entries import ENTRY_STATES, MAX_ANSWER_CHARS, MAX_TITLE_CHARS, Entry, EntryContent
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.language_tags import is_language_tag
from kb.store.changes import record_change
from kb.store.engine import new_id, upsert
from kb.store.entries.phrasings import add_phrasings, set_title_phrasing
from kb.store.entries.reading import (
    find_entry_by_source,
    get_entry,
)
from kb.store.entries.shelves import category_id_for, product_id_for, replace_entry_tags
from kb.store.redirects import find_redirect
from kb.store.schema import entries, entry_revisions, helpful_votes
from kb.store.topics.rewritings import is_unchecked, mark_checked
from kb.store.types import Instant, storable
from kb.visible_text import has_visible, one_line

MAX_SOURCE_ID_CHARS = 300
MAX_GROUP_CHARS = 80


def check_content(content: EntryContent) -> None:
    """Raise InvalidInput where something is missing, too long or no word of its kind."""
    if not has_visible(content.title):
        raise InvalidInput("an entry needs a question as its title", field="question")
    if not has_visible(content.answer):
        raise InvalidInput("an entry needs an answer", field="answer")
    if not is_language_tag(content.locale):
        raise InvalidInput(f"{content.locale!r} is no language, like en or pt-BR", field="lang")
    if not is_audience(content.audience):
        raise InvalidInput(f"{content.audience!r} is no audience", field="audience")
    for field, text, limit in (
        ("question", content.title, MAX_TITLE_CHARS),
        ("answer", content.answer, MAX_ANSWER_CHARS),
        ("id", content.source_id or "", MAX_SOURCE_ID_CHARS),
        ("translation group", content.translation_group or "", MAX_GROUP_CHARS),
    ):
        if len(text) > limit:
            raise InvalidInput(f"the {field} is longer than {limit} characters", field=field)


def _require_editor(viewer: Viewer) -> None:
    if not may_edit(viewer):
        raise NotPermitted("entries are written by support agents")


def _shelf(
    name: str | None, conn: Connection, id_for: Callable[[Connection, str], int]
) -> int | None:
    return id_for(conn, name) if name and name.strip() else None


def _shelf_values(conn: Connection, content: EntryContent) -> dict[str, Any]:
    return {
        "title": one_line(storable(content.title)),
        "answer": storable(content.answer.strip()),
        "locale": content.locale,
        "audience": content.audience,
        "translation_group": content.translation_group,
        "category_id": _shelf(content.category, conn, category_id_for),
        "product_id": _shelf(content.product, conn, product_id_for),
    }


def add_entry(
    conn: Connection,
    content: EntryContent,
    *,
    viewer: Viewer,
    state: str = "draft",
    topic_id: int | None = None,
) -> int:
    """Store a new entry with its first revision and its phrasings; return its id.

    Raises NotPermitted for a viewer who is not staff, InvalidInput for unusable content and
    Conflict when the source id is taken.
    """
    _require_editor(viewer)
    check_content(content)
    if state not in ENTRY_STATES:
        raise InvalidInput(f"an entry has no state {state!r}", field="state")
    if content.source_id and find_entry_by_source(conn, content.source_id) is not None:
        raise Conflict(f"an entry with the id {content.source_id!r} exists already")
    now = utc_now()
    begun = content.published_at or now
    published = state == "published"
    result = conn.execute(
        insert(entries).values(
            source_id=content.source_id,
            state=state,
            topic_id=topic_id,
            created_at=begun,
            updated_at=content.reviewed_at or begun,
            published_at=begun if published else None,
            reviewed_at=(content.reviewed_at or begun) if published else None,
            **_shelf_values(conn, content),
        )
    )
    entry_id = new_id(result)
    replace_entry_tags(conn, entry_id, content.tags)
    _add_revision(conn, entry_id, 1, viewer=viewer)
    set_title_phrasing(conn, entry_id, content.title.strip())
    add_phrasings(conn, entry_id, content.phrasings, origin="import")
    record_change(conn, "entry", entry_id)
    return entry_id


def _add_revision(conn: Connection, entry_id: int, number: int, *, viewer: Viewer) -> None:
    row = conn.execute(
        select(entries.c.title, entries.c.answer).where(entries.c.id == entry_id)
    ).one()
    conn.execute(
        insert(entry_revisions).values(
            entry_id=entry_id,
            number=number,
            title=row.title,
            answer=row.answer,
            by_id=viewer.account_id,
            by_name=viewer.signature,
            at=utc_now(),
        )
    )


def change_entry(
    conn: Connection,
    entry_id: int,
    content: EntryContent,
    *,
    viewer: Viewer,
    seen_revision: int | None = None,
) -> bool:
    """Give an entry new content; return whether anything changed.

    A new title or answer makes a new revision; the source id stays. Raises NotPermitted,
    NotFound, InvalidInput, also for an entry that was merged into another, and Conflict when
    `seen_revision` is not the present one: somebody else edited meanwhile.
    """
    _require_editor(viewer)
    check_content(content)
    _refuse_merged(conn, entry_id)
    # The second of two editors waits here, then sees the revision of the first.
    conn.execute(select(entries.c.id).where(entries.c.id == entry_id).with_for_update())
    old = get_entry(conn, entry_id, viewer=viewer)
    if seen_revision is not None and seen_revision != old.revision:
        raise Conflict(f"entry {entry_id} was edited meanwhile: it is at revision {old.revision}")
    values = _shelf_values(conn, content)
    text_changed = (old.title, old.answer) != (values["title"], values["answer"])
    shelves_changed = (old.locale, old.audience, old.translation_group) != (
        content.locale,
        content.audience,
        content.translation_group,
    ) or conn.execute(
        select(entries.c.category_id, entries.c.product_id).where(entries.c.id == entry_id)
    ).one() != (values["category_id"], values["product_id"])
    dates = _changed_dates(old, content)
    tags_changed = replace_entry_tags(conn, entry_id, content.tags)
    revision = old.revision + (1 if text_changed else 0)
    now = utc_now()
    stored_changed = bool(text_changed or shelves_changed or tags_changed or dates)
    if stored_changed:
        values = {"updated_at": now, "reviewed_at": now} | values | dates
        conn.execute(
            update(entries).where(entries.c.id == entry_id).values(revision=revision, **values)
        )
    if text_changed:
        _add_revision(conn, entry_id, revision, viewer=viewer)
        set_title_phrasing(conn, entry_id, values["title"])
    added = add_phrasings(conn, entry_id, content.phrasings, origin="import")
    changed = stored_changed or bool(added)
    if changed:
        record_change(conn, "entry", entry_id)
    return changed


def _refuse_merged(conn: Connection, entry_id: int) -> None:
    into = find_redirect(conn, "entry", entry_id)
    if into is not None:
        raise InvalidInput(
            f"entry {entry_id} was merged into entry {into}: change that one, or take the merge "
            "back",
            field="id",
        )


def _changed_dates(old: Entry, content: EntryContent) -> dict[str, Any]:
    """The times that an import gives otherwise than they stand; a draft has none."""
    if old.published_at is None:
        return {}
    given = {"published_at": content.published_at, "reviewed_at": content.reviewed_at}
    return {name: when for name, when in given.items() if when not in (None, getattr(old, name))}


def set_entry_state(conn: Connection, entry_id: int, state: str, *, checked: bool = False) -> None:
    """Move an entry to another state; publishing for the first time stamps the time.

    `checked`: a person has read a machine's wording and stands for it as it is. Raises
    NotFound, and InvalidInput for a word that is no state, a merged entry that would come back
    without its wordings, or a machine's wording that would be published unread.
    """
    if state not in ENTRY_STATES:
        raise InvalidInput(f"an entry has no state {state!r}", field="state")
    _refuse_merged(conn, entry_id)
    now = utc_now()
    values: dict[str, Any] = {"state": state, "updated_at": now}
    if state == "published":
        first_time = func.coalesce(entries.c.published_at, literal(now, Instant()))
        values |= {"published_at": first_time, "reviewed_at": now}
        if not checked and is_unchecked(conn, entry_id):
            raise InvalidInput(TO_CHECK, field="checked")
        mark_checked(conn, entry_id)
    done = conn.execute(update(entries).where(entries.c.id == entry_id).values(**values))
    if done.rowcount == 0:
        raise NotFound("entry", entry_id)
    record_change(conn, "entry", entry_id)


def vote_helpful(
    conn: Connection, entry: Entry, visitor: str, *, helpful: bool, reason: str | None = None
) -> None:
    """Store one visitor's vote on the present revision; voting again changes the vote."""
    values = {"helpful": helpful, "reason": None if helpful else reason, "at": utc_now()}
    statement = upsert(conn, helpful_votes).values(
        entry_id=entry.id, revision=entry.revision, visitor=visitor, **values
    )
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["entry_id", "revision", "visitor"], set_=values
        )
    )

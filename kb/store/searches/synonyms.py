"""The installation's synonyms in the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Connection, Row, delete, func, select

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.searches.synonyms import MAX_GROUPS, Kind, SynonymGroup
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_changes
from kb.store.engine import upsert
from kb.store.schema import synonyms
from kb.store.types import storable

CHANGE_KIND = "synonyms"
_SUBJECT = "synonyms"
_KEYS_AT_ONCE = 500


def all_synonyms(conn: Connection) -> list[SynonymGroup]:
    """Every group, oldest first, at most MAX_GROUPS: what search works with, never for showing."""
    statement = select(synonyms).order_by(synonyms.c.id).limit(MAX_GROUPS)
    return [_group(row) for row in conn.execute(statement)]


def list_synonyms(
    conn: Connection, *, viewer: Viewer, after: int = 0, limit: int = MAX_GROUPS
) -> list[SynonymGroup]:
    """The groups with ids above `after`, oldest first. Raises NotPermitted but for agents."""
    _check_may_edit(viewer)
    statement = select(synonyms).where(synonyms.c.id > after).order_by(synonyms.c.id).limit(limit)
    return [_group(row) for row in conn.execute(statement)]


def add_synonyms(conn: Connection, groups: Sequence[SynonymGroup], *, viewer: Viewer) -> list[int]:
    """Store those groups that are not there yet and return their ids, in the order given.

    Raises NotPermitted but for agents, InvalidInput where there would be more than MAX_GROUPS.
    """
    _check_may_edit(viewer)
    wanted = {group.key: group for group in groups}
    there = _keys_among(conn, list(wanted))
    new = [group for key, group in wanted.items() if key not in there]
    if _count(conn) + len(new) > MAX_GROUPS:
        raise InvalidInput(f"there can be at most {MAX_GROUPS:,} groups of synonyms")
    ids = [_insert(conn, group, viewer) for group in new]
    for id_, group in zip(ids, new, strict=True):
        facts = {"terms": list(group.terms), "kind": group.kind, "lang": group.lang}
        record_audit(conn, "add synonyms", Subject(_SUBJECT, id_), viewer=viewer, facts=facts)
    record_changes(conn, CHANGE_KIND, ids)
    return ids


def add_synonym_group(conn: Connection, group: SynonymGroup, *, viewer: Viewer) -> int:
    """Store one group and return its id; raises Conflict where it is there already."""
    ids = add_synonyms(conn, [group], viewer=viewer)
    if not ids:
        raise Conflict(f"these synonyms are there already: {group.line}")
    return ids[0]


def remove_synonyms(conn: Connection, group_id: int, *, viewer: Viewer) -> SynonymGroup:
    """Remove one group and return what it was.

    Raises NotPermitted but for agents, NotFound where there is no such group.
    """
    _check_may_edit(viewer)
    row = conn.execute(select(synonyms).where(synonyms.c.id == group_id)).one_or_none()
    if row is None:
        raise NotFound("group of synonyms", group_id)
    group = _group(row)
    conn.execute(delete(synonyms).where(synonyms.c.id == group_id))
    facts = {"terms": list(group.terms), "kind": group.kind, "lang": group.lang}
    record_audit(conn, "remove synonyms", Subject(_SUBJECT, group_id), viewer=viewer, facts=facts)
    record_changes(conn, CHANGE_KIND, [group_id], "removed")
    return group


def _count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(synonyms)).scalar_one())


def _keys_among(conn: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        part = keys[start : start + _KEYS_AT_ONCE]
        found.update(conn.execute(select(synonyms.c.key).where(synonyms.c.key.in_(part))).scalars())
    return found


def _insert(conn: Connection, group: SynonymGroup, viewer: Viewer) -> int:
    values = {
        "lang": group.lang,
        "kind": group.kind,
        "terms": [storable(term) for term in group.terms],
        "key": group.key,
        "by_id": viewer.account_id,
        "by_name": viewer.signature,
        "created_at": utc_now(),
    }
    # Another transaction may be adding the same group.
    conn.execute(
        upsert(conn, synonyms).values(values).on_conflict_do_nothing(index_elements=["key"])
    )
    found = conn.execute(select(synonyms.c.id).where(synonyms.c.key == group.key))
    return int(found.scalar_one())


def _group(row: Row[tuple[object, ...]]) -> SynonymGroup:
    return SynonymGroup(
        terms=tuple(row.terms),
        kind=cast(Kind, row.kind),
        lang=row.lang,
        id=row.id,
        by_name=row.by_name,
        created_at=row.created_at,
    )


def _check_may_edit(viewer: Viewer) -> None:
    if not may_edit(viewer):
        raise NotPermitted("only agents may see and change synonyms")

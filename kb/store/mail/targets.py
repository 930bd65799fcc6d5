"""What watches follow, named as their followers may see it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from kb.access import Viewer
from kb.addresses import entry_path
from kb.shelves import SHELF_KINDS, ShelfKind
from kb.store.engine import chunks
from kb.store.entries.reading import entries_by_id
from kb.store.entries.shelf_queries import shelves_by_id
from kb.store.redirects import find_redirects
from kb.store.schema import questions
from kb.watches import Target

Key = tuple[str, int]
"""Kind and id of what is followed."""

SHORT_CHARS = 120
"""How much of a question without a subject names it."""


def find_target(
    conn: Connection, kind: str, target_id: int, *, viewer: Viewer, email: str = ""
) -> Target | None:
    """What can be followed under this kind and id; None for what the viewer may not read.

    A merged entry is the one that it was merged into. A question is its asker's alone: the
    viewer's own, or one sent from `email`.
    """
    return find_targets(conn, [(kind, target_id)], viewer=viewer, email=email).get(
        (kind, target_id)
    )


def find_targets(
    conn: Connection, keys: Iterable[Key], *, viewer: Viewer, email: str = ""
) -> dict[Key, Target]:
    """Those of the wanted things that the viewer may read, by kind and id."""
    wanted: dict[str, list[int]] = {}
    for kind, target_id in keys:
        wanted.setdefault(kind, []).append(target_id)
    found = _entries(conn, wanted.get("entry", []), viewer)
    found |= _questions(conn, wanted.get("question", []), viewer, email)
    for kind in SHELF_KINDS:
        found |= _shelves(conn, kind, wanted.get(kind, []), viewer)
    return found


def _entries(conn: Connection, ids: list[int], viewer: Viewer) -> dict[Key, Target]:
    led = find_redirects(conn, "entry", ids)
    now_at = {one: led.get(one, one) for one in ids}
    entries = entries_by_id(conn, sorted(set(now_at.values())), viewer=viewer)
    return {
        ("entry", one): Target("entry", there, entry.title, entry_path(there, entry.title))
        for one, there in now_at.items()
        if (entry := entries.get(there)) is not None and entry.state == "published"
    }


def _shelves(
    conn: Connection, kind: ShelfKind, ids: list[int], viewer: Viewer
) -> dict[Key, Target]:
    return {
        (kind, one): Target(kind, one, shelf.name_in(viewer.locale), shelf.path)
        for one, shelf in shelves_by_id(conn, kind, ids, viewer=viewer).items()
    }


def _questions(conn: Connection, ids: list[int], viewer: Viewer, email: str) -> dict[Key, Target]:
    found: dict[Key, Target] = {}
    for part in chunks(ids):
        statement = select(
            questions.c.id,
            questions.c.token,
            questions.c.subject_raw,
            questions.c.body_raw,
            questions.c.account_id,
            questions.c.sender,
        ).where(
            questions.c.id.in_(part),
            questions.c.confirm_until.is_(None),
            questions.c.state.not_in(("spam", "hidden")),
        )
        for row in conn.execute(statement):
            owns = viewer.account_id is not None and row.account_id == viewer.account_id
            sent = bool(email) and (row.sender or "").lower() == email
            if owns or sent:
                label = " ".join((row.subject_raw or row.body_raw).split())[:SHORT_CHARS]
                path = f"/q/{row.id}?token={row.token}"
                found["question", row.id] = Target("question", row.id, label, path)
    return found

"""Named groups of accounts, each an audience of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from kb.access import INTERNAL, MEMBERS, PUBLIC, is_audience
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.engine import new_id, upsert
from kb.store.schema import account_groups, entries, groups
from kb.visible_text import one_line

RESERVED = frozenset({PUBLIC, MEMBERS, INTERNAL})
MAX_LABEL_CHARS = 80
LIMIT = 500


@dataclass(frozen=True, slots=True)
class Group:
    """One group; entries carry its `name` as their audience, people read its `label`."""

    id: int
    name: str
    label: str
    accounts: int = 0
    entries: int = 0

    @property
    def shown(self) -> str:
        """What people read."""
        return self.label or self.name


def add_group(conn: Connection, name: str, *, label: str = "") -> int:
    """Store a new group and return its id; raises InvalidInput or Conflict."""
    word = name.strip().lower()
    if not is_audience(word) or word in RESERVED:
        raise InvalidInput(
            "a group is named by one lower-case word, and not public, members or internal",
            field="name",
        )
    if has_group(conn, word):
        raise Conflict(f"there is a group {word} already")
    return new_id(conn.execute(insert(groups).values(name=word, label=_label(label))))


def rename_group(conn: Connection, group_id: int, *, label: str) -> None:
    """Give a group another label; its name stays, since entries carry it. Raises NotFound."""
    done = conn.execute(update(groups).where(groups.c.id == group_id).values(label=_label(label)))
    if done.rowcount == 0:
        raise NotFound("group", group_id)


def remove_group(conn: Connection, group_id: int) -> None:
    """Delete a group that nobody is in and no entry is for; raises NotFound or Conflict."""
    group = get_group(conn, group_id)
    if group.accounts or group.entries:
        raise Conflict(f"group {group.name} is still used")
    conn.execute(delete(groups).where(groups.c.id == group_id))


def get_group(conn: Connection, group_id: int) -> Group:
    """One group with its counts; raises NotFound."""
    found = next((group for group in list_groups(conn) if group.id == group_id), None)
    if found is None:
        raise NotFound("group", group_id)
    return found


def list_groups(conn: Connection, *, limit: int = LIMIT) -> list[Group]:
    """All groups by name, with how many accounts are in each and how many entries are for it."""
    people = (
        select(func.count())
        .select_from(account_groups)
        .where(account_groups.c.group_id == groups.c.id)
        .scalar_subquery()
    )
    content = (
        select(func.count())
        .select_from(entries)
        .where(entries.c.audience == groups.c.name)
        .scalar_subquery()
    )
    statement = (
        select(groups, people.label("accounts"), content.label("entries"))
        .order_by(groups.c.name)
        .limit(limit)
    )
    return [
        Group(row.id, row.name, row.label, row.accounts, row.entries)
        for row in conn.execute(statement)
    ]


def entries_for_group(
    conn: Connection, names: Sequence[str], *, each: int = 5
) -> dict[str, list[tuple[int, str]]]:
    """Entries whose audience is one of the groups, as (id, title) by title, some of each."""
    place = (
        func.row_number()
        .over(partition_by=entries.c.audience, order_by=(entries.c.title, entries.c.id))
        .label("place")
    )
    ranked = (
        select(entries.c.audience, entries.c.id, entries.c.title, place)
        .where(entries.c.audience.in_(list(names)[:LIMIT]))
        .subquery()
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for row in conn.execute(
        select(ranked).where(ranked.c.place <= each).order_by(ranked.c.audience, ranked.c.place)
    ):
        found.setdefault(row.audience, []).append((row.id, row.title))
    return found


def require_audience(conn: Connection, word: str) -> None:
    """Return for an audience that somebody can belong to; raises InvalidInput for any other.

    A typing error would hide an entry from everybody but the team.
    """
    if word in RESERVED or (is_audience(word) and has_group(conn, word)):
        return
    raise InvalidInput(
        f"there is no audience {word!r}: take public, members, internal or the name of a group",
        field="audience",
    )


def existing_groups(conn: Connection, named: frozenset[str]) -> frozenset[str]:
    """Those of the named groups that the record has."""
    statement = select(groups.c.name).where(groups.c.name.in_(sorted(named)))
    return frozenset(conn.execute(statement).scalars())


def has_group(conn: Connection, name: str) -> bool:
    """Whether there is a group of this name."""
    return bool(existing_groups(conn, frozenset({name})))


def audiences_of_nobody(conn: Connection) -> list[str]:
    """Audiences that entries are for and no group has, by name: an import may bring such."""
    named = (
        select(entries.c.audience)
        .where(entries.c.audience.not_in(RESERVED))
        .where(entries.c.audience.not_in(select(groups.c.name)))
        .distinct()
        .order_by(entries.c.audience)
        .limit(LIMIT)
    )
    return list(conn.execute(named).scalars())


def set_groups(conn: Connection, account_id: int, names: Collection[str]) -> None:
    """Put an account into exactly these groups; raises InvalidInput for one that is unknown."""
    wanted = set(names)
    known = {
        row.name: row.id
        for row in conn.execute(select(groups.c.id, groups.c.name).where(groups.c.name.in_(wanted)))
    }
    for name in sorted(wanted - set(known)):
        raise InvalidInput(f"there is no group {name}", field="groups")
    conn.execute(delete(account_groups).where(account_groups.c.account_id == account_id))
    for group_id in known.values():
        row = {"account_id": account_id, "group_id": group_id}
        conn.execute(upsert(conn, account_groups).values(row).on_conflict_do_nothing())


def _label(label: str) -> str:
    text = one_line(label)
    if len(text) > MAX_LABEL_CHARS:
        raise InvalidInput(f"a label has at most {MAX_LABEL_CHARS} characters", field="label")
    return text

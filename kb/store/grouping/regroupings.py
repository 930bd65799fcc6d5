"""What agents did to topics, newest first, with all that is needed to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, insert, or_, select, update

from kb.access import Viewer
from kb.clock import utc_now
from kb.errors import InvalidInput, NotFound
from kb.store.schema import decisions, regroupings
from kb.store.topics.record import require_editor

SHOWN_CHARS = 8
"""So much of a batch tells one from another, for people."""

STANDS = "stands"
UNDONE = "undone"
OVERRIDDEN = "overridden"
SHOWS = (STANDS, OVERRIDDEN, UNDONE)
"""What has become of an action; `overridden` ones stand, but a newer one contradicts a part."""

NOT_UNDONE = "not undone"
"""Shows both those that stand and those that are overridden."""


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood before an action.

    `about` and `beside` are the questions of `kb.topics.Decision`. `pair` names the two questions
    of "same" and "not same" as they were given, `came` the (question, topic it was in) of those
    that were taken elsewhere, None for a question without a topic.
    `states` are (topic id, state) of the topics concerned, `led` the ids that led to the topic
    that was merged.
    """

    about: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    pair: tuple[int, ...] = ()
    came: tuple[tuple[int, int | None], ...] = ()
    states: tuple[tuple[int, str], ...] = ()
    led: tuple[int, ...] = ()

    def state_of(self, topic_id: int | None) -> str | None:
        """The state that a topic had, None where it was not concerned."""
        return dict(self.states).get(topic_id) if topic_id is not None else None


@dataclass(frozen=True, slots=True)
class Regrouping:
    """One action: `topic_id` is the topic that it left standing, `other_id` the other one.

    The other is, of a merge, the one that was taken in; of a split the new one; of all that
    takes a question elsewhere, the one that it was in. Either may be None.
    """

    id: int
    batch: str
    action: str
    topic_id: int | None
    other_id: int | None
    before: Before
    by_name: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def short(self) -> str:
        """The beginning of the batch, which is enough to name it."""
        return self.batch[:SHOWN_CHARS]


@dataclass(frozen=True, slots=True)
class Places:
    """The topics that an action concerned, as in `Regrouping`."""

    topic_id: int | None
    other_id: int | None = None


def add_regrouping(
    conn: Connection, batch: str, action: str, places: Places, before: Before, *, viewer: Viewer
) -> None:
    """Store that an action was done, and how things stood before."""
    conn.execute(
        insert(regroupings).values(
            batch=batch,
            action=action,
            topic_id=places.topic_id,
            other_id=places.other_id,
            before={name: value for name, value in asdict(before).items() if value},
            by_id=viewer.account_id,
            by_name=viewer.signature,
            at=utc_now(),
        )
    )


def mark_undone(conn: Connection, batch: str, *, viewer: Viewer) -> None:
    """Store that an action was taken back, by whom and when."""
    values = {"undone_by": viewer.signature, "undone_at": utc_now()}
    conn.execute(update(regroupings).where(regroupings.c.batch == batch).values(**values))


def get_regrouping(conn: Connection, batch: str, *, viewer: Viewer) -> Regrouping:
    """The action whose batch begins with these letters.

    Raises NotFound where there is none and InvalidInput where there are several.
    """
    require_editor(viewer)
    wanted = batch.strip().lower()
    if not wanted:
        raise InvalidInput("name a decision by the beginning of its number", field="decision")
    if not wanted.isalnum():
        raise NotFound("decision", batch)
    begins = regroupings.c.batch.startswith(wanted, autoescape=True)
    rows = conn.execute(select(regroupings).where(begins).order_by(regroupings.c.id).limit(3)).all()
    if not rows:
        raise NotFound("decision", batch)
    if len(rows) > 1:
        named = ", ".join(row.batch[: max(SHOWN_CHARS, len(wanted) + 4)] for row in rows)
        raise InvalidInput(
            f"several decisions begin with {batch}: {named}; say more of it", field="decision"
        )
    return _regrouping(rows[0])


def list_regroupings(
    conn: Connection,
    *,
    viewer: Viewer,
    show: str = "",
    topic_id: int | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Regrouping]:
    """What was done, the newest first; `before_id` continues a list.

    `show` is one of SHOWS, NOT_UNDONE, or empty for all. With `topic_id` only what concerned
    that topic.
    """
    require_editor(viewer)
    statement = select(regroupings).order_by(regroupings.c.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(regroupings.c.id < before_id)
    if topic_id is not None:
        concerned = or_(regroupings.c.topic_id == topic_id, regroupings.c.other_id == topic_id)
        statement = statement.where(concerned)
    return [_regrouping(row) for row in conn.execute(statement.where(*_shown(show)))]


def regrouping_counts(conn: Connection, *, viewer: Viewer) -> dict[str, int]:
    """How many actions there are of each of SHOWS, and under "" of all."""
    require_editor(viewer)
    counts = {}
    for show in ("", *SHOWS):
        statement = select(func.count()).select_from(regroupings).where(*_shown(show))
        counts[show] = conn.execute(statement).scalar_one()
    return counts


def standing_regroupings(conn: Connection, *, after_id: int) -> list[Regrouping]:
    """The actions newer than one that were not taken back, oldest first."""
    statement = (
        select(regroupings)
        .where(regroupings.c.id > after_id, regroupings.c.undone_at.is_(None))
        .order_by(regroupings.c.id)
    )
    return [_regrouping(row) for row in conn.execute(statement)]


def _shown(show: str) -> Sequence[ColumnElement[bool]]:
    stands = regroupings.c.undone_at.is_(None)
    lost = exists().where(
        decisions.c.batch == regroupings.c.batch,
        decisions.c.overridden.is_(True),
        decisions.c.undone_at.is_(None),
    )
    if show == UNDONE:
        return (~stands,)
    if show == NOT_UNDONE:
        return (stands,)
    if show == OVERRIDDEN:
        return (stands, lost)
    return (stands, ~lost) if show == STANDS else ()


def _regrouping(row: Row[Any]) -> Regrouping:
    stored = row.before
    before = Before(
        about=tuple(stored.get("about", ())),
        beside=tuple(stored.get("beside", ())),
        pair=tuple(stored.get("pair", ())),
        came=tuple((question, topic) for question, topic in stored.get("came", ())),
        states=tuple((topic, state) for topic, state in stored.get("states", ())),
        led=tuple(stored.get("led", ())),
    )
    return Regrouping(
        id=row.id,
        batch=row.batch,
        action=row.action,
        topic_id=row.topic_id,
        other_id=row.other_id,
        before=before,
        by_name=row.by_name,
        at=row.at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )

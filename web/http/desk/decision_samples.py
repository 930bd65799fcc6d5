"""Decisions in every state and of every kind, for looking at the page and for its tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from web.http.contexts import Link, Tab
from web.http.desk.decision_contexts import DecisionRow, DecisionsPage, NamedText, StatementRow

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
LEAKS = NamedText(7, "Machine leaks water <under> the tank", "en", "/desk/topics/7")
DRIPS = NamedText(9, "Wasser tropft aus der Maschine", "de", "/desk/topics/9")
GONE = NamedText(11, "", None, "/desk/topics/11")
WATER = NamedText(881, "There is water on the table every morning", "en")
TANK = NamedText(902, "Der Tank ist undicht, was tun?", "de")
ERASED = NamedText(903, "")
NEWER = (Link("47329c8d", "/desk/decisions?at=47329c8d#decision-47329c8d"),)


def sample_decisions() -> DecisionsPage:
    """A page with every kind of decision."""
    statements = (
        StatementRow(True, WATER, TANK, overridden=True, newer=NEWER[0]),
        StatementRow(False, WATER, ERASED, overridden=True),
        StatementRow(False, TANK, WATER),
    )
    rows = (
        _row("merge", LEAKS, DRIPS, count=12, statements=statements[2:]),
        _row("split", LEAKS, GONE, (WATER, TANK), count=5, statements=statements, unshown=4),
        _row("split", LEAKS, DRIPS, (WATER,), count=1),
        _row("move", DRIPS, LEAKS, (WATER,), count=1, state="overridden", newer=NEWER),
        _row("same", None, None, (WATER, TANK), count=2, state="overridden", in_part=True),
        _row("move", DRIPS, None, (WATER,), count=1),
        _row("move", DRIPS, LEAKS, (WATER, ERASED), count=2),
        _row("out", LEAKS, LEAKS, (TANK,), count=1, state="undone", undone_by="Mara"),
        _row("same", LEAKS, None, (WATER, TANK), count=2),
        _row("not same", None, None, (WATER, ERASED), count=2),
        _row("dismiss", LEAKS, None),
        _row("restore", GONE, None),
        _row("of an older version", None, None),
    )
    return DecisionsPage(
        rows=tuple(replace(one, anchor=f"decision-{n}") for n, one in enumerate(rows)),
        tabs=(
            Tab("all", "/desk/decisions?show=all", True, 12),
            Tab("stands", "/desk/decisions?show=stands", False, 10),
            Tab("overridden", "/desk/decisions?show=overridden", False, 1),
            Tab("undone", "/desk/decisions?show=undone", False, 1),
        ),
        current="all",
        total=12,
        back="/desk/decisions?show=all",
        first_url="/desk/decisions",
        next_url="/desk/decisions?cursor=c",
    )


def _row(
    action: str,
    topic: NamedText | None,
    other: NamedText | None,
    questions: tuple[NamedText, ...] = (),
    *,
    count: int = 0,
    state: str = "stands",
    statements: tuple[StatementRow, ...] = (),
    unshown: int = 0,
    newer: tuple[Link, ...] = (),
    in_part: bool = False,
    undone_by: str = "",
) -> DecisionRow:
    return DecisionRow(
        anchor="",
        short="bdb7d14e",
        action=action,
        topic=topic,
        other=other,
        questions=questions,
        count=count,
        by="Ada",
        at=AT,
        state=state,
        act_url=f"/desk/decisions/bdb7d14e/{'redo' if state == 'undone' else 'undo'}",
        statements=statements,
        unshown=unshown,
        newer=newer,
        in_part=in_part,
        undone_by=undone_by,
        undone_at=AT if undone_by else None,
    )

"""The audit in every state, for looking at the page and for its tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from markupsafe import Markup

from web.http.contexts import Notice, Tab
from web.http.desk.audit_contexts import AuditPage, AuditPair, AuditSide, MergeRow

SIDE = AuditSide(
    id=7,
    title="How do I descale the <Piazza>?",
    url="/faq/7",
    lang="en",
    answer=Markup("<p>Use the descaler.</p>"),
    opened=1284,
    yes=3,
    no=1,
    wordings=12,
    audience="members",
    product="Piazza",
    category="Care",
    reviewed_on=date(2026, 7, 1),
)
PLAIN = replace(SIDE, id=8, lang="de", audience="", product=None, category=None, reviewed_on=None)
TABS = (
    Tab("audit-open", "/desk/audit?show=open", current=True, count=2),
    Tab("audit-dismissed", "/desk/audit?show=dismissed", current=False, count=0),
    Tab("audit-merged", "/desk/audit?show=merged", current=False, count=1),
)
OPEN = AuditPage(
    show="open",
    tabs=TABS,
    pairs=(
        AuditPair(
            anchor="finding-1",
            kind="contradiction",
            sides=(replace(SIDE, quoted="Always."), replace(PLAIN, quoted="Never.")),
            action="/desk/audit/1",
            questions_percent=59,
        ),
        AuditPair(
            anchor="finding-2",
            kind="duplicate",
            sides=(SIDE, PLAIN),
            action="/desk/audit/2",
            questions_percent=83,
            answers_percent=60,
            shared=("limescale", "orange drop"),
        ),
    ),
    notice=Notice("Merged.", "/desk/audit/merges/1/undo"),
    first_url="/desk/audit?show=open",
    next_url="/desk/audit?show=open&cursor=x",
)
CLOSED = replace(OPEN.pairs[1], closed_by="Ada", closed_on=date(2026, 7, 2))
MERGE = MergeRow(
    title="Limescale",
    into_title="How do I descale the Piazza?",
    into_url="/faq/7",
    by="Ada",
    on=date(2026, 7, 2),
    wordings=12,
    undo_url="/desk/audit/merges/1/undo",
    undo_until=date(2026, 8, 1),
)
UNDONE = replace(MERGE, undo_url=None, undo_until=None, undone_by="Ben", undone_on=MERGE.on)
PAGES = (
    OPEN,
    AuditPage("open", TABS),
    AuditPage("dismissed", TABS, pairs=(CLOSED,)),
    AuditPage("dismissed", TABS),
    AuditPage("merged", TABS, merges=(MERGE, UNDONE, replace(UNDONE, undone_by=""))),
    AuditPage("merged", TABS),
)

"""Invented topics for the page that shows all pieces of the design."""

from __future__ import annotations

from datetime import date, timedelta

from indexer.replies.draft_text import Passage
from web.http.contexts import Column, FieldError, Link, Tab
from web.http.desk.draft_contexts import Clash, Draft, PromoteForm
from web.http.desk.topic_contexts import (
    AskedLine,
    Choice,
    DecisionLine,
    EvidenceBox,
    MemberLine,
    MemberList,
    NearLine,
    Pace,
    QuestionLine,
    Share,
    SharesOf,
    Step,
    TopicPage,
    TopicRow,
    TopicsPage,
    Trend,
    WeekCount,
)

FIRST_WEEK = date(2026, 6, 29)


def weeks(*counts: int) -> tuple[WeekCount, ...]:
    """The counts as weeks in a row."""
    return tuple(WeekCount(FIRST_WEEK + timedelta(weeks=i), n) for i, n in enumerate(counts))


def sample_topics() -> TopicsPage:
    """Topics in several states, with a rising, a falling, a steady and a new trend."""
    names = ("label", "effect", "size", "trend", "verdict", "last")
    reset = Link("How do I descale my Piazza?", "/faq/12-how-do-i-descale-my-piazza")
    return TopicsPage(
        rows=(
            TopicRow(
                label="App says no machine found after the update",
                url="/desk/topics/7",
                size=1284,
                trend=Trend(weeks(2, 3, 2, 4, 3, 5, 9, 31, 64, 88), "rising"),
                state="candidate",
                verdict="open",
                keywords=("app", "update", "found", "bluetooth", "pairing"),
                last_asked_on=date(2026, 11, 14),
                askers=1107,
                pace=Pace("week", 71),
                step=Step("write", url="/desk/topics/7#promote-title"),
            ),
            TopicRow(
                label="Orange drop stays on although I descaled",
                url="/desk/topics/3",
                size=341,
                trend=Trend(weeks(14, 16, 12, 15, 17, 14, 15, 13, 16, 15), "steady"),
                state="promoted",
                verdict="failing",
                keywords=("orange", "drop", "descale", "light"),
                last_asked_on=date(2026, 11, 15),
                askers=290,
                pace=Pace("week", 11),
                step=Step("revise", reset, reset.url),
            ),
            TopicRow(
                label="Where is my parcel",
                url="/desk/topics/5",
                size=97,
                trend=Trend(weeks(21, 18, 15, 12, 9, 9, 6, 4, 2, 1), "falling"),
                state="candidate",
                verdict="covered",
                keywords=("parcel", "tracking", "delivery"),
                last_asked_on=date(2026, 11, 9),
                askers=90,
                pace=Pace("none"),
                step=Step("nothing", reset, reset.url),
            ),
            TopicRow(
                label="E-04 on the display",
                url="/desk/topics/9",
                size=6,
                trend=Trend(weeks(6), "new"),
                state="dismissed",
                askers=1,
                pace=Pace("month", 2),
                step=Step("nothing"),
            ),
        ),
        tabs=(
            Tab("candidate", "/desk/topics?state=candidate", True, 212),
            Tab("promoted", "/desk/topics?state=promoted", False, 48),
            Tab("dismissed", "/desk/topics?state=dismissed", False, 9),
            Tab("all", "/desk/topics?state=all", False),
        ),
        columns=tuple(
            Column(name, f"/desk/topics?sort={name}", "descending" if name == "effect" else None)
            for name in names
        ),
        total=269,
        ungrouped=1403,
        export_url="/desk/topics.csv",
        next_url="/desk/topics?cursor=50",
        langs=(Choice("", "", True), Choice("en", "English", False), Choice("de", "German", False)),
        products=(Choice("", "", False), Choice("piazza", "Piazza", True)),
        verdicts=(Choice("", "", True), Choice("open", "open", False)),
        clear_url="/desk/topics?state=candidate",
    )


def sample_topic(*, errors: tuple[FieldError, ...] = ()) -> TopicPage:
    """A topic that is ready to be promoted."""
    return TopicPage(
        label="App says no machine found after the update",
        state="candidate",
        size=1284,
        askers=1107,
        trend=Trend(weeks(2, 3, 2, 4, 3, 5, 9, 31, 64, 88), "rising"),
        verdict="open",
        lang="en",
        keywords=("app", "update", "found", "bluetooth", "pairing"),
        first_asked_on=date(2026, 6, 30),
        last_asked_on=date(2026, 11, 14),
        samples=(
            QuestionLine(
                "Since the app update it says no machine found.",
                "email 4401",
                date(2026, 11, 14),
                11,
                "en",
            ),
            QuestionLine(
                "The app does not find my Duetta any more. It worked until last week, I have"
                " changed nothing, and both the phone and the machine have been restarted.",
                "ticket 99120",
                date(2026, 11, 13),
                12,
            ),
        ),
        atypical=(
            QuestionLine(
                "Does the app run on an old tablet?", "ticket 98777", date(2026, 10, 2), 13
            ),
        ),
        draft=Draft(
            "Please forget the machine in the phone's Bluetooth settings, hold the power button"
            " for 10 seconds until the ring blinks blue, then choose Add machine in the app.",
            "ticket 99120",
            date(2026, 11, 13),
            passages=(
                Passage("text", ("The new app pairs each machine once more.",)),
                Passage("steps", ("Forget the machine in the phone.", "Choose Add machine.")),
            ),
            agreeing=3,
            replies=4,
        ),
        clashes=(
            Clash(
                "Backflush the Alba every 2 weeks with one tablet.",
                "ticket 99131",
                "The Alba must never be backflushed, it has no valve.",
                "email 99207",
            ),
        ),
        promote=PromoteForm(
            action="/desk/topics/7/promote",
            title="The app finds no machine after the update. What can I do?",
            errors=errors,
        ),
        dismiss_url="/desk/topics/7/dismiss",
        reposts=41,
        cohesion_percent=78,
        pace=Pace("week", 71),
        step=Step("write", url="/desk/topics/7#promote-title"),
        evidence=sample_evidence(),
        near=(
            NearLine(
                8,
                "Die App findet die Maschine nicht",
                "de",
                "/desk/topics/8",
                83,
                ("App",),
                64,
                "candidate",
                "/desk/topics/7/merge",
            ),
            NearLine(3, "Pairing is lost", None, "/desk/topics/3", 61, (), 341, "promoted", None),
        ),
        shares=(
            SharesOf("lang", (Share("English", 900, 70), Share("German", 384, 30))),
            SharesOf("product", (Share("Duetta", 1284, 100),)),
            SharesOf("channel", (Share("ticket", 800, 62), Share("search", 484, 38))),
        ),
        members=MemberList(
            rows=(
                MemberLine(11, "no machine found", "search 1", date(2026, 11, 14), 97, "en"),
                MemberLine(13, "Does the app run on an old tablet?", "x 2", date(2026, 10, 2), 51),
            ),
            total=1325,
            first=51,
            action="/desk/topics/7",
            first_url="/desk/topics/7#all-title",
            next_url="/desk/topics/7?members=x#all-title",
        ),
        decisions=(
            DecisionLine(
                "merge",
                "Ada",
                date(2026, 11, 12),
                "/desk/decisions/0a/undo",
                Link("No machine", "/desk/topics/5"),
            ),
            DecisionLine("dismiss", "Ada", date(2026, 11, 11), None),
        ),
        here="/desk/topics/7",
    )


def sample_evidence() -> EvidenceBox:
    """Three wordings, each with another verdict, and an entry that does not help."""
    entry = Link("How do I pair my machine?", "/faq/9-how-do-i-pair-my-machine")
    return EvidenceBox(
        asked=(
            AskedLine("app says no machine found", "en", "answer", 84, entry),
            AskedLine("Maschine wird nicht gefunden", "de", "maybe", 41, entry),
            AskedLine("4.2 no connection", None, "none", 3),
        ),
        answered=1,
        entry=entry,
        helpful=2,
        unhelpful=7,
        reasons=(("out_of_date", 5), ("unclear", 2)),
        checked_on=date(2026, 11, 15),
    )

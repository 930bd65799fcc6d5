"""Invented content for the page that shows all pieces of the design."""

from __future__ import annotations

from datetime import date, timedelta

from web.http.contexts import (
    Column,
    EntryPage,
    FacetChoice,
    FacetGroup,
    FieldError,
    LanguageLink,
    Link,
    RelatedEntry,
    ResultRow,
    Tab,
    VoteBar,
)
from web.http.desk_contexts import (
    Clash,
    Draft,
    PiecesPage,
    PromoteForm,
    QuestionLine,
    TopicPage,
    TopicRow,
    TopicsPage,
    Trend,
    WeekCount,
)
from web.http.markdown import render_markdown
from web.http.structured_data import faq_page

FIRST_WEEK = date(2026, 6, 29)
ANSWER = """The orange drop means that the machine wants to be **descaled**. It takes 35 minutes.

## What you need

- one bottle of the liquid descaler (CD-3011, 125 ml)
- 1 litre of fresh water and a bowl that holds as much

Please take no vinegar and no citric acid: they attack the seals.

## Step by step

1. Empty the tank and the drip tray.
2. Pour in the descaler, fill up with 1 litre of water.
3. Choose *Care › Descale* and follow the display.
4. Rinse twice when the display asks for it.

You can pause the programme. You cannot end it early.

## How often

| Machine | When the drop lights |
| --- | --: |
| without a filter | about every 3 months |
| with an AquaSoft filter | every 6 months |

Set the level under `Care › Water`.

## If the drop stays on

Then the [rinse](/faq/14) was cut short. Start it again under *Care › Descale*.
"""


def weeks(*counts: int) -> tuple[WeekCount, ...]:
    """The counts as weeks in a row."""
    return tuple(WeekCount(FIRST_WEEK + timedelta(weeks=i), n) for i, n in enumerate(counts))


def sample_rows() -> tuple[ResultRow, ...]:
    """Results with and without product, matched wording and another language."""
    return (
        ResultRow(
            title="How do I descale my Piazza?",
            title_marks=((9, 16),),
            url="/faq/12-how-do-i-descale-my-piazza",
            snippet="The orange drop means that the machine wants to be descaled. It takes"
            " 35 minutes and one bottle of the liquid descaler.",
            marks=((4, 15), (51, 59)),
            type="entry",
            product="Piazza",
            reviewed_on=date(2026, 11, 2),
            matched_phrasing="orange light does not go away",
        ),
        ResultRow(
            title="Welcher Wasserfilter passt in meine Duetta?",
            title_marks=(),
            url="/faq/31-welcher-wasserfilter",
            snippet="Der Filter AquaSoft (CD-2007) passt in Duetta und Piazza.",
            marks=(),
            type="entry",
            product="Duetta",
            reviewed_on=date(2026, 9, 28),
            lang="de",
        ),
        ResultRow(
            title="Milk foam comes out as hot milk since the app update, and the machine says that"
            " the milk system has to be rinsed although I did that this morning",
            title_marks=(),
            url="/faq/40-milk-foam",
            snippet="",
            marks=(),
            type="thread",
        ),
    )


def sample_facets() -> tuple[FacetGroup, ...]:
    """Two facets, one value selected."""
    return (
        FacetGroup(
            "product",
            (
                FacetChoice("Piazza", 12, "/search?q=x", selected=True),
                FacetChoice("Duetta", 7, "/search?q=x&product=duetta"),
                FacetChoice("Macina 64", 1234, "/search?q=x&product=macina-64"),
            ),
        ),
        FacetGroup(
            "lang",
            (
                FacetChoice("English", 14, "/search?q=x&lang=en"),
                FacetChoice("German", 5, "/search?q=x&lang=de"),
            ),
        ),
    )


def sample_entry(*, vote: VoteBar | None = None) -> EntryPage:
    """A long entry with everything around it."""
    text = render_markdown(ANSWER)
    title = "How do I descale my Piazza?"
    url = "https://caldrosa.example.com/faq/12-how-do-i-descale-my-piazza"
    return EntryPage(
        title=title,
        lang="en",
        answer=text.html,
        contents=text.headings,
        vote=vote or VoteBar(action="/faq/12-how-do-i-descale-my-piazza/helpful"),
        canonical_url=url,
        ask_url="/ask?title=How+do+I+descale+my+Piazza%3F",
        breadcrumb=(Link("Help", "/"), Link("Care and cleaning", "/search?category=care")),
        product="Piazza",
        tags=(Link("descaling", "/search?tag=descaling"), Link("CD-3011", "/search?tag=cd-3011")),
        reviewed_on=date(2026, 11, 2),
        related=(
            RelatedEntry(
                "Which water hardness do I set?", "/faq/15", "18 people asked both in one week"
            ),
            RelatedEntry("When do I change the AquaSoft filter?", "/faq/16", "Also about scale"),
        ),
        translations=(
            LanguageLink("en", "English", url, current=True),
            LanguageLink("de", "Deutsch", "https://caldrosa.example.com/faq/13", current=False),
        ),
        json_ld=faq_page(title=title, answer=text.html, url=url, lang="en"),
    )


def sample_topics() -> TopicsPage:
    """Topics in several states, with a rising, a falling, a steady and a new trend."""
    names = ("label", "size", "trend", "verdict", "last")
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
            ),
            TopicRow(
                label="E-04 on the display",
                url="/desk/topics/9",
                size=6,
                trend=Trend(weeks(6), "new"),
                state="dismissed",
            ),
        ),
        tabs=(
            Tab("candidate", "/desk/topics?state=candidate", True, 212),
            Tab("promoted", "/desk/topics?state=promoted", False, 48),
            Tab("dismissed", "/desk/topics?state=dismissed", False, 9),
            Tab("all", "/desk/topics?state=all", False),
        ),
        columns=tuple(
            Column(name, f"/desk/topics?sort={name}", "descending" if name == "size" else None)
            for name in names
        ),
        total=269,
        ungrouped=1403,
        export_url="/desk/topics.csv",
        next_url="/desk/topics?cursor=50",
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
                "Since the app update it says no machine found.", "mail 4401", date(2026, 11, 14)
            ),
            QuestionLine(
                "The app does not find my Duetta any more. It worked until last week, I have"
                " changed nothing, and both the phone and the machine have been restarted.",
                "ticket 99120",
                date(2026, 11, 13),
            ),
        ),
        atypical=(
            QuestionLine("Does the app run on an old tablet?", "ticket 98777", date(2026, 10, 2)),
        ),
        draft=Draft(
            "Please forget the machine in the phone's Bluetooth settings, hold the power button"
            " for 10 seconds until the ring blinks blue, then choose Add machine in the app.",
            "Reply to ticket 99120",
            date(2026, 11, 13),
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
    )


def pieces_page() -> PiecesPage:
    """What the page of all pieces shows."""
    return PiecesPage(
        rows=sample_rows(),
        facets=sample_facets(),
        entry=sample_entry(),
        topics=sample_topics(),
        topic=sample_topic(),
    )

"""Invented content for the page that shows all pieces of the design."""

from __future__ import annotations

from datetime import date

from web.http.contexts import (
    EntryPage,
    FacetChoice,
    FacetGroup,
    LanguageLink,
    Link,
    ResultRow,
    VoteBar,
)
from web.http.desk import audit_samples, noise_samples
from web.http.desk.decision_samples import sample_decisions
from web.http.desk.topic_samples import sample_topic as sample_topic
from web.http.desk.topic_samples import sample_topics as sample_topics
from web.http.link_contexts import RelatedEntry
from web.http.markdown import render_markdown
from web.http.pieces_contexts import PiecesPage
from web.http.structured_data import faq_page

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
                "Which water hardness do I set?",
                "/faq/15",
                "18 people who asked this asked it next, within 3 days",
                "next",
                15,
            ),
            RelatedEntry("When do I change the AquaSoft filter?", "/faq/16", "Also about scale"),
        ),
        translations=(
            LanguageLink("en", "English", url, current=True),
            LanguageLink("de", "Deutsch", "https://caldrosa.example.com/faq/13", current=False),
        ),
        json_ld=faq_page(title=title, answer=text.html, url=url, lang="en"),
    )


def pieces_page() -> PiecesPage:
    """What the page of all pieces shows."""
    return PiecesPage(
        rows=sample_rows(),
        facets=sample_facets(),
        entry=sample_entry(),
        topics=sample_topics(),
        topic=sample_topic(),
        decisions=sample_decisions().rows[:4],
        pairs=audit_samples.OPEN.pairs,
        noise=noise_samples.FULL.rows[:3],
    )

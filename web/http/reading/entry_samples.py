"""Invented entries for the page of all pieces and the tests of templates."""

from __future__ import annotations

from datetime import date

from web.http.contexts import FieldError, LanguageLink, Link
from web.http.link_contexts import EditedEntryLink, LinkEditor, RelatedEntry
from web.http.markdown import render_markdown
from web.http.reading.entry_contexts import (
    EntryPage,
    FileEditor,
    ReasonCount,
    SharedCard,
    TeamTools,
    VoteBar,
    VoteReport,
)
from web.http.reading.file_contexts import ShownFile
from web.http.structured_data import breadcrumb_list, faq_page

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

TITLE = "How do I descale my Piazza?"
URL = "https://caldrosa.example.com/faq/12-how-do-i-descale-my-piazza"
VOTE = "/faq/12-how-do-i-descale-my-piazza/helpful"


def sample_files(*, remove_url: str = "") -> tuple[ShownFile, ...]:
    """A manual, a picture, a film and what else people keep."""
    return (
        ShownFile("Manual of the Piazza", "manual.pdf", "/files/a/m", "pdf", 8.4, "MB", remove_url),
        ShownFile("The tank", "tank.png", "/files/b/t", "picture", 310, "kB", remove_url),
        ShownFile("How it sounds", "beeps.mp4", "/files/c/b", "film", 9.9, "MB", remove_url),
        ShownFile("settings.zip", "settings.zip", "/files/d/s", "archive", 12, "kB", remove_url),
        ShownFile("hardness.csv", "hardness.csv", "/files/e/h", "table", 1, "kB", remove_url),
    )


def sample_entry(*, vote: VoteBar | None = None) -> EntryPage:
    """A long entry with everything around it."""
    text = render_markdown(ANSWER)
    crumbs = (Link("Home", "/"), Link("Care and cleaning", "/categories/care"))
    return EntryPage(
        title=TITLE,
        lang="en",
        answer=text.html,
        contents=text.headings,
        vote=vote or VoteBar(action=VOTE, yes=34, total=40),
        canonical_url=URL,
        ask_url="/ask?title=How+do+I+descale+my+Piazza%3F",
        breadcrumb=crumbs,
        product=Link("Piazza", "/products/piazza"),
        tags=(Link("descaling", "/tags/descaling"), Link("CD-3011", "/tags/cd-3011")),
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
            LanguageLink("en", "English", URL, current=True),
            LanguageLink("de", "Deutsch", "https://caldrosa.example.com/faq/13", current=False),
        ),
        default_url=URL,
        json_ld=(
            faq_page(title=TITLE, answer=text.html, url=URL, lang="en"),
            breadcrumb_list((*crumbs, Link(TITLE, URL))),
        ),
        card=SharedCard("The orange drop means that the machine wants to be descaled."),
        files=sample_files(),
    )


def sample_team(*, refused: bool = False) -> TeamTools:
    """What agents see beside an entry; `refused` with what was wrong in its forms."""
    edited = tuple(
        EditedEntryLink(n, f"Entry {n}", f"/faq/{n}", said)
        for n, said in enumerate(("first", "pinned", "blocked"), start=1)
    )
    links = LinkEditor("/faq/12/links", edited)
    files = FileEditor("/faq/12/files", sample_files(remove_url="/faq/12/files/1/remove"))
    if refused:
        links = LinkEditor("/faq/12/links", edited, "<999>", "entry 999 does not exist")
        error = FieldError("files", "setup.exe is or holds a program. Programs are not taken.")
        files = FileEditor("/faq/12/files", label="Set-up", errors=(error,))
    report = VoteReport(
        yes=34,
        total=40,
        share=85,
        low=71,
        high=93,
        reasons=(ReasonCount("out_of_date", 4), ReasonCount("unclear", 1)),
        earlier_yes=3,
        earlier=9,
    )
    return TeamTools(links, files, report, "/faq/12/unpin", is_pinned=True)

"""Invented content for the page that shows all pieces of the design."""

from __future__ import annotations

from datetime import date

from web.http.contexts import FacetChoice, FacetGroup, ResultRow
from web.http.customer_samples import customer_samples
from web.http.desk import audit_samples, noise_samples
from web.http.desk.decision_samples import sample_decisions
from web.http.desk.topic_samples import sample_topic as sample_topic
from web.http.desk.topic_samples import sample_topics as sample_topics
from web.http.pieces_contexts import PiecesPage
from web.http.reading.entry_samples import sample_entry as sample_entry


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
        customer=customer_samples(),
    )

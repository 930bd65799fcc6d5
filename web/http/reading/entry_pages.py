"""Puts the page of an entry together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlencode

from sqlalchemy import Connection

from kb.access import INTERNAL, MEMBERS, PUBLIC, may_edit
from kb.addresses import category_path, entry_path, product_path, tag_path
from kb.attachments import Attachment
from kb.entries import Entry
from kb.plain_text import markdown_to_text
from kb.store.attachments.files import attachments_of
from kb.store.entries.reading import find_vote, translations_of
from kb.store.entries.shelf_queries import shelf_names
from kb.store.entries.votes import votes_by_revision
from kb.store.links.found import related_entries
from kb.store.people.groups import list_groups
from web.http.account.watch_boxes import watch_box
from web.http.asking.forms import READ
from web.http.contexts import LanguageLink, Link
from web.http.frame import Visit
from web.http.i18n import LOCALES, own_name
from web.http.link_contexts import RelatedEntry
from web.http.markdown import render_markdown, with_absolute_links
from web.http.messages import to_translate
from web.http.reading.entry_contexts import EntryPage, SharedCard, VoteBar
from web.http.reading.entry_reasons import reason_text
from web.http.reading.entry_team import team_tools
from web.http.reading.file_contexts import shown_files
from web.http.searching.log import SEARCH
from web.http.structured_data import breadcrumb_list, faq_page

HOME = to_translate("Home")
DESCRIPTION_CHARS = 160
"""What search engines show of a description."""

DESCRIBED_CHARS = 2_000
"""The beginning of an answer, more than enough for a description."""


def entry_page(conn: Connection, entry: Entry, visit: Visit, *, search: str = "") -> EntryPage:
    """All that the page of an entry shows to this visit; `search` names what led to it."""
    files = attachments_of(conn, "entry", [entry.id])[entry.id]
    rendered = render_markdown(entry.answer, files=files)
    canonical = visit.absolute(entry_path(entry.id, entry.title))
    is_public = entry.state == "published" and entry.audience == PUBLIC
    translations = _translations(conn, entry, visit)
    names = shelf_names(conn, _shelves(entry), locale=visit.locale)
    crumbs = _breadcrumb(entry, names, visit)
    trail = [Link(one.label, visit.absolute(one.url)) for one in crumbs]
    data = (
        faq_page(
            title=entry.title,
            answer=with_absolute_links(rendered.html, visit.absolute("")),
            url=canonical,
            lang=entry.locale,
        ),
        breadcrumb_list([*trail, Link(entry.title, canonical)]),
    )
    return EntryPage(
        title=entry.title,
        lang=entry.locale,
        answer=rendered.html,
        vote=vote_bar(conn, entry, visit),
        canonical_url=canonical,
        ask_url=_ask_url(entry, search),
        contents=rendered.headings,
        breadcrumb=crumbs,
        product=_product(entry, names),
        tags=tuple(
            Link(names.get(("tag", slug), name), tag_path(slug))
            for slug, name in zip(entry.tag_slugs, entry.tags, strict=True)
        ),
        reviewed_on=entry.reviewed_at.date() if entry.reviewed_at else None,
        related=_related(conn, entry, visit),
        translations=translations,
        default_url=_default_url(translations),
        json_ld=data if is_public else (),
        state=entry.state,
        audience=_audience(conn, entry, visit),
        is_public=is_public,
        card=SharedCard(description=_description(entry), image=_picture(files, visit)),
        files=shown_files(one for one in files if not rendered.shows(one)),
        watch=watch_box(conn, visit, "entry", entry.id) if entry.state == "published" else None,
        team=team_tools(conn, entry, files, visit) if may_edit(visit.viewer) else None,
    )


def vote_bar(conn: Connection, entry: Entry, visit: Visit) -> VoteBar:
    """What this visitor said, and what all said where they are enough to be told."""
    said = find_vote(conn, entry, visit.visitor())
    value: Literal["yes", "no"] | None = None
    if said is not None:
        value = "yes" if said[0] else "no"
    votes = votes_by_revision(conn, entry, viewer=visit.viewer, limit=1)[0]
    return VoteBar(
        action=f"/faq/{entry.id}/helpful",
        value=value,
        reason=said[1] if said else None,
        yes=votes.yes if votes.is_told else 0,
        total=votes.total if votes.is_told else 0,
    )


def _shelves(entry: Entry) -> dict[str, Sequence[str]]:
    return {
        "category": [entry.category] if entry.category else [],
        "product": [entry.product] if entry.product else [],
        "tag": entry.tag_slugs,
    }


def _breadcrumb(entry: Entry, names: dict[tuple[str, str], str], visit: Visit) -> tuple[Link, ...]:
    home = Link(visit.text(HOME), "/")
    if entry.category is None:
        return (home,)
    name = names.get(("category", entry.category), entry.category_name or entry.category)
    return (home, Link(name, category_path(entry.category)))


def _product(entry: Entry, names: dict[tuple[str, str], str]) -> Link | None:
    if entry.product is None:
        return None
    name = names.get(("product", entry.product), entry.product_name or entry.product)
    return Link(name, product_path(entry.product))


def _ask_url(entry: Entry, search: str) -> str:
    asked = {"title": entry.title}
    if entry.product:
        asked["product"] = entry.product
    asked[READ] = str(entry.id)
    if search:
        asked[SEARCH] = search
    return f"/ask?{urlencode(asked)}"


def _related(conn: Connection, entry: Entry, visit: Visit) -> tuple[RelatedEntry, ...]:
    return tuple(
        RelatedEntry(
            title=one.title,
            url=one.url,
            reason=reason_text(one.mode, one.reason, translate=visit.text),
            kind=one.kind,
            id=one.id,
        )
        for one in related_entries(conn, entry.id, viewer=visit.viewer)
    )


def _translations(conn: Connection, entry: Entry, visit: Visit) -> tuple[LanguageLink, ...]:
    found = translations_of(conn, entry, viewer=visit.viewer)
    if len(found) < 2:
        return ()
    return tuple(
        LanguageLink(
            locale=one.locale,
            label=own_name(one.locale),
            url=visit.absolute(entry_path(one.id, one.title)),
            current=one.id == entry.id,
        )
        for one in found
    )


def _default_url(translations: Sequence[LanguageLink]) -> str:
    """Return the address for readers of no language of ours: in the site's first language."""
    by_locale = {one.locale: one.url for one in translations}
    for locale in (*LOCALES, *by_locale):
        if locale in by_locale:
            return by_locale[locale]
    return ""


def _audience(conn: Connection, entry: Entry, visit: Visit) -> str:
    """Return who may read it as the page names it, empty for everybody."""
    if entry.audience in (PUBLIC, MEMBERS, INTERNAL):
        return "" if entry.audience == PUBLIC else entry.audience
    shown = {group.name: group.shown for group in list_groups(conn)}
    return shown.get(entry.audience, entry.audience)


def _description(entry: Entry) -> str:
    text = " ".join(markdown_to_text(entry.answer[:DESCRIBED_CHARS]).split())
    if len(text) <= DESCRIPTION_CHARS:
        return text
    return f"{text[:DESCRIPTION_CHARS].rsplit(' ', 1)[0]} …"


def _picture(files: Sequence[Attachment], visit: Visit) -> str:
    pictures = (one.path for one in files if one.is_picture)
    return next((visit.absolute(path) for path in pictures), "")

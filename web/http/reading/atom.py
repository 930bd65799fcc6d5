"""Entries as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kb.addresses import entry_path
from kb.attachments import Attachment
from kb.entries import Entry
from web.http.markdown import render_markdown, with_absolute_links

ATOM = "http://www.w3.org/2005/Atom"
NEVER = "1970-01-01T00:00:00+00:00"
"""When a feed without entries was updated: it needs a time that does not change by itself."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 document may hold."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is about; `path` is its own address, `page` that of the page it follows."""

    title: str
    author: str
    path: str
    page: str


def atom_feed(
    feed: Feed,
    entries: Sequence[Entry],
    files: Mapping[int, Sequence[Attachment]],
    *,
    absolute: Callable[[str], str],
) -> ET.Element:
    """The feed with these entries in their order, `files` those of each by its id.

    `absolute` makes an address of a path.

    Ids are the permanent addresses of feed and entries, so that a new title is no new entry.
    """
    root = ET.Element("feed", xmlns=ATOM)
    add(root, "title", feed.title)
    add(root, "id", absolute(feed.path))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=absolute(feed.path))
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=absolute(feed.page))
    newest = max((one.updated_at for one in entries), default=None)
    add(root, "updated", newest.isoformat() if newest else NEVER)
    add(ET.SubElement(root, "author"), "name", feed.author)
    for entry in entries:
        _add_entry(root, entry, files.get(entry.id, ()), absolute)
    return root


def _add_entry(
    root: ET.Element,
    entry: Entry,
    files: Sequence[Attachment],
    absolute: Callable[[str], str],
) -> None:
    item = ET.SubElement(root, "entry", {"xml:lang": entry.locale})
    url = absolute(entry_path(entry.id, entry.title))
    add(item, "title", entry.title)
    add(item, "id", absolute(f"/faq/{entry.id}"))
    ET.SubElement(item, "link", rel="alternate", type="text/html", href=url)
    add(item, "published", (entry.published_at or entry.created_at).isoformat())
    add(item, "updated", entry.updated_at.isoformat())
    for slug, name in ((entry.category, entry.category_name), (entry.product, entry.product_name)):
        if slug and name:
            ET.SubElement(item, "category", term=slug, label=NOT_XML.sub("", name))
    html = with_absolute_links(render_markdown(entry.answer, files=files).html, absolute(""))
    content = add(item, "content", str(html))
    content.set("type", "html")
    # What is relative in an answer is relative to its page, not to the feed.
    content.set("xml:base", url)


def add(parent: ET.Element, name: str, text: str) -> ET.Element:
    """Add a child with this text, without what no XML may hold."""
    child = ET.SubElement(parent, name)
    child.text = NOT_XML.sub("", text)
    return child

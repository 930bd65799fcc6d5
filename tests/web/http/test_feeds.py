"""Feeds, sitemap, robots and the search description: well-formed, public alone, and stable."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry, change_entry
from tests.web.http.conftest import browser
from web.http.app import create_app
from web.http.pages.reading.crawlers import CLOSED

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "{http://www.sitemaps.org/schemas/sitemap/0.9}url"
LINK = "{http://www.w3.org/1999/xhtml}link"
SUGGESTIONS = "application/x-suggestions+json"


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("/feed", 3),
        ("/categories/account/feed", 2),
        ("/products/piazza/feed", 2),
        ("/tags/sign-in/feed", 1),
    ],
)
def test_a_feed_has_the_newest_public_entries_of_its_shelf(shared, path, titles):
    found = shared.get(path)
    root = ET.fromstring(found.content)

    assert found.headers["content-type"].startswith("application/atom+xml")
    assert len(root.findall(f"{ATOM}entry")) == titles
    assert root.find(f"{ATOM}id").text == f"http://testserver{path}"
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == f"http://testserver{path}"
    assert "uarzwolke" not in found.text


def test_an_entry_keeps_its_id_in_feeds_when_its_title_changes(client, entries, site_engine):
    def entry_of(text):
        (found,) = ET.fromstring(text).findall(f"{ATOM}entry")
        return {name: found.find(f"{ATOM}{name}") for name in ("id", "title", "updated", "content")}

    before = entry_of(client.get("/categories/care/feed").content)
    changed = EntryContent("Descaling & <more>", "Use *that*.\n\n[x](/faq/1)", category="Care")
    with transaction(site_engine) as conn:
        change_entry(conn, entries["descale"], changed, viewer=OPERATOR)
    after = entry_of(client.get("/categories/care/feed").content)

    assert before["id"].text == after["id"].text == f"http://testserver/faq/{entries['descale']}"
    assert after["title"].text == "Descaling & <more>"
    assert after["updated"].text > before["updated"].text
    assert "<em>that</em>" in after["content"].text
    assert after["content"].get("type") == "html"


def test_a_feed_that_did_not_change_is_not_sent_again(client):
    tag = client.get("/feed").headers["etag"]

    assert client.get("/feed", headers={"if-none-match": tag}).status_code == 304


def test_pages_name_their_feed(shared):
    assert 'type="application/atom+xml" title="Account" href="/categories/account/feed"' in (
        shared.get("/categories/account").text
    )


def test_the_sitemap_has_shelves_and_entries_with_their_languages(shared, entries):
    root = ET.fromstring(shared.get("/sitemap.xml").content)
    pages = {one[0].text.removeprefix("http://testserver"): one for one in root.findall(URL)}
    reset = f"/faq/{entries['reset']}-how-do-i-reset-my-password"

    shelves = {"/", "/categories", "/categories/account", "/categories/care", "/products"}
    assert shelves | {reset, "/products/piazza", "/tags", "/tags/sign-in"} < set(pages)
    assert {link.get("hreflang") for link in pages[reset].findall(LINK)} == {"de", "en"}
    in_german = [link.get("href") for link in pages["/categories"].findall(LINK)]
    assert "http://testserver/categories?locale=de" in in_german
    assert not any("geheim" in path or "nebelhorn" in path for path in pages)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", one[1].text) for one in pages.values())


def test_a_sitemap_comes_in_parts_where_there_are_many(shared):
    shelves = ET.fromstring(shared.get("/sitemaps/0.xml").content).findall(URL)
    entries = ET.fromstring(shared.get("/sitemaps/1.xml").content).findall(URL)
    whole = ET.fromstring(shared.get("/sitemap.xml").content).findall(URL)

    assert len(shelves) + len(entries) == len(whole)
    assert shared.get("/sitemaps/2.xml").status_code == 404
    assert shared.get("/sitemaps/x.xml").status_code in (404, 422)


def test_what_is_not_public_is_in_no_sitemap_even_for_agents(client, agent):
    assert "uarzwolke" not in client.get("/sitemap.xml", headers=agent).text.lower()


def test_robots_closes_what_is_not_for_search_engines(shared):
    text = shared.get("/robots.txt").text

    assert "Sitemap: http://testserver/sitemap.xml" in text
    assert all(f"Disallow: {path}\n" in text for path in CLOSED)
    assert not any(path.startswith(("/faq", "/categories", "/tags")) for path in CLOSED)


def test_browsers_learn_how_to_search_and_to_suggest(shared):
    text = shared.get("/opensearch.xml").text
    found = shared.get("/opensearch/suggestions", params={"q": "How do"})

    assert 'template="http://testserver/search?q={searchTerms}"' in text
    assert f'type="{SUGGESTIONS}"' in text
    assert found.headers["content-type"] == SUGGESTIONS
    typed, texts, notes, addresses = found.json()
    assert typed == "How do"
    assert "How do I reset my password?" in texts
    assert len(texts) == len(notes) == len(addresses)
    assert all(one.startswith("http://testserver/faq/") for one in addresses)
    assert shared.get("/opensearch/suggestions?q=quarzw").json()[1] == []


def test_with_a_public_address_caches_may_keep_what_is_public(settings):
    app = create_app(replace(settings, public_url="https://help.example.com"))
    with browser(app) as client:
        there = {"host": "help.example.com"}
        kept = [client.get(path, headers=there) for path in ("/feed", "/sitemap.xml")]

    assert all(one.headers["cache-control"] == "public, max-age=300" for one in kept)
    assert all("https://help.example.com/faq/" in one.text for one in kept)


def test_a_feed_holds_what_xml_can_hold(client, site_engine):
    odd = EntryContent("Bell \x07 & <b>", "Ding \x0c", category="Care & \x07 more")
    with transaction(site_engine) as conn:
        add_entry(conn, odd, viewer=OPERATOR, state="published")

    for path in ("/feed", "/categories/care-more/feed", "/sitemap.xml"):
        ET.fromstring(client.get(path).content)

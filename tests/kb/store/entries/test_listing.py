"""Lists of entries: order, translations, filters with true counts, and what is read most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from kb.access import GUEST, OPERATOR, Viewer
from kb.entries import EntryContent
from kb.store.entries.addresses import count_published, entry_addresses, shelf_addresses
from kb.store.entries.listing import (
    OnShelves,
    Reader,
    entries_on_shelves,
    entries_read_by_many,
    newest_entries,
    pinned_entries,
    shelf_facets,
)
from kb.store.entries.newest import newest_on_shelves
from kb.store.entries.pins import set_pinned
from kb.store.entries.read_most import entries_read_most
from kb.store.entries.writing import add_entry
from kb.store.schema import clicks

EVERY = OnShelves()
THEN = datetime(2026, 3, 1, tzinfo=UTC)

Publish = Callable[..., int]


@pytest.fixture
def publish(conn: Connection, content: EntryContent) -> Publish:
    """Publishes an entry: `publish("Title", locale="de")`."""

    def add(title: str, **values: Any) -> int:
        made = replace(content, title=title, **values)
        return add_entry(conn, made, viewer=OPERATOR, state="published")

    return add


def titles(conn: Connection, wanted: OnShelves, reader: Reader, **page: int) -> list[str]:
    return [one.title for one in entries_on_shelves(conn, wanted, reader, **page)[0]]


def test_pinned_come_first_then_the_most_read_then_by_title(
    conn: Connection, publish: Publish
) -> None:
    ids = {name: publish(name, category="Care") for name in ("beta", "Alpha", "read", "pin")}
    publish("elsewhere", category="Account")
    set_pinned(conn, ids["pin"], pinned=True, viewer=OPERATOR)
    reader = Reader(GUEST, "en", (ids["read"],))
    care = OnShelves(category="care")

    found, total = entries_on_shelves(conn, care, reader)

    assert [one.title for one in found] == ["pin", "read", "Alpha", "beta"]
    assert [one.pinned for one in found] == [True, False, False, False]
    assert total == 4
    assert titles(conn, care, reader, offset=1, limit=2) == ["read", "Alpha"]
    assert titles(conn, care, reader, offset=4) == []


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("de", ["Deutsch", "Alone"]), ("en", ["Alone", "English"]), ("fr", ["Alone", "English"])],
)
def test_of_translations_one_stands_for_all_in_the_readers_language_first(
    conn: Connection, publish: Publish, locale: str, shown: list[str]
) -> None:
    publish("Deutsch", locale="de", translation_group="g")
    publish("English", locale="en", translation_group="g")
    publish("Alone")

    found, total = entries_on_shelves(conn, EVERY, Reader(GUEST, locale))

    assert ([one.title for one in found], total) == (shown, 2)


def test_a_translation_stands_in_where_the_readers_own_is_not_for_them(
    conn: Connection, publish: Publish
) -> None:
    publish("Deutsch", locale="de", translation_group="g", audience="internal")
    publish("English", locale="en", translation_group="g")

    assert titles(conn, EVERY, Reader(GUEST, "de")) == ["English"]
    assert titles(conn, EVERY, Reader(OPERATOR, "de")) == ["Deutsch"]


def test_each_filter_leaves_as_many_as_it_says(conn: Connection, publish: Publish) -> None:
    for number, (product, tag, locale) in enumerate(
        [("Piazza", "a", "en"), ("Piazza", "b", "de"), ("Duetta", "a", "de"), ("Duetta", "a", "en")]
    ):
        group = "g" if number > 1 else None
        publish(
            f"Entry {number}",
            category="Care",
            product=product,
            tags=(tag,),
            locale=locale,
            translation_group=group,
        )
    publish("Hidden", category="Care", product="Alba", audience="internal")
    reader = Reader(GUEST, "en")
    for wanted in (OnShelves(category="care"), OnShelves(category="care", product="piazza")):
        facets = shelf_facets(conn, wanted, reader, kinds=["product", "tag"])
        assert {one.slug for one in facets["product"]} == {"piazza", "duetta"}
        for name, values in facets.items():
            for one in values:
                narrowed = replace(wanted, **{name: one.slug})
                assert entries_on_shelves(conn, narrowed, reader)[1] == one.entries > 0


def test_what_people_read_most_takes_five_of_them(conn: Connection, publish: Publish) -> None:
    ids = {name: publish(name) for name in ("five", "seven", "four", "old")}
    opened = {"five": 5, "seven": 7, "four": 4, "old": 9}
    rows = [
        {
            "visitor": f"{name} {number % count}",
            "action": "opened",
            "type": "entry",
            "target_id": ids[name],
            "intent_key": f"{name} {number}",
            "at": THEN - timedelta(days=200 if name == "old" else 1),
        }
        for name, count in opened.items()
        for number in range(2 * count)
    ]
    conn.execute(insert(clicks), rows)

    found = entries_read_most(conn, since=THEN - timedelta(days=90))

    assert found == [ids["seven"], ids["five"]]


def test_the_most_read_are_those_one_may_read_in_the_own_language_first(
    conn: Connection, publish: Publish
) -> None:
    hidden = publish("Hidden", audience="internal")
    english = publish("English")
    both = [publish(f"Both {one}", locale=one, translation_group="g") for one in ("en", "de")]
    read_most = (hidden, english, *both)

    shown = entries_read_by_many(conn, Reader(GUEST, "de", read_most), limit=5)

    assert [one.title for one in shown] == ["Both de", "English"]
    assert entries_read_by_many(conn, Reader(GUEST, "de"), limit=5) == []


def test_the_newest_are_those_published_last_in_the_own_language_first(
    conn: Connection, publish: Publish
) -> None:
    publish("Old", published_at=THEN)
    publish("New", published_at=THEN + timedelta(days=2))
    publish("Deutsch", locale="de", published_at=THEN - timedelta(days=9))
    publish("Members", audience="members")
    reader = Reader(GUEST, "de")

    assert [one.title for one in newest_entries(conn, reader, limit=2)] == ["Deutsch", "New"]
    found = newest_on_shelves(conn, EVERY, viewer=GUEST, limit=2)
    assert [one.title for one in found] == ["New", "Old"]


def test_pinned_entries_are_shown_to_who_may_read_them(
    conn: Connection, publish: Publish, customer: Viewer
) -> None:
    for title, audience in (("All", "public"), ("Members", "members")):
        set_pinned(conn, publish(title, audience=audience), pinned=True, viewer=OPERATOR)
    german = publish("Für alle", locale="de", translation_group="g")
    set_pinned(conn, publish("For all", translation_group="g"), pinned=True, viewer=OPERATOR)

    def shown(viewer: Viewer, locale: str) -> list[str]:
        return [one.title for one in pinned_entries(conn, Reader(viewer, locale), limit=5)]

    assert shown(GUEST, "en") == ["For all", "All"]
    assert shown(GUEST, "de") == ["Für alle", "All"]
    assert shown(customer, "en") == ["For all", "Members", "All"]
    assert german


def test_a_preview_is_the_beginning_without_markdown(conn: Connection, publish: Publish) -> None:
    publish("Long", answer="Open **Care**.\n\n" + "and then wait " * 200)
    publish("Short", answer="Open **Care**.")

    found, _ = entries_on_shelves(conn, EVERY, Reader(GUEST, "en"))

    assert found[0].preview.startswith("Open Care. and then wait")
    assert found[0].preview.endswith(" …")
    assert len(found[0].preview) <= 203
    assert found[1].preview == "Open Care."


def test_addresses_are_public_and_name_their_translations(
    conn: Connection, publish: Publish
) -> None:
    first = publish("One", category="Care", tags=("a",))
    pair = [publish(f"Two {one}", locale=one, translation_group="g") for one in ("en", "de")]
    publish("Secret", locale="fr", translation_group="g", audience="internal", category="Hidden")

    found = list(entry_addresses(conn, viewer=GUEST, offset=0, limit=10))
    rest = list(entry_addresses(conn, viewer=GUEST, offset=2, limit=10))

    assert count_published(conn, viewer=GUEST) == 3
    assert [one.path for one in found] == [
        f"/faq/{first}-one",
        f"/faq/{pair[0]}-two-en",
        f"/faq/{pair[1]}-two-de",
    ]
    assert found[0].translations == ()
    assert found[1].translations == (
        ("de", f"/faq/{pair[1]}-two-de"),
        ("en", f"/faq/{pair[0]}-two-en"),
    )
    assert [one.translations for one in rest] == [found[2].translations]
    shelves = shelf_addresses(conn, "category", viewer=GUEST, limit=10)
    assert [one.path for one in shelves] == ["/categories/care"]

"""Shelves: who sees them, their names in each language, and one shelf by all of its names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from kb.access import GUEST, OPERATOR, Viewer
from kb.entries import EntryContent
from kb.errors import InvalidInput, NotFound, NotPermitted
from kb.shelves import MAX_NAME_CHARS, NamedShelf
from kb.store.audit import Subject, audit_of
from kb.store.entries.listing import OnShelves
from kb.store.entries.newest import newest_on_shelves
from kb.store.entries.reading import get_entry
from kb.store.entries.shelf_queries import (
    ShelfCount,
    all_shelves,
    find_shelf,
    find_shelf_like,
    place_of_shelf,
    shelf_counts,
    shelf_names,
)
from kb.store.entries.shelves import (
    category_id_for,
    give_names,
    product_id_for,
    rename_shelf,
    tag_id_for,
)
from kb.store.entries.writing import add_entry


@pytest.fixture
def care(conn: Connection, content: EntryContent) -> int:
    """A category with one public entry in it, named in German."""
    shelved = replace(content, category="Care", product="Piazza", tags=("Scale",))
    add_entry(conn, shelved, viewer=OPERATOR, state="published")
    give_names(conn, NamedShelf("category", "Care", {"de": "Pflege"}))
    return category_id_for(conn, "Care")


def test_shelves_count_answers_and_only_what_the_viewer_may_read(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    for audience in ("public", "internal", "partners"):
        shelved = replace(content, audience=audience, category="Account")
        add_entry(conn, shelved, viewer=agent, state="published")
    for locale in ("en", "de"):
        translated = replace(content, category="Billing", locale=locale, translation_group="pay")
        add_entry(conn, translated, viewer=agent, state="published")
    add_entry(conn, replace(content, category="Drafts"), viewer=agent)

    assert shelf_counts(conn, "category", viewer=GUEST) == [
        ShelfCount("account", "Account", 1),
        ShelfCount("billing", "Billing", 1),
    ]
    assert shelf_counts(conn, "category", viewer=agent)[0] == ShelfCount("account", "Account", 3)


@pytest.mark.parametrize("kind", ["category", "product", "tag"])
def test_a_shelf_is_there_for_whoever_may_read_something_on_it(
    conn: Connection, agent: Viewer, content: EntryContent, kind: str
) -> None:
    hidden = replace(content, audience="internal")
    for slug, entry in (("open", content), ("hidden", hidden)):
        on = {"category": {"category": slug}, "product": {"product": slug}}
        shelved = replace(entry, **on.get(kind, {"tags": (slug,)}))
        add_entry(conn, shelved, viewer=agent, state="published")

    assert find_shelf(conn, kind, "open", viewer=GUEST) is not None
    assert find_shelf(conn, kind, "hidden", viewer=GUEST) is None
    assert find_shelf_like(conn, kind, "Hidden", viewer=GUEST) is None
    assert find_shelf(conn, kind, "hidden", viewer=agent) is not None
    assert find_shelf(conn, kind, "nothing", viewer=agent) is None


@pytest.mark.parametrize("said", ["CARE", "Pflege", "pflege", "cáre"])
def test_an_address_may_say_a_shelf_in_another_case_or_language(
    conn: Connection, care: int, said: str
) -> None:
    found = find_shelf_like(conn, "category", said, viewer=GUEST)

    assert found is not None
    assert (found.id, found.path) == (care, "/categories/care")


def test_names_are_in_the_readers_language_and_else_the_own_one(
    conn: Connection, care: int
) -> None:
    wanted = {"category": ["care", "nothing"], "product": ["piazza"]}

    assert shelf_names(conn, wanted, locale="de") == {
        ("category", "care"): "Pflege",
        ("product", "piazza"): "Piazza",
    }
    assert shelf_names(conn, wanted)["category", "care"] == "Care"
    assert shelf_counts(conn, "category", viewer=GUEST, locale="de")[0].name == "Pflege"


def test_a_name_is_not_had_for_guessing_its_slug(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    hidden = replace(content, audience="internal", category="Quarz wolke")
    add_entry(conn, hidden, viewer=agent, state="published")
    guessed = {"category": ["quarz-wolke"]}

    assert shelf_names(conn, guessed, visible_to=GUEST) == {}
    assert shelf_names(conn, guessed, visible_to=agent)


def test_the_name_of_any_language_leads_to_the_one_shelf(conn: Connection, care: int) -> None:
    give_names(conn, NamedShelf("category", "Care", {"fr": "Bücher % Späße"}))

    for name in ("Care", " care ", "PFLEGE", "Bücher  % Späße"):
        assert category_id_for(conn, name) == care
    assert category_id_for(conn, "Pflege und mehr") != care
    assert product_id_for(conn, "Pflege") != product_id_for(conn, "Care")


def test_a_renamed_shelf_keeps_its_address_and_is_found_by_its_new_name(
    conn: Connection, care: int
) -> None:
    renamed = rename_shelf(
        conn, "category", care, name="Upkeep", names={"de": "Wartung", "en": " "}, viewer=OPERATOR
    )

    assert (renamed.slug, renamed.name, renamed.names) == ("care", "Upkeep", {"de": "Wartung"})
    assert category_id_for(conn, "upkeep") == category_id_for(conn, "Care") == care
    (noted,) = audit_of(conn, Subject("category", care))
    assert (noted.action, noted.facts["before"]) == ("rename", "Care")


def test_tags_of_an_entry_keep_their_slugs_when_they_are_renamed(
    conn: Connection, care: int
) -> None:
    tag = tag_id_for(conn, "Scale")
    rename_shelf(conn, "tag", tag, name="Limescale", names={}, viewer=OPERATOR)
    (entry,) = newest_on_shelves(conn, OnShelves(), viewer=GUEST, limit=1)

    assert (entry.tags, entry.tag_slugs) == (("Limescale",), ("scale",))


@pytest.mark.parametrize(
    ("name", "names"),
    [(" ", {}), ("x" * (MAX_NAME_CHARS + 1), {}), ("Faults", {}), ("Upkeep", {"de": "Störung"})],
)
def test_a_name_that_is_empty_too_long_or_taken_is_refused(
    conn: Connection, care: int, name: str, names: dict[str, str]
) -> None:
    give_names(conn, NamedShelf("category", "Faults", {"de": "Störung"}))

    with pytest.raises(InvalidInput):
        rename_shelf(conn, "category", care, name=name, names=names, viewer=OPERATOR)


def test_only_administrators_name_shelves(conn: Connection, agent: Viewer, care: int) -> None:
    for viewer in (GUEST, agent):
        with pytest.raises(NotPermitted):
            rename_shelf(conn, "category", care, name="x", names={}, viewer=viewer)
        with pytest.raises(NotPermitted):
            all_shelves(conn, "category", viewer=viewer)
    with pytest.raises(NotFound):
        rename_shelf(conn, "category", 999, name="x", names={}, viewer=OPERATOR)


def test_all_shelves_are_listed_in_pages_with_empty_ones(conn: Connection, care: int) -> None:
    category_id_for(conn, "Account")
    rows, total = all_shelves(conn, "category", viewer=OPERATOR, limit=1)
    rest, _ = all_shelves(conn, "category", viewer=OPERATOR, offset=1, limit=1)

    found = [(shelf.slug, entries) for shelf, entries in (*rows, *rest)]
    assert (found, total) == ([("account", 0), ("care", 1)], 2)
    assert place_of_shelf(conn, "category", care) == 1


def test_names_given_twice_change_nothing_and_others_stay(conn: Connection, care: int) -> None:
    again = NamedShelf("category", "Care", {"de": " Pflege ", "en": ""})

    assert not give_names(conn, again)
    assert give_names(conn, NamedShelf("category", "Care", {"fr": "Soin"}))
    shelf = find_shelf(conn, "category", "care", viewer=GUEST)
    assert shelf is not None
    assert shelf.names == {"de": "Pflege", "fr": "Soin"}


def test_a_slash_in_a_name_without_latin_letters_does_not_part_its_address(
    conn: Connection, content: EntryContent
) -> None:
    entry_id = add_entry(conn, replace(content, tags=("日本/語",)), viewer=OPERATOR)

    assert get_entry(conn, entry_id, viewer=OPERATOR).tag_slugs == ("日本 語",)

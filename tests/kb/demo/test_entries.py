"""The demo's entries: languages, audiences, translations, and what audits must find."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from tests.kb.demo.world import ENTRIES, INTENTS, normal, read_text, related

FIELDS = [
    "id",
    "question",
    "answer",
    "lang",
    "category",
    "category_de",
    "product",
    "tags",
    "audience",
    "translation_group",
    "phrasings",
    "published",
    "reviewed",
]
CATEGORIES = {
    "First steps",
    "Coffee",
    "Milk",
    "Care",
    "Faults",
    "App",
    "Account",
    "Orders",
    "Warranty",
}
PRODUCTS = {"Alba", "Duetta", "Piazza", "Macina 40", "Macina 64", "Crema app", None}
BY_ID = {entry["id"]: entry for entry in ENTRIES}


def test_every_entry_has_the_same_fields_in_the_same_order_and_its_own_id():
    assert {tuple(entry) for entry in ENTRIES} == {tuple(FIELDS)}
    assert len(BY_ID) == len(ENTRIES)


def test_there_are_seventy_entries_and_more_in_both_languages_and_for_every_audience():
    assert len(ENTRIES) >= 70
    languages = Counter(entry["lang"] for entry in ENTRIES)
    assert set(languages) == {"en", "de"}
    assert languages["de"] >= 25
    audiences = Counter(entry["audience"] for entry in ENTRIES)
    assert audiences.keys() == {"public", "members", "partner", "internal"}
    assert audiences["public"] >= 70


def test_entries_stand_on_the_shelves_of_the_shop():
    assert {entry["category"] for entry in ENTRIES} == CATEGORIES
    assert {entry["product"] for entry in ENTRIES} == PRODUCTS
    assert len({(entry["category"], entry["category_de"]) for entry in ENTRIES}) == len(CATEGORIES)
    assert all(1 <= len(entry["tags"]) <= 6 for entry in ENTRIES)
    assert sum("tips" in entry["tags"] or "tipps" in entry["tags"] for entry in ENTRIES) >= 3


def test_answers_have_substance_and_phrasings_differ_from_all_others():
    for entry in ENTRIES:
        assert 40 <= len(entry["answer"].split()) <= 200, entry["id"]
        assert 2 <= len(entry["phrasings"]) <= 6, entry["id"]
    wordings = Counter(
        normal(text) for entry in ENTRIES for text in (entry["question"], *entry["phrasings"])
    )
    assert [text for text, count in wordings.items() if count > 1] == []


def test_a_translation_group_holds_one_entry_per_language():
    groups = defaultdict(list)
    for entry in ENTRIES:
        if entry["translation_group"] is not None:
            groups[entry["translation_group"]].append(entry["lang"])
    assert len(groups) >= 20
    assert all(sorted(langs) == ["de", "en"] for langs in groups.values())


def test_an_entry_is_reviewed_when_or_after_it_is_published():
    for entry in ENTRIES:
        published = date.fromisoformat(entry["published"])
        assert published <= date.fromisoformat(entry["reviewed"]) <= date(2026, 9, 13), entry["id"]


def test_seventy_intents_have_an_entry_and_thirty_are_gaps():
    answered = {intent for intent, row in INTENTS.items() if row["entries"]}
    assert len(INTENTS) == 100
    assert len(answered) == 70
    answering = {entry for row in INTENTS.values() for entry in row["entries"].split()}
    assert answering <= BY_ID.keys()


def test_the_oddities_are_there_and_named_in_the_truth():
    assert len(related("near_duplicate")) == 1
    assert len(related("contradiction")) == 1
    assert len(related("stale")) == 3
    assert len(related("link")) >= 15
    for kind in ("near_duplicate", "contradiction", "stale", "link"):
        for pair in related(kind):
            assert set(pair) - {""} <= BY_ID.keys(), pair


def test_entries_that_should_be_linked_have_one_language_and_are_public():
    for one, other in related("link"):
        assert BY_ID[one]["lang"] == BY_ID[other]["lang"], (one, other)
        assert {BY_ID[one]["audience"], BY_ID[other]["audience"]} == {"public"}


def test_a_stale_entry_has_not_been_reviewed_since_what_it_says_changed():
    for entry_id, _ in related("stale"):
        assert BY_ID[entry_id]["reviewed"] < "2026-01-01", entry_id


def test_the_readme_says_who_wrote_it_and_under_which_licence():
    readme = read_text("README.md")
    assert "no row is copied from elsewhere" in readme
    assert "Apache-2.0" in readme

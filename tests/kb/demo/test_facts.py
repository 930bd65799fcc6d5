"""What staff say keeps to the fact sheet, and every text is in the language it is marked with."""

from __future__ import annotations

import re

import pytest

from tests.kb.demo.world import (
    ENTRIES,
    FACTS,
    QUERIES,
    QUESTIONS,
    THREADS,
    related,
    said_by_staff,
    traits,
    words,
)

CODE = re.compile(r"\bE-\d\d\b|\bCD-\d{4}\b")
PRICE = re.compile(r"(\d[\d.,]*) ?(?:€|euros?\b|Euro\b)")
VERSION = re.compile(r"(?<![\d.])[24]\.\d\.\d\b|(?<=firmware )\d\.\d\b", re.IGNORECASE)
MENU = re.compile(r"\*([^*›\n]+ › [^*\n]+)\*")
GERMAN_MENUS = {
    "Pflege": "Care",
    "Einstellungen": "Settings",
    "Getränke": "Drinks",
    "Maschine": "Machine",
    "Bestellungen": "Orders",
    "Konto": "Account",
    "Teile": "Parts",
}
DERIVED_PRICES = {"44.50", "6", "107.50", "1.30", "135"}
"""Parts and differences of prices on the sheet, as staff reckon them for customers."""

PHONE_MENUS = {"settings › general › about"}
SAID = list(said_by_staff())

ENGLISH = """the and is it my to of what how can do does not have with for you that this are i in on
a was but be your will no or at me there if when"""
GERMAN = """der die das und ist ich nicht wie kann mit ein eine für auf sie es den bei zu im dem
noch auch wenn oder ihr wir bitte hab habe sich nach aus mal fuer schon"""
FUNCTION_WORDS = {"en": frozenset(ENGLISH.split()), "de": frozenset(GERMAN.split())}
MIN_WORDS_TO_TELL_LANGUAGE = 8


def unknown(pattern: re.Pattern[str], known: set[str], clean=lambda text: text):
    """What staff mention and the sheet does not know, with where."""
    return {
        (clean(found), place)
        for place, text in SAID
        for found in pattern.findall(text)
        if clean(found) not in known
    }


def price(text: str) -> str:
    """A price as the sheet writes it: 1,290 and 7.90, however it was written."""
    digits = text.rstrip(".,")
    if re.fullmatch(r"\d{1,3}[.,]\d{3}(?:[.,]\d\d)?", digits):
        digits = digits.replace(".", "").replace(",", "", 1)
    digits = digits.replace(",", ".")
    return f"{float(digits):.2f}".removesuffix(".00")


def test_codes_and_part_numbers_are_on_the_fact_sheet():
    known = set(CODE.findall(FACTS))
    assert len(known) >= 25
    assert unknown(CODE, known) == set()


def test_prices_are_on_the_fact_sheet():
    known = {price(found) for found in PRICE.findall(FACTS)} | DERIVED_PRICES
    assert len(known) >= 25
    assert unknown(PRICE, known, price) == set()


def test_versions_of_app_and_firmware_are_on_the_fact_sheet():
    known = set(VERSION.findall(FACTS)) | {"2.4", "2.6", "2.8"}
    assert {"4.2.0", "4.2.1", "4.1.3"} <= known
    assert unknown(VERSION, known) == set()


def test_menus_that_entries_name_are_on_the_fact_sheet():
    known = {menu.strip().casefold() for menu in MENU.findall(FACTS)} | PHONE_MENUS
    stale = {entry_id for entry_id, _ in related("stale")}
    named = 0
    for entry in ENTRIES:
        for menu in MENU.findall(entry["answer"]):
            top = menu.split(" › ")[0].strip()
            named += 1
            if entry["lang"] == "de":
                assert top in GERMAN_MENUS, (entry["id"], menu)
            elif entry["id"] not in stale:
                assert menu.strip().casefold() in known, (entry["id"], menu)
    assert named >= 40


def test_the_delivery_entries_name_every_country_of_the_sheet():
    line = re.search(r"^- Delivery: (.+?)\. Germany 2 to 3", FACTS, re.MULTILINE)
    assert line is not None
    countries = line[1].split(", ")
    assert len(countries) == 12
    answer = next(entry["answer"] for entry in ENTRIES if entry["id"] == "delivery-en")
    assert [country for country in countries if country not in answer] == []


@pytest.mark.parametrize("wrong", ["E-13 means", "order CD-9999", "it costs 12.34 €"])
def test_a_wrong_fact_would_be_noticed(wrong):
    known = set(CODE.findall(FACTS)) | {price(found) for found in PRICE.findall(FACTS)}
    found = [*CODE.findall(wrong), *(price(one) for one in PRICE.findall(wrong))]
    assert found
    assert not known & set(found)


def language_of(text: str) -> str | None:
    """The language whose function words clearly prevail; None where none does."""
    found = words(text)
    if len(found) < MIN_WORDS_TO_TELL_LANGUAGE:
        return None
    hits = {lang: sum(word in known for word in found) for lang, known in FUNCTION_WORDS.items()}
    if abs(hits["en"] - hits["de"]) < 2:
        return None
    return max(hits, key=lambda lang: hits[lang])


def test_languages_are_as_marked():
    marked = [(entry["id"], entry["lang"], entry["answer"]) for entry in ENTRIES]
    marked += [
        (question["id"], question["lang"], question["text"])
        for question in QUESTIONS
        if not traits(question["id"]) & {"mixed", "dialect"}
    ]
    marked += [
        (thread["id"], thread["lang"], f"{thread['title']} {thread['posts'][0]['text']}")
        for thread in THREADS
    ]
    marked += [(query["id"], query["lang"], query["text"]) for query in QUERIES]
    told = [(place, lang, language_of(text)) for place, lang, text in marked]
    known = [(place, lang, found) for place, lang, found in told if found is not None]
    assert len(known) >= 1_000
    assert [place for place, lang, found in known if found != lang] == []

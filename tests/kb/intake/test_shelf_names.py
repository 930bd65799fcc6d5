"""Names of shelves in several languages, as rows of a file give them."""

import pytest

from kb.intake.convert import Defaults
from kb.intake.faq_rows import to_faq
from kb.intake.records import BadRow, IncomingEntry, Row
from kb.shelves import NamedShelf

CARE = NamedShelf("category", "Care", {"de": "Pflege"})


def entry(**values):
    row = Row(1, {"question": "Why?", "answer": "So.", **values})
    return to_faq(row, defaults=Defaults(fingerprint="f"))


@pytest.mark.parametrize(
    "values",
    [
        {"category": "Care", "category_de": "Pflege"},
        {"category": "Care", "category_de": "Pflege", "category_fr": " "},
        {"category": {"en": "Care", "de": "Pflege"}},
        {"Section": "Care", "section_DE": "Pflege"},
    ],
)
def test_a_category_is_named_in_columns_or_in_an_object(values):
    found = entry(**values)

    assert isinstance(found, IncomingEntry)
    assert found.category == "Care"
    assert found.shelves == (CARE,)


@pytest.mark.parametrize(
    "values",
    [
        {"category": "Care", "category_id": "7"},
        {"category": "Care", "category_no": "7"},
        {"category": "Care", "category_slug": "care"},
        {"category": "Care", "category_de": ""},
    ],
)
def test_a_number_beside_a_category_is_no_language(values):
    found = entry(**values)

    assert (found.category, found.shelves) == ("Care", ())


def test_without_an_own_name_the_first_language_gives_it():
    found = entry(product_de="Mühle", product_en="Grinder")

    assert found.product == "Mühle"
    assert found.shelves == (NamedShelf("product", "Mühle", {"en": "Grinder"}),)


def test_tags_are_named_in_the_order_of_the_row():
    found = entry(tags="scale; order", tags_de="Kalk; Bestellung")

    assert found.tags == ("scale", "order")
    assert found.shelves == (
        NamedShelf("tag", "scale", {"de": "Kalk"}),
        NamedShelf("tag", "order", {"de": "Bestellung"}),
    )
    assert entry(tags=[{"en": "scale", "de": "Kalk"}, "E-07"]).tags == ("scale", "E-07")


def test_a_list_that_names_other_tags_than_there_are_stays_out_with_its_reason():
    found = entry(tags="scale; order", tags_de="Kalk")

    assert isinstance(found, BadRow)
    assert (found.field, found.reason) == ("tags_de", "tags_de names 1 tags, the row has 2")

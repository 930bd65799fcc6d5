from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.addresses import entry_path
from kb.slugs import SLUG_CHARS, slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("How do I reset the password?", "how-do-i-reset-the-password"),
        ("Größe & Maße ändern", "groesse-masse-aendern"),
        ("Cafés à Paris", "cafes-a-paris"),
        ("E-07: no pressure", "e-07-no-pressure"),
        ("如何重置", ""),
        ("", ""),
    ],
)
def test_a_name_becomes_its_slug(name, slug):
    assert slugify(name) == slug


def test_a_long_name_is_cut_between_words():
    slug = slugify("descaling " * 30)

    assert len(slug) <= SLUG_CHARS
    assert slug.endswith("descaling")


@given(st.text(max_size=300))
def test_any_text_gives_a_slug_of_plain_characters(text):
    slug = slugify(text)

    assert len(slug) <= SLUG_CHARS
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slugify(slug) == slug


def test_an_entry_without_a_slug_has_its_number_alone():
    assert entry_path(12, "Reset it") == "/faq/12-reset-it"
    assert entry_path(12, "如何") == "/faq/12"

"""The German pack that ships is one that the recipe of today made."""

from __future__ import annotations

import json
from pathlib import Path

from training.language_profile import UNSTATED_LICENCE, load_profile
from training.recipe import RECIPE_VERSION

PACK = Path(__file__).resolve().parents[2] / "data" / "languages" / "de"
CARD = json.loads((PACK / "card.json").read_text(encoding="utf-8"))
PIECES = (PACK / "pieces.txt").read_text(encoding="utf-8").splitlines()


def test_it_has_the_recipe_and_the_spellings_of_the_profile() -> None:
    assert CARD["recipe"] == RECIPE_VERSION
    assert [tuple(rule) for rule in CARD["replacements"]] == list(load_profile("de").replacements)


def test_every_source_has_a_licence() -> None:
    assert CARD["pairs"]
    assert all(source["licence"] != UNSTATED_LICENCE for source in CARD["pairs"])


def test_it_holds_service_words_and_leaves_english_ones_alone() -> None:
    assert {"rechnung", "bestellung", "passwort", "ist", "##ung"} <= set(PIECES)
    assert not load_profile("de").english_words & set(PIECES)


def test_it_is_small_enough_to_ship() -> None:
    assert 5_000_000 < sum(file.stat().st_size for file in PACK.iterdir()) < 12_000_000

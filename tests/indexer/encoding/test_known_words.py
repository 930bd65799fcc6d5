"""A script that the model spells out letter by letter is told from one that it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.encoding.cache import exported_folder
from indexer.encoding.known_words import words_known
from kb.settings import Settings

KNOWN = [
    "How do I descale the machine?",
    "Größenänderung der Überweisung prüfen",
    "Où est ma commande ? Je l'ai payée la semaine dernière.",
    "E-07",
    "12345",
    "",
    "❤️ 👍",
]
UNKNOWN = [
    "Как мне сбросить пароль от приложения?",
    "ჩემი ყავის აპარატი აღარ ირთვება",
    "ሰላም እንዴት ነህ ማሽኑ አይሰራም",
    "كيف أعيد تعيين كلمة المرور",
]


@pytest.fixture(scope="module")
def folder(encoder_home: Path) -> Path:
    return exported_folder(Settings(home=encoder_home))


def test_words_of_the_models_languages_are_known(folder: Path) -> None:
    assert words_known(folder, KNOWN).tolist() == [True] * len(KNOWN)


def test_words_in_other_scripts_are_not(folder: Path) -> None:
    assert words_known(folder, UNKNOWN).tolist() == [False] * len(UNKNOWN)


def test_a_foreign_name_in_a_sentence_is_no_foreign_sentence(folder: Path) -> None:
    assert words_known(folder, ["Please send the invoice to მარიამ, my wife."]).all()

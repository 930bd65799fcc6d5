"""Questions in languages that nearly nobody asks in stay out of topics, and come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from indexer.clean import clean_questions
from indexer.other_languages import (
    QuestionLanguages,
    question_languages,
    served_by_share,
)
from kb.access import OPERATOR
from kb.desk.noise import say_noise
from kb.errors import InvalidInput
from kb.importing import import_questions
from kb.intake.language import is_surely_in
from kb.intake.records import IncomingQuestion
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.questions.noise import QUESTION, list_set_aside, noise_counts
from kb.store.questions.reading import groupable

ASKED_AT = datetime(2026, 5, 4, tzinfo=UTC)
SPANISH = "Mi cafetera no se enciende desde la última actualización, ¿qué puedo hacer ahora?"
TAMIL = "வணக்கம், என் இயந்திரம் வேலை செய்யவில்லை"
READ = QuestionLanguages(read=frozenset({"en", "de"}))


def bring(engine, texts, start=0):
    rows = [
        IncomingQuestion(str(start + n), "", text, created_at=ASKED_AT)
        for n, text in enumerate(texts)
    ]
    import_questions(engine, rows, channel="ticket", source="shop")


def english(count):
    return [f"The pump of my machine drips on the table since day {n}" for n in range(count)]


def kept_out(engine):
    with reading(engine) as conn:
        return noise_counts(conn, viewer=OPERATOR).get("other_language", 0)


def test_one_spanish_question_among_many_english_ones_is_kept_out(sqlite_engine):
    bring(sqlite_engine, [*english(220), SPANISH])

    clean_questions(sqlite_engine, languages=READ)

    with reading(sqlite_engine) as conn:
        (one,) = list_set_aside(conn, viewer=OPERATOR, reason="other_language")
        assert one.question.body == SPANISH
        assert len(groupable(conn)) == 220


def test_a_record_in_one_unknown_script_is_kept_whole(sqlite_engine):
    bring(sqlite_engine, [f"{TAMIL} {n}" for n in range(250)])

    clean_questions(sqlite_engine, languages=READ)

    assert kept_out(sqlite_engine) == 0


def test_nothing_is_judged_while_there_is_little(sqlite_engine):
    bring(sqlite_engine, [*english(20), SPANISH])

    clean_questions(sqlite_engine, languages=READ)

    assert kept_out(sqlite_engine) == 0


def test_a_language_that_grows_is_let_in(sqlite_engine):
    bring(sqlite_engine, [*english(220), SPANISH])
    clean_questions(sqlite_engine, languages=READ)
    assert kept_out(sqlite_engine) == 1

    bring(sqlite_engine, [f"{SPANISH} {n}" for n in range(30)], start=1_000)
    clean_questions(sqlite_engine, languages=READ)

    assert kept_out(sqlite_engine) == 0


def test_a_later_question_is_judged_by_what_is_known(sqlite_engine):
    bring(sqlite_engine, english(220))
    clean_questions(sqlite_engine, languages=READ)

    bring(sqlite_engine, [TAMIL], start=1_000)
    clean_questions(sqlite_engine, languages=READ)

    assert kept_out(sqlite_engine) == 1


def test_what_a_person_called_a_question_stays_one(sqlite_engine):
    bring(sqlite_engine, [*english(220), SPANISH])
    clean_questions(sqlite_engine, languages=READ)
    with transaction(sqlite_engine) as conn:
        (one,) = list_set_aside(conn, viewer=OPERATOR)
        say_noise(conn, [one.question.id], QUESTION, viewer=OPERATOR)

    clean_questions(sqlite_engine, languages=QuestionLanguages(named=frozenset({"en"})))

    assert kept_out(sqlite_engine) == 0


def test_the_operator_may_name_the_languages_and_take_it_back(sqlite_engine):
    bring(sqlite_engine, [*english(3), SPANISH])

    clean_questions(sqlite_engine, languages=QuestionLanguages(named=frozenset({"en"})))
    assert kept_out(sqlite_engine) == 1

    clean_questions(sqlite_engine, languages=QuestionLanguages())
    assert kept_out(sqlite_engine) == 0


def test_the_settings_name_languages():
    assert question_languages(Settings()) == READ
    assert question_languages(Settings(question_languages="en, NL")).named == {"en", "nl"}
    assert question_languages(Settings(question_languages="all")).every
    assert question_languages(Settings(model="multilingual")).every
    with pytest.raises(InvalidInput, match="english"):
        question_languages(Settings(question_languages="English"))


def test_a_language_is_served_by_its_share():
    assert served_by_share({"en": 5_000, "es": 60, "ta": 3}) == {"en", "es"}
    assert served_by_share({"en": 100_000, "es": 100, "ta": 99}) == {"en", "es"}
    assert served_by_share({"en": 150, "ta": 1}) == {"en", "ta"}


@pytest.mark.parametrize(
    ("text", "lang"), [(SPANISH, "es"), (TAMIL, "ta"), ("机器漏水怎么办", "zh")]
)
def test_a_language_is_sure(text, lang):
    assert is_surely_in(text, lang)


@pytest.mark.parametrize(
    ("text", "lang"),
    [("Firmware Update", "da"), ("hola", "es"), ("E07 pump", "nl"), ("printer 打印", "zh")],
)
def test_short_and_mixed_texts_are_not_sure(text, lang):
    assert not is_surely_in(text, lang)

import numpy as np
import pytest

from indexer.keywords import topic_keywords
from indexer.labels import clean_label, label_among, label_topics
from tests.indexer.sphere import unit

TEXTS = [
    "How do I change the password of my account?",
    "password",
    "Hello, I forgot my password and the reset mail with the link never arrives in my inbox",
    "Where can I change my password",
    "Passwort vergessen, was nun?",
    "The kettle leaks at the bottom",
    "kettle leaking water",
]
TOPICS = np.array([0, 0, 0, 0, 0, 1, 1], dtype=np.int32)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Re: AW: order is late", "Order is late"),
        ("Hello dear team, where is my parcel?", "Where is my parcel?"),
        ("  the  app \n crashes ", "The app crashes"),
        ("Guten Tag, wo ist mein Paket?", "Wo ist mein Paket?"),
        ("hallo", "Hallo"),
        ("", ""),
    ],
)
def test_a_label_is_one_clean_line(text, label):
    assert clean_label(text) == label


def test_a_long_text_is_cut_to_its_first_sentence_or_at_a_word():
    assert clean_label("The app does not start. " + "It worked before. " * 20) == (
        "The app does not start."
    )
    cut = clean_label("word " * 100)
    assert len(cut) <= 122
    assert cut.endswith("word …")


def test_a_label_is_the_most_central_readable_question():
    angles = np.radians([20, 0, 10, 30, 60, 0, 5])
    vectors = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    first, second = label_topics(vectors, TEXTS, TOPICS, topic_count=2)

    assert (first.row, first.label) == (0, TEXTS[0])
    assert set(first.typical) == {0, 1, 2, 3, 4}
    assert first.atypical == ()
    assert second.row == 5
    assert 0.9 < first.cohesion < second.cohesion <= 1.0


@pytest.mark.parametrize(
    ("texts", "label"),
    [
        ([";lkj", "e07", "brew unit stuck again"], "Brew unit stuck again"),
        ([";lkj", "e07", "descaling"], "Descaling"),
        (["e07", ";lkj", "sdfghj"], ";lkj"),
    ],
)
def test_a_slip_of_the_keyboard_names_no_topic_that_has_words(texts, label):
    angles = np.radians([10, 12, 40])
    vectors = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))

    assert label_topics(vectors, texts, np.zeros(3, np.int32), topic_count=1)[0].label == label


def test_equal_texts_stand_once_among_the_examples():
    vectors = unit(np.random.default_rng(0).normal(size=(12, 4)) + 3)
    texts = ["My lamp flickers at night"] * 5 + [f"The lamp number {n} broke" for n in range(7)]
    label = label_topics(vectors, texts, np.zeros(12, np.int32), topic_count=1)[0]
    shown = [texts[row] for row in (*label.typical, *label.atypical)]
    assert len(shown) == len(set(shown)) == 8


def test_keywords_set_a_topic_apart():
    password, kettle = topic_keywords(TEXTS, TOPICS, topic_count=2)
    assert password[0] == "password"
    assert "kettle" in kettle
    assert not {"how", "the", "was", "hello"} & {*password, *kettle}


def test_keywords_count_singular_and_plural_once_and_are_at_most_eight():
    texts = ["invoice invoices printer printers lamp kettle table chair socket cable hose"] * 3
    words = topic_keywords(texts, np.zeros(3, np.int32), topic_count=1)[0]
    assert len(words) == 8
    assert len({word.removesuffix("s") for word in words}) == 8


def test_texts_without_a_word_have_no_keywords():
    assert topic_keywords(["??", "12"], np.array([0, 1], np.int32), topic_count=2) == ((), ())
    assert topic_keywords([], np.array([], np.int32), topic_count=0) == ()


def test_ungrouped_questions_give_no_keywords():
    words = topic_keywords(
        ["kettle leak", "kettle leak", "zebra zebra zebra"],
        np.array([0, 0, -1], np.int32),
        topic_count=1,
    )
    assert "zebra" not in words[0]


def mixed_topic(langs):
    """One topic of six questions, the first the most central, in these languages."""
    angles = np.radians([0, 4, -6, 9, -12, 16])
    vectors = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    texts = [
        "Where is the parcel that I ordered?",
        "parcel",
        "Has my parcel been sent yet?",
        "Paket",
        "Wann kommt mein Paket denn an?",
        "Where does my parcel stay so long?",
    ]
    (found,) = label_topics(vectors, texts, np.zeros(6, np.int32), topic_count=1, langs=langs)
    return texts, found


def test_a_topic_of_two_languages_is_named_in_the_main_one_and_has_an_example_of_the_other():
    texts, found = mixed_topic(["en", "en", "en", "de", "de", "en"])
    assert (found.label, found.lang) == (texts[0], "en")
    assert 4 in found.typical

    texts, found = mixed_topic(["en", "en", "de", "de", "de", "de"])
    assert (found.label, found.lang) == (texts[2], "de")
    assert 0 in found.typical
    assert set(found.typical).isdisjoint(found.atypical)


def test_questions_of_no_known_language_count_with_the_main_one():
    texts, found = mixed_topic([None, None, None, None, "de", None])
    assert (found.label, found.lang, found.row) == (texts[0], "de", 0)

    texts, found = mixed_topic([None] * 6)
    assert (found.label, found.lang, found.row) == (texts[0], None, 0)


def test_a_label_among_wordings_is_the_first_readable_one():
    assert label_among(["Paket", "wo bleibt mein Paket?", "Wann kommt es an?"]) == (
        "Wo bleibt mein Paket?"
    )
    assert label_among(["Paket"]) == "Paket"
    assert label_among([]) is None

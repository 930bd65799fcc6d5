import numpy as np
import pytest

from indexer.facts.keywords import shared_keywords, topic_keywords
from indexer.facts.labels import Sayings, label_topics
from indexer.facts.lines import clean_label, label_among
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
        ("Login fails - account blocked SOLVED caused by a typo", "Login fails - account blocked"),
        ("No sound at all [Solved]", "No sound at all"),
        ("No sound at all - fixed!", "No sound at all"),
        ("SOLVED: no sound at all", "No sound at all"),
        ("How do I get this solved?", "How do I get this solved?"),
        ("SOLVED", "SOLVED"),
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


def labelled(texts, angles, **more):
    """The one topic of these texts at these angles, in degrees."""
    at = np.radians(angles)
    vectors = unit(np.stack([np.cos(at), np.sin(at)], axis=1))
    said = Sayings(texts, **more)
    return label_topics(vectors, said, np.zeros(len(texts), np.int32), topic_count=1)[0]


def test_a_search_names_no_topic_in_which_something_else_was_asked():
    texts = ["where is my parcel", "parcel not here yet today", "parcel where is"]
    angles = [0, 4, -4]

    found = labelled(texts, angles, searched=[True, False, True])
    alone = labelled(texts, angles, searched=[True, True, True])

    assert (found.row, found.label) == (1, "Parcel not here yet today")
    assert alone.label == "Where is my parcel"
    assert 0 in found.typical


def test_of_equally_central_questions_the_one_with_the_keywords_names_the_topic():
    texts = ["What am I looking for?", "Where is the serial number?", "It is nowhere to see"]

    found = labelled(texts, [0, 2, -2], keywords=[("serial number", "label")])

    assert found.label == "Where is the serial number?"


def test_what_only_one_of_them_is_about_does_not_name_the_topic():
    texts = ["How to keep the month calendar in Jupiter?", "Show the month calendar again please"]
    others = [
        "Month calendar gone again",
        "How to see the month calendar?",
        "Month calendar is off",
    ]

    assert labelled(texts + others, [0, 2, -4, 6, -6]).row != 0
    assert labelled([*texts, *others, "Month in Jupiter?"], [0, 2, -4, 6, -6, 7]).label == texts[0]


def test_of_two_alike_the_one_without_a_version_names_the_topic():
    texts = ["The lamp flickers on 4.11.2", "The lamp flickers on battery", "Lamp", "Battery"]

    assert labelled(texts, [0, 2, -14, 14]).label == texts[1]


def test_a_path_through_menus_names_no_topic():
    assert labelled(["Go /Next /Message or F", "Next message by key"], [0, 5]).row == 1


def test_a_question_within_the_body_may_name_the_topic_when_the_subject_says_nothing():
    texts = ["Please help me out", "Second try with this"]
    bodies = ["We moved. How do I change the delivery address? Thanks.", "Still the old one."]

    found = labelled(texts, [0, 3], bodies=bodies, keywords=[("delivery address",)])
    unsaid = labelled(texts, [0, 3], bodies=bodies, keywords=[("invoice",)])

    assert (found.label, found.row) == ("How do I change the delivery address?", 0)
    assert unsaid.label in texts


def test_typical_questions_say_it_in_different_ways():
    ways = np.arange(5).repeat(6)
    vectors = np.zeros((30, 7))
    vectors[:, 0] = 1.0
    vectors[np.arange(30), 1 + ways] = 0.8
    vectors[:, 6] = np.tile(np.arange(6) / 100, 5)
    texts = [f"lamp way {way} is dark {n}" for n, way in enumerate(ways)]

    (found,) = label_topics(unit(vectors), texts, np.zeros(30, np.int32), topic_count=1)

    assert len({ways[row] for row in found.typical}) == 5


def test_only_some_topics_are_labelled_when_asked():
    angles = np.radians([0, 1, 50, 51])
    vectors = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    texts = ["my lamp is dark", "the lamp is dark", "my kettle is cold", "the kettle is cold"]
    topic_of = np.array([0, 0, 1, 1], np.int32)

    every = label_topics(vectors, texts, topic_of, topic_count=2)

    assert label_topics(vectors, texts, topic_of, topic_count=2, only=[1]) == every[1:]


def test_keywords_are_written_as_people_write_them():
    texts = [
        "Die Rechnung fehlt",
        "wo ist meine Rechnung",
        "Rechnung per PayPal",
        "paypal geht: PayPal",
    ]
    words = topic_keywords(texts, np.zeros(4, np.int32), topic_count=1)[0]

    assert "Rechnung" in words
    assert "PayPal" in words


def test_words_that_hardly_stand_apart_are_one_term():
    texts = [f"serial number of the {thing}" for thing in ("lamp", "kettle", "fan", "clock")]
    texts += ["error 42 on the screen", "again error 42", "error 42 stays", "what is error 42"]
    topics = np.array([0] * 4 + [1] * 4, np.int32)

    one, two = topic_keywords(texts, topics, topic_count=2)

    assert "serial number" in one
    assert not {"serial", "number"} & set(one)
    assert "error 42" in two


def test_masks_addresses_and_shortened_words_are_no_keywords():
    texts = [
        "Mail to [email] about https://example.com/lamp",
        "I'll mail [name] again",
        "he's away",
    ]
    words = topic_keywords(texts, np.zeros(3, np.int32), topic_count=1)[0]

    assert not {"email", "name", "example", "https", "i'll", "he's"} & {w.lower() for w in words}
    assert "mail" in [word.lower() for word in words]


def test_one_long_mail_does_not_name_its_topic():
    texts = [f"the kettle {word} leaks" for word in ("blue", "red", "old", "new", "big")] * 5
    texts = [f"{text} {n}" for n, text in enumerate(texts)] + ["zebra " * 60 + "kettle"]

    words = topic_keywords(texts, np.zeros(len(texts), np.int32), topic_count=1)[0]

    assert "zebra" not in words
    assert "kettle" in words


def test_shared_keywords_are_those_of_both_in_any_form():
    assert shared_keywords(("Karten", "Rechnung"), ("karte", "invoice")) == ("Karten",)
    assert shared_keywords((), ("a",)) == ()

"""The same question means the same by mail, in a chat and through a form."""

from __future__ import annotations

import pytest

from kb.intake.cleaning import clean_question
from kb.intake.forms import take_message
from kb.intake.small_talk import cut_small_talk
from kb.intake.subjects import adds_nothing

QUESTION = "How do I descale the machine?"
FRAGE = "Wie entkalke ich die Maschine?"


@pytest.mark.parametrize(
    "body",
    [
        f"Hello,\n\nI hope this finds you well. {QUESTION}\n\nThanks in advance!\n\nBest regards\n"
        "Tom Baker\nBaker & Sons Ltd\n14 Mill Lane, Leeds\nPhone +44 113 496 0182",
        f"To whom it may concern,\n\nI am writing to you because I have a question. {QUESTION}\n\n"
        "Any help would be great.\n\nCheers,\nAnn",
        f"hey, quick q:\n{QUESTION}\nthx :)",
        f"hi there!\ncan you help me?\n{QUESTION} 🤔\npls",
        f"Name: Tom Baker\nOrder no: A-204817\nProduct: Nova 300\nProblem: {QUESTION}\n"
        "How did you hear about us? Search engine",
        f"Contact form submission\n\nE-mail: t@example.com\nYour message:\n{QUESTION}\n\n"
        "I agree to the privacy policy: yes",
        f"{QUESTION}\n\nOperating system: Windows 11\nBrowser: Firefox 128\n\nMany thanks",
    ],
)
def test_english_letters_say_what_they_ask(body):
    assert clean_question("", body, lang="en").body == QUESTION


@pytest.mark.parametrize(
    "body",
    [
        f"Sehr geehrte Damen und Herren,\n\nich hoffe, Sie können mir weiterhelfen. {FRAGE}\n\n"
        "Über eine schnelle Rückmeldung würde ich mich freuen.\n\nMit freundlichen Grüßen\n"
        "Jens Weber\nWeber Haustechnik GmbH\nLindenweg 8, 50667 Köln\nTel.: 0221 5550134",
        f"Liebes Support-Team,\n\nzunächst vielen Dank für den guten Service. {FRAGE}\n\nMfG\nUwe",
        f"moin!\nkurze frage: {FRAGE}\nkann mir da wer helfen",
        f"Vorname: Jens\nTelefon: 0221 5550134\nGerät: Nova 300\nIhre Anfrage: {FRAGE}\n"
        "Wie sind Sie auf uns aufmerksam geworden? Suche",
    ],
)
def test_german_letters_say_what_they_ask(body):
    assert clean_question("", body, lang="de").body == FRAGE


@pytest.mark.parametrize(
    "text",
    [
        "I hope you can tell me why my pump drips.",
        "Sorry to bother you but my grinder is stuck.",
        "I would really appreciate help on how to change the filter.",
        "Ich hoffe, Sie wissen, warum meine Pumpe tropft.",
        "Can you help me with my order of last week? It never came.",
        "Looking forward to the summer menu: when does it start?",
        "Please help",
        "Any ideas?",
    ],
)
def test_a_polite_sentence_that_names_the_matter_stays(text):
    assert cut_small_talk(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Error: the pump drips",
        "Version: 4.12",
        "Name: Ann\nPhone: 123",
        "Problem: -\nName: Ann",
        "The app says\nUpdate: failed\nand stops",
        "Browser: does the site work in Firefox?",
    ],
)
def test_labels_that_are_no_form_stay(text):
    assert take_message(text) == text


@pytest.mark.parametrize(
    ("subject", "body", "kept"),
    [
        ("Question", QUESTION, ""),
        ("Dringend!! Hilfe bitte", FRAGE, ""),
        ("descale machine", QUESTION, ""),
        ("Nova 300", QUESTION, "Nova 300"),
        ("Descaler", QUESTION, "Descaler"),
        ("Help", "E07", "Help"),
        ("descale machine", f"{QUESTION} {'It takes long. ' * 30}", "descale machine"),
    ],
)
def test_a_subject_goes_that_adds_nothing(subject, body, kept):
    assert adds_nothing(subject, body) is (kept == "")
    assert clean_question(subject, body, lang="en").subject == kept


def test_a_postscript_under_a_closing_stays():
    body = f"{QUESTION}\n\nBest regards\nTom\n\nPS: the lamp blinks red."

    assert "blinks red" in clean_question("", body).body


@pytest.mark.parametrize(
    "body",
    [
        "any help is appreciated. " * 2_000,
        "Name: x\n" * 6_250,
        "ich habe mal kurz " * 2_800,
        ":) " * 16_000,
        "i have a quick short " * 2_400,
        "一" * 50_000,
        "\U0001f600" * 50_000,
    ],
)
@pytest.mark.timeout(60)
def test_50_000_characters_do_not_take_for_ever(body):
    clean_question(body[:300], body)

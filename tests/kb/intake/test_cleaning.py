"""What people wrote comes out; quotes, signatures, courtesies and markup stay behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.intake.cleaning import MAX_CHARACTERS, clean_body, clean_question, clean_subject

ASK = "The lid does not close any more. What can I do?"
FRAGE = "Der Deckel schließt nicht mehr. Was kann ich tun?"


@pytest.mark.parametrize(
    "raw",
    [
        f"{ASK}\n\nOn Tue, 4 Mar 2025 at 10:00, Help <help@shop.example> wrote:\n> Hello\n> Bye",
        f"{ASK}\n\nOn 4 Mar 2025, at 10:00, Help\n<help@shop.example> wrote:\n\n> Hello",
        f"{ASK}\n\n-----Original Message-----\nFrom: Help\nSent: Monday\nTo: Jo\n\nHello",
        f"{ASK}\n\nFrom: Help <help@shop.example>\nSent: Monday\nTo: Jo\nSubject: Lid\n\nHello",
        f"{ASK}\n\n> an older line\n> another one",
        f"On 4 March 2025 Help wrote:\n> Hello\n\n{ASK}",
        f"{ASK}\n\n-- \nJo Finch\nFinch & Sons\n+1 415 555 2671",
        f"Hi,\n\n{ASK}\n\nBest regards,\nJo Finch",
        f"Dear Sir or Madam,\n{ASK}\nThanks in advance!\n\nJo",
        f"Hello there, {ASK} Thank you so much for your help!",
        f"Good morning! {ASK} Cheers, Jo",
        f"{ASK}\n\nSent from my iPhone",
        f"{ASK}\n\nGet Outlook for iOS",
        f"{ASK}\n\nThis e-mail and any attachments are confidential and intended for you.\nBlah.",
        f"##- Please type your reply above this line -##\n\n{ASK}",
        f"  {ASK}\u200b\r\n\r\n\r\n\r\n",
    ],
)
def test_of_an_english_mail_the_question_stays(raw):
    assert clean_body(raw, lang="en") == ASK


@pytest.mark.parametrize(
    "raw",
    [
        f"{FRAGE}\n\nAm 04.03.2025 um 10:00 schrieb Hilfe <h@laden.example>:\n> Hallo\n> Bis",
        f"{FRAGE}\n\nAm Di., 4. März 2025 um 10:00 Uhr schrieb Hilfe <h@laden.example>:\n\n> Hallo",
        f"{FRAGE}\n\n-----Ursprüngliche Nachricht-----\nVon: Hilfe\nGesendet: Montag\n\nHallo",
        f"{FRAGE}\n\nVon: Hilfe <h@laden.example>\nGesendet: Montag\nAn: Ute\nBetreff: X\n\nHallo",
        f"Sehr geehrte Damen und Herren,\n\n{FRAGE}\n\nMit freundlichen Grüßen\nUte Lamm",
        f"Hallo zusammen, {FRAGE} Vielen Dank im Voraus!",
        f"Guten Tag Frau Meier,\n{FRAGE}\nViele Grüße aus Bonn\nUte",
        f"Moin,\n{FRAGE}\nLG Ute",
        f"{FRAGE}\n\nVon meinem iPhone gesendet",
        f"{FRAGE}\n\nGesendet mit der WEB.DE Mail App",
        f"{FRAGE}\n\nDiese E-Mail enthält vertrauliche Informationen.\nBitte löschen.",
    ],
)
def test_of_a_german_mail_the_question_stays(raw):
    assert clean_body(raw, lang="de") == FRAGE


@pytest.mark.parametrize(
    "raw",
    [
        "Hello Thunderbird does not start since Monday",
        "Steps:\n- open the lid\n- press the button\n- nothing happens",
        "Thanks, I tried that already. The lamp still flickers. What else can I try now?",
        "The page says: thank you for your order. But no mail came. Why is that so?",
        "Use Tools > Options, then 3 > 2 is shown",
        "Why does the tag <b> not work in my signature?",
        "Warning: the machine cannot send mail. Why?",
        "On Monday it wrote: disk full. What now?",
        "I can no longer send mail from my iPhone through this account",
        "Best way to clean the filter?",
    ],
)
def test_what_only_looks_like_a_courtesy_or_a_quote_stays(raw):
    assert clean_body(raw) == raw


@pytest.mark.parametrize(
    "raw", ["Thanks!", "Hallo zusammen,", "> only a quote", "Best regards,\nJo", "-- \nJo Finch"]
)
def test_a_cut_that_leaves_nothing_is_undone(raw):
    assert clean_body(raw).strip() != ""


@pytest.mark.parametrize("is_html", [True, False])
def test_html_mail_becomes_the_text_that_was_seen(is_html):
    raw = (
        "<html><head><style>p {color: red}</style></head><body><p>Hi,</p><p>The lid &amp; the "
        "hinge<br>broke.</p><ul><li>first</li><li>second</li></ul>"
        '<div class="gmail_quote">On Monday X wrote:<blockquote>older words</blockquote></div>'
        "</body></html>"
    )
    text = clean_body(raw, is_html=is_html)
    assert text.startswith("The lid & the hinge\nbroke.")
    assert "first" in text
    assert "older words" not in text
    assert "color" not in text


def test_html_that_is_all_quote_keeps_the_quote():
    assert "Old words" in clean_body(
        "<div class='gmail_quote'><p>Old words</p></div>", is_html=True
    )


def test_what_outlook_quotes_below_a_line_is_cut():
    raw = f"<div>{ASK}</div><hr><div id='divRplyFwdMsg'>From: Help</div><div>older words</div>"
    assert clean_body(raw, is_html=True) == ASK


@pytest.mark.parametrize(
    "raw", ["", "<", "<p>", "<!-- -->", "<?xml version='1.0'?><p>x</p>", "\x00"]
)
def test_broken_markup_raises_nothing(raw):
    assert isinstance(clean_body(raw, is_html=True), str)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Re: AW: Fwd: Lid\nbroken", "Lid broken"),
        ("WG: [Ticket #4711] Deckel", "Deckel"),
        ("(no subject)", ""),
        ("Kein Betreff", ""),
        ("Reset: how?", "Reset: how?"),
        ("Unzustellbar: Ihr Deckel", "Unzustellbar: Ihr Deckel"),
        ("Automatische Antwort: Ihr Deckel", "Automatische Antwort: Ihr Deckel"),
        ("Lid of R: which?", "Lid of R: which?"),
        ("[Ticket #4711] Re: Deckel", "Deckel"),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_subject_loses_what_mail_programs_add(raw, clean):
    assert clean_subject(raw) == clean


@pytest.mark.parametrize(
    ("subject", "body", "noise"),
    [
        ("", "...", "empty"),
        ("", "", "empty"),
        ("", "😀👍", "empty"),
        ("Re: Lid", "Thank you very much, it works now!", "thanks"),
        ("AW: Deckel", "Vielen Dank, hat geklappt!", "thanks"),
        ("", "Hello", "greeting"),
        ("Hallo", "Guten Tag", "greeting"),
        ("Automatic reply: Lid", "I am away.", "auto_reply"),
        ("Abwesenheitsnotiz: Deckel", "Ich bin weg.", "auto_reply"),
        ("Lid", "I am currently out of the office and will return on Monday.", "auto_reply"),
        ("Deckel", "Ich bin derzeit nicht im Büro und ab Montag zurück.", "auto_reply"),
        ("Undelivered Mail Returned to Sender", "This is the mail system at host x.", "auto_reply"),
        ("Mail delivery failed: returning message to sender", "I get this since Monday.", None),
        ("Lid broken", "Thanks!", None),
        ("", "Thank you, but how do I open it?", None),
        ("Auto reply", "How do I set up an automatic reply?", None),
        ("Abwesenheitsnotiz", "Wie richte ich eine Abwesenheitsnotiz ein?", None),
        ("", ASK, None),
    ],
)
def test_messages_that_ask_nothing_are_told_from_those_that_may(subject, body, noise):
    assert clean_question(subject, body).noise == noise


def test_a_question_comes_out_cleaned_masked_and_with_its_language():
    clean = clean_question(
        "AW: Rechnung für Ute Lamm",
        "Hallo Frau Meier,\n\nmeine Rechnung ist falsch, bitte an ute@example.org senden.\n\n"
        "Viele Grüße\nUte Lamm",
        names=["Ute Lamm"],
    )
    assert clean.subject == "Rechnung für [name]"
    assert clean.body == "meine Rechnung ist falsch, bitte an [email] senden."
    assert (clean.lang, clean.noise) == ("de", None)
    assert clean.masked == {"name": 1, "email": 1}


HOSTILE = {
    "quote marks": ">\n" * 25_000,
    "one quote mark line": ">" * 50_000,
    "spaces": " " * 50_000,
    "spaces inside": "a" + " " * 50_000 + "b",
    "blank lines": "a" + "\n" * 50_000 + "b",
    "angles": "<" * 20_000,
    "deep html": "<div>" * 20_000 + "x",
    "deep tables": "<table><tr><td>" * 3_000 + "x",
    "one long line": "a" * 1_000_000,
    "one long line of words": "lorem ipsum " * 90_000,
    "reply headers": "On " * 7_000,
    "german reply headers": "Am 3 schrieb " * 2_000,
    "header lines": ("Am x schrieb " + "x " * 40 + "\n") * 200,
    "mail headers": "From: a\nTo: b\n" * 2_000,
    "at signs": "a@" * 10_000,
    "digits": "1 " * 10_000,
    "phone numbers": "+1 (415) 555-2671 " * 1_200,
    "account numbers": "DE89 " * 4_000,
    "colons": ":" * 20_000,
    "links": "http://a?" + "a=b&" * 4_000,
    "orders": "order-" * 3_500,
    "parts": "A-" * 9_000,
    "names": "Hi " + "Aa " * 8_000,
    "entities": "&amp;" * 20_000,
    "accents": "a" + "\u0301" * 50_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_does_not_take_for_ever(name):
    clean = clean_question(HOSTILE[name][:5_000], HOSTILE[name], lang="de", names=["Aa Bb"])
    assert len(clean.body) <= MAX_CHARACTERS


@given(st.text(max_size=300), st.booleans())
def test_cleaning_raises_nothing_and_keeps_something_readable(text, is_html):
    clean = clean_body(text, is_html=is_html)
    assert "\x00" not in clean
    if not is_html and "<" not in text and "&" not in text and any(map(str.isascii, clean)):
        assert clean or not any(char.isalnum() and char.isascii() for char in text)

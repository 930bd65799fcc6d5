"""What asks nothing is told from what asks; a question is hardly ever taken for noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.intake.cleaning import clean_question
from kb.intake.noise import find_noise


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("", "works now, ty"),
        ("", "never mind, figured it out"),
        ("", "Super, jetzt geht's wieder. Danke!"),
        ("", "Hab's hinbekommen, danke trotzdem"),
        ("", "Erledigt."),
        ("", "Merci beaucoup, tout est bon"),
        ("Danke", "Vielen Dank für die schnelle Antwort, der Deckel passt perfekt."),
        ("Re: Lid", "You can close the ticket, everything works perfectly again."),
        ("AW: Deckel", "Der Vorgang kann geschlossen werden."),
        ("Thank you", "I just wanted to say that your support is wonderful. No reply needed."),
        ("", "Thank you for the call this morning. The lid arrived and fits perfectly."),
    ],
)
def test_thanks_praise_and_closing_a_case_are_told(subject, body):
    assert clean_question(subject, body).noise == "thanks"


@pytest.mark.parametrize(
    "body",
    [
        "Thanks in advance",
        "Danke im Voraus",
        "Thanks, but it still leaks",
        "Danke, aber das hat nicht geholfen",
        "Danke. Und wo finde ich die Rechnung",
        "thank you, now what",
        "Lid arrived, thanks. The hinge is cracked",
        "Vielen Dank für die schnelle Lieferung, leider fehlt der Deckel",
        "Works great but drips",
        "E07 danke",
        "great lid",
        "super lid",
        "good service near me",
        "kann ich mein Konto schließen",
        "please close the account of my mother",
        "ist alles in ordnung mit meiner bestellung",
    ],
)
def test_a_thank_you_that_goes_on_to_ask_is_none(body):
    assert clean_question("", body).noise is None


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatische Antwort: Ihre Anfrage", "Bin bis Freitag weg."),
        ("AUTO: Jo Finch is out of the office", "I will be back on Monday. Please contact Ute."),
        ("Ferie / out of office: Lid", "Torno lunedì."),
        ("Out of office", "Ring the front desk."),
        ("Réponse automatique : couvercle", "Je suis absent."),
        ("Abwesenheit", "Ich bin bis einschließlich 3.8. im Urlaub."),
        ("", "Our office is closed until 3 March. We reopen on Monday."),
        ("[#17] We have received your request", "Your request #17 has been received."),
        ("", "Vielen Dank für Ihre Nachricht. Diese E-Mail wurde automatisch erstellt."),
        ("Unzustellbar: Deckel", "Die folgende Nachricht konnte nicht zugestellt werden: Deckel"),
        ("", "Hi! I'm Bo, your virtual assistant. Choose one of: 1 Bills 2 Moving"),
    ],
)
def test_automatic_replies_are_told(subject, body):
    assert clean_question(subject, body).noise == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: how do I turn it off?", "It answers every mail."),
        ("Re: Automatic reply: Lid", "The lid is the blue one."),
        ("Out of office", "I put an out of office message and it is still sending it."),
        ("Mailbox full", "I cannot send anything, but the inbox is empty."),
        ("Mail comes back", "Since Monday all I send returns: This is the mail system at host x."),
        ("", "We were on holiday until Sunday and the lid was broken when we came back."),
        ("Auto: which holder fits", "The old one fell off."),
    ],
)
def test_who_asks_about_an_automatic_reply_asks(subject, body):
    assert clean_question(subject, body).noise is None


@pytest.mark.parametrize(
    "body",
    [
        "huhu, jemand da?",
        "Hellooo? Is anyone there?",
        "This is just a test, please ignore",
        "test 123",
        "Hello, I am writing to",
        "Hi, I have a question",
        "sorry, wrong chat",
    ],
)
def test_greetings_and_tests_are_told(body):
    assert clean_question("", body).noise == "greeting"


@pytest.mark.parametrize(
    "body", ["asdfasdf", "fffffffffff sorry cat on keyboard", "sdlkfjsdlkf", "Lkjhgfds dfghjkl!"]
)
def test_slipped_keys_are_told(body):
    assert clean_question("", body).noise == "gibberish"


@pytest.mark.parametrize(
    "body", ["WLAN", "xml https rtf", "Angstschweiß", "mp3", "kfz", "tschüss sagt die App nicht"]
)
def test_words_without_vowels_are_no_slips(body):
    assert clean_question("", body).noise != "gibberish"


@pytest.mark.parametrize(
    "body",
    ["test mode", "qwertz keyboard", "hello screen stuck", "hertz", "liberty", "is it waterproof"],
)
def test_a_search_that_looks_like_a_greeting_is_none(body):
    assert clean_question("", body).noise is None


@pytest.mark.parametrize("code", ["E07", "e07", "E-12", "110v", "404", "X1"])
def test_a_bare_code_is_a_search(code):
    assert find_noise("", code) is None


@pytest.mark.parametrize("body", ["7", "!!", "👍", " . "])
def test_a_single_character_is_empty(body):
    assert find_noise("", body) == "empty"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Rankings", "We offer backlinks from 90 blogs for your website. Interested?"),
        ("You won", "You are the winner of our lottery. Click here: http://win.example.org"),
        ("", "Earn 500 USD a day with our trading bot, no experience needed. Join now!"),
        ("Kredit", "Sofortkredit ohne Schufa. Jetzt anfragen: http://geld.example.org"),
        (
            "Ihr Paket",
            "Ihre Sendung wurde angehalten, die Zollgebühr fehlt. Zahlen Sie bitte 2,10 EUR: "
            "http://zoll.example.org",
        ),
    ],
)
def test_advertising_and_fraud_are_told_by_several_signs(subject, body):
    assert clean_question(subject, body).noise == "spam"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Paket", "Ich habe eine SMS bekommen: Zollgebühr 2,10 EUR zahlen. Ist das von Ihnen?"),
        ("", "Is this from you? Your parcel is held, pay 2 EUR at http://zoll.example.org"),
        ("", "Do you offer a discount of 10 % on your website?"),
        ("Bitcoin", "Can I pay with bitcoin in your shop?"),
        ("", "I won a voucher in your lottery, where do I enter it on your website?"),
        ("Lid", "See http://shop.example.org/lid: do you deliver it to Norway for 20 EUR?"),
        ("", "Your site says customs fees of 20 EUR apply. Is that right for Norway?"),
    ],
)
def test_customers_who_speak_of_such_things_are_none(subject, body):
    assert clean_question(subject, body).noise is None


HOSTILE_PARTS = (
    "a ",
    "thanks ",
    "ich bin ",
    "bin im ab ",
    "wieder gut ",
    "hat alles gut ",
    "http://",
    "10 eur ",
    "your account ",
    "request ",
    "wir melden uns ",
    "from a to ",
    "1. a ",
    "have a schön ",
    "kann das ",
    "x" * 50,
    "aaaa",
    "\n",
    "we are a ",
    "auto",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("part", HOSTILE_PARTS)
def test_hostile_text_does_not_take_for_ever(part):
    for size in (400, 1_400, 20_000):
        text = part * (size // len(part))
        find_noise(text[:300], text, written=text)


@given(st.text(max_size=200), st.text(max_size=300), st.booleans())
def test_every_text_has_a_kind_or_none(subject, body, is_answer):
    kinds = {None, "empty", "thanks", "auto_reply", "greeting", "spam"}
    assert find_noise(subject, body, is_answer=is_answer) in kinds

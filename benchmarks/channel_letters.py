"""Wraps a plain question as people send it: as a mail, in a chat, through a form, as a search.

The wording around the questions is ours; no text of a data set stands in it.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.facts.stopwords import stop_words

CHANNELS = ("mail", "chat", "form", "search")
MAX_KEYWORDS = 4
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Letter:
    """What arrives: a subject, empty where there is none, and a body."""

    subject: str
    body: str


GREETINGS = {
    "en": (
        "Hello,",
        "Hi there,",
        "Dear Sir or Madam,",
        "Dear support team,",
        "Good morning,",
        "Hi all,",
        "To whom it may concern,",
        "Hello Mrs Harper,",
        "Hey team!",
    ),
    "de": (
        "Hallo,",
        "Guten Tag,",
        "Sehr geehrte Damen und Herren,",
        "Liebes Support-Team,",
        "Guten Morgen Frau Berger,",
        "Hallo zusammen,",
        "Sehr geehrter Herr Vogt,",
        "Moin,",
    ),
}
OPENINGS = {
    "en": (
        "I hope this email finds you well.",
        "I hope you can help me with the following.",
        "I am writing to you because I have a question.",
        "I have been a customer of yours for many years and was always satisfied.",
        "First of all, thank you for the great service so far.",
        "Sorry to bother you.",
        "I could not find anything about this on your website.",
        "",
        "",
    ),
    "de": (
        "ich hoffe, es geht Ihnen gut.",
        "ich hoffe, Sie können mir weiterhelfen.",
        "ich wende mich heute mit einer Frage an Sie.",
        "ich bin seit vielen Jahren zufriedener Kunde bei Ihnen.",
        "zunächst vielen Dank für den guten Service bisher.",
        "entschuldigen Sie bitte die Störung.",
        "auf Ihrer Webseite habe ich dazu leider nichts gefunden.",
        "",
        "",
    ),
}
DEVICES = {
    "en": (
        "Operating system: Windows 11 Pro 23H2\nBrowser: Firefox 128.0.3\nApp version: 4.12.0",
        "Device: iPhone 13\niOS version: 17.5.1\nApp: 5.2 (build 1183)",
        "OS: macOS 14.5\nBrowser: Safari",
        "",
        "",
        "",
    ),
    "de": (
        "Betriebssystem: Windows 10 Home 22H2\nBrowser: Chrome 126\nApp-Version: 4.12.0",
        "Gerät: Samsung Galaxy S22\nAndroid-Version: 14\nApp: 5.2 (Build 1183)",
        "System: Windows 11\nBrowser: Firefox 128",
        "",
        "",
        "",
    ),
}
THANKS = {
    "en": (
        "Thanks in advance!",
        "Thank you very much for your help.",
        "Looking forward to your reply.",
        "I would appreciate a quick answer.",
        "Many thanks for your time and support.",
        "Any help would be much appreciated.",
        "",
    ),
    "de": (
        "Vielen Dank im Voraus!",
        "Besten Dank für Ihre Hilfe.",
        "Ich freue mich auf Ihre Antwort.",
        "Über eine schnelle Rückmeldung würde ich mich freuen.",
        "Vielen Dank für Ihre Mühe.",
        "Für Hilfe wäre ich sehr dankbar.",
        "",
    ),
}
SIGN_OFFS = {
    "en": ("Kind regards,", "Best wishes,", "Best regards", "Yours sincerely,", "Cheers,", "Best,"),
    "de": (
        "Mit freundlichen Grüßen",
        "Viele Grüße",
        "Freundliche Grüße",
        "Liebe Grüße",
        "MfG",
        "Beste Grüße",
    ),
}
SIGNATURES = {
    "en": (
        "Jane Miller",
        "Tom Baker\nBaker & Sons Ltd\n14 Mill Lane, Leeds LS1 4AB\nPhone: +44 113 496 0182",
        "Anna Fields | Office Manager\nTel. 020 7946 0321 | anna.fields@example.com\n"
        "www.example.com",
        "P. Jones\n\nSent from my iPhone",
        "Laura King\n\nThis email and any attachments are confidential and intended solely for the "
        "addressee. If you have received it in error, please delete it and tell the sender.",
        "-- \nRobert Hill\nHead of Purchasing, Hill Instruments\nMobile +44 7700 900123",
    ),
    "de": (
        "Sabine Keller",
        "Jens Weber\nWeber Haustechnik GmbH\nLindenweg 8, 50667 Köln\nTel.: +49 221 5550134",
        "Petra Lang | Büroleitung\nTelefon 030 5550199 | petra.lang@example.com\nwww.example.com",
        "M. Schulz\n\nVon meinem iPhone gesendet",
        "Lena König\n\nDiese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der "
        "richtige "
        "Adressat sind, informieren Sie bitte den Absender und löschen Sie diese Mail.",
        "-- \nUwe Brandt\nLeiter Einkauf, Brandt Messtechnik\nMobil 0171 5550123",
    ),
}
QUOTED = {
    "en": (
        "On Tue, 4 Mar 2025 at 10:12, Support <support@example.com> wrote:\n"
        "> Dear customer,\n> your invoice for February is attached to this mail.\n"
        "> Please do not reply to this address.\n> Your service team",
        "-----Original Message-----\nFrom: Support <support@example.com>\n"
        "Sent: Monday, 3 March 2025 16:40\nTo: Jane Miller\nSubject: News from our shop\n\n"
        "Our spring sale begins on Saturday with new colours and sizes.",
        "",
        "",
        "",
    ),
    "de": (
        "Am Di., 4. März 2025 um 10:12 Uhr schrieb Support <support@example.com>:\n"
        "> Guten Tag,\n> Ihre Rechnung für Februar finden Sie im Anhang.\n"
        "> Bitte antworten Sie nicht auf diese Adresse.\n> Ihr Serviceteam",
        "-----Ursprüngliche Nachricht-----\nVon: Support <support@example.com>\n"
        "Gesendet: Montag, 3. März 2025 16:40\nAn: Sabine Keller\nBetreff: Neues aus dem Laden\n\n"
        "Am Samstag beginnt unser Frühlingsverkauf mit neuen Farben und Größen.",
        "",
        "",
        "",
    ),
}
SUBJECTS = {
    "en": ("Question", "Help needed", "Support request", "Urgent!!", "A question", "Enquiry"),
    "de": ("Frage", "Hilfe benötigt", "Anfrage", "Dringend!!", "Eine Frage", "Supportanfrage"),
}
CHAT_STARTS = {
    "en": (
        "hi",
        "hey, quick q:",
        "hello, is anyone there?",
        "hiya!",
        "hi, i have a question",
        "hey can you help me?",
        "good evening :)",
        "",
    ),
    "de": (
        "hi",
        "hey, kurze frage:",
        "hallo, ist da jemand?",
        "moin!",
        "hallo, ich hab mal ne frage",
        "hey könnt ihr mir helfen?",
        "guten abend :)",
        "",
    ),
}
CHAT_ENDS = {
    "en": ("thx", "pls", "thanks :)", "🙏", "??", "can someone help pls", "ty!!", ""),
    "de": ("danke", "bitte", "danke :)", "🙏", "??", "kann mir da wer helfen", "dankee!!", ""),
}
SMILEYS = (" :)", " :(", " 😅", " 🤔", "", "", "")
FORMS = {
    "en": (
        "Name: Jane Miller\nEmail: jane.miller@example.com\nOrder no: A-204817\n"
        "Product: {product}\nProblem: {text}\nHow did you hear about us? Search engine",
        "Product: {product}\nCategory: Other\nMessage:\n{text}\n\n"
        "I have read the privacy policy: yes",
        "Contact form submission\n\nFirst name: Tom\nLast name: Baker\nPhone: 0113 496 0182\n"
        "Country: United Kingdom\nDescription of your issue: {text}\nPreferred contact: E-mail",
    ),
    "de": (
        "Name: Sabine Keller\nE-Mail: sabine.keller@example.com\nBestellnummer: A-204817\n"
        "Produkt: {product}\nProblem: {text}\nWie sind Sie auf uns aufmerksam geworden? Suche",
        "Produkt: {product}\nKategorie: Sonstiges\nNachricht:\n{text}\n\n"
        "Ich habe die Datenschutzerklärung gelesen: ja",
        "Kontaktformular\n\nVorname: Jens\nNachname: Weber\nTelefon: 0221 5550134\n"
        "Land: Deutschland\nIhre Anfrage: {text}\nGewünschter Kontaktweg: E-Mail",
    ),
}
PRODUCTS = ("Nova 300", "Classic", "Nova 500 Plus", "Account Basic", "Compact 2")


def rarity(texts: Sequence[str]) -> dict[str, float]:
    """Inverse document frequency of the words of these texts, folded."""
    counts = Counter(word for text in texts for word in set(WORD.findall(text.casefold())))
    return {word: math.log(len(texts) / count) for word, count in counts.items()}


def keywords(text: str, weights: Mapping[str, float]) -> str:
    """The two to four rarest words of a question that are no stop words, as they stand in it."""
    words = list(dict.fromkeys(WORD.findall(text.casefold())))
    telling = [word for word in words if word not in stop_words()]
    chosen = telling if len(telling) > 1 else words
    best = sorted(chosen, key=lambda word: -weights.get(word, 0.0))[:MAX_KEYWORDS]
    return " ".join(word for word in chosen if word in best)


def wrap(
    text: str, channel: str, lang: str, *, weights: Mapping[str, float], chance: random.Random
) -> Letter:
    """The question as it comes in through a channel; "clean" is the question alone."""
    if channel == "mail":
        return _mail(text, lang, keywords(text, weights), chance)
    if channel == "chat":
        return Letter("", _chat(text, lang, chance))
    if channel == "form":
        form = chance.choice(FORMS[lang])
        return Letter("", form.format(text=text, product=chance.choice(PRODUCTS)))
    return Letter("", keywords(text, weights) if channel == "search" else text)


def _mail(text: str, lang: str, short: str, chance: random.Random) -> Letter:
    subject = chance.choice(("", short, chance.choice(SUBJECTS[lang])))
    parts = (
        chance.choice(GREETINGS[lang]),
        f"{chance.choice(OPENINGS[lang])} {text}".strip(),
        chance.choice(DEVICES[lang]),
        chance.choice(THANKS[lang]),
        f"{chance.choice(SIGN_OFFS[lang])}\n{chance.choice(SIGNATURES[lang])}",
        chance.choice(QUOTED[lang]),
    )
    return Letter(subject, "\n\n".join(part for part in parts if part))


def _chat(text: str, lang: str, chance: random.Random) -> str:
    words = text.split(" ")
    if len(words) > 6 and chance.random() < 0.5:
        middle = len(words) // 2
        text = f"{' '.join(words[:middle])}\n{' '.join(words[middle:])}"
    text = f"{text.lower() if chance.random() < 0.5 else text}{chance.choice(SMILEYS)}"
    start, end = chance.choice(CHAT_STARTS[lang]), chance.choice(CHAT_ENDS[lang])
    return "\n".join(part for part in (start, text, end) if part)

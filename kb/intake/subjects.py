"""Tells subjects that add nothing to what the body asks."""

from __future__ import annotations

import re

MAX_CHARACTERS = 60
MIN_WORDS = 2
TERM = re.compile(r"[^\W_]+")
# A subject above a longer body is its summary, whatever words it takes from it.
MAX_BODY_CHARACTERS = 300
# Addresses and codes ("kundig.com/x", "E-07") are more than their words.
SYMBOLS = "/@\\#$%=+_"
FILLER_LIST = (
    "a an one my your the our some about for from of to with i we have need please pls urgent "
    "urgently "
    "important asap new quick short general question questions query inquiry enquiry request "
    "support help helpdesk service customer problem problems issue issues trouble hello hi hey "
    "dear sir madam team contact form submission message website web site via feedback case "
    "ticket info information needed required assistance wanted attention reply answer response "
    "regarding subject mail email no follow up follow-up "
    "eine ein einen meine mein die der das zu zur zum an von für ich wir habe hätte brauche "
    "bitte dringend wichtig eilig neue kurze allgemeine frage fragen anfrage rückfrage nachfrage "
    "kundenanfrage supportanfrage kontaktanfrage serviceanfrage anliegen hilfe hilfeersuchen "
    "problem probleme störung hallo guten tag kontakt kontaktformular webformular formular "
    "nachricht kundenservice kundendienst benötigt gesucht um ihre ihr info auskunft rückruf "
    "antwort betreff webseite"
)
FILLER = frozenset(FILLER_LIST.split())


def adds_nothing(subject: str, body: str) -> bool:
    """Return whether a subject only announces the body or repeats words of a short one.

    "Question" and "Dringend: Hilfe bitte" announce; "pay fee" above "Do I have to pay a fee?"
    repeats. False where the body does not say more by itself, and for codes and numbers that
    it does not hold.
    """
    if not subject or len(subject) > MAX_CHARACTERS:
        return False
    start = body[: MAX_BODY_CHARACTERS + 1].lower()
    words, said = TERM.findall(subject.lower()), set(TERM.findall(start))
    if len(said) < MIN_WORDS or any(symbol in subject for symbol in SYMBOLS):
        return False
    if len(start) <= MAX_BODY_CHARACTERS and len(said) > len(words) and said.issuperset(words):
        return True
    return FILLER.issuperset(words)

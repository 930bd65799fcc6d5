"""Recognises messages that ask nothing: thanks, greetings, automatic replies, spam and the like."""

from __future__ import annotations

import re
from typing import Literal

from kb.intake.automatic import is_automatic
from kb.intake.gratitude import is_thanks
from kb.intake.spam import is_spam

Noise = Literal["empty", "thanks", "auto_reply", "greeting", "spam", "gibberish"]

# A code of an error ("E07") is a search; a single character is none.
MIN_CHARACTERS = 2
# What a message is comes out at its start, and reading further costs time.
READ_CHARACTERS = 1_500
# Who writes more asks something, if his mail program did not answer for him.
LONGEST_CHARACTERS = 1_200
MAX_GREETING_WORDS = 14
WORD = re.compile(r"[^\W\d_]+")
READABLE = re.compile(r"[^\W_]")
GREETING_LIST = (
    "hi hii hello helo hey heya hallo hallöchen huhu moin moinsen servus grüezi guten tag morgen "
    "abend good morning afternoon evening day dear greetings bonjour bonsoir salut hola ciao olá "
    "hej ahoj howdy yo hallöle tach tagchen mahlzeit grüß gott hoi namaste ping knock test "
    "testing tests testen"
)
GREETING_WORDS = frozenset(GREETING_LIST.split())
# Words that may stand beside a greeting without asking more than whether somebody listens.
COMPANY_LIST = (
    "there all everyone everybody anyone anybody somebody someone is are you here online awake up "
    "still home real human person bot chat live now me hear can kann mich hören zuhause "
    "erreichbar hört mensch du ihr sie seid bin ich am i knock ping thing this on working "
    "zusammen team alle leute jemand wer noch da hier wach ist sir madam support"
)
COMPANY_WORDS = frozenset(COMPANY_LIST.split())
TEST = re.compile(
    r"(?:this is|just|only|das ist|dies ist|nur|ceci est|esto es|questo è)(?: just| only| nur)? "
    r"(?:an?|ein|eine|un|une|una) (?:small |short |kleiner |kurzer )?(?:test|prueba|essai|prova)"
    r"|\btest\w{0,12}\W.{0,60}\b(?:ignore|disregard|ignorieren|ignorer|ignorar)\b",
    re.IGNORECASE | re.DOTALL,
)
MAX_TEST_WORDS = 12
TEST_LIST = "test testing tests testen abc eins zwei drei one two three"
TEST_WORDS = frozenset(TEST_LIST.split())
SOMEBODY_LIST = "anyone anybody somebody someone jemand wer"
SOMEBODY = frozenset(SOMEBODY_LIST.split())
STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
MAX_MISTAKE_WORDS = 10
MISTAKE = re.compile(
    r"\b(?:sent|submitted|posted|written) (?:\w+ ){0,3}(?:by (?:mistake|accident)|accidentally|"
    r"too (?:early|soon))\b|"
    r"\b(?:wrong|falsche[rsn]?) (?:window|chat|person|recipient|fenster|tab|empfänger)\b|"
    r"\b(?:please |pls )?ignore (?:this|that|my (?:last )?(?:message|mail))\b|\bbitte ignorieren\b|"
    r"\b(?:aus versehen|versehentlich|zu früh) (?:\w+ )?(?:abgeschickt|gesendet|geschickt|"
    r"geschrieben)\b"
)
# Broken off before it says anything, or an announcement of a question.
BEGUN = re.compile(
    r"\W*(?:(?:hi|hello|hey|hallo|moin|guten tag|good (?:morning|afternoon|day))\b[ ,!.\n]*)?"
    r"(?:(?:i (?:have|had|got)|i've got|ich (?:habe|hab|hätte)(?: da)?(?: mal)?) (?:just )?(?:an?|"
    r"eine?) (?:quick |short |small |"
    r"kurze |kleine )?(?:question|frage|issue|problem)|(?:can|could) (?:you|anyone|someone|"
    r"somebody) (?:please )?help(?: me)?"
    r"(?: please)?|(?:kann|könnte|können|könnt) (?:mir |uns )?(?:jemand|ihr|sie)(?: mir| uns)?(?: "
    r"bitte)? helfen|(?:i )?need "
    r"(?:some )?help|help(?: me)?(?: please)?|hilfe|(?:ich )?(?:brauche|bräuchte) hilfe|(?:i am|"
    r"i'm|i) writ(?:e|ing)(?: to you| you)?(?: to| because| about| regarding)?|"
    r"ich schreibe(?: ihnen| euch| dir)?,?(?: weil| da| wegen| um)?|i have a|ich habe eine?|"
    r"to whom it may concern|when i|wenn ich|my|mein[e]?|the|die|der)\W*$",
    re.IGNORECASE,
)
KEYBOARD_ROWS = ("qwertyuiop", "qwertzuiopü", "asdfghjklöä", "zxcvbnm", "yxcvbnm", "azertyuiop")
MIN_ROW_RUN = 4
ROW_RUNS = frozenset(
    run[start : start + MIN_ROW_RUN]
    for row in KEYBOARD_ROWS
    for run in (row, row[::-1])
    for start in range(len(row) - MIN_ROW_RUN + 1)
) - {"wert", "erty", "ertz", "trew"}
KEYBOARD_NAMES = frozenset({"qwerty", "qwertz", "azerty"})
# No word of Latin letters goes on so long without a vowel.
VOWELLESS = re.compile("[bcdfghjklmnpqrstvwxzß]{7,}")
REPEATED_LETTER = re.compile(r"([^\W\d_])\1{5}")
SLIP_EXCUSES_LIST = (
    "sorry oops ups upps my the a cat dog kid child baby toddler on keyboard was meine die das "
    "der katze kater hund kind auf tastatur entschuldigung verzeihung ignore please bitte"
)
SLIP_EXCUSES = frozenset(SLIP_EXCUSES_LIST.split())


def find_noise(
    subject: str, body: str, *, is_answer: bool = False, written: str | None = None
) -> Noise | None:
    """Return why a cleaned message asks nothing, None where it may ask something.

    `is_answer` tells that the subject is only carried over ("Re: ..."), so that it asks nothing
    by itself; `written` is the body before its courtesies were cut, where the caller has it.
    """
    subject, body = subject[:READ_CHARACTERS], body[:READ_CHARACTERS].lower()
    courteous = body if written is None else written[:READ_CHARACTERS].lower()
    own_subject = "" if is_answer or not WORD.search(subject) else subject.lower()
    text = f"{own_subject}\n{body}"
    if len(READABLE.findall(text[:100])) < MIN_CHARACTERS and _is_unreadable(text):
        return "empty"
    if len(text) > LONGEST_CHARACTERS:
        return (
            "auto_reply" if is_automatic(subject.lower(), body, (), is_answer=is_answer) else None
        )
    words = WORD.findall(text)
    if is_automatic(subject.lower(), body, words, is_answer=is_answer):
        return "auto_reply"
    if is_spam(f"{own_subject}\n{courteous}", words):
        return "spam"
    said = body if own_subject == "" else text
    if len(words) <= MAX_GREETING_WORDS and _is_slip(words):
        return "gibberish"
    if _is_greeting(said, words):
        return "greeting"
    if is_thanks(own_subject, body, words, written=courteous, is_answer=is_answer):
        return "thanks"
    return None


def _is_unreadable(text: str) -> bool:
    return len(READABLE.findall(text)) < MIN_CHARACTERS


def _is_greeting(text: str, words: list[str]) -> bool:
    if len(words) > MAX_GREETING_WORDS:
        return False
    said = {STRETCHED.sub(r"\1", word) for word in words}
    if not said:
        return False
    if said <= TEST_WORDS:
        return True
    if any(character.isdigit() for character in text):
        return False
    if said <= GREETING_WORDS | COMPANY_WORDS:
        return not said.isdisjoint(GREETING_WORDS | SOMEBODY)
    if "?" not in text and len(words) <= MAX_TEST_WORDS and TEST.search(text):
        return True
    if len(words) <= MAX_MISTAKE_WORDS and "?" not in text and MISTAKE.search(text):
        return True
    return BEGUN.match(text) is not None


def _is_slip(words: list[str]) -> bool:
    """Return whether nothing but slipped keys and an excuse for them was typed."""
    slips = [word for word in words if _is_slipped(word)]
    return bool(slips) and SLIP_EXCUSES.issuperset(word for word in words if word not in slips)


def _is_slipped(word: str) -> bool:
    if REPEATED_LETTER.search(word):
        return True
    if word in KEYBOARD_NAMES:
        return False
    if VOWELLESS.fullmatch(word):
        return True
    covered = sum(
        word[start : start + MIN_ROW_RUN] in ROW_RUNS
        for start in range(len(word) - MIN_ROW_RUN + 1)
    )
    return covered > 0 and 2 * (covered + MIN_ROW_RUN - 1) > len(word)

"""Cuts a written reply into sentences and their content words, English and German."""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from typing import Protocol, cast

import snowballstemmer

from indexer.facts.stopwords import stop_words

MIN_WORD = 3
MIN_PARTICIPLE = 6
# Replies repeat their words; a stem costs more than a look-up.
STEMS_KEPT = 50_000

# The last character is no punctuation, so that the sentence around a link keeps its end.
LINK = re.compile(r"(?:https?://|www\.)\S*[^\s.,;:!?)]", re.IGNORECASE)
MARKUP = re.compile(r"[*_`#>|]+")
OPENING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|hallo|dear|liebe[rs]?|sehr geehrte[rs]?|servus|moin|grüezi|grüß gott"
    r"|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)|morning)\b"
    r"(?:(?:dr|mr|mrs|ms|prof|ing)\.|[^,!.:\n]){0,60}[,!.:\n]\s*)+",
    re.IGNORECASE,
)
# After an abbreviation or inside "4.2" goes no cut: the next sentence begins with a capital.
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-zß-ÿ]|[\"'“„(\-])|\n+")
WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
APOSTROPHE = re.compile(r"n?['’]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
GERMAN = re.compile(
    r"\b(?:der|die|das|und|ist|nicht|sie|ein|eine[nmr]?|bitte|mit|auf|für|zu|den|dem|wird|kein\w*"
    r"|ja|nein|nach|alle|dann|ich|sind|werden?|kann|können|darf|dürfen|muss|von|bei|oder|im|es|wir"
    r"|\w*[äöüß]\w*)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(?:the|and|is|not|you|your|an?|please|with|on|for|to|it|will|no|yes|of|then|if|i|are"
    r"|can|may|must|be|or|at|we|does|do)\b",
    re.IGNORECASE,
)
# Verbs of use, permission and time: two sentences that share these share no matter yet.
_GENERIC_ENGLISH = """
use used using uses usage yes always again either neither nor within must shall should may might
cannot can't don't doesn't isn't aren't won't didn't mustn't shouldn't need needs needed possible
allowed permitted support supports supported impossible forbidden recommended suitable longer fine
okay sure let
happen thing things time times way lot bit kind one two three four five six seven eight nine ten
eleven twelve every once twice first last next new old good right left afraid about nearly least
most maximum minimum lasts lasting today tomorrow
"""
_GENERIC_GERMAN = """
verwenden verwendet verwende benutzen benutzt nutzen nutzt nehmen nimmt genommen gibt nie niemals
immer heute morgen weder keinesfalls nein gern gerne erlaubt möglich unmöglich verboten gestattet
geeignet ordnung okay dürfen darf mal einmal zweimal lassen eins zwei drei vier fünf sechs sieben
acht neun zehn elf zwölf etwa rund höchstens mindestens spätestens maximal binnen innerhalb
hält reicht herzliche grüße grüsse
"""


def sentences_of(text: str) -> list[str]:
    """The sentences of a reply in order, without greeting, links and markup."""
    plain = OPENING.sub("", MARKUP.sub("", LINK.sub(" ", text)))
    cut = (sentence.strip() for sentence in SENTENCE_END.split(plain))
    return [sentence for sentence in cut if WORD.search(sentence)]


def reading_language(text: str) -> str:
    """ "de" where German function words prevail, else "en": enough to pick a stemmer."""
    return "de" if len(GERMAN.findall(text)) > len(ENGLISH.findall(text)) else "en"


def content_words(text: str, lang: str) -> list[str]:
    """Stems of the words that tell the matter, in order, with repeats; no bare numbers."""
    bare = (APOSTROPHE.split(word.lower(), maxsplit=1)[0] for word in WORD.findall(text))
    return [
        stem(word, lang)
        for word in bare
        if len(word) >= MIN_WORD and word not in _silent_words() and not NUMBER.fullmatch(word)
    ]


def names_in(text: str, lang: str) -> frozenset[str]:
    """Stems of words that look like names: capitals or digits, in German every noun."""
    words = WORD.findall(text)
    telling = words if lang == "de" else words[1:]
    return frozenset(
        stem(word.lower(), lang)
        for word in telling
        if len(word) >= MIN_WORD
        and (word[0].isupper() or (word[0].isalpha() and any(sign.isdigit() for sign in word)))
    )


@lru_cache(maxsize=STEMS_KEPT)
def stem(word: str, lang: str) -> str:
    """The word without its endings, Snowball."""
    with _stemming:
        stemmed = _stemmer(lang).stemWord(word)
    return _without_participle(stemmed) if lang == "de" else stemmed


def _without_participle(stemmed: str) -> str:
    # Snowball leaves "gewechselt", "wechselt" and "wechseln" apart.
    if stemmed.startswith("ge") and len(stemmed) > MIN_PARTICIPLE:
        stemmed = stemmed[2:]
    return stemmed.rstrip("tn") if len(stemmed) > MIN_PARTICIPLE else stemmed


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


# A stemmer keeps its word in itself while it works.
_stemming = threading.Lock()


@cache
def _stemmer(lang: str) -> _Stemmer:
    name = "german" if lang == "de" else "english"
    return cast(_Stemmer, snowballstemmer.stemmer(name))


@cache
def _silent_words() -> frozenset[str]:
    return stop_words() | frozenset(f"{_GENERIC_ENGLISH} {_GENERIC_GERMAN}".split())

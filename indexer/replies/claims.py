"""Reads what a reply's sentences claim: what is forbidden, denied or allowed, and figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from indexer.replies.sentences import content_words, names_in, reading_language, sentences_of

# Steps run together without a stop tell nothing clause by clause; both bound the work, too.
MAX_SENTENCE_CHARACTERS = 400
MAX_SENTENCES = 80
# Words before a figure that can say how it is meant.
MEANING_CHARACTERS = 80

CLAUSE_END = re.compile(
    r"[,;:()–—]\s|\s[-–—]\s"
    r"|\b(?:but|so that|and then|aber|denn|sondern|damit)\b"
    r"|(?=\b(?:because|since|although|whereas|weil|obwohl)\b)",
    re.IGNORECASE,
)
AND = re.compile(r"\b(?:and|und)\b", re.IGNORECASE)
NEGATION = re.compile(
    r"\b(?:not|never|cannot|no|neither|nor|none|\w+n['’]t|impossible|forbidden|prohibited|unable"
    r"|nicht|nie|niemals|kein\w*|weder|unmöglich|verboten|untersagt|keinesfalls)\b",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(
    r"\b(?:never|must(?: not|n['’]t)|should(?: not|n['’]t)|may not|can(?: ?not|['’]t)|no longer"
    r"|impossible|forbidden|prohibited"
    r"|(?:not|n['’]t) (?:be |been )?(?:\w+ly )?"
    r"(?:allowed|permitted|supported|possible|recommended|suitable|available)"
    r"|(?:(?<=please )|(?<=then )|(?<=and )|(?<=so )|(?<=also )|(?<![^\W_])(?<![^\W_]\s))"
    r"(?:do not|don['’]t)"
    r"|(?:d[aü]rf\w*|soll\w*|k[aö]nn\w*)\b.*\b(?:nicht|nie|niemals|kein\w*)"
    r"|(?:nicht|nie|niemals|kein\w*)\b.*\b(?:d[aü]rf\w*|soll\w*|k[aö]nn\w*)"
    r"|bitte (?:\w+ ){0,3}(?:nicht|nie|kein\w*|weder)|nie|niemals|auf keinen fall|keinesfalls"
    r"|verboten|untersagt|unmöglich"
    r"|nicht (?:mehr )?(?:erlaubt|möglich|gestattet|zulässig|unterstützt|vorgesehen|geeignet))\b",
    re.IGNORECASE,
)
# Says no to a worry or a duty, or asks: nothing that somebody else could have allowed.
NO_DENIAL = re.compile(
    r"\b(?:not only|nicht nur|(?:don['’]t|do not) "
    r"(?:worry|hesitate|forget|need|have|know|think|see|find|want|understand|expect|post)"
    r"|not (?:all|every|always|necessarily)|nicht (?:alle|jede\w*|immer|unbedingt)"
    r"|can(?: ?not|['’]t) (?:believe|understand|tell|say|see)|not by all|guarantee"
    r"|(?:you|i|we|they) (?:have|had|did) not|(?:haven|hadn|didn)['’]t|(?:and|und) (?:not|nicht)"
    r"|not (?:yet|sure|certain)|noch nicht|keine (?:sorge|angst|ahnung)|kein problem"
    r"|no (?:need|problem|worries|matter|doubt|idea|harm)|need not|needn['’]t|nicht vergessen"
    r"|(?:muss|müssen|brauch\w*) (?:\w+ ){0,3}nicht|why not|or not|nicht sicher)\b",
    re.IGNORECASE,
)
# "Leave the filter out" tells people to avoid without a word of negation.
AVOIDS = re.compile(
    r"\b(?:(?:leave|left|leaving)\b.{0,40}\b(?:out|off|alone|away|aside|untouched|on the shelf)"
    r"|lassen\b.{0,40}\b(?:aus|weg|bleiben|sein)|(?:weg|bleiben|sein) lassen"
    r"|avoid\w*|refrain|exempt\w*|exclud\w*|prevent\w*|disabl\w*|fail\w*|stop\w*"
    r"|instead of|rather than|hardly|rarely|too"
    r"|statt|anstatt|ausgenommen|verhinder\w*|meiden|vermeid\w*|verzicht\w*|weglass\w*|kaum|selten"
    r"|zu (?:viel|hoch|lang))\b",
    re.IGNORECASE,
)
# What holds at times, for a reason, perhaps or for "those" contradicts nothing said elsewhere.
TIED = re.compile(
    r"\b(?:if|when|while|during|unless|until|till|before|after|without|except|once|otherwise"
    r"|because|since|although|whereas|weil|obwohl|maybe|perhaps|probably|vielleicht|vermutlich"
    r"|wahrscheinlich|those|such|them|solche\w*"
    r"|for now|yet|whether|only|just|even|wenn|falls|während|bis|bevor|nachdem|ohne|außer|sobald"
    r"|solange?|vorerst|noch|sonst|trotz|ob|nur)\b",
    re.IGNORECASE,
)
BEGINS_TIED = re.compile(
    r"^\W*(?:if|when|while|during|unless|until|before|after|once|wenn|falls|während|bis|bevor"
    r"|nachdem|sobald|solange|sollte\w*|should)\b",
    re.IGNORECASE,
)
# "It can take", "it may get": what happens, not what anybody is allowed.
HAPPENS = (
    r"(?! (?:\w+ly |sometimes |also )?(?:take|get|appear|happen|occur|cause|mean|seem|vary|have"
    r"|be that|find|see)\b)"
)
ALLOWED = re.compile(
    rf"\b(?:yes|fine|ok|okay|allowed|permitted|possible(?! (?:you|that|it)\b)"
    rf"|(?:can|may|must|should){HAPPENS}|works?"
    r"|suitable|safe|recommend\w*|please|always|every|support(?:s|ed)|ja|in ordnung|erlaubt"
    r"|gestattet|möglich|kann|können|darf|dürfen|muss|müssen|soll\w*|geht|funktioniert|geeignet"
    r"|empfehl\w*|bitte|immer|unterstützt)\b|^\W*\w+en sie\b",
    re.IGNORECASE,
)
AGREES = re.compile(r"^\W*(?:yes|ja|sure|of course|natürlich|selbstverständlich)\b", re.IGNORECASE)
# "Put a basket": a verb has to stand first, then something that is put.
INSTRUCTED = re.compile(
    r"^\W*(?!(?:this|that|it|there|here|in|on|at|with|for|to|of|from|by|as|is|are|was|has|have"
    r"|not|all|only|about)\b)\w+ (?:the|an?|your|it|this|these|one|all|any)\b",
    re.IGNORECASE,
)

_NUMBER_WORDS = (
    "null zero;ein eine einen einem einer one;zwei two;drei three;vier four;fünf five;sechs six;"
    "sieben seven;acht eight;neun nine;zehn ten;elf eleven;zwölf twelve"
)
NUMBERS = {
    word: value for value, words in enumerate(_NUMBER_WORDS.split(";")) for word in words.split()
}
_UNIT_WORDS = (
    "second s sec secs seconds sekunde sekunden;minute min mins minutes minuten;"
    "hour h hours stunde stunden;day days tag tage tagen;"
    "working-day werktag werktage werktagen;week weeks woche wochen;"
    "month months monat monate monaten;year years jahr jahre jahren;"
    "litre l litres liter liters litern;ml;cm;mm;metre m metres meter meters metern;km;"
    "gram g grams gramm;kg kilo kilos;degree °c °f;percent % prozent;euro € eur euros;"
    "dollar $ usd dollars;pound £ gbp;watt w watts;volt v volts;kb;mb;gb;tb;times mal"
)
UNITS = {word: words.split()[0] for words in _UNIT_WORDS.split(";") for word in words.split()}
_EITHER_NUMBER = "|".join(sorted(NUMBERS, key=len, reverse=True))
_EITHER_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
AMOUNT = re.compile(
    rf"(?<![\w.,-])(\d+(?:[.,]\d+)?|{_EITHER_NUMBER})"
    rf"(?:\s*(?:-|–|to|bis|or|oder|and|und)\s*(\d+(?:[.,]\d+)?))?[\s-]?"
    rf"(?P<unit>working days?|{_EITHER_UNIT})(?!\w)",
    re.IGNORECASE,
)
# How a figure is meant, read from the words before it; two may differ only if meant alike.
MEANINGS = (
    (
        "every",
        re.compile(
            r"\b(?:every|each|once (?:in|per|a)|alle|jede[nrs]?|einmal (?:in|pro))"
            r"\W*(?:(?:about|etwa|rund)\s)?$",
            re.IGNORECASE,
        ),
    ),
    (
        "least",
        re.compile(r"\b(?:at least|minimum|mindestens|wenigstens)\W*(?:\w+\W+){0,2}$", re.I),
    ),
    (
        "limit",
        re.compile(
            r"\b(?:lasts?|valid|good for|within|up to|at most|no more than|maximum|latest"
            r"|hält|halten|reicht|reichen|gilt|gelten|gültig|innerhalb|binnen|höchstens|maximal"
            r"|bis zu|spätestens)\b\W*(?:[\w.,]+\s+){0,4}$",
            re.IGNORECASE,
        ),
    ),
    (
        "cost",
        re.compile(
            r"\b(?:costs?|price|fee|kostet|kosten|preis|gebühr)\b\W*(?:[\w.,]+\s+){0,4}$", re.I
        ),
    ),
)
DEPENDS = re.compile(
    r"\b(?<!even )(?<!auch )(?:if|without|unless|when|wenn|falls|ohne|sofern|otherwise|sonst"
    r"|instead|older|älter)\b",
    re.IGNORECASE,
)
POINTS_BACK = re.compile(r"^\W*(?:it|they|this|these|er|sie|es|dies\w*)\b", re.IGNORECASE)


class Stance(StrEnum):
    """What a clause says of its matter; a denial is weaker than a prohibition."""

    FORBIDS = "forbids"
    DENIES = "denies"
    ALLOWS = "allows"


@dataclass(frozen=True, slots=True)
class Claim:
    """One clause that takes a stance on its matter.

    words, names: stems. focus: the stem that a negation hits first, None if nothing is negated.
    """

    sentence: str
    stance: Stance
    words: frozenset[str]
    names: frozenset[str]
    focus: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers that one sentence gives for one unit in one meaning, such as every, weeks.

    words: stems of the sentence, and of the one before where it begins with a pronoun.
    """

    sentence: str
    meaning: str
    unit: str
    values: frozenset[float]
    words: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statements:
    """All that one text claims, and the stems of all its words."""

    claims: tuple[Claim, ...]
    figures: tuple[Figure, ...]
    words: frozenset[str]


def read_statements(text: str) -> Statements:
    """What a cleaned text claims in its first 80 sentences; questions claim nothing."""
    lang = reading_language(text)
    telling = [
        sentence
        for sentence in sentences_of(text)[:MAX_SENTENCES]
        if not sentence.endswith("?") and len(sentence) <= MAX_SENTENCE_CHARACTERS
    ]
    words = frozenset(stem for sentence in telling for stem in content_words(sentence, lang))
    claims = [claim for sentence in telling for claim in _claims(sentence, lang)]
    return Statements(tuple(claims), tuple(_figures(telling, lang)), words)


def _claims(sentence: str, lang: str) -> list[Claim]:
    if BEGINS_TIED.search(sentence):
        return []
    agrees = AGREES.search(sentence) is not None
    found = (_claim(sentence, clause, lang, agrees=agrees) for clause in CLAUSE_END.split(sentence))
    return [claim for claim in found if claim is not None]


def _claim(sentence: str, clause: str, lang: str, *, agrees: bool) -> Claim | None:
    if TIED.search(clause) or NO_DENIAL.search(clause):
        return None
    negation = NEGATION.search(clause)
    if negation is None:
        told = agrees or ALLOWED.search(clause) or INSTRUCTED.search(clause)
        if AVOIDS.search(clause) or not told:
            return None
        words = frozenset(content_words(clause, lang))
        return Claim(sentence, Stance.ALLOWS, words, names_in(clause, lang) & words)
    # "Do not use the machine and leave it off": the second half is no longer negated.
    end = AND.search(clause, negation.end())
    if end is not None and content_words(clause[negation.end() : end.start()], lang):
        clause = clause[: end.start()]
    hit = content_words(clause[negation.end() :], lang)
    before = content_words(clause[: negation.start()], lang)
    words = frozenset(hit + before)
    if not words:
        return None
    stance = Stance.FORBIDS if FORBIDDEN.search(clause) else Stance.DENIES
    focus = hit[0] if hit else before[-1]
    return Claim(sentence, stance, words, names_in(clause, lang) & words, focus)


def _figures(telling: list[str], lang: str) -> list[Figure]:
    figures: list[Figure] = []
    before: frozenset[str] = frozenset()
    for sentence in telling:
        stems = content_words(sentence, lang)
        words = frozenset(stem for stem in stems if stem not in UNITS)
        values = {} if DEPENDS.search(sentence) else _values(sentence)
        matter = words | before if POINTS_BACK.search(sentence) else words
        names = names_in(sentence, lang) & words
        figures += [
            Figure(sentence, meaning, unit, frozenset(numbers), matter, names)
            for (meaning, unit), numbers in values.items()
        ]
        before = words
    return figures


def _values(sentence: str) -> dict[tuple[str, str], set[float]]:
    values: dict[tuple[str, str], set[float]] = {}
    for found in AMOUNT.finditer(sentence):
        left = sentence[max(0, found.start() - MEANING_CHARACTERS) : found.start()]
        meaning = next((name for name, told in MEANINGS if told.search(left)), None)
        if meaning is None:
            continue
        written = found["unit"].lower()
        unit = "working-day" if written.startswith("working") else UNITS[written]
        numbers = (_number(text) for text in found.groups()[:2] if text)
        values.setdefault((meaning, unit), set()).update(numbers)
    return values


def _number(text: str) -> float:
    spelled = NUMBERS.get(text.lower())
    return float(text.replace(",", ".")) if spelled is None else float(spelled)

"""Finds names of people in a text: the sender's own, in salutations, in sign-offs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.intake.courtesies import CLOSING, NAME
from kb.intake.numbers import Span

MIN_NAME_CHARACTERS = 3
MAX_OWN_NAMES = 12
# Parts of sender names that are words of every text.
NO_NAME_WORDS = (
    "the and von van der den del dos das user support customer admin info mail service team "
    "office kunde client anonymous guest unknown www com net org name firma company gmbh"
)
NO_NAMES = frozenset(NO_NAME_WORDS.split())
# What stands after a greeting or a title without being a person.
NO_PERSON = (
    r"(?:Team|Support|All|Everyone|Everybody|There|Sir|Madam|Sirs|Community|Folks|Guys|Friends|"
    r"Experts?|Forum|Customer|Service|Kundenservice|Kundendienst|Zusammen|Alle|Damen|Herren|Leute|"
    r"Thunderbird|Mozilla|Firefox|Word|Office|Outlook|Excel|Windows|Teams|Exchange|Edge|Access|"
    r"Mail|Email|Again|Since|When|While|After|My|The|This|It|We|You|If|In|On|For|Has|Is|Can|How|What|"
    r"Why|Please|Bitte|Ich|Wir|Mein|Meine|Seit|Nach|Wenn|Wie|Kann|Morning|Evening|Afternoon|Day|Tag|"
    r"Morgen|Abend|Hilfe|Help|Hello|Hallo|And|Und|Or|But|So|To|From|At|With)"
)
PERSON = rf"(?!{NO_PERSON}\b){NAME}"
TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Herrn?|Frau|Monsieur|Madame|Mme|Señora?|Sra?|Signora?|Dhr|Mevrouw)\b\.?"
    rf"((?:[ ](?:(?:Dr|Prof|Dipl|Ing)\.?|von|van|de|der|zu)){{0,3}}(?:[ ]{PERSON}){{1,2}})"
)
DOCTOR = re.compile(rf"\b(?:Dr|Prof)\.[ ]((?:{PERSON})(?:[ ]{PERSON})?)")
GREETED = re.compile(
    r"(?:^|\n)[ ]?(?:(?i:hi|hello|hey|dear|hallo|liebe[rs]?|moin|servus|guten (?:tag|morgen|abend)|"
    r"good (?:morning|afternoon|evening)|bonjour|hola|ciao|beste|geachte))[ ]"
    rf"({PERSON}(?:[ ](?:und|and|&)[ ]{PERSON}|[ ]{PERSON})?)(?=[ ]?[,!\n:–-])"
)
THANKED = r"(?i:thanks|thank you|thx|danke|vielen dank|merci|gracias|grazie|bedankt)"
SIGNED = re.compile(
    rf"(?:^|[\n.!?,;) ])[ ]?(?:{CLOSING}|{THANKED})"
    rf"(?:[ ]?[,.!–-]{{1,3}}[ ]?\n{{0,2}}|[ ]?\n{{1,2}})[ ]?"
    rf"((?:{PERSON})(?:[ ]{NAME}){{0,2}})[.! ]*(?=\n|$)"
)
NAMED_SELF = re.compile(
    r"\b(?i:my name is|my name's|mein name ist|ich heiße|ich heisse|je m.appelle|me llamo|"
    rf"mi chiamo|mijn naam is)[ ]({PERSON}(?:[ ]{NAME}){{0,2}})"
)


def find_names(text: str, *, own: Sequence[str] = ()) -> Iterator[Span]:
    """Yield names of people; `own` are the sender's, full ("Jane Doe") or as an address."""
    if pattern := _own_names(own):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "name")
    for found in (TITLED, DOCTOR, GREETED, SIGNED, NAMED_SELF):
        for match in found.finditer(text):
            start, end = match.span(1)
            start += len(match[1]) - len(match[1].lstrip())
            yield Span(start, start + len(text[start:end].rstrip(" .!")), "name")


def _own_names(own: Sequence[str]) -> re.Pattern[str] | None:
    words: dict[str, None] = {}
    for name in own:
        whole = " ".join(name.split("@")[0].split())
        parts = [part for part in re.split(r"[\s,.;_+\d\"'()<>]+", whole) if _is_name(part)]
        if len(parts) > 1:
            words[re.escape(" ".join(parts)).replace(r"\ ", r"[\s,]{1,3}")] = None
        for part in parts:
            # In small letters "mark" and "will" are words, so a part of a name counts only as
            # a name is written; the full name counts in any case.
            spellings = {part.capitalize(), part.upper(), part} - {part.lower()}
            words[f"(?-i:{'|'.join(map(re.escape, sorted(spellings)))})"] = None
    if not words:
        return None
    choices = "|".join(list(words)[:MAX_OWN_NAMES])
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE)


def _is_name(part: str) -> bool:
    return len(part) >= MIN_NAME_CHARACTERS and part.lower() not in NO_NAMES

"""Recognises messages that ask nothing: empty ones, thanks, greetings, automatic replies."""

from __future__ import annotations

import re
from typing import Literal

Noise = Literal["empty", "thanks", "auto_reply", "greeting"]

MIN_LETTERS = 2
MAX_COURTESY_WORDS = 14
WORD = re.compile(r"[^\W\d_]+")
THANKS_LIST = (
    "thank thanks thx ty tia cheers danke dank dankeschön vielen besten herzlichen merci gracias "
    "grazie bedankt obrigado obrigada dziękuję děkuji"
)
GREETING_LIST = (
    "hi hello hey hallo moin servus guten tag morgen abend good morning afternoon evening day dear "
    "test testing bonjour hola ciao there all everyone zusammen team"
)
# Words that may stand in a thank-you without making it a question.
COURTESY_LIST = (
    "you very much so a lot again in advance for your the help quick reply answer support it that "
    "this works worked now great perfect awesome excellent ok okay yes problem solved is was "
    "resolved fixed and i got all best regards für die schnelle hilfe antwort ihre eure deine das "
    "es hat funktioniert jetzt geklappt super toll prima klappt gelöst ist ja im voraus schön sehr "
    "mit freundlichen grüßen viele liebe grüße lg mfg name"
)
THANKS_WORDS = frozenset(THANKS_LIST.split())
GREETING_WORDS = frozenset(GREETING_LIST.split())
COURTESY_WORDS = THANKS_WORDS | GREETING_WORDS | frozenset(COURTESY_LIST.split())
AUTO_SUBJECT = re.compile(
    r"(?:automatic reply|auto-?(?:matic)? ?reply|autoreply|auto(?:matic)? response|out of (?:the )?"
    r"office|automatische antwort|abwesenheits(?:notiz|benachrichtigung|assistent)|abwesend|"
    r"réponse automatique|respuesta automática|risposta automatica|automatisch antwoord)"
    r"\s*:",
    re.IGNORECASE,
)
# People also write to ask about such a message, so its text has to begin like one too.
BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver|unzustellbar|returned mail|mail delivery (?:failed|failure|system)|"
    r"delivery status notification|nicht zugestellt)",
    re.IGNORECASE,
)
BOUNCE_BODY = re.compile(
    r"this (?:is the mail system|message was created automatically by mail)|"
    r"(?:your message|ihre nachricht) [^?]{0,80}(?:could ?n.t be delivered|wasn.t delivered|"
    r"could not be delivered|konnte nicht zugestellt)|delivery has failed to these recipients",
    re.IGNORECASE,
)
BOUNCE_BODY_CHARACTERS = 200
AUTO_BODY = re.compile(
    r"\b(?:i am|i'm|i will be) (?:currently )?(?:out of (?:the )?office|on (?:annual )?leave|on "
    r"vacation|away from)[^?]{0,200}\b(?:return|back|reply|respond|until|contact)\b|"
    r"\bich bin (?:derzeit |zur ?zeit |aktuell |momentan |ab |bis |vom |erst )[^?]{0,80}(?:nicht "
    r"im (?:büro|haus)|abwesend|im urlaub|nicht erreichbar|wieder (?:im büro|erreichbar))|"
    r"\bthis is an automat(?:ed|ic(?:ally generated)?) (?:reply|response|message)\b|"
    r"\bdies ist eine automatisch(?:e| (?:generierte|erzeugte)) (?:antwort|nachricht|e-?mail)\b",
    re.IGNORECASE,
)
# An automatic reply says so at its start.
AUTO_BODY_CHARACTERS = 600


def find_noise(subject: str, body: str, *, is_answer: bool = False) -> Noise | None:
    """Return why a cleaned message asks nothing, None where it may ask something.

    `is_answer` tells that the subject is only carried over ("Re: ..."), so that it asks nothing
    by itself.
    """
    own_subject = "" if is_answer else subject
    if AUTO_SUBJECT.match(subject) or AUTO_BODY.search(body[:AUTO_BODY_CHARACTERS]):
        return "auto_reply"
    if BOUNCE_SUBJECT.match(subject) and BOUNCE_BODY.search(body[:BOUNCE_BODY_CHARACTERS]):
        return "auto_reply"
    words = [word.lower() for word in WORD.findall(f"{own_subject} {body}"[:2_000])]
    if sum(map(len, words)) < MIN_LETTERS:
        return "empty"
    if "?" in f"{own_subject}{body}" or len(words) > MAX_COURTESY_WORDS:
        return None
    if GREETING_WORDS.issuperset(words):
        return "greeting"
    if COURTESY_WORDS.issuperset(words) and not THANKS_WORDS.isdisjoint(words):
        return "thanks"
    return None

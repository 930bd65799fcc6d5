"""Tells a reply that says what to do from one that asks back, promises, thanks or points away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.replies.sentences import LINK, sentences_of

MIN_WORDS = 5
# A reply that also asks back or promises an answer has to tell this much to be one itself;
# below it stand mostly friendly words and "leave it off until then" (read in real replies).
MIN_WORDS_WHERE_OPEN = 18
# "Does it work now?" asks for no detail.
MAX_CLOSING_QUESTION_WORDS = 5
MAX_COURTESY_WORDS = 14
# Beyond this a sentence that also says "it works now" tells how.
MAX_EMPTY_WORDS = 15
# A reply of this many telling words is an answer; more make it longer, not better.
FULL_ANSWER_WORDS = 100

WORD_OR_NUMBER = re.compile(r"\w+")
COURTESY = re.compile(
    r"\b(?:thank(?:s| you)|sorry|apolog\w+|regards|wishes|sincerely|welcome|glad|pleasure|well done"
    r"|(?:i|we) (?:(?:can|do|fully|quite|well) )*(?:understand|imagine|appreciate|see)"
    r"|(?:you are|you['’]re) right|(?:good|fair|reasonable) (?:question|point)|oh dear|noted"
    r"|(?:don['’]t|do not|no) worr(?:y|ies)"
    r"|danke|dank|entschuldig\w*|tut (?:mir|uns) (?:\w+ )?leid|bedauer\w*|gr[üu](?:ß|ss)e?n?|freut"
    r"|verstehe\w*|ärger\w*|nachvollziehbar|unangenehm|ha(?:t|ben) recht|keine sorge|notiert"
    r"|gute frage|schade)\b",
    re.IGNORECASE,
)
# "Please post a screenshot of your settings" asks back without a question mark.
REQUEST = re.compile(
    r"\b(?:please|kindly|can you|could you|would you|might i|may i|we (?:will |would )?need"
    r"|i(?:['’]d|['’]ll| will| would)? (?:also )?(?:need|like to know|want to (?:know|see)))\b"
    r"[^,;:]{0,40}?\b(?:post|provide|attach|share|upload|send|describe|tell|give|let (?:us|me) know"
    r"|include|copy|ask|have|know|see|understand)\b"
    r".{0,60}?\b(?:screenshots?|messages?|logs?|details?|info\w*|settings?|versions?|errors?|texts?"
    r"|images?|photos?|videos?|pictures?|us|me|numbers?|serials?|whether|what|which|where|how)\b"
    r"|\b(?:bitte|könn(?:t?en) sie|würden sie|schreib\w*|brauche\w*|benötige\w*)\b[^;:]{0,80}?"
    r"\b(?:bildschirmfotos?|screenshots?|fehlermeldung\w*|angaben?|einstellungen|fotos?|videos?"
    r"|protokoll\w*|\w*nummer|uns|mir)\b",
    re.IGNORECASE,
)
ASKS_FOR_DETAIL = re.compile(
    r"\b(?:wh(?:at|ich|en|ere|o|y|ose)|how|your|welche\w*|was|wann|wo|wer|wie|warum|ihre?)\b",
    re.IGNORECASE,
)
# "I am asking our parts team": news about the answer, not the answer.
_SOMEBODY = (
    r"\b(?:i|we|one of us)(?:['’](?:ll|ve|m|re|d)| will| shall| have| am| are| would| want to)*"
    r"(?: (?!not\b)\w+){0,2}? "
)
PROMISE = re.compile(
    _SOMEBODY + r"(?:ask(?:ed|ing)?|check(?:ed|ing)?|look(?:ed|ing)? (?:into|at|for)|chas(?:e|ing)"
    r"|come back|get back|be in touch|write (?:to you|again)|tell you|let you know|report back"
    r"|investigat\w+|collecting|pass(?:ed|ing)?|forward\w*|escalat\w+|noted|measure|find out"
    r"|(?:given|written|sent|taken) (?:your|this|it|note)|(?:ring|call) you|see (?:if|whether)"
    r"|put (?:it|this|your)|add(?:ed)? your|like to)\b"
    r"|\blet me (?:check|ask|look|find|see)\b|\byou(?:['’]ll| will| shall)? hear (?:from|back)\b"
    r"|\b(?:developers|team|colleagues|workshop|engineers) (?:are|is) (?:on|looking|checking)\b"
    r"|\bbefore (?:i|we) (?:answer|suggest|say|write|do|decide)\b"
    r"|\b(?:then|so that) (?:i|we) (?:can|['’]ll|will)\b"
    r"|\b(?:ich|wir) (?:frage|kläre|prüfe|schaue?|erkundige|melde|leite|rufe|gebe|möchte)n?\b"
    r"|\b(?:frage|kläre|prüfe|schaue?|melde|rufe|gebe|leite)n? (?:ich|wir|mich|uns)\b"
    r"|\b(?:ich|wir) habe?n? .{0,80}\b(?:weiter(?:gegeben|geleitet)|angeschrieben|nachgefragt"
    r"|beauftragt|gebeten)\b"
    r"|\b(?:nachricht|antwort|bescheid) von (?:mir|uns)\b|\bvon (?:mir|uns) .{0,20}\bnachricht\b"
    r"|\b(?:dann|damit) (?:kann |gebe |finde )?(?:ich|wir)\b|\bliegt (?:beim|bei (?:der|den))\b",
    re.IGNORECASE,
)
# "If it fails again, send us a photo" closes an answer; it asks nothing now.
CONDITION = re.compile(r"^(?:if|should|in case|once|falls|wenn|sollte\w*|sobald)\b", re.IGNORECASE)
HOLD_ON = re.compile(
    r"\b(?:for now|until (?:then|i|we|you hear)|till then|for the moment|in the meantime|meanwhile"
    r"|(?:till|until) (?:i|we)(?:['’](?:m|re))?|bis dahin|vorerst|inzwischen|einstweilen)\b",
    re.IGNORECASE,
)


# Stock phrases of other languages that ask for more before anything is told.
REQUEST_ELSEWHERE = re.compile(
    r"\b(?:potresti|puoi|può|prova a|per favore|si prega di|ser(?:ve|vono)|forni\w+)\b.{0,80}?"
    r"\b(?:informazion\w*|screenshot|schermat\w*|messaggi\w* di errore|versione|dettagli)\b"
    r"|\b(?:kunt u|kun je|graag|gelieve|wilt u)\b.{0,80}?"
    r"\b(?:informatie|schermafdruk\w*|screenshots?|foutmelding\w*|versie|laten weten)\b"
    r"|\b(?:pued[ea]s?|podr[ií]as?|por favor|necesit\w+)\b.{0,80}?"
    r"\b(?:informaci[oó]n|captura\w*|mensajes? de error|versi[oó]n|detalles)\b"
    r"|\b(?:pouvez-vous|pourriez-vous|merci de|veuillez)\b.{0,80}?"
    r"\b(?:informations|captures?|messages? d.erreur|version|détails)\b",
    re.IGNORECASE,
)
# "See our website for more": where the answer may be, not the answer.
POINTS_AWAY = re.compile(
    r"\b(?:see|read|visit|check(?: out)?|review|refer to|consult|find|look (?:at|on|in)|search"
    r"|more (?:information|help|details)|siehe|lesen|besuchen|schauen|finden|mehr)\b.{0,60}?"
    r"\b(?:our|this|these|the following|unsere\w*|diese\w*|folgende\w*)\b.{0,30}?"
    r"\b(?:web ?site|site|home ?page|page|link|article|faqs?|threads?|posts?|topic|blog|manual"
    r"|help (?:cent(?:er|re)|pages?)|documentation|knowledge base|shop|seiten?|artikel|beitrag"
    r"|hilfe\w*|internetseite|webseite|handbuch|anleitung)\b",
    re.IGNORECASE,
)
MAX_POINTING_WORDS = 16
# Nothing of these is told to somebody who has the problem.
SAYS_NOTHING = re.compile(
    r"\bduplicate (?:post|thread|question|ticket)\b|\bdo not reply\b|\bsame (?:problem|issue) here"
    r"|\b(?:mark|clos)(?:e|ed|ing) (?:this|the|your) (?:ticket|question|thread|case|topic)\b"
    r"|\b(?:i|we) (?:really )?(?:don['’]t|do not|can['’]?t|cannot) (?:know|say|tell|help)\b"
    r"|\b(?:no|any) idea\b|\bhard to (?:say|tell)\b|\bnot enough information\b"
    r"|\b(?:problem|issue)(?: is|['’]s| has been| was)? (?:now )?(?:solved|resolved|fixed|gone)\b"
    r"|^\W*(?:it|all|everything)(?: is|['’]s)? (?:now )?work(?:s|ing) (?:again|now|fine)\b"
    r"|\b(?:weiß|wissen) (?:ich|wir) (?:leider )?nicht\b|\bkeine ahnung\b"
    r"|^\W*(?:es|alles) (?:funktioniert|geht|läuft) (?:jetzt|wieder)\b"
    r"|\b(?:mein name ist|my name is|i am \w+ from|ich bin \w+ (?:von|aus))\b",
    re.IGNORECASE,
)

# Somebody else with the same trouble.
ME_TOO = re.compile(
    r"\b(?:i|we)(?:['’](?:m|re|ve)| am| are| have| had| got| get| do)?\b[^.!?]{0,30}"
    r"\b(?:same|similar) (?:\w+ )?(?:problem|issue|error|trouble|thing|experience)"
    r"|\b(?:me|us) too\b|\b(?:ich|wir) ha(?:be|ben|tte|tten)\b[^.!?]{0,30}"
    r"\b(?:gleiche|selbe|dasselbe|ähnliche)\w* (?:problem|fehler)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReplyReading:
    """What one reply tells, in words: `told` of all `words`; `is_open` if it asks or promises."""

    told: int
    words: int
    is_open: bool

    @property
    def is_useful(self) -> bool:
        """Whether it says enough; one that asks or promises beside that has to say more."""
        return self.told >= (MIN_WORDS_WHERE_OPEN if self.is_open else MIN_WORDS)

    @property
    def quality(self) -> float:
        """How much of an answer it is, 0 to 1: it tells enough, and little else."""
        return min(1.0, self.told / FULL_ANSWER_WORDS) * self.told / max(1, self.words)


def read_reply(text: str) -> ReplyReading:
    """Count the words of a reply that tell something.

    Questions back, courtesies, promises, what points elsewhere and what says only that nothing
    is known count for nothing.
    """
    told = 0
    is_open = False
    words = len(WORD_OR_NUMBER.findall(LINK.sub(" ", text)))
    sentences = sentences_of(text)
    if sentences and ME_TOO.search(sentences[0]):
        return ReplyReading(0, words, is_open)
    for sentence in sentences:
        if _is_open(sentence):
            is_open = True
        elif not _says_nothing(sentence):
            told += len(WORD_OR_NUMBER.findall(sentence))
    return ReplyReading(told, words, is_open)


def is_useful(text: str) -> bool:
    """Whether a reply says something beyond a question back, a courtesy, a promise, a link."""
    return read_reply(text).is_useful


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence only thanks, greets, is sorry, or says who writes."""
    return len(sentence.split()) <= MAX_COURTESY_WORDS and COURTESY.search(sentence) is not None


def _is_open(sentence: str) -> bool:
    if sentence.endswith("?"):
        short = len(sentence.split()) <= MAX_CLOSING_QUESTION_WORDS
        return not short or ASKS_FOR_DETAIL.search(sentence) is not None
    if CONDITION.search(sentence):
        return False
    return any(told.search(sentence) for told in (REQUEST, REQUEST_ELSEWHERE, PROMISE))


def _says_nothing(sentence: str) -> bool:
    if sentence.endswith("?") or HOLD_ON.search(sentence) or is_courtesy(sentence):
        return True
    words = len(sentence.split())
    if words <= MAX_POINTING_WORDS and POINTS_AWAY.search(sentence):
        return True
    return words <= MAX_EMPTY_WORDS and SAYS_NOTHING.search(sentence) is not None

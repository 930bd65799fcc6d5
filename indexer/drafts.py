"""A draft answer for a topic, quoted from the replies its questions really got."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from indexer.contradictions import find_contradictions
from indexer.keywords import WORD
from indexer.sentences import LINK, sentences_of
from indexer.stopwords import stop_words

MIN_WORDS = 5
# A reply that also asks back or promises an answer has to tell this much to be one itself;
# below it stand mostly friendly words and "leave it off until then" (read in real replies).
MIN_WORDS_WHERE_OPEN = 18
# "Does it work now?" asks for no detail.
MAX_CLOSING_QUESTION_WORDS = 5
MAX_COURTESY_WORDS = 14
# Two replies count as saying much the same from this TF-IDF cosine on (set by hand).
AGREES_FROM = 0.2
# What a mark as solution or a helpful vote is worth beside centrality, which is at most 1.
SOLUTION_BONUS = 0.5
HELPFUL_BONUS = 0.25
# The newest of a big topic are enough to find the middle, and bound the square matrix.
MAX_COMPARED = 500
# More pairs than an agent reads tell nothing new.
MAX_CONTRADICTIONS = 10

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


@dataclass(frozen=True, slots=True)
class TopicReply:
    """One reply to a question of the topic; `text` is cleaned and masked."""

    reply_id: int
    question_id: int
    text: str
    is_solution: bool = False
    helpful_votes: int = 0


@dataclass(frozen=True, slots=True)
class ReplyContradiction:
    """Two replies that cannot both be followed, with the sentences that clash; older first."""

    reply_id: int
    question_id: int
    sentence: str
    other_id: int
    other_question_id: int
    other_sentence: str

    def holds(self, reply_id: int) -> bool:
        """Whether the reply is one of the two."""
        return reply_id in (self.reply_id, self.other_id)


@dataclass(frozen=True, slots=True)
class Draft:
    """A real reply that may become the topic's answer after a person has read it.

    agreement: share of the other useful replies that say much the same, 0 to 1; 0 for an
    only one. contradictions: pairs among all useful replies, those with this reply first, then
    the strongest; at most ten. contradicting: the reply that contradicts this one most.
    """

    reply_id: int
    question_id: int
    text: str
    agreement: float
    contradicting: int | None = None
    contradictions: tuple[ReplyContradiction, ...] = ()


def find_draft(replies: Sequence[TopicReply]) -> Draft | None:
    """The most central useful reply; None where no reply helps.

    Replies that only ask back, apologise, thank, promise or point to a link are passed over.
    Those marked as solution or voted helpful are preferred. `replies` come oldest first; of equal
    ones the newer wins.
    """
    useful = [reply for reply in replies if is_useful(reply.text)][-MAX_COMPARED:]
    if not useful:
        return None
    similar = _similarities([reply.text for reply in useful])
    others = max(1, len(useful) - 1)
    centrality = similar.sum(axis=1) / others
    scores = centrality + np.array([_bonus(reply) for reply in useful])
    best = len(useful) - 1 - int(scores[::-1].argmax())
    chosen = useful[best]
    clashes = _contradictions(useful, chosen.reply_id)
    return Draft(
        reply_id=chosen.reply_id,
        question_id=chosen.question_id,
        text=chosen.text.strip(),
        agreement=float((similar[best] >= AGREES_FROM).sum() / others),
        contradicting=_against(chosen.reply_id, clashes),
        contradictions=clashes[:MAX_CONTRADICTIONS],
    )


def is_useful(text: str) -> bool:
    """Whether a reply says something beyond a question back, a courtesy, a promise, a link.

    One that asks or promises beside that is useful if it tells enough all the same.
    """
    told = 0
    is_open = False
    for sentence in sentences_of(text):
        if _is_open(sentence):
            is_open = True
        elif not (sentence.endswith("?") or HOLD_ON.search(sentence) or _is_courtesy(sentence)):
            told += len(WORD_OR_NUMBER.findall(sentence))
    return told >= (MIN_WORDS_WHERE_OPEN if is_open else MIN_WORDS)


def _is_open(sentence: str) -> bool:
    if sentence.endswith("?"):
        short = len(sentence.split()) <= MAX_CLOSING_QUESTION_WORDS
        return not short or ASKS_FOR_DETAIL.search(sentence) is not None
    if CONDITION.search(sentence):
        return False
    return REQUEST.search(sentence) is not None or PROMISE.search(sentence) is not None


def _is_courtesy(sentence: str) -> bool:
    return len(sentence.split()) <= MAX_COURTESY_WORDS and COURTESY.search(sentence) is not None


def _bonus(reply: TopicReply) -> float:
    helpful = HELPFUL_BONUS * (1 - 0.5 ** max(0, reply.helpful_votes))
    return helpful + (SOLUTION_BONUS if reply.is_solution else 0.0)


def _similarities(texts: Sequence[str]) -> NDArray[np.float64]:
    """TF-IDF cosines, shape (n, n), zero diagonal."""
    vectorizer = TfidfVectorizer(token_pattern=WORD, sublinear_tf=True)
    analyse = vectorizer.build_analyzer()
    silent = stop_words()
    words = [" ".join(w for w in analyse(LINK.sub(" ", text)) if w not in silent) for text in texts]
    if not any(words):
        return np.zeros((len(texts), len(texts)))
    vectors = vectorizer.fit_transform(words)
    similar: NDArray[np.float64] = (vectors @ vectors.T).toarray()
    np.fill_diagonal(similar, 0.0)
    return similar


def _contradictions(useful: Sequence[TopicReply], chosen_id: int) -> tuple[ReplyContradiction, ...]:
    clashes = []
    for found in find_contradictions([reply.text for reply in useful]):
        one, other = useful[found.first], useful[found.second]
        clashes.append(
            ReplyContradiction(
                reply_id=one.reply_id,
                question_id=one.question_id,
                sentence=found.first_sentence,
                other_id=other.reply_id,
                other_question_id=other.question_id,
                other_sentence=found.second_sentence,
            )
        )
    return tuple(sorted(clashes, key=lambda clash: not clash.holds(chosen_id)))


def _against(chosen_id: int, clashes: Sequence[ReplyContradiction]) -> int | None:
    if not clashes or not clashes[0].holds(chosen_id):
        return None
    first = clashes[0]
    return first.other_id if first.reply_id == chosen_id else first.reply_id

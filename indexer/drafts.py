"""A draft answer for a topic, quoted from the replies its questions really got."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from indexer.keywords import WORD
from indexer.stopwords import stop_words

MIN_WORDS = 8
# Two replies count as saying much the same from this TF-IDF cosine on (set by hand).
AGREES_FROM = 0.2
SAME_MATTER_FROM = 0.3
# What a mark as solution or a helpful vote is worth beside centrality, which is at most 1.
SOLUTION_BONUS = 0.5
HELPFUL_BONUS = 0.25
# The newest of a big topic are enough to find the middle, and bound the square matrix.
MAX_COMPARED = 500

COURTESY = re.compile(
    r"\b(?:thank(?:s| you)|sorry|apolog\w+|regards|welcome|glad|we understand"
    r"|hello|hi|dear|danke|dank|entschuldig\w*|tut (?:mir|uns) leid|bedauer\w*|gerne?|grüße"
    r"|gruß|hallo|guten tag|sehr geehrte\w*|freut)\b",
    re.IGNORECASE,
)
# "Please post a screenshot of your settings" asks back without a question mark.
REQUEST = re.compile(
    r"\b(?:please|kindly|can you|could you|we (?:will )?need)\b.{0,40}?"
    r"\b(?:post|provide|attach|share|upload|send|describe|tell|give|let us know|include|copy)\b"
    r".{0,60}?\b(?:screenshots?|messages?|logs?|details?|info\w*|settings?|versions?|errors?|texts?"
    r"|images?|photos?|us|me|numbers?)\b"
    r"|\b(?:bitte|könn(?:ten|en) sie)\b.{0,80}?"
    r"\b(?:bildschirmfotos?|screenshots?|fehlermeldung\w*|angaben|einstellungen|fotos?|protokoll\w*"
    r"|\w*nummer|uns|mir)\b.{0,60}?"
    r"\b(?:schicken|senden|schreiben|nennen|beschreiben|mitteilen|teilen|anhängen|hochladen)\b",
    re.IGNORECASE,
)
LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
NEGATION = re.compile(
    r"\b(?:not|no longer|never|cannot|can't|won't|isn't|doesn't|don't|impossible|unable|nicht"
    r"|kein\w*|nie|niemals|unmöglich|leider)\b",
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
class Draft:
    """A real reply that may become the topic's answer after a person has read it.

    agreement: share of the other useful replies that say much the same, 0 to 1; 0 for an
    only one. contradicting: a reply on the same matter that says no where this says yes.
    """

    reply_id: int
    question_id: int
    text: str
    agreement: float
    contradicting: int | None = None


def find_draft(replies: Sequence[TopicReply]) -> Draft | None:
    """The most central useful reply; None where no reply helps.

    Replies that only ask back, apologise, thank or point to a link are passed over. Those
    marked as solution or voted helpful are preferred. `replies` come oldest first; of equal
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
    return Draft(
        reply_id=chosen.reply_id,
        question_id=chosen.question_id,
        text=chosen.text.strip(),
        agreement=float((similar[best] >= AGREES_FROM).sum() / others),
        contradicting=_contradicting(useful, best, similar[best]),
    )


def is_useful(text: str) -> bool:
    """Whether a reply says something beyond a question back, a courtesy or a bare link."""
    sentences = (found.strip() for found in SENTENCE.findall(LINK.sub(" ", text)))
    telling = (
        s for s in sentences if not (s.endswith("?") or _is_courtesy(s) or REQUEST.search(s))
    )
    return sum(len(sentence.split()) for sentence in telling) >= MIN_WORDS


def _is_courtesy(sentence: str) -> bool:
    return len(sentence.split()) <= 12 and COURTESY.search(sentence) is not None


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


def _contradicting(
    useful: Sequence[TopicReply], best: int, similar: NDArray[np.float64]
) -> int | None:
    denies = _denies(useful[best].text)
    against = [
        (similar[row], reply.reply_id)
        for row, reply in enumerate(useful)
        if row != best and similar[row] >= SAME_MATTER_FROM and _denies(reply.text) != denies
    ]
    return max(against)[1] if against else None


def _denies(text: str) -> bool:
    """Whether the first telling sentence says no."""
    for found in SENTENCE.findall(LINK.sub(" ", text)):
        sentence = found.strip()
        if sentence and not sentence.endswith("?") and not _is_courtesy(sentence):
            return NEGATION.search(sentence) is not None
    return False

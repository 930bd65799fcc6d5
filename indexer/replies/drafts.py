"""A draft answer for a topic, quoted from the replies its questions really got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from indexer.facts.keywords import WORD
from indexer.facts.stopwords import stop_words
from indexer.replies.contradictions import find_contradictions
from indexer.replies.draft_text import quotable
from indexer.replies.sentences import LINK
from indexer.replies.useful_replies import ReplyReading, read_reply

# Two replies count as saying much the same when their words have this cosine: in the demo world
# 41 % of the pairs that answer one question lie above it, and none that answer two.
AGREES_FROM = 0.35
# Beside quality, which is at most 1: near to what the topic asks, near to the other replies
# (shares of the nearest one's). Found on real tickets with benchmarks/drafts.py.
RELEVANCE_WEIGHT = 0.8
CENTRALITY_WEIGHT = 0.2
# What a mark as solution or a helpful vote is worth beside these.
SOLUTION_BONUS = 0.6
HELPFUL_BONUS = 0.3
# The newest of a big topic are enough to find the middle, and bound the square matrix.
MAX_COMPARED = 500
# More pairs than an agent reads tell nothing new.
MAX_CONTRADICTIONS = 10


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

    @property
    def pair(self) -> tuple[int, int]:
        """The ids of the two replies."""
        return self.reply_id, self.other_id

    def holds(self, reply_id: int) -> bool:
        """Whether the reply is one of the two."""
        return reply_id in self.pair


@dataclass(frozen=True, slots=True)
class Draft:
    """A real reply that may become the topic's answer after a person has read it.

    text: without greeting, sign-off and ticket numbers. useful: how many replies say enough to
    be quoted. agreeing: ids of those that say much the same, the nearest first, this one left
    out. contradictions: pairs among all useful replies, those with this reply first, then the
    strongest; at most ten. contradicting: the reply that contradicts this one most.
    """

    reply_id: int
    question_id: int
    text: str
    useful: int
    agreeing: tuple[int, ...] = ()
    contradicting: int | None = None
    contradictions: tuple[ReplyContradiction, ...] = ()

    @property
    def agreement(self) -> float:
        """Share of the other useful replies that say much the same; 0 for an only one."""
        return len(self.agreeing) / max(1, self.useful - 1)


def find_draft(replies: Sequence[TopicReply], *, questions: Sequence[str] = ()) -> Draft | None:
    """The most central useful reply; None where no reply helps.

    Central is what lies near to the words of the topic's `questions` and of the other replies;
    of those the one that tells most and asks least. Replies that only ask back, apologise,
    thank, promise or point to a link are passed over. Those marked as solution or voted helpful
    are preferred. `replies` come oldest first; of equal ones the newer wins.
    """
    read = [(reply, read_reply(reply.text)) for reply in replies]
    kept = [one for one in read if one[1].is_useful][-MAX_COMPARED:]
    if not kept:
        return None
    useful = [reply for reply, _ in kept]
    similar, relevance = _nearness([reply.text for reply in useful], questions)
    scores = (
        RELEVANCE_WEIGHT * _of_highest(relevance)
        + CENTRALITY_WEIGHT * _of_highest(similar.sum(axis=1))
        + np.array([_worth(reply, reading) for reply, reading in kept])
    )
    best = len(useful) - 1 - int(scores[::-1].argmax())
    chosen = useful[best]
    clashes = _contradictions(useful, chosen.reply_id)
    against = {one for clash in clashes if clash.holds(chosen.reply_id) for one in clash.pair}
    near = np.argsort(-similar[best], kind="stable")
    return Draft(
        reply_id=chosen.reply_id,
        question_id=chosen.question_id,
        text=quotable(chosen.text),
        useful=len(useful),
        agreeing=tuple(
            useful[place].reply_id
            for place in near
            if similar[best, place] >= AGREES_FROM and useful[place].reply_id not in against
        ),
        contradicting=_against(chosen.reply_id, clashes),
        contradictions=clashes[:MAX_CONTRADICTIONS],
    )


def _worth(reply: TopicReply, reading: ReplyReading) -> float:
    """What the reply is worth by itself: how much of an answer it is, and what people said."""
    helpful = HELPFUL_BONUS * (1 - 0.5 ** max(0, reply.helpful_votes))
    return reading.quality + helpful + (SOLUTION_BONUS if reply.is_solution else 0.0)


def _telling_words(text: str) -> str:
    silent = stop_words()
    return " ".join(w for w in _analyse(LINK.sub(" ", text)) if w not in silent)


_analyse = TfidfVectorizer(token_pattern=WORD).build_analyzer()


def _nearness(
    texts: Sequence[str], questions: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosines of the texts' words, shape (n, n), zero diagonal; and to the questions', (n,).

    Words count alike however many use them: what everybody says is what the topic is.
    """
    told = [_telling_words(text) for text in texts]
    if not any(told):
        return np.zeros((len(texts), len(texts))), np.zeros(len(texts))
    asked = [_telling_words(text) for text in questions] or [""]
    vectorizer = TfidfVectorizer(token_pattern=WORD, use_idf=False, binary=True)
    vectors = vectorizer.fit_transform([*told, *asked])
    own, middle = vectors[: len(told)], vectors[len(told) :].mean(axis=0)
    similar: NDArray[np.float64] = (own @ own.T).toarray()
    np.fill_diagonal(similar, 0.0)
    return similar, np.asarray(own @ np.asarray(middle).ravel()).ravel()


def _of_highest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    highest = values.max()
    return values / highest if highest > 0 else values


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

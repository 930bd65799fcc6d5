"""The words that set one topic apart from the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from indexer.facts.stopwords import stop_words

KEYWORD_COUNT = 8
# Three or more letters, may hold digits, hyphens and apostrophes inside: "e-mail", "wi-fi".
WORD = r"(?u)\b[^\W\d_](?:[\w]|[-'’](?=\w))+\w\b"
# Beside words, the numbers that say which error or version it is: "error 42".
TOKEN = re.compile(r"[^\W\d_](?:\w|[-'’](?=\w))+\w|\d+(?:\.\d+)*")
# What masking left in the place of personal data is nobody's word; nor are addresses.
NO_WORDS = re.compile(r"\[[A-Za-z_ ]+\]|<[A-Za-z_ ]+>|\b(?:https?://|www\.)\S+", re.IGNORECASE)
# A capital here says where a sentence begins, not how the word is written.
BEGINNING = re.compile(r"(?:^|[.!?:\n]\s*)[^\W\d_](?=[a-zß-ÿ]+\b)")
# A word met once in everything is as often a typing error as a term.
MIN_USES = 2
# A keyword stands in so many of a topic's texts; one odd question has no say.
MIN_SHARE = 0.04
MANY_TEXTS = 10
MIN_STEM = 3
# Long mails begin with what they are about.
READ_CHARS = 800
# A word and its neighbour are one term where the word hardly stands without it.
PAIR_SHARE = 0.6
PAIR_TEXTS = 60
MIN_PAIRS = 3


@dataclass(frozen=True, slots=True)
class _Words:
    """Every word in lower case, and as most people write it, in one order."""

    lower: NDArray[np.str_]
    written: NDArray[np.str_]


def topic_keywords(
    texts: Sequence[str], topic_of: NDArray[np.int32], *, topic_count: int
) -> tuple[tuple[str, ...], ...]:
    """At most eight words or terms of two words per topic, the most telling first.

    texts, topic_of: one per question, negative topics left out. A word scores the number of
    the topic's distinct texts that have it times log(1 + mean words per topic / texts of all
    topics that have it). It is written as most write it inside a sentence, so that nouns of
    German keep their capital. Words of one stem stand once.

    Source: c-TF-IDF, Grootendorst, BERTopic, 2022; counted per text, so that one long mail
    does not name its topic.
    """
    read, members = _distinct(texts, topic_of)
    vectorizer = CountVectorizer(token_pattern=WORD, lowercase=False, binary=True, dtype=np.float32)
    analyse = vectorizer.build_analyzer()
    if not any(analyse(text)[:1] for text in read):
        return ((),) * topic_count
    forms = vectorizer.fit_transform(read)
    words, counts = _folded(forms, vectorizer.get_feature_names_out())
    fold = csr_matrix(
        (np.ones(len(read), np.float32), (members, np.arange(len(read)))),
        shape=(topic_count, len(read)),
    )
    uses = csr_matrix(fold @ counts)
    scores = _scores(uses, words, np.bincount(members, minlength=topic_count))
    examples = _examples(read, members, topic_count)
    return tuple(
        _best(words, uses.indices[span], scores[span], examples[topic])
        for topic, span in enumerate(
            slice(uses.indptr[topic], uses.indptr[topic + 1]) for topic in range(topic_count)
        )
    )


def shared_keywords(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The keywords of `one` that `other` has in any form, in order."""
    known = {stem(word) for word in other}
    return tuple(word for word in one if stem(word) in known)


def stem(word: str) -> str:
    """The word in lower case without s, n and e at its end: cards and card, Karten and Karte."""
    word = word.casefold()
    for ending in ("s", "n", "e"):
        if word.endswith(ending) and len(word) - 1 >= MIN_STEM:
            word = word.removesuffix(ending)
    return word


def _distinct(
    texts: Sequence[str], topic_of: NDArray[np.int32]
) -> tuple[list[str], NDArray[np.int64]]:
    """Each wording of each topic once, made ready to count, and the topic of each."""
    seen: dict[tuple[int, str], None] = {}
    for text, topic in zip(texts, topic_of.tolist(), strict=True):
        if topic >= 0:
            seen.setdefault((topic, text[:READ_CHARS]))
    read = [BEGINNING.sub(lambda at: at[0].lower(), NO_WORDS.sub(" ", text)) for _, text in seen]
    return read, np.array([topic for topic, _ in seen], dtype=np.int64)


def _folded(forms: csr_matrix, written: NDArray[np.str_]) -> tuple[_Words, csr_matrix]:
    """Count words whatever their case; each is written as most texts have it."""
    lower, of_form = np.unique([form.lower() for form in written], return_inverse=True)
    fold = csr_matrix(
        (np.ones(len(written), np.float32), (np.arange(len(written)), of_form)),
        shape=(len(written), len(lower)),
    )
    uses = np.asarray(forms.sum(axis=0)).ravel()
    best = np.lexsort((np.arange(len(written)), uses, of_form))
    last = np.r_[np.flatnonzero(np.diff(of_form[best])), len(best) - 1]
    counts = csr_matrix(forms @ fold)
    # A text with a word in two forms has it once.
    counts.data = np.minimum(counts.data, 1.0)
    return _Words(lower, written[best[last]]), counts


def _scores(uses: csr_matrix, words: _Words, sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """The score of each stored number of `uses`, shape (topics, words)."""
    topic_count = len(sizes)
    total = np.asarray(uses.sum(axis=0), dtype=np.float64).ravel()
    silent = stop_words()
    least = MIN_USES if topic_count > 1 else 1
    telling = np.array([_tells(word, silent) for word in words.lower]) & (total >= least)
    weight = np.where(telling, np.log1p(total.sum() / topic_count / total), 0.0)
    asked = np.maximum(MIN_SHARE * sizes, np.where(sizes >= MANY_TEXTS, MIN_USES, 1))
    enough = uses.data >= np.repeat(asked, np.diff(uses.indptr))
    scores: NDArray[np.float64] = np.where(enough, uses.data * weight[uses.indices], 0.0)
    return scores


def _tells(word: str, silent: frozenset[str]) -> bool:
    """Whether a word says something: neither it nor what it shortens (I'll, he's) is silent."""
    before = re.split("['’]", word, maxsplit=1)[0]
    return word not in silent and before not in silent and len(before) >= MIN_STEM


def _examples(read: Sequence[str], members: NDArray[np.int64], topic_count: int) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(topic_count)]
    for text, topic in zip(read, members.tolist(), strict=True):
        if len(found[topic]) < PAIR_TEXTS:
            found[topic].append(text)
    return found


def _best(
    words: _Words,
    columns: NDArray[np.int32],
    scores: NDArray[np.float64],
    examples: Sequence[str],
) -> tuple[str, ...]:
    chosen: dict[str, str] = {}
    for position in np.lexsort((columns, -scores)):
        if scores[position] <= 0 or len(chosen) == KEYWORD_COUNT:
            break
        word = str(words.written[columns[position]])
        chosen.setdefault(stem(word), word)
    return _as_terms(list(chosen.values()), examples)


def _as_terms(keywords: Sequence[str], examples: Sequence[str]) -> tuple[str, ...]:
    """Join the words that hardly stand without a certain neighbour: serial number, error 42."""
    tokens = [TOKEN.findall(text) for text in examples]
    uses: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    written: dict[tuple[str, str], str] = {}
    wanted = {word.lower() for word in keywords}
    silent = stop_words()
    for line in tokens:
        lower = [token.lower() for token in line]
        uses.update(set(lower) & wanted)
        found = {}
        for place, (first, second) in enumerate(pairwise(lower)):
            if (first in wanted or second in wanted) and not {first, second} & silent:
                found[first, second] = f"{line[place]} {line[place + 1]}"
        pairs.update(found.keys())
        written.update(found)
    terms: dict[str, None] = {}
    joined: set[str] = set()
    alone: set[str] = set()
    for word in keywords:
        key = word.lower()
        if key in joined:
            continue
        best = max(
            (pair for pair in pairs if key in pair and not (joined | alone) & set(pair)),
            key=lambda pair: (pairs[pair], pair),
            default=None,
        )
        if best and pairs[best] >= max(MIN_PAIRS, PAIR_SHARE * uses[key]):
            joined |= set(best)
            terms[written[best]] = None
        else:
            alone.add(key)
            terms[word] = None
    return tuple(terms)

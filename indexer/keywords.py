"""The words that set one topic apart from the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from indexer.stopwords import stop_words

KEYWORD_COUNT = 8
# Three or more letters, may hold digits, hyphens and apostrophes inside: "e-mail", "wi-fi".
WORD = r"(?u)\b[^\W\d_](?:[\w]|[-'’](?=\w))+\w\b"
# A word met once in everything is as often a typing error as a term.
MIN_USES = 2
MIN_STEM = 3


def topic_keywords(
    texts: Sequence[str], topic_of: NDArray[np.int32], *, topic_count: int
) -> tuple[tuple[str, ...], ...]:
    """At most eight lower-case words per topic, the most telling first.

    texts, topic_of: one per question, negative topics left out. A word scores its frequency
    inside the topic times log(1 + mean words per topic / uses over all topics).

    Source: c-TF-IDF, Grootendorst, BERTopic, 2022.
    """
    documents = [" ".join(parts) for parts in _by_topic(texts, topic_of, topic_count)]
    vectorizer = CountVectorizer(token_pattern=WORD, dtype=np.float64)
    analyse = vectorizer.build_analyzer()
    if not any(word for document in documents for word in analyse(document)[:1]):
        return ((),) * topic_count
    counts = vectorizer.fit_transform(documents).tocsr()
    words = vectorizer.get_feature_names_out()
    uses = np.asarray(counts.sum(axis=0)).ravel()
    silent = stop_words()
    least = MIN_USES if topic_count > 1 else 1
    telling = np.array([word not in silent for word in words]) & (uses >= least)
    weight = np.where(telling, np.log1p(uses.sum() / topic_count / uses), 0.0)
    return tuple(
        _best(words, counts.indices[span], counts.data[span] * weight[counts.indices[span]])
        for span in (
            slice(counts.indptr[topic], counts.indptr[topic + 1]) for topic in range(topic_count)
        )
    )


def _by_topic(
    texts: Sequence[str], topic_of: NDArray[np.int32], topic_count: int
) -> list[list[str]]:
    parts: list[list[str]] = [[] for _ in range(topic_count)]
    for text, topic in zip(texts, topic_of, strict=True):
        if topic >= 0:
            parts[topic].append(text)
    return parts


def _best(
    words: NDArray[np.str_], columns: NDArray[np.int32], scores: NDArray[np.float64]
) -> tuple[str, ...]:
    chosen: dict[str, str] = {}
    for position in np.lexsort((columns, -scores)):
        if scores[position] <= 0 or len(chosen) == KEYWORD_COUNT:
            break
        word = str(words[columns[position]])
        chosen.setdefault(_stem(word), word)
    return tuple(chosen.values())


def _stem(word: str) -> str:
    """The word without s, n and e at its end, so that card and cards, Karte and Karten meet."""
    for ending in ("s", "n", "e"):
        if word.endswith(ending) and len(word) - 1 >= MIN_STEM:
            word = word.removesuffix(ending)
    return word

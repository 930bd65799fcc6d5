"""A topic's name and examples, taken from its own questions, in each language that they have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.facts.common_words import CommonWords
from indexer.facts.keywords import stem
from indexer.facts.lines import MIN_WORDS, clean_label, is_readable

TYPICAL_COUNT = 5
ATYPICAL_COUNT = 3
# A language with fewer of a topic's questions than this share gets no example of its own.
OWN_EXAMPLE_SHARE = 0.05
# A readable question may stand for the topic if it is among its more central half.
CENTRAL_SHARE = 0.5
VERSION = re.compile(r"\bv?\d+(?:\.\d+)+\w*")
# Keyboard slips and bare codes name nothing.
WORDS = re.compile(r"[\w'’-]+")
WORD = re.compile(r"(?<![^\W\d_])(?=[^\W\d_]*[aeiouyäöü])[^\W\d_]{4,}", re.IGNORECASE)
# The first question in a text, of so many words that it can stand alone.
ASKED = re.compile(r"(?:(?<=[.!?\n] )|(?<=\n)|^)[^.!?\n]{15,110}\?")
ASKED_WITHIN = 600
# What a wording is worth beside its cosine to the topic's mean (cosines of a topic's central
# half differ by 0.1 to 0.3): naming the topic's keywords, being a sentence. What it costs to be
# about one case: words that few of the others say, a version. On 40 topics of real tickets 31
# labels instead of 27 name the whole topic.
KEYWORDS_WORTH = 0.25
SENTENCE_WORTH = 0.05
RARE_COST = 0.15
VERSION_COST = 0.05
BODY_COST = 0.1
BODY_SHARE = 0.65
# Examples are the more worth the less they resemble one that is chosen already.
SAME_WORDING = 0.5
TYPICAL_POOL = 60


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """How one topic is shown.

    row: the question that `label` was taken from, one in `lang`, the language of most of them.
    typical, atypical: rows, the most and the least central first, disjoint; among the typical
    ones is one that can stand for the topic in each language. cohesion: mean cosine of members
    to the topic's mean.
    """

    label: str
    lang: str | None
    row: int
    typical: tuple[int, ...]
    atypical: tuple[int, ...]
    cohesion: float


@dataclass(frozen=True, slots=True)
class Sayings:
    """What the questions of all topics say, for choosing who speaks for a topic.

    texts: what stands for a question in a list, its subject where it has one. langs: codes,
    None where unknown. bodies: what else each question says. searched: whether it was typed
    into a search box. keywords: those of each topic. Those left empty are not known.
    """

    texts: Sequence[str]
    langs: Sequence[str | None] = ()
    bodies: Sequence[str] = ()
    searched: Sequence[bool] = ()
    keywords: Sequence[Sequence[str]] = ()

    def lang(self, row: int) -> str | None:
        """The question's language, None where it is not known."""
        return self.langs[row] if self.langs else None

    def is_searched(self, row: int) -> bool:
        """Whether the question was typed into a search box."""
        return bool(self.searched) and self.searched[row]

    def whole(self, row: int) -> str:
        """All that the question says."""
        return f"{self.texts[row]}\n{self.bodies[row]}" if self.bodies else self.texts[row]

    def asked_in_body(self, row: int) -> str | None:
        """The first question of the body in one line, None where it asks none."""
        found = ASKED.search(self.bodies[row][:ASKED_WITHIN]) if self.bodies else None
        return clean_label(found.group()) if found else None


def label_topics(
    vectors: NDArray[np.float32],
    texts: Sequence[str] | Sayings,
    topic_of: NDArray[np.int32],
    *,
    topic_count: int,
    langs: Sequence[str | None] | None = None,
    only: Collection[int] | None = None,
) -> tuple[TopicLabel, ...]:
    """One label per topic, in topic order; of those in `only` where that is given.

    vectors: shape (n, dim), float32, unit rows. Every topic must have a member. A search names
    a topic only where nothing else was asked in it.
    """
    said = texts if isinstance(texts, Sayings) else Sayings(texts, langs or ())
    order = np.argsort(topic_of, kind="stable")
    bounds = np.searchsorted(topic_of[order], np.arange(topic_count + 1))
    wanted = range(topic_count) if only is None else sorted(only)
    return tuple(
        _label(vectors, said, topic, order[bounds[topic] : bounds[topic + 1]]) for topic in wanted
    )


def _label(
    vectors: NDArray[np.float32], said: Sayings, topic: int, rows: NDArray[np.int64]
) -> TopicLabel:
    members = vectors[rows]
    mean = members.mean(axis=0)
    cosines = members @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
    ranked = np.lexsort((rows, -cosines.round(6)))
    central = rows[ranked]
    first_of = {_key(said.texts[row]): row for row in central[::-1]}
    distinct = [int(row) for row in central if first_of[_key(said.texts[row])] == row]
    centrality = dict(zip(central.tolist(), cosines[ranked].tolist(), strict=True))
    words = said.keywords[topic] if said.keywords else ()
    common = CommonWords.of([said.whole(row) for row in central.tolist()])
    spoken = _Spoken(said, centrality, KeywordWeights.of(words), common)
    leads = _leads(spoken, distinct, total=Counter(said.lang(row) for row in rows))
    lang, (row, label) = next(iter(leads.items()))
    kept = [one for one, _ in leads.values()] if len(leads) > 1 else []
    typical = _typical(vectors, spoken, distinct, kept)
    atypical = [row for row in distinct if row not in typical][::-1][:ATYPICAL_COUNT]
    return TopicLabel(label, lang, row, typical, tuple(atypical), float(cosines.mean()))


@dataclass(frozen=True, slots=True)
class KeywordWeights:
    """How much each of a topic's keywords says about it, the first the most."""

    weights: Mapping[str, float]

    @classmethod
    def of(cls, keywords: Sequence[str]) -> KeywordWeights:
        """The weights of keywords in order; a term counts by its words."""
        weights: dict[str, float] = {}
        for place, keyword in enumerate(keywords):
            for word in keyword.split():
                weights.setdefault(stem(word), 1.0 / (place + 1))
        return cls(weights)

    def share(self, line: str) -> float:
        """How much of what the keywords say a line says, 0 to 1; two good ones are all."""
        said = {stem(word) for word in WORDS.findall(line)}
        return min(1.0, sum(weight for word, weight in self.weights.items() if word in said) / 1.5)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One topic's questions: what they say, and how central each of them is."""

    said: Sayings
    centrality: Mapping[int, float]
    keywords: KeywordWeights
    common: CommonWords

    def worth(self, row: int) -> float:
        """How well a question stands for the topic, by what stands for it in a list."""
        line = clean_label(self.said.texts[row])
        return self.centrality[row] + self._worth(line)

    def best_of(self, rows: Sequence[int]) -> tuple[int, str] | None:
        """The question that names the topic best, and its words; None where none is readable."""
        found = [
            (self.centrality[row] + worth, -place, row, line)
            for place, row in enumerate(rows)
            for line, worth in self._lines(row)
            if is_readable(line)
        ]
        if not found:
            return None
        _, _, row, line = max(found)
        return row, line

    def first_of(self, rows: Sequence[int]) -> tuple[int, str]:
        """The most central one with a word in it, else the most central one."""
        texts = self.said.texts
        row = next((row for row in rows if WORD.search(texts[row])), rows[0])
        return row, clean_label(texts[row])

    def _lines(self, row: int) -> list[tuple[str, float]]:
        """What could stand for a question, and what each is worth beside its cosine.

        A question from within the body does so only where it names what the topic is about.
        """
        line = clean_label(self.said.texts[row])
        lines = [(line, self._worth(line))]
        asked = self.said.asked_in_body(row)
        if asked and self.keywords.share(asked) >= BODY_SHARE:
            lines.append((asked, self._worth(asked) - BODY_COST))
        return lines

    def _worth(self, line: str) -> float:
        is_sentence = line.endswith("?") or len(line.split()) > MIN_WORDS
        worth = KEYWORDS_WORTH * self.keywords.share(line) + SENTENCE_WORTH * is_sentence
        cost = RARE_COST * self.common.rare_share(line)
        return worth - cost - VERSION_COST * bool(VERSION.search(line))


def _leads(
    spoken: _Spoken, distinct: Sequence[int], *, total: Counter[str | None]
) -> dict[str | None, tuple[int, str]]:
    """The question that stands for a topic in each of its languages, and its words.

    The main language comes first; `distinct` are rows, the most central first.
    """
    named: dict[str | None, int] = {lang: n for lang, n in total.items() if lang} or total
    wanted = sorted(named, key=lambda lang: (-named[lang], lang or ""))
    found: dict[str | None, tuple[int, str]] = {}
    for lang in wanted[:TYPICAL_COUNT]:
        if found and named[lang] < OWN_EXAMPLE_SHARE * total.total():
            break
        # What is too short to tell its language is taken for one of the main one.
        known = [(row, spoken.said.lang(row)) for row in distinct]
        own = [row for row, its in known if its == lang or not (found or its)]
        asked = [row for row in own if not spoken.said.is_searched(row)] or own
        if asked:
            # A few examples in the other language have to do, however far out they are.
            half = asked if found else asked[: max(1, int(np.ceil(len(asked) * CENTRAL_SHARE)))]
            found[lang] = spoken.best_of(half) or spoken.best_of(asked) or spoken.first_of(asked)
    return found or {None: spoken.first_of(distinct)}


def _typical(
    vectors: NDArray[np.float32], spoken: _Spoken, distinct: Sequence[int], leads: Sequence[int]
) -> tuple[int, ...]:
    """Central rows that say it in different ways, `leads` among them, the most central first.

    Source: maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998.
    """
    central = distinct[: max(TYPICAL_COUNT, int(np.ceil(len(distinct) * CENTRAL_SHARE)))]
    pool = list(dict.fromkeys((*leads, *central[:TYPICAL_POOL])))
    worth = np.array([spoken.worth(row) for row in pool])
    alike = vectors[pool] @ vectors[pool].T
    chosen = list(range(len(leads)))
    while len(chosen) < min(TYPICAL_COUNT, len(pool)):
        nearest = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(pool))
        value = worth - SAME_WORDING * nearest
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
    return tuple(row for row in distinct if row in {pool[place] for place in chosen})


def _key(text: str) -> str:
    return " ".join(text.casefold().split())

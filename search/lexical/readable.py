"""The texts of a document taken apart once, so that each query only looks its words up."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from search.documents import Document
from search.query import codes_with_places
from search.wording.analysis import find_words, folded_word, is_cjk, ngrams, stem

Mark = tuple[int, int]

MAX_READ_CHARS = 10_000
"""Of longer answers only the beginning is looked through."""

_SENTENCE_END = re.compile(r"(?<=\w\w\w)[.!?…][\"'”’)\]]*\s+|[。！？]")
"""Three letters before it, because "z. B." and "e.g." end no sentence."""


_DIGIT = re.compile("[0-9]")
"""Without one there is no code."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Words in order, one to a line, so that finding one is finding it in a string.

    `starts` has the place of each in `text`, which begins and ends with a line end.
    """

    text: str
    starts: array[int]

    @classmethod
    def of(cls, words: Sequence[str]) -> Lines:
        """The lines of words."""
        starts = accumulate((len(word) + 1 for word in words), initial=1)
        return cls("\n".join(("", *words, "")), array("I", starts))

    def same(self, line: str) -> list[int]:
        """The numbers of the words that are this one, given between two line ends."""
        found = []
        at = self.text.find(line)
        while at >= 0:
            found.append(bisect_right(self.starts, at + 1) - 1)
            at = self.text.find(line, at + len(line) - 1)
        return found

    def holding(self, part: str) -> list[int]:
        """The numbers of the words that this is a part of."""
        found = []
        at = self.text.find(part)
        while at >= 0:
            number = bisect_right(self.starts, at) - 1
            found.append(number)
            at = self.text.find(part, self.starts[number + 1])
        return found


@dataclass(frozen=True)
class ReadText:
    """One text and where its words stand: the word of number n at text[starts[n]:ends[n]].

    `folded` and `stems` are its words in both forms. `runs` are those written without spaces.
    What only some searches ask for is found when it is asked for, and kept.
    """

    text: str
    starts: array[int]
    ends: array[int]
    folded: Lines
    stems: Lines
    runs: tuple[tuple[str, int], ...]

    @cached_property
    def codes(self) -> tuple[tuple[str, Mark], ...]:
        """The keys of its codes, each with its place."""
        return tuple(codes_with_places(self.text)) if _DIGIT.search(self.text) else ()

    @cached_property
    def sentence_ends(self) -> tuple[int, ...]:
        """Where its sentences end, rising."""
        return tuple(found.end() for found in _SENTENCE_END.finditer(self.text))


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, its title, the beginning of its answer on one line, and its shown wordings.

    `shown` holds the wordings that may be named, each with its n-grams, after the title's; none
    where there is but the title.
    """

    document: Document
    title: ReadText
    answer: ReadText
    shown: tuple[tuple[str, frozenset[int]], ...]


def read_document(document: Document) -> ReadDocument:
    """Take a document apart."""
    others = [one.text for one in document.phrasings if one.shown and one.text != document.title]
    return ReadDocument(
        document=document,
        title=read_text(document.title, document.lang),
        answer=read_text(" ".join(document.answer[:MAX_READ_CHARS].split()), document.lang),
        shown=tuple((text, frozenset(ngrams(text))) for text in (document.title, *others))
        if others
        else (),
    )


def read_text(text: str, lang: str) -> ReadText:
    """Take a text of one language apart."""
    words: list[str] = []
    starts, ends = array("I"), array("I")
    runs: list[tuple[str, int]] = []
    for word in find_words(text):
        written = word.group()
        folded = folded_word(written)
        if not is_cjk(folded):
            words.append(folded)
            starts.append(word.start())
            ends.append(word.end())
        elif len(folded) == len(written):
            runs.append((folded, word.start()))
    return ReadText(
        text=text,
        starts=starts,
        ends=ends,
        folded=Lines.of(words),
        stems=Lines.of([stem(word, lang) for word in words]),
        runs=tuple(runs),
    )

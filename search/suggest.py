"""Suggestions while somebody types: titles and shown wordings, by word beginnings and typos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from urllib.parse import urlencode

import numpy as np

from kb.access import Viewer, may_edit
from search.documents import Document
from search.marks import merged_marks
from search.query import clean
from search.suggest_texts import MAX_CJK_CHARS, Key, Mask, Numbers, SuggestTexts, text_key
from search.wording.analysis import fold, is_cjk, words_with_places

MIN_CHARS = 2
MIN_CJK_CHARS = 1

MAX_SUGGESTIONS = 8
MAX_PREFIX_WORDS = 12
MAX_SEARCHES = 2
"""Popular searches among the suggestions for what was typed; answers come first."""

MAX_SEARCHES_UNTYPED = 4
CACHED_AUDIENCES = 64

SEARCH = "search"
"""Type of a suggestion that is a popular search, not a document; its id is 0."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One text to offer, its document, and the (start, end) ranges that fit what was typed."""

    text: str
    type: str
    id: int
    url: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Popular:
    """What readers open and look for most.

    `worth` is by (type, id) of a document, `searches` are (words, first hit) with the most
    looked for first. Words are only offered to who may read the hit and every one of them.
    """

    worth: Mapping[Key, float]
    searches: Sequence[tuple[str, Key]] = ()


NOTHING_POPULAR = Popular({})


@dataclass(frozen=True, slots=True)
class SuggestPart:
    """The texts of one part of the index and which rows still hold (None: all)."""

    texts: SuggestTexts
    alive: Mask | None = None


@dataclass(frozen=True, slots=True)
class _Readable:
    """What some audiences may read: which texts of each part, and which popular searches.

    Each search with the language of what answers it.
    """

    masks: tuple[Mask, ...]
    searches: tuple[tuple[str, str], ...]


class Suggester:
    """Every text that may be suggested, found by the beginning of any of its words.

    What is opened most comes first; where two are worth the same, the order of the parts and
    of their documents decides. Never changes, so that any number of threads may share one.
    """

    def __init__(self, parts: Sequence[SuggestPart], popular: Popular = NOTHING_POPULAR) -> None:
        self._parts = tuple(parts)
        self._popular = popular
        self._orders = tuple(part.texts.order_by(popular.worth) for part in self._parts)
        self._searches = [(text, text_key(text), hit) for text, hit in popular.searches]
        self._readable = lru_cache(CACHED_AUDIENCES)(self._find_readable)

    @classmethod
    def build(cls, documents: Iterable[Document], popular: Popular = NOTHING_POPULAR) -> Self:
        """Return a suggester over the titles and shown wordings of the documents."""
        return cls([SuggestPart(SuggestTexts(enumerate(documents)))], popular)

    def audiences_of(self, viewer: Viewer) -> frozenset[str]:
        """The audiences whose texts the viewer may be offered: all, for who may edit."""
        if not may_edit(viewer):
            return viewer.audiences
        return viewer.audiences.union(*(part.texts.audiences for part in self._parts))

    def suggest(
        self, prefix: str, *, audiences: frozenset[str], limit: int = MAX_SUGGESTIONS
    ) -> list[Suggestion]:
        """Return texts that fit what was typed so far, at most one for each document.

        Every typed word must begin a word of the text. Texts that begin with all of it come
        first, then the rest; texts that fit but for a typo fill up. Popular searches that
        begin so follow. Only documents of these audiences are looked at.
        """
        cleaned = clean(prefix)
        words = _typed_words(cleaned)
        limit = min(limit, MAX_SUGGESTIONS)
        if not words or limit <= 0:
            return []
        readable = self._readable(audiences)
        searches = self._searches_like(text_key(cleaned), readable)[: min(MAX_SEARCHES, limit - 1)]
        room = limit - len(searches)
        typed = [[word] for word in words]
        beginning = [
            part.texts.beginning_with(text_key(cleaned), mask)
            for part, mask in zip(self._parts, readable.masks, strict=True)
        ]
        chosen = self._chosen([beginning, self._texts_with(typed, readable)], room)
        if len(chosen) < room:
            typed = self._with_typos(words, readable)
            if any(len(beginnings) > 1 for beginnings in typed):
                groups = [beginning, self._texts_with([[w] for w in words], readable)]
                chosen = self._chosen([*groups, self._texts_with(typed, readable)], room)
        return [*(self._suggestion(*place, typed) for place in chosen), *searches]

    def popular(
        self, *, audiences: frozenset[str], lang: str, limit: int = MAX_SUGGESTIONS
    ) -> list[Suggestion]:
        """Return what is looked for and opened most, before anything is typed.

        In the reader's language where there are any; no document that nobody opened.
        """
        limit = min(limit, MAX_SUGGESTIONS)
        readable = self._readable(audiences)
        asked = [one for one in readable.searches if one[1] == lang] or readable.searches
        searches = [_as_search(text) for text, _ in asked[:MAX_SEARCHES_UNTYPED]]
        wanted = sorted(self._popular.worth.items(), key=lambda item: (-item[1], item[0]))
        documents = self._documents(readable)
        known = [documents[key] for key, _ in wanted if key in documents]
        own = [one for one in known if one[1] == lang] or known
        room = max(limit - len(searches), limit - MAX_SEARCHES_UNTYPED)
        return [*searches[:limit], *(one for one, _ in own[:room])][:limit]

    def _documents(self, readable: _Readable) -> dict[Key, tuple[Suggestion, str]]:
        """Return the worthy readable documents by key, each with its language."""
        found: dict[Key, tuple[Suggestion, str]] = {}
        for part, mask in zip(self._parts, readable.masks, strict=True):
            for number in np.flatnonzero(mask & self._worthy(part)).tolist():
                one = part.texts.sources[number]
                suggestion = Suggestion(one.text, one.type, one.id, one.url, ())
                found.setdefault(one.key, (suggestion, one.lang))
        return found

    def _worthy(self, part: SuggestPart) -> Mask:
        return part.texts.of_documents(self._popular.worth.keys())

    def _find_readable(self, audiences: frozenset[str]) -> _Readable:
        masks = tuple(part.texts.readable(audiences, part.alive) for part in self._parts)
        return _Readable(masks, tuple(self._offered_searches(masks)))

    def _offered_searches(self, masks: Sequence[Mask]) -> Iterator[tuple[str, str]]:
        """Yield the popular searches whose answer and whose every word these masks let read."""
        hits = {hit for _, _, hit in self._searches}
        parts = list(zip(self._parts, masks, strict=True))
        langs: dict[Key, str] = {}
        for part, mask in parts:
            of_hits = np.flatnonzero(part.texts.of_documents(hits) & mask).tolist()
            sources = [part.texts.sources[number] for number in of_hits]
            langs.update({source.key: source.lang for source in sources})
        for text, _, hit in self._searches:
            words = [word.folded for word in words_with_places(text)]
            if (
                hit in langs
                and words
                and all(
                    any(part.texts.has_word(word, mask) for part, mask in parts) for word in words
                )
            ):
                yield text, langs[hit]

    def _searches_like(self, typed: str, readable: _Readable) -> list[Suggestion]:
        found = [text for text, _ in readable.searches if text_key(text).startswith(typed)]
        return [_as_search(text) for text in found if text_key(text) != typed]

    def _with_typos(self, words: Sequence[str], readable: _Readable) -> list[list[str]]:
        """Return each word, and what it may have been meant to be where it begins nothing."""
        parts = list(zip(self._parts, readable.masks, strict=True))
        typed: list[list[str]] = []
        for word in words:
            if any(part.texts.has_beginning(word, mask) for part, mask in parts):
                typed.append([word])
                continue
            near = (part.texts.near_beginnings(word, mask) for part, mask in parts)
            typed.append([word, *dict.fromkeys(each for found in near for each in found)])
        return typed

    def _texts_with(self, typed: Sequence[Sequence[str]], readable: _Readable) -> list[Mask]:
        return [
            part.texts.with_words(typed, mask)
            for part, mask in zip(self._parts, readable.masks, strict=True)
        ]

    def _chosen(self, groups: Sequence[Sequence[Mask]], limit: int) -> list[tuple[int, int]]:
        """Return (part, number) of the first texts of each group, one for each document."""
        chosen: dict[Key, tuple[int, int]] = {}
        for group in groups:
            found = [
                (self._worth(place, number), place, int(number))
                for place, mask in enumerate(group)
                for number in self._first(place, mask, limit + len(chosen))
            ]
            # Stable, so that texts worth the same keep the order of parts and documents.
            for _, place, number in sorted(found, key=lambda one: -one[0]):
                key = self._parts[place].texts.sources[number].key
                chosen.setdefault(key, (place, number))
                if len(chosen) == limit:
                    return list(chosen.values())
        return list(chosen.values())

    def _first(self, place: int, mask: Mask, documents: int) -> Iterator[int]:
        """Yield texts of a part in its order until so many documents are named."""
        order: Numbers = self._orders[place]
        named: set[Key] = set()
        for number in order[np.flatnonzero(mask[order])]:
            named.add(self._parts[place].texts.sources[number].key)
            if len(named) > documents:
                return
            yield number

    def _worth(self, place: int, number: int) -> float:
        return self._popular.worth.get(self._parts[place].texts.sources[number].key, 0.0)

    def _suggestion(self, place: int, number: int, typed: Sequence[Sequence[str]]) -> Suggestion:
        source = self._parts[place].texts.sources[number]
        marks = (_marks(source.text, [word]) or _marks(source.text, near) for word, *near in typed)
        return Suggestion(
            source.text,
            source.type,
            source.id,
            source.url,
            merged_marks(sorted(mark for each in marks for mark in each)),
        )


def _as_search(text: str) -> Suggestion:
    return Suggestion(text, SEARCH, 0, f"/search?{urlencode({'q': text})}", ())


def _typed_words(prefix: str) -> list[str]:
    words = [
        word.folded[:MAX_CJK_CHARS] if is_cjk(word.folded) else word.folded
        for word in words_with_places(prefix)
    ]
    long_enough = len("".join(words)) >= MIN_CHARS or any(
        is_cjk(word) and len(word) >= MIN_CJK_CHARS for word in words
    )
    return list(dict.fromkeys(words))[:MAX_PREFIX_WORDS] if long_enough else []


def _marks(text: str, beginnings: Sequence[str]) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    for word in words_with_places(text):
        fitting = [each for each in beginnings if word.folded.startswith(each)]
        if fitting:
            reached = _reached(text, word.start, word.end, len(max(fitting, key=len)))
            marks.append((word.start, reached))
        elif is_cjk(word.folded) and len(word.folded) == word.end - word.start:
            places = [(word.folded.find(each), len(each)) for each in beginnings]
            found = [(word.start + at, word.start + at + size) for at, size in places if at >= 0]
            marks.extend(sorted(found)[:1])
    return marks


def _reached(text: str, start: int, end: int, folded_chars: int) -> int:
    """Return the end of the shortest piece whose fold has so many characters."""
    for place in range(start + 1, end):
        if len(fold(text[start:place])) >= folded_chars:
            return place
    return end

"""An installation's synonyms, ready to be looked up in queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.searches.synonyms import ONE_WAY, SynonymGroup
from search.wording.analysis import is_stop_word, split_words, stem

Stems = tuple[str, ...]
"""A term: the stems of its words, in order."""


@dataclass(frozen=True, slots=True)
class SaidOtherwise:
    """A stretch of a query's words, words[start:end], and what means the same.

    Each of `others` is a term as stems, in one language, stop words left out.
    """

    start: int
    end: int
    others: tuple[Stems, ...]


class Synonyms:
    """Finds the stretches of a query that have synonyms; immutable.

    A group of one language is matched by the stems of that language and gives stems of it, so
    that it finds documents of that language; one of all languages does so in each of `langs`.
    """

    def __init__(self, groups: Iterable[SynonymGroup] = (), *, langs: Sequence[str] = ()) -> None:
        self._groups = tuple(groups)
        self._given = frozenset(langs)
        self._among: dict[frozenset[str], Synonyms] = {}
        means: defaultdict[tuple[str, Stems], dict[Stems, None]] = defaultdict(dict)
        for group in self._groups:
            for lang in (group.lang,) if group.lang else langs:
                for term, others in _directions(group):
                    key = _stems(term, lang, keep_stop_words=True)
                    meant = (_stems(each, lang, keep_stop_words=False) for each in others)
                    if key:
                        means[lang, key].update(dict.fromkeys(each for each in meant if each))
        self._means: Mapping[tuple[str, Stems], tuple[Stems, ...]] = {
            key: tuple(others) for key, others in means.items()
        }
        self._langs = tuple(dict.fromkeys(lang for lang, _ in self._means))
        self._longest = max((len(stems) for _, stems in self._means), default=0)

    def __bool__(self) -> bool:
        return bool(self._means)

    def among(self, langs: Iterable[str]) -> Synonyms:
        """The same for readers of these languages: what they may not read changes nothing."""
        kept = self._given & frozenset(langs)
        if kept == self._given:
            return self
        if kept not in self._among:
            self._among[kept] = Synonyms(self._groups, langs=sorted(kept))
        return self._among[kept]

    def find(self, words: Sequence[str]) -> list[SaidOtherwise]:
        """Return the stretches of folded words that have synonyms, apart, the longest first."""
        found: list[SaidOtherwise] = []
        stems = {lang: [stem(word, lang) for word in words] for lang in self._langs}
        start = 0
        while start < len(words) and self._means:
            longest = min(self._longest, len(words) - start)
            for end in range(start + longest, start, -1):
                others = self._others(stems, start, end)
                if others:
                    found.append(SaidOtherwise(start, end, others))
                    start = end - 1
                    break
            start += 1
        return found

    def _others(
        self, stems: Mapping[str, Sequence[str]], start: int, end: int
    ) -> tuple[Stems, ...]:
        found: dict[Stems, None] = {}
        for lang, each in stems.items():
            found.update(dict.fromkeys(self._means.get((lang, tuple(each[start:end])), ())))
        return tuple(found)


NO_SYNONYMS = Synonyms()


def _directions(group: SynonymGroup) -> Iterator[tuple[str, list[str]]]:
    """Yield each term that has synonyms with those that it has."""
    if group.kind == ONE_WAY:
        yield group.terms[0], list(group.terms[1:])
        return
    for term in group.terms:
        yield term, [each for each in group.terms if each != term]


def _stems(term: str, lang: str, *, keep_stop_words: bool) -> Stems:
    words = split_words(term)
    if not keep_stop_words:
        words = [word for word in words if not is_stop_word(word, (lang,))] or words
    return tuple(stem(word, lang) for word in words)

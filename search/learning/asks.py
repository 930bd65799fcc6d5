"""Makes questions with known answers from the wordings that a store has."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib.resources import files

from search.delta import Key
from search.documents import Document
from search.query import parse_query
from search.results import Filters
from search.wording.analysis import split_words

ROUNDS = 5
"""Each wording is taken out in one of so many rounds, so that its entry keeps most others."""

MOST_WORDINGS = 1_200
"""Wordings that ask; more change no weight by more than their noise and cost seconds."""

MOST_OF_ONE = 10
"""Wordings of one entry that ask, so that a big topic does not decide for all."""

MOST_WITHOUT = 500
"""Wordings asked again with their entry taken out."""

MOST_FAR = 200
"""Queries of the shipped judged corpus asked of the store."""

MOST_STORE_WORDINGS = 12_000
"""Wordings of a store that are indexed for learning; above, entries are sampled."""

SEED = 7


class Kind(StrEnum):
    """Where a question with a known answer comes from."""

    WORDING = "wording"
    WITHOUT = "without"
    FAR = "far"
    CLICK = "click"
    LEFT = "left"
    JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question and what is known of its answer.

    `right` are the documents that answer it, none where nothing does. `hidden` is taken out of
    the store while it is asked. `group` is the entry that it is about: what is learned from an
    entry is never tried on the same one. `above` are the documents that somebody passed over
    for the right one; where it is given, only these are known to be wrong. `weight` says how
    much it counts among others of its kind.
    """

    text: str
    lang: str
    kind: Kind
    group: int
    right: frozenset[Key] = frozenset()
    hidden: Key | None = None
    above: frozenset[Key] | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Round:
    """A store and what is asked of it."""

    documents: Sequence[Document]
    asks: Sequence[Ask] = field(default_factory=tuple)


def sampled(documents: Sequence[Document], *, most: int = MOST_STORE_WORDINGS) -> list[Document]:
    """All documents, or as many of a random choice as hold at most so many wordings."""
    if sum(len(one.phrasings) for one in documents) <= most:
        return list(documents)
    mixed = list(documents)
    random.Random(SEED).shuffle(mixed)
    kept: list[Document] = []
    wordings = 0
    for document in mixed:
        wordings += len(document.phrasings)
        if wordings > most and kept:
            break
        kept.append(document)
    return sorted(kept, key=lambda one: one.key)


def wording_rounds(documents: Sequence[Document], *, most: int = MOST_WORDINGS) -> list[Round]:
    """Rounds in which wordings ask for their own entry, each taken out of it meanwhile.

    The title always stays. Asked are at most `most` wordings, `MOST_OF_ONE` of an entry, in so
    many rounds that an entry keeps most of its wordings in each. One that stands in two entries,
    or that its entry has a second time in other case or marks, tells nothing and is not asked,
    nor is one that the search grammar would read as an order. Some are asked again with the
    whole entry taken out.
    """
    chosen = random.Random(SEED)
    pairs = _askable(documents, chosen)
    pairs = chosen.sample(pairs, min(most, len(pairs)))
    if not pairs:
        return []
    share = len(pairs) / sum(len(one.phrasings) for one in documents)
    rounds: list[dict[Key, list[str]]] = [{} for _ in range(math.ceil(share * ROUNDS))]
    turns: Counter[Key] = Counter()
    for document, text in pairs:
        turn = (document.id + turns[document.key]) % len(rounds)
        turns[document.key] += 1
        rounds[turn].setdefault(document.key, []).append(text)
    again = frozenset(chosen.sample(range(len(pairs)), min(MOST_WITHOUT, len(pairs))))
    repeated = frozenset(pairs[place][1] for place in again)
    return [_round(documents, out, repeated) for out in rounds if out]


def far_asks(*, most: int = MOST_FAR) -> list[Ask]:
    """Queries of the shipped judged corpus: most stores are about something else."""
    text = files("kb.demo").joinpath("queries.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    random.Random(SEED).shuffle(rows)
    return [Ask(r["text"], r["lang"], Kind.FAR, -place) for place, r in enumerate(rows[:most], 1)]


def _askable(documents: Sequence[Document], chosen: random.Random) -> list[tuple[Document, str]]:
    """The wordings that may ask, each with its document."""
    holders = Counter(folded(p.text) for one in documents for p in one.phrasings)
    found = []
    for document in documents:
        own = [p.text for p in document.phrasings[1:] if holders[folded(p.text)] == 1]
        own = [text for text in own if is_plain(text)]
        found += [(document, text) for text in chosen.sample(own, min(MOST_OF_ONE, len(own)))]
    return found


def _round(
    documents: Sequence[Document], out: Mapping[Key, list[str]], repeated: frozenset[str]
) -> Round:
    store, asks = [], []
    for document in documents:
        texts = out.get(document.key, [])
        store.append(_without(document, frozenset(texts)) if texts else document)
        right = frozenset({document.key})
        own = [Ask(text, document.lang, Kind.WORDING, document.id, right) for text in texts]
        asks += [*own, *(_asked_without(ask) for ask in own if ask.text in repeated)]
    return Round(store, asks)


def _asked_without(ask: Ask) -> Ask:
    (hidden,) = ask.right
    return replace(ask, kind=Kind.WITHOUT, right=frozenset(), hidden=hidden)


def _without(document: Document, out: frozenset[str]) -> Document:
    kept = tuple(one for one in document.phrasings if one.text not in out)
    return replace(document, phrasings=kept)


def folded(text: str) -> str:
    """The words of a text, so that case and marks make no difference."""
    return " ".join(split_words(text))


def is_plain(text: str) -> bool:
    """Whether a text has words and nothing that the grammar takes as an order."""
    parsed = parse_query(text)
    orders = parsed.phrases or parsed.excluded or parsed.filters != Filters()
    return bool(parsed.words) and not orders

"""Collects what people look for and do then, and stores it once a second, masked."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Engine

from kb.clock import utc_now
from kb.errors import Unavailable
from kb.intake.masking import mask_personal_data
from kb.searches.intents import (
    MAX_PRODUCT_CHARS,
    MAX_SHOWN,
    MAX_TEXT_CHARS,
    PICKED,
    Action,
    Click,
    SearchIntent,
)
from kb.store.engine import transaction
from kb.store.searches.intents import add_clicks, add_intents
from search.results import Hit, SearchResults

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_WAITING = 10_000
"""Searches that wait for a busy record; older ones are dropped beyond it."""

MAX_BATCH = 1_000

MAX_A_MINUTE = 600
"""Searches of one visitor that are noted; whoever makes more is a program, or many people behind
one server, of whom these are a sample."""

SAME_WITHIN_S = 60.0
"""A reload is no second search; looking further back is the settling's."""

CACHED_MASKS = 1_024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a search was made, by whom, under which key; `lang` is that of the page.

    `place` is `results api suggest` or `ask`; `product` the slug that was filtered by.
    """

    visitor: str
    key: str
    place: str
    lang: str | None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What was opened, and its rank from 1 in what was shown."""

    type: str
    id: int
    rank: int | None = None


class IntentBuffer:
    """Keeps searches and clicks in memory until the next flush; nothing unmasked is stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._searches: deque[SearchIntent] = deque(maxlen=MAX_WAITING)
        self._clicks: deque[Click] = deque(maxlen=MAX_WAITING)
        self._flushing = threading.Lock()
        self._lately = _Lately()

    def add(self, results: SearchResults, origin: Origin) -> str:
        """Remember one search and return its key: that of the same search a moment ago.

        Empty where it is not remembered: an empty search, or one too many of its visitor.
        """
        if not results.query:
            return ""
        key = self._lately.key(origin, results.query)
        if key != origin.key:
            return key
        shown = results.hits or results.near
        self._searches.append(
            SearchIntent(
                text=results.query[:MAX_TEXT_CHARS],
                lang=origin.lang,
                mode=str(results.mode),
                verdict=str(results.verdict),
                confidence=results.confidence,
                first_hit=_name(results.hits[0]) if results.hits else None,
                visitor=origin.visitor,
                at=utc_now(),
                key=origin.key,
                product=origin.product,
                place=origin.place,
                shown=tuple(_name(hit) for hit in shown[:MAX_SHOWN]),
            )
        )
        return key

    def add_pick(self, typed: str, picked: Target, origin: Origin) -> None:
        """Remember that a suggestion was chosen for what was typed so far."""
        name = f"{picked.type}:{picked.id}"
        self._searches.append(
            SearchIntent(
                text=typed[:MAX_TEXT_CHARS],
                lang=origin.lang,
                mode=PICKED,
                verdict=PICKED,
                confidence=0.0,
                first_hit=name,
                visitor=origin.visitor,
                at=utc_now(),
                key=origin.key,
                place=origin.place,
            )
        )

    def add_click(
        self, key: str | None, visitor: str, action: Action, target: Target | None = None
    ) -> None:
        """Remember what was done after a search; a question that was asked has no target."""
        click = Click(key, visitor, action, utc_now())
        if target is not None:
            click = replace(click, type=target.type, target_id=target.id, rank=target.rank)
        self._clicks.append(click)

    def flush(self) -> int:
        """Store what waits, in one transaction, and return how many; kept while busy."""
        with self._flushing:
            searches = [_masked(one) for one in _take(self._searches)]
            clicks = _take(self._clicks)
            if not searches and not clicks:
                return 0
            try:
                with transaction(self._engine) as conn:
                    add_intents(conn, searches)
                    add_clicks(conn, clicks)
            except Unavailable as problem:
                log.warning("searches wait to be counted: %s", problem)
                self._searches.extendleft(reversed(searches))
                self._clicks.extendleft(reversed(clicks))
                return 0
            return len(searches) + len(clicks)


class _Lately:
    """What was searched within the last minute, to know a reload and a flood."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = time.monotonic()
        self._keys: dict[tuple[str, str, str, str | None], str] = {}
        self._counts: Counter[str] = Counter()

    def key(self, origin: Origin, text: str) -> str:
        """The key of the same search lately, else its own; empty when there were too many."""
        same = (origin.visitor, text, origin.place, origin.product)
        with self._lock:
            now = time.monotonic()
            if now - self._since >= SAME_WITHIN_S:
                self._since = now
                self._keys.clear()
                self._counts.clear()
            known = self._keys.get(same)
            if known is not None:
                return known
            self._counts[origin.visitor] += 1
            if self._counts[origin.visitor] > MAX_A_MINUTE:
                return ""
            self._keys[same] = origin.key
            return origin.key


def _name(hit: Hit) -> str:
    return f"{hit.type}:{hit.id}"


def _take(waiting: deque[T]) -> list[T]:
    batch: list[T] = []
    while waiting and len(batch) < MAX_BATCH:
        batch.append(waiting.popleft())
    return batch


def _masked(search: SearchIntent) -> SearchIntent:
    """Mask the words, and the product: an address can be made to hold anything."""
    product = search.product
    if product is not None:
        product = _mask(product[:MAX_PRODUCT_CHARS], None)
    return replace(search, text=_mask(search.text, search.lang), product=product)


@lru_cache(CACHED_MASKS)
def _mask(text: str, lang: str | None) -> str:
    return mask_personal_data(text, lang=lang).text

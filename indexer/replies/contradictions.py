"""Finds texts on one matter that contradict each other, sentence against sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from indexer.replies.claims import Claim, Figure, Stance, Statements, read_statements

# Share of the negated clause's words that the other clause has to hold, set by hand: below it
# two sentences on neighbouring matters pass for one.
MIN_COVERED = {Stance.FORBIDS: 0.6, Stance.DENIES: 0.75}
# Words both must share: a plain "is not" needs more to be about the same than a "must not".
MIN_SHARED = {Stance.FORBIDS: 2, Stance.DENIES: 3}
# The rest of the negated words at least has to occur in the other text.
MIN_COVERED_BY_TEXT = 0.8
# A long instruction meets some words of any short warning.
MIN_SHARE_OF_ALLOWING = 0.3
# What more than half of many texts say is the topic itself and tells no matter inside it,
# unless two sentences say hardly anything else.
MANY_TEXTS = 6
ALIKE_FROM = 0.6
MIN_SHARED_FIGURES = 2
MIN_COVERED_FIGURES = 0.5


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sentences of two texts that cannot both be followed.

    first, second: places of the texts, first < second. strength has no unit and only orders
    what was found in one call. matter: the stems both sentences share, sorted.
    """

    first: int
    second: int
    first_sentence: str
    second_sentence: str
    matter: tuple[str, ...]
    strength: float


def find_contradictions(texts: Sequence[str]) -> list[Contradiction]:
    """At most one contradiction per pair of texts, the strongest of the pair, strongest first.

    One sentence must allow or instruct what the other forbids or denies, or both must give
    other numbers in the same unit and meaning. Built to be right rather than complete: both
    must share the words that matter, and what is tied to a condition is passed over. English
    and German; two texts in different languages hardly ever meet. Whole entries may be given.
    """
    read = [read_statements(text) for text in texts]
    common = _common_words(read)
    strongest: dict[tuple[int, int], Contradiction] = {}
    for found in (*_opposed(read, common), *_differing(read, common)):
        pair = (found.first, found.second)
        if pair not in strongest or found.strength > strongest[pair].strength:
            strongest[pair] = found
    return sorted(strongest.values(), key=lambda one: (-one.strength, one.first, one.second))


def _common_words(read: Sequence[Statements]) -> frozenset[str]:
    if len(read) < MANY_TEXTS:
        return frozenset()
    uses = Counter(word for statements in read for word in statements.words)
    return frozenset(word for word, count in uses.items() if count > len(read) / 2)


def _opposed(read: Sequence[Statements], common: frozenset[str]) -> Iterator[Contradiction]:
    allowing: dict[str, list[tuple[int, Claim]]] = defaultdict(list)
    for place, statements in enumerate(read):
        for claim in statements.claims:
            if claim.stance is Stance.ALLOWS:
                for word in claim.words:
                    allowing[word].append((place, claim))
    for place, statements in enumerate(read):
        for claim in statements.claims:
            if claim.stance is not Stance.ALLOWS:
                yield from _against(read, place, claim, allowing, common)


def _against(
    read: Sequence[Statements],
    place: int,
    negated: Claim,
    allowing: dict[str, list[tuple[int, Claim]]],
    common: frozenset[str],
) -> Iterator[Contradiction]:
    shared = Counter(
        met for word in negated.words for met in allowing.get(word, ()) if met[0] != place
    )
    for (other, claim), count in shared.items():
        covered = count / len(negated.words)
        share = count / len(claim.words)
        if count < MIN_SHARED[negated.stance] or covered < MIN_COVERED[negated.stance]:
            continue
        telling = len((negated.words & claim.words) - common)
        alike = covered == 1 and share >= ALIKE_FROM
        if share < MIN_SHARE_OF_ALLOWING or (telling < MIN_SHARED[negated.stance] and not alike):
            continue
        known = negated.words & read[other].words
        if negated.focus not in known or len(known) < MIN_COVERED_BY_TEXT * len(negated.words):
            continue
        # Each names something that the other text never does: two products, not one.
        if negated.names - read[other].words and claim.names - read[place].words:
            continue
        yield _contradiction(
            (place, negated.sentence),
            (other, claim.sentence),
            negated.words & claim.words,
            covered * count,
        )


def _differing(read: Sequence[Statements], common: frozenset[str]) -> Iterator[Contradiction]:
    meant: dict[tuple[str, str], list[tuple[int, Figure]]] = defaultdict(list)
    for place, statements in enumerate(read):
        for figure in statements.figures:
            meant[figure.meaning, figure.unit].append((place, figure))
    # How many units two sentences disagree in: one may be chance, two are hardly ever.
    units: Counter[tuple[int, int, str, str]] = Counter()
    pairs = []
    for group in meant.values():
        for (place, figure), (other, against) in combinations(group, 2):
            if place != other and not figure.values & against.values:
                units[place, other, figure.sentence, against.sentence] += 1
                pairs.append((place, figure, other, against))
    for place, figure, other, against in pairs:
        shared = figure.words & against.words
        covered = len(shared) / max(1, min(len(figure.words), len(against.words)))
        one_matter = (
            covered >= MIN_COVERED_FIGURES
            or units[place, other, figure.sentence, against.sentence] > 1
        )
        telling = shared if covered >= ALIKE_FROM else shared - common
        if len(telling) < MIN_SHARED_FIGURES or not one_matter:
            continue
        if figure.names - against.words and against.names - figure.words:
            continue
        yield _contradiction(
            (place, figure.sentence), (other, against.sentence), shared, covered * len(shared)
        )


def _contradiction(
    one: tuple[int, str], other: tuple[int, str], matter: frozenset[str], strength: float
) -> Contradiction:
    first, second = sorted((one, other))
    return Contradiction(
        first=first[0],
        second=second[0],
        first_sentence=first[1],
        second_sentence=second[1],
        matter=tuple(sorted(matter)),
        strength=strength,
    )

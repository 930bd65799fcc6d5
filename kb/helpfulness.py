"""How sure one can be of a share of readers who say that an answer helped."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Z_95 = 1.959964
"""Standard normal quantile of 97.5 %: an interval of 95 %."""

MIN_TOLD_VOTES = 10
"""Below, readers are told nothing: one person more would change the sentence."""


@dataclass(frozen=True, slots=True)
class VoteCount:
    """Votes on one revision of an entry; `reasons` of those that say no, most first."""

    revision: int
    yes: int = 0
    no: int = 0
    reasons: tuple[tuple[str, int], ...] = field(default=())

    @property
    def total(self) -> int:
        """All votes."""
        return self.yes + self.no

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share of a yes lies, 95 % sure."""
        return wilson_interval(self.yes, self.total)

    @property
    def is_told(self) -> bool:
        """Whether there are enough votes to tell readers of them."""
        return self.total >= MIN_TOLD_VOTES


def wilson_interval(yes: int, total: int) -> tuple[float, float]:
    """Lower and upper bound of a share, each 0 to 1, at 95 %; (0, 1) without any vote.

    Unlike yes / total it knows how few votes are: 3 of 3 is no better than 90 of 100.

    Source: Wilson, Journal of the American Statistical Association 22 (1927).
    """
    if total <= 0:
        return 0.0, 1.0
    share, square = yes / total, Z_95 * Z_95
    middle = share + square / (2 * total)
    reach = Z_95 * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)

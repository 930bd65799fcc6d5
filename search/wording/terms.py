"""One thing that a query asks the keyword index for, in all the words that count for it."""

from __future__ import annotations

from dataclasses import dataclass

from search.lexical.schema import CODE_MARK


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One thing to find: a document with any of `alternatives` has it.

    `weight` is how much the query says it. `worths`, aligned with the alternatives, above 0 to
    1, tell how much of it a document with that alternative has: 1 for the word itself and its
    stems in several languages, less for synonyms, compounds and corrected typos. Empty: all 1.
    """

    alternatives: tuple[str, ...]
    weight: float
    worths: tuple[float, ...] = ()

    @property
    def is_code(self) -> bool:
        """Whether this is an error code or a part number."""
        return self.alternatives[0].startswith(CODE_MARK)

    @property
    def weighted(self) -> tuple[tuple[str, float], ...]:
        """The alternatives, each with its worth."""
        return tuple(
            zip(self.alternatives, self.worths or (1.0,) * len(self.alternatives), strict=True)
        )

    @property
    def itself(self) -> tuple[str, ...]:
        """The alternatives that are the query's own word."""
        return tuple(name for name, worth in self.weighted if worth >= 1.0)

"""Which words enough of a topic's questions say, so that one case does not name them all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.facts.keywords import stem

MAX_TEXTS = 200
"""Questions of a topic that are read, evenly from the most to the least central."""

READ_CHARS = 400
"""Long mails begin with what they are about."""

MIN_TEXTS, MIN_SHARE = 2, 0.05
"""A word is common that more than one question says, and more than this share of them."""

# Shorter ones are mostly particles. Dots and hyphens stand inside words: imap.mail, wi-fi.
WORD = re.compile(r"[^\W_][\w.'’-]{2,}\w")


@dataclass(frozen=True, slots=True)
class CommonWords:
    """The stems of the words that enough of a topic's questions say."""

    stems: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> CommonWords:
        """Those of a topic's questions, subject and body as one text, the most central first."""
        read = texts[:: -(-len(texts) // MAX_TEXTS) or 1]
        # Counted as written, which is far faster; forms of one word are put together below.
        written: Counter[str] = Counter()
        for text in read:
            written.update(set(WORD.findall(text[:READ_CHARS].casefold())))
        said: Counter[str] = Counter()
        for word, count in written.items():
            said[stem(word)] += count
        least = max(MIN_TEXTS, MIN_SHARE * len(read) + 1)
        return cls(frozenset(one for one, count in said.items() if count >= least))

    def rare_share(self, line: str) -> float:
        """Share of a line's words that few of the questions say, 0 to 1; 0 without a word."""
        own = {stem(word) for word in WORD.findall(line)}
        return len(own - self.stems) / len(own) if own else 0.0

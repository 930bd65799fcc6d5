"""Tells text that people can see from characters that nothing is drawn for."""

from __future__ import annotations

import unicodedata

SEEN = frozenset("LNPS")
"""First letters of the Unicode categories of letters, numbers, punctuation and symbols."""

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers and the empty Braille pattern: letters and symbols by category, nothing to the eye."""

TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Marks that turn the direction of all that follows, also of what others wrote beside it."""

BROKEN = frozenset({"Cc", "Cs"})
"""Categories of control characters and halves of a pair, which not every database takes."""


def has_visible(text: str) -> bool:
    """Whether anything of the text can be seen."""
    return any(unicodedata.category(one)[0] in SEEN and one not in BLANK for one in text)


def one_line(text: str) -> str:
    """A name or a title on one line that turns no direction; empty where nothing of it is seen."""
    line = " ".join(text.split())
    kept = "".join(
        one for one in line if one not in TURNING and unicodedata.category(one) not in BROKEN
    )
    return kept.strip() if has_visible(kept) else ""

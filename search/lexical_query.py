"""What a parsed query asks of the keyword index: weighted terms and full-text expressions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis import is_stop_word, split_words, stem
from search.lexical_schema import CODE_MARK
from search.query import ParsedQuery, code_key
from search.stopwords import STOP_WORDS

MAX_TERMS = 128
"""More tell nothing new: a pasted mail says its matter many times over."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One thing to find: any of `alternatives` (its stems in several languages) counts.

    `weight` grows with the square root of how often the query says it.
    """

    alternatives: tuple[str, ...]
    weight: float

    @property
    def is_code(self) -> bool:
        """Whether this is an error code or a part number."""
        return self.alternatives[0].startswith(CODE_MARK)


def query_terms(query: ParsedQuery, *, lang: str | None, langs: Sequence[str]) -> list[QueryTerm]:
    """Return the terms of a query in the index's languages `langs`, codes first.

    `lang` is the language of the query where it is known. Stop words are left out unless
    there is nothing else.
    """
    codes = [(CODE_MARK + code_key(code),) for code in query.codes]
    words = Counter(split_words(" ".join(query.words)))
    stop_langs = [lang] if lang in STOP_WORDS else list(langs)
    telling = [word for word in words if not is_stop_word(word, stop_langs)] or list(words)
    stemmers = dict.fromkeys([*([lang] if lang else ()), *langs])
    counts: Counter[tuple[str, ...]] = Counter()
    for word in telling:
        counts[tuple(dict.fromkeys(stem(word, each) for each in stemmers)) or (word,)] += words[
            word
        ]
    return [
        *(QueryTerm(code, 1.0) for code in dict.fromkeys(codes)),
        *(QueryTerm(stems, math.sqrt(count)) for stems, count in counts.items()),
    ][:MAX_TERMS]


def phrase_expression(phrase: str) -> str:
    """Return the FTS5 expression for a phrase: folded words in quotes, never its syntax.

    Folded words hold letters, digits, + and # only, so no quote can stand among them.
    """
    return '"' + " ".join(split_words(phrase)) + '"'

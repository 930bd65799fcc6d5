"""The terms of a document: what BM25 counts in its texts."""

from __future__ import annotations

from search.lexical.schema import CODE_MARK
from search.query import code_key, find_codes
from search.wording.analysis import bigrams, is_cjk, stem, words_with_places
from search.wording.quantities import find_quantities


def terms(text: str, lang: str) -> list[str]:
    """Return what BM25 counts in a text.

    Stems, CJK characters and their pairs, numbers with their units, codes.
    """
    found: list[str] = []
    for word in words_with_places(text):
        if is_cjk(word.folded):
            found.extend(bigrams(word.folded))
            found.extend(word.folded if len(word.folded) > 1 else ())
        else:
            found.append(stem(word.folded, lang))
    found.extend(quantity.term for quantity in find_quantities(text))
    found.extend(CODE_MARK + code_key(code) for code in find_codes(text))
    return found

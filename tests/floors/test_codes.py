"""A code that is nearly another one is another thing: it is never answered with the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.encoder import OnnxEncoder
from kb.access import GUEST
from kb.store.engine import reading
from search.query import find_codes
from search.record_documents import documents_from_record
from search.results import SearchResults, Verdict
from search.searcher import Searcher
from tests.floors.conftest import World
from web.composition import open_search

ASKED = (
    "{}",
    "error {}",
    "what does {} mean",
    "my machine shows {} on the display, what can I do?",
    "Fehler {}",
    "Was bedeutet {}?",
)


@pytest.fixture(scope="module")
def searcher(world: World, encoder: OnnxEncoder) -> Searcher:
    return open_search(world.settings, world.engine, encoder).searcher


@pytest.fixture(scope="module")
def codes(world: World) -> dict[str, set[int]]:
    """The error codes of the demo, as written, and the entries that name them."""
    found: dict[str, set[int]] = {}
    with reading(world.engine) as conn:
        for document in documents_from_record(conn):
            texts = [document.answer, *(one.text for one in document.phrasings)]
            for code in (code for text in texts for code in find_codes(text)):
                found.setdefault(code, set()).add(document.id)
    return {code: ids for code, ids in found.items() if code.startswith("E-")}


def near_misses(codes: dict[str, set[int]]) -> Iterator[str]:
    """Codes that nobody wrote, one digit off those that there are."""
    known = set(codes)
    for code in sorted(known):
        head, number = code.split("-")
        for other in (int(number) + 1, int(number) + 40, int(number) * 10):
            made = f"{head}-{other:0{len(number)}d}"
            if made not in known:
                yield made


def asked(searcher: Searcher, code: str, lang: str) -> Iterator[SearchResults]:
    for frame in ASKED:
        yield searcher.search(frame.format(code), viewer=GUEST, lang=lang)


def test_a_code_is_answered_with_an_entry_that_names_it(
    searcher: Searcher, codes: dict[str, set[int]]
) -> None:
    assert codes
    for code, ids in codes.items():
        found = searcher.search(code, viewer=GUEST)
        assert found.hits, code
        assert found.hits[0].id in ids, code


@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_code_that_nobody_wrote_is_not_answered(
    searcher: Searcher, codes: dict[str, set[int]], lang: str
) -> None:
    assert len(codes) > 3
    wrong = [
        (found.query, found.hits[0].title)
        for code in near_misses(codes)
        for found in asked(searcher, code, lang)
        if found.verdict is Verdict.ANSWER
    ]
    assert wrong == []


def test_a_code_is_never_corrected(searcher: Searcher, codes: dict[str, set[int]]) -> None:
    for code in near_misses(codes):
        assert searcher.search(f"error {code}", viewer=GUEST).did_you_mean is None

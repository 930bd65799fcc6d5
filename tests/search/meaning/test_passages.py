"""Answers that are longer than a model reads, with the real model."""

import itertools

import numpy as np
import pytest

from kb.access import GUEST
from search.candidates import Request, gather
from search.generation import make_segment
from search.index import snapshot_of
from search.meaning.looking import Scope
from search.query import parse_query
from tests.search.stores import entry

FACT = "If the pressure of the boiler falls overnight, open the blue valve below the tank."
ASKED = "heating loses water while we sleep"
"""Means the fact and shares no word with it."""

ACTS = ("clean", "replace", "order", "return", "store", "paint", "measure", "insure")
THINGS = ("filter", "lamp", "window", "invoice", "garden chair", "printer", "phone", "carpet",
          "bicycle", "mirror", "kettle", "shelf")  # fmt: skip
CLAUSES = (
    "The contract runs for one year and ends without notice.",
    "Both sides may send letters by mail or by courier.",
    "A technician calls before each visit and shows a badge.",
    "Payments are due within thirty days of the invoice date.",
    "Holidays and weekends are not counted as working days.",
    "Spare parts stay the property of the company until paid.",
)


def long_answer():
    """About 3,000 words in paragraphs; the fact is the last one."""
    kinds = itertools.cycle(CLAUSES)
    lines = [" ".join(f"{next(kinds)} Clause {n}." for n in range(at, at + 5)) for at in range(50)]
    return "\n".join([*lines, FACT])


LONG = entry(1, "Terms of the service contract", long_answer())
STORE = (
    LONG,
    *(
        entry(number, f"How do I {act} the {thing}?", f"Ask the shop to {act} the {thing}.")
        for number, (act, thing) in enumerate(itertools.product(ACTS, THINGS), start=2)
    ),
)


@pytest.fixture(scope="module")
def segment(encoder):
    texts = {key: text for one in STORE for key, text in one.embedded_texts().items()}
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True))
    return make_segment(STORE, lambda _: vectors)


def test_a_fact_at_the_end_of_a_very_long_answer_is_found_by_meaning(encoder, segment):
    assert len(LONG.answer.split()) > 2_900
    request = Request(parse_query(ASKED), encoder.encode([ASKED])[0], "en", GUEST.audiences)

    candidates = gather(snapshot_of(segment, fingerprint=encoder.fingerprint), request)

    place = candidates.rows.tolist().index(0)
    assert candidates.matches[place].max() == 0.0


def test_its_nearest_passage_is_nearer_than_any_other_answer_and_its_wordings_are_not(
    encoder, segment
):
    query, every = encoder.encode([ASKED])[0], Scope(np.ones(len(STORE), dtype=np.bool_))

    near = segment.nearness().near(
        query, allowed=every, readable=every, found=np.empty(0, dtype=np.int64)
    )

    place = near.rows.tolist().index(0)
    assert np.nanargmax(near.answers) == place
    assert near.answers[place] > near.cosines[place, 0] + 0.1
    without = segment.passages.of([()] * len(STORE), {}).look(query)
    assert np.isnan(without.largest(near.rows, count=1)).all()


def test_a_passage_of_a_document_that_may_not_be_found_brings_no_candidate(encoder, segment):
    query = encoder.encode([ASKED])[0]
    others = np.ones(len(STORE), dtype=np.bool_)
    others[0] = False

    near = segment.nearness().near(
        query, allowed=Scope(others), readable=Scope(others), found=np.empty(0, dtype=np.int64)
    )

    assert 0 not in near.rows

from dataclasses import replace

import pytest

from search.calibration import Origin
from search.learning.asks import Ask, Kind
from search.learning.calibrating import OwnKnowledge, refit
from search.shipped_weights import SHIPPED
from tests.search.learning.own_store import SizedLetterEncoder, misled, own_store
from tests.search.stores import FINGERPRINT, vectors_of


def knowledge(documents, *, encoder=None, asks=()):
    vectors = vectors_of(documents)
    source = lambda hashes: {key: vectors[key] for key in hashes if key in vectors}  # noqa: E731
    return OwnKnowledge(documents, source, encoder, asks)


def test_a_calibration_that_is_misled_here_is_replaced_by_one_learned_from_the_wordings():
    known = knowledge(own_store(), encoder=SizedLetterEncoder())

    found = refit(known, shipped=misled(), current=misled())

    assert found.report.taken
    assert found.calibration.origin is Origin.INSTALLATION
    assert found.calibration.fingerprint == FINGERPRINT
    assert {one.mode for one in found.report.modes} == {"hybrid", "keyword"}
    for one in found.report.modes:
        assert one.order
        assert one.after.ndcg_at_10 > one.before.ndcg_at_10
    assert found.report.questions["wording"] == 72
    assert "hybrid order" in found.report.why


def test_without_a_model_the_words_alone_are_learned():
    shipped = replace(misled(), fingerprint="")

    found = refit(knowledge(own_store()), shipped=shipped, current=shipped)

    assert [one.mode for one in found.report.modes] == ["keyword"]
    assert found.calibration.hybrid == shipped.hybrid
    assert found.calibration.keyword != shipped.keyword


@pytest.mark.parametrize("documents", [[], own_store(wordings=0), own_store()[:5]])
def test_with_too_little_to_learn_from_nothing_changes(documents):
    found = refit(knowledge(documents), shipped=SHIPPED, current=SHIPPED)

    assert found.calibration is SHIPPED
    assert not found.report.taken
    assert "too few" in found.report.why


def test_judged_queries_are_learned_from_beside_the_wordings():
    documents = own_store()
    asks = [
        Ask("hopper of the grinder", "en", Kind.JUDGED, 1, right=frozenset({("entry", 1)})),
        Ask("which bank is on the invoice", "en", Kind.JUDGED, -5),
    ]

    found = refit(knowledge(documents, asks=asks), shipped=SHIPPED, current=SHIPPED)

    assert found.report.questions["judged"] == 2


def test_a_question_about_an_entry_that_is_not_there_is_left_out():
    asks = [Ask("unknown thing", "en", Kind.CLICK, 99, right=frozenset({("entry", 99)}))]

    found = refit(knowledge(own_store(), asks=asks), shipped=SHIPPED, current=SHIPPED)

    assert "click" not in found.report.questions

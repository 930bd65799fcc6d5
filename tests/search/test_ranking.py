from dataclasses import replace

import numpy as np
import pytest

from kb.access import GUEST
from search.bootstrap import calibrate_bootstrap
from search.candidates import Request, gather
from search.features import (
    HYBRID_FEATURES,
    MEANING_FEATURES,
    MOST_DISTRUST,
    WORD_FEATURES,
    CosineScale,
    Scales,
    chance_rise,
    meaning_table,
)
from search.product_conflicts import named_products
from search.query import parse_query
from search.ranking import rank
from tests.search.stores import HELP_DESK, LetterEncoder, entry, snapshot


@pytest.fixture(scope="module")
def calibration():
    return calibrate_bootstrap(LetterEncoder())


def request(query, lang="en"):
    parsed = parse_query(query)
    vector = LetterEncoder().encode([parsed.free_text])[0]
    return Request(parsed, vector, lang, GUEST.audiences)


def ranked(documents, query, calibration):
    found = rank(snapshot(documents), request(query), calibration)
    return [id_ for _, id_ in found.keys], found.scores


def test_an_exact_title_is_above_a_document_that_only_holds_its_words(calibration):
    store = (
        entry(1, "Return label", "How do I return an item? " * 5, wordings=("return an item",)),
        entry(2, "How do I return an item?"),
    )

    assert ranked(store, "how do i return an item", calibration)[0][0] == 2


def test_a_known_wording_in_other_case_and_order_is_all_but_certain(calibration):
    ids, scores = ranked(HELP_DESK, "My Password I forgot", calibration)

    assert ids[0] == 1
    assert scores[0] >= 0.9


def test_scores_are_probabilities_and_fall(calibration):
    _, scores = ranked(HELP_DESK, "password parcel item error", calibration)

    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.diff(scores) <= 0).all()


def test_equal_documents_come_by_id(calibration):
    twins = [entry(id_, "Where is my parcel?") for id_ in (9, 3, 5)]

    assert ranked(twins, "parcel", calibration)[0] == [3, 5, 9]


def test_a_document_without_a_vector_is_ranked_by_its_words(calibration):
    held = snapshot(HELP_DESK)
    no_vector = Request(parse_query("where is my parcel"), None, "en", GUEST.audiences)

    found = rank(held, no_vector, calibration)

    assert found.keys[0] == ("entry", 2)


def test_candidates_come_from_words_and_meaning_once_each():
    found = gather(snapshot(HELP_DESK), request("where is my parcel"))

    assert sorted(found.rows.tolist()) == sorted(set(found.rows.tolist()))
    assert not np.isnan(found.cosines[:, 0]).any()
    assert (np.diff(found.crowds["en"]) <= 0).all()


def test_cosines_are_read_on_the_scale_of_their_language():
    found = gather(snapshot(HELP_DESK[:1]), request("how do i reset my password"))

    def meaning_on(scale):
        background, span = np.array([scale.background]), np.array([scale.span])
        return meaning_table(found, Scales(background, span, np.zeros(1)))

    same = meaning_on(CosineScale(background=0.0, match=1.0))
    stretched = meaning_on(CosineScale(background=0.5, match=1.0))

    best = MEANING_FEATURES.index("meaning_best")
    assert same[0, best] == pytest.approx(1.0, abs=1e-3)
    assert stretched[0, best] == pytest.approx(1.0, abs=2e-3)
    assert len(HYBRID_FEATURES) == len(set(HYBRID_FEATURES))


def test_a_translation_of_the_answer_is_no_rival_of_it(calibration):
    own = (entry(1, "Where is my parcel?"), entry(2, "What does error E-07 mean?"))
    translated = entry(3, "Where is my parcel, please?", lang="de")
    rival = replace(translated, lang="en")

    alone, beside, against = (
        rank(snapshot((*own, *more)), request("where is the parcel"), calibration)
        for more in ((), (translated,), (rival,))
    )

    assert sorted(beside.candidates.crowds) == ["de", "en"]
    tables = [
        calibration.hybrid_features(one.candidates, np.zeros((len(one), len(WORD_FEATURES))))[0]
        for one in (alone, beside, against)
    ]
    lead = HYBRID_FEATURES.index("meaning_lead")
    assert tables[0][lead] == tables[1][lead] > tables[2][lead]


def test_the_best_of_many_wordings_must_be_nearer_than_the_best_of_a_few(calibration):
    few = entry(1, "Mails are not sent", wordings=("cannot send mail",))
    many = entry(1, "Mails are not sent", wordings=[f"no mail leaves {n}" for n in range(300)])
    query = "mails are not printed"

    first, second = (rank(snapshot([one]), request(query), calibration) for one in (few, many))

    assert first.candidates.wordings.tolist() == [2]
    assert second.candidates.wordings.tolist() == [301]
    assert second.candidates.cosines[0, 0] == first.candidates.cosines[0, 0]
    assert second.scores[0] < first.scores[0]


def test_up_to_ten_wordings_nothing_is_put_down_to_chance():
    assert chance_rise(np.array([0, 1, 10])).tolist() == [0.0, 0.0, 0.0]
    assert chance_rise(np.array([300]))[0] > chance_rise(np.array([50]))[0] > 0.0


def test_an_index_that_holds_nothing_ranks_nothing(calibration):
    ids, scores = ranked((), "parcel", calibration)

    assert ids == []
    assert len(scores) == 0


def test_another_code_of_the_same_family_is_no_answer(calibration):
    store = (entry(1, "What does error E-07 mean?"), entry(2, "Error E-09 after a cold start"))

    _, unknown = ranked(store, "what does error E-15 mean", calibration)
    ids, known = ranked(store, "what does error e07 mean", calibration)

    assert unknown[0] < 0.2
    assert ids[0] == 1
    assert known[0] >= 0.9
    assert known[1] < 0.2


def test_a_code_of_another_family_is_no_conflict(calibration):
    store = (entry(1, "Cannot send mail with version 115"), entry(2, "Where is my parcel?"))

    _, scores = ranked(store, "cannot send mail with office365", calibration)

    assert scores[0] > 0.5


def sold(id_, title, product=None, **more):
    return replace(entry(id_, title, **more), product=product)


def test_another_product_than_the_one_named_comes_behind_it(calibration):
    store = (
        sold(1, "How do I descale the Piazza?", "piazza", wordings=("descale the machine",)),
        sold(2, "Descaling a Duetta takes an hour", "duetta"),
        sold(3, "Which descaler may I use?"),
    )

    ids, _ = ranked(store, "how do i descale the duetta", calibration)
    bare, _ = ranked(store, "how do i descale the piazza", calibration)

    assert ids[0] == 2
    assert bare[0] == 1


def test_what_only_another_product_answers_is_doubted(calibration):
    store = (sold(1, "How do I descale the Piazza?", "piazza"), sold(2, "Weight", "duetta"))

    _, of_it = ranked(store, "how do i descale the piazza please", calibration)
    _, of_another = ranked(store, "how do i descale the duetta please", calibration)

    assert of_another[0] < of_it[0] - 0.2


def test_an_entry_that_names_the_product_is_not_of_another_one(calibration):
    store = (
        sold(1, "How do I descale the Piazza?", "piazza", answer="The Duetta is done as well."),
        sold(2, "Weight", "duetta"),
    )

    ids, _ = ranked(store, "how do i descale the duetta", calibration)

    assert ids[0] == 1


def test_the_longer_of_two_product_names_is_meant():
    store = snapshot([sold(1, "One", "alba"), sold(2, "Other", "alba-pro")])

    assert named_products(store, parse_query("my Alba Pro leaks"), GUEST.audiences) == {"alba-pro"}
    assert named_products(store, parse_query("my alba leaks"), GUEST.audiences) == {"alba"}
    assert named_products(store, parse_query("it leaks, albatross"), GUEST.audiences) == frozenset()


def test_a_document_in_the_middle_of_many_is_the_most_crowded():
    texts = ["cancel my order", "cancel the order", "cancel an order", "xylophone quiz"]
    held = snapshot([entry(number, text) for number, text in enumerate(texts, start=1)])

    crowding = held.parts[0].segment.crowding

    assert crowding.shape == (4,)
    assert crowding[3] == crowding.min()


def test_documents_alone_in_their_language_are_not_crowded():
    alone = snapshot([entry(1, "Where is my parcel?"), entry(2, "Wo ist es?", lang="de")])

    assert np.isnan(alone.parts[0].segment.crowding).all()


def test_explaining_names_the_parts_of_rank_and_confidence(calibration):
    found = rank(snapshot(HELP_DESK), request("where is my parcel"), calibration)
    parts = calibration.parts(found.candidates, parse_query("where is my parcel"), 0)

    assert "confidence: bias" in parts
    assert any(name.startswith("confidence: meaning") for name in parts)
    assert set(parts) - {"confidence: bias"} <= {
        f"{prefix}{name}" for name in HYBRID_FEATURES for prefix in ("", "confidence: ")
    }


def test_a_code_beside_a_question_is_not_all_that_it_asks(calibration):
    store = (
        entry(1, "Where is the serial number?", "On the plate of a CG-64, under the base."),
        entry(2, "How do I change the burrs of a grinder?"),
    )

    ids, _ = ranked(store, "cg64", calibration)
    _, beside = ranked(store, "change the burrs of the grinder CG-64", calibration)

    assert ids[0] == 1
    assert beside[1] < 0.9


def test_in_a_language_that_meaning_tells_nothing_of_it_never_counts_against_a_document():
    names = HYBRID_FEATURES
    order = calibrate_bootstrap(LetterEncoder()).hybrid.order
    doubts = [name for name in names if name.startswith("meaning") and name.endswith("_doubted")]

    gained = sum(order.weights.get(name.removesuffix("_doubted"), 0.0) for name in doubts)
    lost = sum(order.weights.get(name, 0.0) for name in doubts) * MOST_DISTRUST

    assert gained + lost >= 0.0

"""Of documents that say the same in different languages, a reader sees one."""

from dataclasses import replace

import numpy as np
import pytest

from kb.access import GUEST
from search.bootstrap import calibrate_bootstrap
from search.candidates import Request
from search.query import parse_query
from search.ranking import rank
from search.results import Filters
from search.searcher import Searcher
from search.translations import without_other_translations
from tests.search.stores import LetterEncoder, Shelf, entry, snapshot

STORE = [
    entry(1, "How do I reset my password?", "Choose a new one.", translation_group="g1"),
    entry(2, "Wie geht ein neues Passwort?", "Eins wählen.", lang="de", translation_group="g1"),
    entry(3, "Mot de passe", "Choisissez-en un.", lang="fr", translation_group="g1"),
    entry(4, "Password rules", "At least ten letters.", category="rules"),
    entry(5, "Reset the machine", "Hold the button.", translation_group="g2"),
]
QUERY = "reset password machine passwort passe"


@pytest.fixture(scope="module")
def searcher():
    return Searcher(Shelf(snapshot(STORE)), LetterEncoder(), calibrate_bootstrap(LetterEncoder()))


def shown(lang, scores, *, floor=0.3):
    """What is left, as (id, score), of the store ranked by these scores by id."""
    index = snapshot(STORE)
    request = Request(parse_query(QUERY), None, lang, GUEST.audiences, Filters())
    found = rank(index, request, calibrate_bootstrap(None))
    by_key = dict(zip(found.keys, found.order.tolist(), strict=True))
    keys = sorted(by_key, key=lambda key: -scores[key[1]])
    ranking = replace(
        found,
        keys=tuple(keys),
        order=np.array([by_key[key] for key in keys]),
        scores=np.array([scores[id_] for _, id_ in keys]),
    )
    left = without_other_translations(ranking, index, lang=lang, floor=floor)
    assert [left.candidates.rows[place] for place in left.order] == [
        id_ - 1 for _, id_ in left.keys
    ]
    return [(id_, score) for (_, id_), score in zip(left.keys, left.scores.tolist(), strict=True)]


SCORES = {1: 0.9, 2: 0.5, 3: 0.2, 4: 0.8, 5: 0.7}


def test_the_readers_own_language_is_shown_and_is_as_good_as_the_best():
    assert shown("de", SCORES) == [(2, 0.9), (4, 0.8), (5, 0.7)]
    assert shown("en", SCORES) == [(1, 0.9), (4, 0.8), (5, 0.7)]


def test_a_translation_below_the_floor_gives_way_to_the_best():
    assert shown("fr", SCORES) == [(1, 0.9), (4, 0.8), (5, 0.7)]
    assert shown("it", SCORES) == [(1, 0.9), (4, 0.8), (5, 0.7)]
    assert shown("fr", SCORES, floor=0.1)[0] == (3, 0.9)


def test_equal_scores_stay_in_the_order_of_their_keys():
    assert shown("de", SCORES | {4: 0.9}) == [(2, 0.9), (4, 0.9), (5, 0.7)]
    assert shown("de", SCORES | {5: 0.9}) == [(2, 0.9), (5, 0.9), (4, 0.8)]


@pytest.mark.parametrize("lang", ["en", "de", "fr"])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_totals_facets_and_pages_count_one_of_each_group(searcher, lang, limit):
    hits, cursor = [], None
    while True:
        page = searcher.search(
            QUERY, viewer=GUEST, lang=lang, floor=False, limit=limit, cursor=cursor
        )
        hits += page.hits
        cursor = page.cursor
        if cursor is None:
            break

    ids = [hit.id for hit in hits]
    assert len({1, 2, 3} & set(ids)) == 1
    assert page.total == len(ids) == len(set(ids)) == sum(v.count for v in page.facets["lang"])


def test_who_asks_for_languages_gets_every_translation_in_them(searcher):
    filters = Filters(langs=("en", "de"))
    found = searcher.search(QUERY, viewer=GUEST, floor=False, filters=filters)
    typed = searcher.search(f"{QUERY} lang:de lang:en", viewer=GUEST, floor=False)

    for results in (found, typed):
        assert {1, 2} <= {hit.id for hit in results.hits}

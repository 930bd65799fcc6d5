import numpy as np
import pytest

from search.facets import count_facets
from search.metadata import ABSENT, Metadata
from search.results import FacetValue, Filters
from tests.search.stores import HELP_DESK, entry


@pytest.fixture
def metadata():
    return Metadata.of(HELP_DESK)


def passing(metadata, **filters):
    return metadata.ids[metadata.matching(Filters(**filters))].tolist()


def test_no_filter_lets_everything_pass(metadata):
    assert passing(metadata) == [1, 2, 3, 4, 5, 6, 7]


def test_any_value_of_one_filter_will_do_and_every_filter_must(metadata):
    assert passing(metadata, categories=("delivery", "machine")) == [2, 3, 4]
    assert passing(metadata, categories=("delivery", "machine"), products=("piazza",)) == [4]
    assert passing(metadata, tags=("login", "tracking")) == [1, 2]
    assert passing(metadata, langs=("de",)) == [5]


def test_filters_do_not_mind_case(metadata):
    assert passing(metadata, tags=("PARCEL",), products=("Shop",)) == [2, 3]


def test_an_unknown_value_lets_nothing_pass(metadata):
    assert passing(metadata, tags=("nothing",)) == passing(metadata, types=("thread",)) == []


def test_only_the_given_audiences_can_read(metadata):
    assert metadata.ids[metadata.readable({"public"})].tolist() == [1, 2, 3, 4, 5]
    assert metadata.ids[metadata.readable({"internal", "unknown"})].tolist() == [6]
    assert not metadata.readable(()).any()


def test_metadata_is_the_same_after_saving(metadata, tmp_path):
    metadata.save(tmp_path)

    opened = Metadata.open(tmp_path)

    assert passing(opened, tags=("parcel",)) == [2, 3]
    assert opened.values == metadata.values


def test_a_store_without_documents_answers_every_filter():
    empty = Metadata.of([])

    assert empty.matching(Filters(tags=("a",), langs=("de",))).tolist() == []
    assert empty.readable({"public"}).tolist() == []


def test_facets_count_over_all_parts_most_frequent_first(metadata):
    other = Metadata.of([entry(9, "More", category="machine", tags=("parcel", "parcel"))])

    facets = count_facets([(metadata, np.array([1, 2, 3])), (other, np.array([0]))])

    assert facets["category"] == (FacetValue("delivery", 2), FacetValue("machine", 2))
    assert facets["tag"] == (FacetValue("parcel", 3), FacetValue("tracking", 1))
    assert facets["product"] == (FacetValue("shop", 2), FacetValue("piazza", 1))


def test_facets_of_no_hits_are_empty(metadata):
    assert set(count_facets([(metadata, np.array([], dtype=np.int64))]).values()) == {()}


def test_translations_of_each_other_have_the_same_number_in_any_part_of_an_index():
    first = Metadata.of(
        [
            entry(1, "Reset", translation_group="reset"),
            entry(2, "Parcel"),
            entry(3, "Track", translation_group="track"),
        ]
    )
    second = Metadata.of([entry(4, "Zurücksetzen", translation_group="reset")])

    assert first.translation_groups[0] == second.translation_groups[0] >= 0
    assert first.translation_groups[1] == ABSENT
    assert first.translation_groups[2] != first.translation_groups[0]

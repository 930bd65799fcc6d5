import numpy as np
import pytest

from indexer.links.floor import MAX_FLOOR, link_floor
from indexer.links.linking import LinkFinder, LinkPhrasing, find_links
from tests.indexer.sphere import clusters


def phrasing(row: int, entry: int, text: str = "", *, lang: str = "en", shown: bool = True):
    return LinkPhrasing(1000 + row, entry, text or f"wording {row}", lang, shown)


def world(**changes):
    """Entries 1 and 2 about one thing, 3 to 8 each about another; two phrasings per entry."""
    vectors, cluster = clusters(7, 4, spread=0.4)
    keep = np.array([row for row in range(28) if cluster[row] == 0 or row % 4 < 2])
    entries = [1, 1, 2, 2, *(3 + row // 2 for row in range(12))]
    texts = {0: "Reset the thermostat", 2: "The thermostat shows an error"}
    phrasings = [
        phrasing(row, entry, texts.get(row, ""), shown=row % 2 == 0, **changes.get(str(row), {}))
        for row, entry in enumerate(entries)
    ]
    return phrasings, vectors[keep]


def test_entries_of_like_meaning_are_linked_both_ways_and_others_are_not():
    links = find_links(*world())
    assert [(link.from_entry, link.to_entry) for link in links] == [(1, 2), (2, 1)]
    assert all(0.3 <= link.score <= 1 for link in links)


def test_the_reason_names_shown_phrasings_and_rare_words_they_share():
    phrasings, vectors = world()
    reason = find_links(phrasings, vectors)[0].reason
    assert (reason.from_phrasing, reason.to_phrasing) == (1000, 1002)
    assert reason.shared_words == ("thermostat",)
    assert abs(reason.cosine - float(vectors[0] @ vectors[2])) < 1e-4


def test_an_entry_without_a_shown_phrasing_is_not_linked():
    phrasings, vectors = world()
    hidden = [
        LinkPhrasing(p.phrasing_id, p.entry_id, p.text, p.lang, p.is_shown and p.entry_id != 2)
        for p in phrasings
    ]
    assert find_links(hidden, vectors) == []


def test_entries_of_two_languages_are_not_linked():
    phrasings, vectors = world(**{"2": {"lang": "de"}, "3": {"lang": "de"}})
    assert find_links(phrasings, vectors) == []


def test_no_entry_and_one_entry_have_no_links():
    vectors, _ = clusters(1, 3)
    assert find_links([], vectors[:0]) == []
    assert find_links([phrasing(row, 1) for row in range(3)], vectors) == []


def floor(entries, vectors):
    return LinkFinder([phrasing(row, int(one)) for row, one in enumerate(entries)], vectors).floor


def test_the_floor_rises_where_everything_is_alike():
    apart, _ = clusters(20, 5, spread=0.3)
    alike, _ = clusters(1, 100, spread=0.7)
    entries = np.repeat(np.arange(20), 5)
    assert floor(entries, apart) < floor(entries, alike) <= 0.8


def test_the_floor_is_lower_among_few_entries():
    vectors, _ = clusters(1, 100, spread=1.6)
    many, few = np.repeat(np.arange(50), 2), np.repeat(np.arange(10), 2)
    assert floor(few, vectors[:20]) < floor(many, vectors)


def test_one_more_entry_moves_the_floor_by_a_step_at_most():
    vectors, _ = clusters(60, 10, spread=0.7)
    entries = np.repeat(np.arange(60), 10)
    assert abs(floor(entries, vectors) - floor(entries[:-10], vectors[:-10])) <= 0.02


def test_two_entries_alone_have_no_floor_to_stand_out_of():
    assert link_floor(np.zeros(0, dtype=np.float32), 1) == MAX_FLOOR
    assert link_floor(np.array([0.1], dtype=np.float32), 2) == 0.5


def test_answers_count_as_much_as_questions():
    phrasings, vectors = world()
    near, far = vectors[[0]], vectors[[15]]
    plain = LinkFinder(phrasings, vectors).score(1, 2)

    alike = LinkFinder(phrasings, vectors, {1: near, 2: near})
    apart = LinkFinder(phrasings, vectors, {1: near, 2: far})
    half = LinkFinder(phrasings, vectors, {1: near})

    assert alike.score(1, 2) == pytest.approx((plain + 1) / 2, abs=1e-3)
    assert apart.score(1, 2) < plain == half.score(1, 2)
    assert [(one.from_entry, one.to_entry) for one in alike.links_of(1)] == [(1, 2)]


def test_no_bound_lies_below_the_score_it_bounds():
    vectors, _ = clusters(12, 6, spread=0.8)
    phrasings = [phrasing(row, row // 6 if row % 5 else row // 6 + 1) for row in range(72)]
    said = {entry: vectors[entry : entry + 2] for entry in range(0, 12, 2)}
    finder = LinkFinder(phrasings, vectors, said)
    for one in finder.entries:
        exact = {
            other: score
            for other in finder.entries
            if other != one and (score := finder.score(one, other)) >= finder.floor
        }
        assert dict(finder.near(one)) == exact


def test_a_pair_scores_the_same_from_both_sides_and_whoever_else_is_there():
    phrasings, vectors = world()
    whole = LinkFinder(phrasings, vectors)
    alone = LinkFinder(phrasings[:4], vectors[:4])
    assert whole.score(1, 2) == whole.score(2, 1) == alone.score(1, 2)


def test_a_link_that_its_shown_phrasings_do_not_bear_out_is_none():
    phrasings, vectors = world(**{"0": {}, "2": {}})
    hidden_pair = vectors.copy()
    hidden_pair[0] = vectors[4]
    plain = [
        LinkPhrasing(p.phrasing_id, p.entry_id, f"wording {p.phrasing_id}", p.lang, p.is_shown)
        for p in phrasings
    ]
    assert find_links(plain, vectors)
    assert not any(link.to_entry == 2 for link in find_links(plain, hidden_pair))

import numpy as np

from indexer.linking import LinkPhrasing, find_links, link_floor
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
    assert abs(reason.cosine - float(vectors[0] @ vectors[2])) < 1e-5


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


def test_the_floor_rises_where_everything_is_alike():
    apart, _ = clusters(20, 5, spread=0.3)
    alike, _ = clusters(1, 100, spread=0.7)
    entries = np.repeat(np.arange(20), 5)
    assert link_floor(entries, apart) < link_floor(entries, alike) <= 0.8


def test_the_floor_is_lower_among_few_entries():
    vectors, _ = clusters(1, 100, spread=1.6)
    many, few = np.repeat(np.arange(50), 2), np.repeat(np.arange(10), 2)
    assert link_floor(few, vectors[:20]) < link_floor(many, vectors)


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

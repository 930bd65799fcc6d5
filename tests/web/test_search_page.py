"""The results page shows what the search returned, with links that add and remove filters."""

from datetime import date

from search.results import FacetValue, Hit, Mode, SearchResults, Verdict
from web.http.contexts import MAX_CHOICES
from web.http.searching.results_page import SearchRequest, search_page

NAMES = {("product", "macina-64"): "Macina 64"}


def hit(**changed):
    values = {
        "id": 3,
        "source_id": None,
        "type": "entry",
        "title": "How fine?",
        "url": "/faq/3-how-fine",
        "snippet": "Turn it.",
        "marks": ((0, 4),),
        "title_marks": (),
        "matched_phrasing": None,
        "score": 0.9,
        "lang": "en",
    }
    return Hit(**values | changed)


def results(**changed):
    values = {
        "query": "fine & dandy",
        "mode": Mode.HYBRID,
        "degraded": None,
        "verdict": Verdict.ANSWER,
        "confidence": 0.9,
        "total": 1,
        "took_ms": 4.0,
        "facets": {},
        "hits": (hit(),),
        "near": (),
    }
    return SearchResults(**values | changed)


def test_a_row_has_the_readers_words_and_no_score():
    found = hit(product="macina-64", updated_at="2026-11-02T10:00:00Z", lang="de")
    request = SearchRequest("fine", "en", names=NAMES)
    row = search_page(results(hits=(found,)), request).rows[0]

    assert (row.product, row.reviewed_on, row.lang) == ("Macina 64", date(2026, 11, 2), "de")
    assert not hasattr(row, "score")


def test_the_language_is_only_named_where_it_is_not_the_pages():
    assert search_page(results(), SearchRequest("fine", "en")).rows[0].lang is None


def test_a_facet_links_to_the_same_search_with_its_filter():
    facets = {"product": (FacetValue("macina-64", 2), FacetValue("alba", 1))}
    request = SearchRequest("fine & dandy", "en", names=NAMES)
    page = search_page(results(facets=facets, total=3), request)
    first = page.facets[0].choices[0]

    assert (first.label, first.count, first.selected) == ("Macina 64", 2, False)
    assert first.url == "/search?q=fine+%26+dandy&product=macina-64"


def test_a_facet_whose_values_all_have_every_hit_is_not_shown():
    facets = {"tag": (FacetValue("gasket", 1), FacetValue("leak", 1))}

    assert search_page(results(facets=facets), SearchRequest("fine", "en")).facets == ()


def test_a_selected_facet_links_to_the_search_without_it():
    facets = {"product": (FacetValue("alba", 1),), "lang": (FacetValue("de", 1),)}
    request = SearchRequest("fine", "de", {"product": ("alba",)}, cursor="c2")
    page = search_page(results(facets=facets), request)

    assert [group.name for group in page.facets] == ["product"]
    assert page.facets[0].choices[0].selected
    assert page.facets[0].choices[0].url == "/search?q=fine"
    assert [(chip.label, chip.url) for chip in page.filters] == [("alba", "/search?q=fine")]


def test_a_long_facet_shows_its_first_values_and_folds_the_rest_away():
    values = tuple(FacetValue(f"tag-{place:02}", 1) for place in range(30))
    chosen = {"tag": ("tag-29",)}
    request = SearchRequest(query="q", locale="en", selected=chosen)
    (group,) = search_page(results(facets={"tag": values}, total=2), request).facets

    assert [one.label for one in group.first][:2] == ["tag-29", "tag-00"]
    assert len(group.first) == MAX_CHOICES
    assert {*group.first, *group.rest} == {*group.choices}

    few = {"tag": values[: MAX_CHOICES + 1]}
    (short,) = search_page(results(facets=few, total=2), SearchRequest("q", "en")).facets
    assert short.first == short.choices
    assert short.rest == ()


def test_pages_follow_the_cursor_and_keep_the_filters():
    request = SearchRequest("fine", "en", {"lang": ("de",)}, cursor="c2")
    page = search_page(results(cursor="c3"), request)

    assert page.first_url == "/search?q=fine&lang=de"
    assert page.next_url == "/search?q=fine&lang=de&cursor=c3"


def test_the_first_and_only_page_has_no_links_to_others():
    page = search_page(results(), SearchRequest("fine", "en"))

    assert (page.first_url, page.next_url, page.did_you_mean) == (None, None, None)


def test_degraded_and_did_you_mean_reach_the_page():
    page = search_page(results(degraded="model", did_you_mean="mine"), SearchRequest("fine", "en"))

    assert page.degraded
    assert page.did_you_mean.url == "/search?q=mine"

"""The demo's judged queries: with and without an answer, none of them a stored wording."""

from __future__ import annotations

from collections import Counter

from rapidfuzz import fuzz, process

from tests.kb.demo.world import ENTRIES, QRELS, QUERIES, QUESTIONS, THREADS, normal, related

FIELDS = ["id", "text", "lang", "split", "none"]
BY_ID = {query["id"]: query for query in QUERIES}


def stored_wordings():
    for entry in ENTRIES:
        yield from (entry["question"], *entry["phrasings"])
    for question in QUESTIONS:
        yield from (question["text"], question["subject"])
    for thread in THREADS:
        yield thread["title"]


def test_every_query_has_the_same_fields_in_the_same_order_and_its_own_id():
    assert {tuple(query) for query in QUERIES} == {tuple(FIELDS)}
    assert len(BY_ID) == len(QUERIES)
    assert {query["lang"] for query in QUERIES} == {"en", "de"}


def test_four_hundred_have_an_answer_and_a_hundred_and_fifty_have_none():
    assert sum(not query["none"] for query in QUERIES) >= 400
    assert sum(query["none"] for query in QUERIES) >= 150
    for none in (True, False):
        languages = Counter(query["lang"] for query in QUERIES if query["none"] is none)
        assert 0.55 <= languages["en"] / languages.total() <= 0.65


def test_they_are_split_in_halves_for_each_language():
    counts = Counter((query["lang"], query["none"], query["split"]) for query in QUERIES)
    assert {query["split"] for query in QUERIES} == {"tuning", "holdout"}
    for lang in ("en", "de"):
        for none in (True, False):
            assert abs(counts[lang, none, "tuning"] - counts[lang, none, "holdout"]) <= 1


def test_no_query_is_a_stored_wording_or_asked_twice():
    stored = {normal(text) for text in stored_wordings() if text.strip()}
    judged = [normal(query["text"]) for query in QUERIES]
    assert not stored & set(judged)
    assert len(set(judged)) == len(judged)


def test_hardly_any_query_is_nearly_a_stored_wording():
    stored = [
        normal(text) for entry in ENTRIES for text in (entry["question"], *entry["phrasings"])
    ]
    near = [
        query["text"]
        for query in QUERIES
        if process.extractOne(normal(query["text"]), stored, scorer=fuzz.ratio, score_cutoff=88)
    ]
    assert len(near) <= 0.02 * len(QUERIES), near


def test_judgements_name_public_entries_and_each_answerable_query_has_its_answer():
    entries = {entry["id"]: entry for entry in ENTRIES}
    answered = set()
    for row in QRELS:
        query, entry = BY_ID[row["query_id"]], entries[row["faq_id"]]
        assert row["relevance"] in {"1", "2"}
        assert entry["audience"] == "public", row
        if row["relevance"] == "2":
            assert query["lang"] == entry["lang"], row
            answered.add(query["id"])
    assert answered == {query["id"] for query in QUERIES if not query["none"]}
    assert len({(row["query_id"], row["faq_id"]) for row in QRELS}) == len(QRELS)


def test_every_public_entry_that_is_not_stale_answers_a_query():
    stale = {entry_id for entry_id, _ in related("stale")}
    wrong = {wrong_id for wrong_id, _ in related("contradiction")}
    public = {entry["id"] for entry in ENTRIES if entry["audience"] == "public"}
    answering = {row["faq_id"] for row in QRELS if row["relevance"] == "2"}
    assert answering == public - stale - wrong

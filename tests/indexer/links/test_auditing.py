from dataclasses import replace

import pytest

from indexer.embed import embed_missing
from indexer.links.auditing import audit_entries
from indexer.links.twin_entries import EntryTexts, Twins, answer_overlap, compare_entries
from kb.access import OPERATOR
from kb.desk.merging import merge_entries, undo_merge
from kb.entries import EntryContent
from kb.store.engine import reading, transaction
from kb.store.entries.writing import add_entry, change_entry, set_entry_state
from kb.store.merging.findings import dismiss_finding, list_findings
from tests.indexer.subjects import SUBJECTS, SubjectEncoder, wording

FILTER = "Rinse the filter under warm water every Friday, dry it well and put it back."


@pytest.fixture
def encoder():
    return SubjectEncoder()


@pytest.fixture
def others(engine):
    """Entries about other things, out of which two near ones can stand."""
    return give(engine, *[EntryContent(wording(s, 20), f"About {s}.") for s in SUBJECTS[2:]])


def give(engine, *contents):
    with transaction(engine) as conn:
        return [add_entry(conn, one, viewer=OPERATOR, state="published") for one in contents]


def audited(engine, encoder):
    embed_missing(engine, encoder)
    count = audit_entries(engine, encoder)
    found = listed(engine)
    assert count == len(found)
    return [(one.kind, one.entry_a, one.entry_b) for one in found]


def listed(engine, state="open"):
    with reading(engine) as conn:
        return list_findings(conn, viewer=OPERATOR, state=state)


def edit(engine, entry_id, title, answer):
    with transaction(engine) as conn:
        change_entry(conn, entry_id, EntryContent(title, answer), viewer=OPERATOR)


ONE = EntryContent(wording("pairing", 1), FILTER, phrasings=("pairing fails", "no pairing"))
TWO = EntryContent(wording("pairing", 2), FILTER, phrasings=("pairing fails", "no pairing"))


def test_two_entries_that_say_the_same_are_reported_with_what_shows_it(engine, encoder, others):
    one, two = give(engine, ONE, TWO)

    assert audited(engine, encoder) == [("duplicate", one, two)]

    facts = listed(engine)[0].facts
    assert (facts["answers"], facts["shared_wordings"]) == (1.0, 2)
    assert facts["similarity"] > 0.8
    assert "pairing" not in str(facts)


def test_two_entries_that_contradict_each_other_are_reported_with_both_sentences(
    sqlite_engine, encoder
):
    may = "You may clean the steam nozzle with vinegar."
    must_not = "Never clean the steam nozzle with vinegar."
    one, two = give(
        sqlite_engine,
        EntryContent(wording("pairing", 1), may),
        EntryContent(wording("pairing", 2), must_not),
    )

    assert ("contradiction", one, two) in audited(sqlite_engine, encoder)

    facts = next(f for f in listed(sqlite_engine) if f.kind == "contradiction").facts
    assert (facts["sentence_a"], facts["sentence_b"]) == (may, must_not)


@pytest.mark.parametrize(
    "change", [{"locale": "de"}, {"audience": "internal"}, {"product": "Alba"}]
)
def test_entries_for_others_are_no_duplicates(sqlite_engine, encoder, change):
    give(sqlite_engine, replace(ONE, product="Duetta"), replace(TWO, product="Duetta"))
    found = audited(sqlite_engine, encoder)
    assert len(found) == 1
    with transaction(sqlite_engine) as conn:
        change_entry(
            conn, found[0][2], replace(TWO, **{"product": "Duetta", **change}), viewer=OPERATOR
        )
    assert audited(sqlite_engine, encoder) == []


def test_different_entries_are_not_reported(sqlite_engine, encoder):
    give(sqlite_engine, *[EntryContent(wording(s, 1), f"About {s} only.") for s in SUBJECTS])
    assert audited(sqlite_engine, encoder) == []


def test_a_finding_goes_when_it_no_longer_holds(sqlite_engine, encoder):
    _one, two = give(sqlite_engine, ONE, TWO)
    assert len(audited(sqlite_engine, encoder)) == 1
    with transaction(sqlite_engine) as conn:
        set_entry_state(conn, two, "archived")
    assert listed(sqlite_engine) == []
    assert audited(sqlite_engine, encoder) == []
    with transaction(sqlite_engine) as conn:
        set_entry_state(conn, two, "published")
    assert len(audited(sqlite_engine, encoder)) == 1


def test_what_was_called_different_stays_so_until_one_says_something_else(sqlite_engine, encoder):
    one, _two = give(sqlite_engine, ONE, TWO)
    audited(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        dismiss_finding(conn, listed(sqlite_engine)[0].id, viewer=OPERATOR)

    assert audited(sqlite_engine, encoder) == []
    edit(sqlite_engine, one, ONE.title, FILTER.replace("Friday", "Fridays"))
    assert audited(sqlite_engine, encoder) == []

    edit(sqlite_engine, one, ONE.title, "Hold the ring until it blinks blue, then pair it again.")
    assert [kind for kind, *_ in audited(sqlite_engine, encoder)] == ["duplicate"]


def test_a_merge_settles_a_finding_and_its_undo_opens_it(sqlite_engine, encoder):
    one, two = give(sqlite_engine, ONE, TWO)
    audited(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        merge_id = merge_entries(conn, one, two, viewer=OPERATOR)
    assert audited(sqlite_engine, encoder) == []
    with transaction(sqlite_engine) as conn:
        undo_merge(conn, merge_id, viewer=OPERATOR)
    assert audited(sqlite_engine, encoder) == [("duplicate", one, two)]


def test_only_what_changed_is_compared_again(sqlite_engine, encoder):
    give(sqlite_engine, ONE, TWO)
    audited(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        conn.exec_driver_sql("DELETE FROM entry_findings")
    assert audited(sqlite_engine, encoder) == []


def test_answers_are_compared_by_the_words_that_say_something():
    assert answer_overlap(FILTER, f"First: {FILTER}") == 1.0
    assert answer_overlap("Yes.", "Yes.") == 0.0
    assert answer_overlap(FILTER, "Call us between nine and five, we like to help.") < 0.2


def test_close_questions_with_other_answers_are_no_duplicates():
    texts = [EntryTexts("a", FILTER, frozenset()), EntryTexts("b", "Call us at nine.", frozenset())]
    assert compare_entries(*texts, Twins(score=0.7, titles=0.7, floor=0.4)) is None
    assert compare_entries(*texts, Twins(score=0.7, titles=0.95, floor=0.4)) is not None
    assert compare_entries(texts[0], texts[0], Twins(score=0.7, titles=0.5, floor=0.4)) is not None

import pytest

from indexer.embed import embed_missing
from indexer.relink import relink
from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.store.engine import reading, transaction
from kb.store.entries import add_entry, set_entry_state
from kb.store.links import related_entries, set_link_mode
from tests.indexer.subjects import SubjectEncoder, wording


@pytest.fixture
def encoder():
    return SubjectEncoder()


def give(engine, *entries):
    with transaction(engine) as conn:
        return [
            add_entry(
                conn,
                EntryContent(title, "An answer.", phrasings=phrasings, audience=audience),
                viewer=OPERATOR,
                state="published",
            )
            for title, audience, *phrasings in entries
        ]


def linked(engine, encoder):
    embed_missing(engine, encoder)
    return relink(engine, encoder)


def related(engine, entry_id):
    with reading(engine) as conn:
        return related_entries(conn, entry_id, viewer=OPERATOR)


PARCEL_ONE = (wording("parcel", 1), "public", "parcel late")
PARCEL_TWO = (wording("parcel", 2), "public", "parcel lost")
INVOICE = (wording("invoice", 1), "public")


def test_entries_of_like_meaning_are_linked_and_others_are_not(engine, encoder):
    one, two, other = give(engine, PARCEL_ONE, PARCEL_TWO, INVOICE)

    assert linked(engine, encoder) == 2

    assert [found.id for found in related(engine, one)] == [two]
    assert [found.id for found in related(engine, two)] == [one]
    assert related(engine, other) == []


def test_a_reason_quotes_only_shown_wordings(sqlite_engine, encoder):
    one, _two, _other = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO, INVOICE)
    linked(sqlite_engine, encoder)

    reason = related(sqlite_engine, one)[0].reason

    assert (reason["from_wording"], reason["to_wording"]) == (PARCEL_ONE[0], PARCEL_TWO[0])
    assert "parcel l" not in str(reason)


def test_pinned_and_blocked_links_stay(sqlite_engine, encoder):
    one, two, other = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO, INVOICE)
    with transaction(sqlite_engine) as conn:
        set_link_mode(conn, one, two, "blocked", viewer=OPERATOR)
        set_link_mode(conn, one, other, "pinned", viewer=OPERATOR)
    linked(sqlite_engine, encoder)
    give(sqlite_engine, (wording("parcel", 3), "public"))

    linked(sqlite_engine, encoder)

    found = related(sqlite_engine, one)
    assert two not in [link.id for link in found]
    assert (found[0].id, found[0].mode) == (other, "pinned")


def test_a_public_entry_never_leads_to_one_of_a_narrower_audience(sqlite_engine, encoder):
    public, internal = give(sqlite_engine, PARCEL_ONE, (wording("parcel", 2), "internal"))

    linked(sqlite_engine, encoder)

    assert related(sqlite_engine, public) == []
    assert [found.id for found in related(sqlite_engine, internal)] == [public]


def test_links_are_found_again_only_when_an_entry_changed(sqlite_engine, encoder):
    one, two, _other = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO, INVOICE)
    assert linked(sqlite_engine, encoder) == 2
    with transaction(sqlite_engine) as conn:
        conn.exec_driver_sql("DELETE FROM links")

    assert linked(sqlite_engine, encoder) == 2
    assert related(sqlite_engine, one) == []

    give(sqlite_engine, (wording("invoice", 2), "public", "invoice wrong"))
    assert linked(sqlite_engine, encoder) >= 2
    assert [found.id for found in related(sqlite_engine, one)] == [two]


def test_an_entry_whose_vectors_are_not_there_yet_is_linked_by_the_next_run(sqlite_engine, encoder):
    one, _two = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO)
    linked(sqlite_engine, encoder)
    (late,) = give(sqlite_engine, (wording("parcel", 3), "public"))

    relink(sqlite_engine, encoder)
    assert late not in [found.id for found in related(sqlite_engine, one)]
    linked(sqlite_engine, encoder)
    assert late in [found.id for found in related(sqlite_engine, one)]


def test_an_archived_entry_is_linked_no_more(sqlite_engine, encoder):
    one, two, _other = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO, INVOICE)
    assert linked(sqlite_engine, encoder) == 2
    with transaction(sqlite_engine) as conn:
        set_entry_state(conn, two, "archived")

    assert linked(sqlite_engine, encoder) == 0
    assert related(sqlite_engine, one) == []

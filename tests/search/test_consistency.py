"""What differs between record and index is told, entry by entry, and nothing else."""

import pytest
from sqlalchemy import delete, update

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.store.changes import record_change
from kb.store.embeddings import save_vectors
from kb.store.engine import transaction
from kb.store.entries.writing import add_entry, set_entry_state
from kb.store.instance import renew_incarnation
from kb.store.schema import changes, embeddings, entries, phrasings
from search import consistency
from search.build import build_index
from search.consistency import compare_index
from search.generation import open_current
from search.record_source import RecordSource
from tests.search.stores import FINGERPRINT, LetterEncoder

TITLES = ["How do I descale it?", "Why is it loud?", "Where is the filter?"]
LONG = "Fill the tank with descaler. " * 10


@pytest.fixture
def ids(sqlite_engine):
    """Three published entries with two wordings each, all vectors stored."""
    with transaction(sqlite_engine) as conn:
        found = [publish(conn, title) for title in TITLES]
    store_vectors(sqlite_engine)
    return found


def publish(conn, title, **fields):
    content = EntryContent(title, LONG, phrasings=(f"{title} tell me",), **fields)
    return add_entry(conn, content, viewer=OPERATOR, state="published")


def store_vectors(engine):
    documents = list(RecordSource(engine).all_documents(fingerprint=FINGERPRINT)[1])
    with transaction(engine) as conn:
        for texts in (document.embedded_texts() for document in documents):
            vectors = LetterEncoder().encode(list(texts.values()))
            save_vectors(conn, FINGERPRINT, dict(zip(texts, vectors, strict=True)))


@pytest.fixture
def compare(sqlite_engine, ids, tmp_path):
    """Says what differs now from the index as it was built at first."""
    build_index(sqlite_engine, tmp_path, fingerprint=FINGERPRINT)
    return lambda: [str(one) for one in compare_index(sqlite_engine, open_current(tmp_path))]


def behind_the_log(engine, statement):
    """Change the record as no part of Kundig does: without telling the log."""
    with transaction(engine) as conn:
        conn.execute(statement)


def test_an_index_that_holds_the_record_differs_in_nothing(compare, monkeypatch):
    assert compare() == []
    monkeypatch.setattr(consistency, "BATCH_DOCUMENTS", 2)
    assert compare() == []


def test_what_the_log_tells_is_served_from_memory_and_no_difference(compare, sqlite_engine, ids):
    with transaction(sqlite_engine) as conn:
        publish(conn, "Is it new?")
        set_entry_state(conn, ids[0], "archived")
        conn.execute(update(entries).where(entries.c.id == ids[1]).values(answer="Other."))
        record_change(conn, "entry", ids[1])

    assert compare() == []


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("title", "Other?", ["its title is another one in the index"]),
        ("answer", "Other.", ["its answer is another one in the index"]),
        ("locale", "de", ["its lang is another one in the index"]),
        ("audience", "internal", ["its audience is another one in the index"]),
        ("source_id", "f9", ["its source_id is another one in the index"]),
    ],
)
def test_a_changed_fact_that_the_log_does_not_tell_is_named(
    compare, sqlite_engine, ids, column, value, told
):
    behind_the_log(
        sqlite_engine, update(entries).where(entries.c.id == ids[1]).values({column: value})
    )

    assert set(compare()) >= {f"entry {ids[1]}: {line}" for line in told}
    assert all(line.startswith(f"entry {ids[1]}: ") for line in compare())


def test_an_audience_that_differs_is_named_where_it_filters_too(compare, sqlite_engine, ids):
    change = update(entries).where(entries.c.id == ids[2]).values(audience="internal")
    behind_the_log(sqlite_engine, change)

    assert f"entry {ids[2]}: it is filtered by another audience in the index" in compare()


def test_missing_and_extra_entries_are_named(compare, sqlite_engine, ids):
    behind_the_log(
        sqlite_engine, update(entries).where(entries.c.id == ids[0]).values(state="archived")
    )
    with transaction(sqlite_engine) as conn:
        new = publish(conn, "Is it new?")
        conn.execute(delete(changes).where(changes.c.kind == "entry", changes.c.id == new))

    assert compare() == [
        f"entry {new}: it is published and not in the index",
        f"entry {ids[0]}: it is in the index and not published",
    ]


def test_wordings_that_differ_are_counted(compare, sqlite_engine, ids):
    unshown = phrasings.c.shown.is_(False)
    behind_the_log(sqlite_engine, delete(phrasings).where(phrasings.c.entry_id == ids[0], unshown))
    behind_the_log(
        sqlite_engine,
        update(phrasings).where(phrasings.c.entry_id == ids[1], unshown).values(shown=True),
    )

    assert compare() == [
        f"entry {ids[0]}: 1 wordings in the index are not its own",
        f"entry {ids[0]}: the index has 2 vectors of its wordings and the record 1",
        f"entry {ids[1]}: 1 of its wordings are shown in one and hidden in the other",
    ]


def test_wordings_without_a_vector_and_vectors_too_late_for_the_index_are_told(
    compare, sqlite_engine, ids, tmp_path
):
    behind_the_log(sqlite_engine, delete(embeddings))
    build_index(sqlite_engine, tmp_path, fingerprint=FINGERPRINT)
    told = compare()
    assert told[:2] == [
        f"entry {ids[0]}: 2 of its wordings have no vector yet",
        f"entry {ids[0]}: 1 of its passages have no vector yet",
    ]

    store_vectors(sqlite_engine)

    assert compare()[:2] == [
        f"entry {ids[0]}: the index has 0 vectors of its wordings and the record 2",
        f"entry {ids[0]}: the index has 0 vectors of its passages and the record 1",
    ]


def test_an_index_for_words_alone_needs_no_vectors(sqlite_engine, tmp_path):
    with transaction(sqlite_engine) as conn:
        publish(conn, TITLES[0])
    build_index(sqlite_engine, tmp_path, fingerprint="")

    assert list(compare_index(sqlite_engine, open_current(tmp_path))) == []


def test_an_index_of_another_life_of_the_record_is_told_in_one_line(compare, sqlite_engine):
    with transaction(sqlite_engine) as conn:
        conn.execute(delete(changes))
    assert "an older state of the record" in "".join(compare())

    with transaction(sqlite_engine) as conn:
        renew_incarnation(conn)

    assert compare() == ["the index was built from another record"]

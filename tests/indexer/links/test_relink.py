import shutil
import uuid
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.embed import embed_missing
from indexer.links.relink import LINKED_FROM, relink
from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.errors import KbError
from kb.store.changes import record_change
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.phrasings import add_phrasings
from kb.store.entries.reading import get_entry
from kb.store.entries.writing import add_entry, change_entry, set_entry_state
from kb.store.instance import set_value
from kb.store.links.edits import clear_link_mode, set_link_mode
from kb.store.links.found import auto_links, related_entries
from tests.indexer.subjects import SUBJECTS, SubjectEncoder, wording


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


def teach(conn, entry_id, texts):
    add_phrasings(conn, entry_id, texts, origin="import")
    record_change(conn, "entry", entry_id)


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


def test_links_are_looked_at_again_only_where_an_entry_changed(sqlite_engine, encoder):
    one, two, _other = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO, INVOICE)
    assert linked(sqlite_engine, encoder) == 2
    with transaction(sqlite_engine) as conn:
        conn.exec_driver_sql("DELETE FROM links")

    assert linked(sqlite_engine, encoder) == 0
    assert related(sqlite_engine, one) == []

    with transaction(sqlite_engine) as conn:
        teach(conn, two, ["parcel stolen"])
    linked(sqlite_engine, encoder)
    assert [found.id for found in related(sqlite_engine, one)] == [two]
    assert [found.id for found in related(sqlite_engine, two)] == [one]


def test_a_pin_taken_back_gives_way_to_what_the_entries_say_now(sqlite_engine, encoder):
    one, two, other = give(sqlite_engine, PARCEL_ONE, PARCEL_TWO, INVOICE)
    linked(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        set_link_mode(conn, one, two, "blocked", viewer=OPERATOR)
        set_link_mode(conn, one, other, "pinned", viewer=OPERATOR)
    linked(sqlite_engine, encoder)
    with transaction(sqlite_engine) as conn:
        clear_link_mode(conn, one, two, viewer=OPERATOR)
        clear_link_mode(conn, one, other, viewer=OPERATOR)

    linked(sqlite_engine, encoder)

    assert [(found.id, found.mode) for found in related(sqlite_engine, one)] == [(two, "auto")]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["add", "word", "archive", "publish", "audience", "locale", "pin", "unpin"]
        ),
        st.integers(0, 7),
        st.sampled_from(SUBJECTS),
        st.integers(0, 24),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ACTIONS, ACTIONS)
def test_links_found_where_something_changed_are_those_of_a_full_run(
    sqlite_template, tmp_path, first, second
):
    encoder = SubjectEncoder()
    path = tmp_path / f"{uuid.uuid4().hex}.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    ids = give(
        engine,
        *[(wording(s, n), "public", f"{s} {n}") for s in SUBJECTS[:3] for n in range(3)],
    )
    for actions in (first, second):
        with transaction(engine) as conn:
            for action in actions:
                act(conn, ids, *action)
        linked(engine, encoder)
    with transaction(engine) as conn:
        found = auto_links(conn, kind="similar")
        set_value(conn, LINKED_FROM, "{}")
        conn.exec_driver_sql("DELETE FROM links WHERE mode = 'auto'")
    relink(engine, encoder)
    with transaction(engine) as conn:
        assert auto_links(conn, kind="similar") == found
    engine.dispose()
    path.unlink()


def act(conn, ids, what, place, subject, number):
    entry = ids[place % len(ids)]
    if what == "add":
        content = EntryContent(wording(subject, number), "So.", phrasings=(f"{subject} now",))
        ids.append(add_entry(conn, content, viewer=OPERATOR, state="published"))
    elif what == "word":
        teach(conn, entry, [wording(subject, number)])
    elif what in ("archive", "publish"):
        set_entry_state(conn, entry, "archived" if what == "archive" else "published")
    elif what in ("audience", "locale"):
        old = get_entry(conn, entry, viewer=OPERATOR)
        given = {"audience": ("public", "internal"), "locale": ("en", "de")}[what][number % 2]
        content = EntryContent(old.title, old.answer, old.locale, old.audience)
        change_entry(conn, entry, replace(content, **{what: given}), viewer=OPERATOR)
    else:
        other = ids[(place + 1 + number) % len(ids)]
        try:
            if what == "pin":
                set_link_mode(conn, entry, other, "pinned", viewer=OPERATOR)
            else:
                clear_link_mode(conn, entry, other, viewer=OPERATOR)
        except KbError:
            return


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

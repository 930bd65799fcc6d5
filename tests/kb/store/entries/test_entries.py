"""Entries: content, revisions, states, who sees them, and their votes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DatabaseError

from kb.access import Role, Scope, Viewer
from kb.entries import MAX_TITLE_CHARS, EntryContent
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.changes import changes_since
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import phrasings_of
from kb.store.entries.reading import (
    entries_by_id,
    find_entry_by_source,
    find_entry_redirect,
    get_entry,
    helpful_count,
    latest_entries,
    published_ids,
)
from kb.store.entries.writing import add_entry, change_entry, set_entry_state, vote_helpful
from kb.store.redirects import add_redirect
from kb.store.schema import entries, entry_revisions


def test_an_entry_comes_back_as_it_was_given(conn: Connection, agent: Viewer) -> None:
    content = EntryContent(
        title="  Wie ändere ich mein Paßwort?  ",
        answer="Über *Konto*.\n",
        locale="de",
        audience="members",
        category="Konto & Anmeldung",
        product="Ünderwood 5",
        tags=("Login", "login", "Passwort"),
        translation_group="pw",
        phrasings=("passwort weg",),
        source_id="faq-1",
    )

    entry = get_entry(conn, add_entry(conn, content, viewer=agent), viewer=agent)

    assert (entry.title, entry.answer) == ("Wie ändere ich mein Paßwort?", "Über *Konto*.")
    assert (entry.state, entry.revision, entry.locale) == ("draft", 1, "de")
    assert (entry.audience, entry.translation_group) == ("members", "pw")
    assert (entry.category, entry.category_name) == ("konto-anmeldung", "Konto & Anmeldung")
    assert (entry.product, entry.product_name) == ("uenderwood-5", "Ünderwood 5")
    assert entry.tags == ("Login", "Passwort")
    assert entry.published_at is None
    assert find_entry_by_source(conn, "faq-1") == entry.id
    assert find_entry_by_source(conn, "faq-2") is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "question"),
        ({"answer": "\n"}, "answer"),
        ({"title": "x" * (MAX_TITLE_CHARS + 1)}, "question"),
        ({"answer": "x" * 100_001}, "answer"),
        ({"locale": "not a language"}, "lang"),
        ({"audience": "Loud People "}, "audience"),
        ({"source_id": "x" * 301}, "id"),
        ({"translation_group": "x" * 81}, "translation group"),
    ],
)
def test_unusable_content_is_refused_with_its_field(
    conn: Connection, agent: Viewer, content: EntryContent, change: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        add_entry(conn, replace(content, **change), viewer=agent)

    assert refusal.value.field == field
    assert conn.execute(select(entries)).all() == []


def test_an_entry_of_an_unknown_state_is_refused(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    with pytest.raises(InvalidInput, match="no state"):
        add_entry(conn, content, viewer=agent, state="public")
    entry_id = add_entry(conn, content, viewer=agent)
    with pytest.raises(InvalidInput, match="no state"):
        set_entry_state(conn, entry_id, "public")


def test_a_source_id_is_taken_once(conn: Connection, agent: Viewer, content: EntryContent) -> None:
    add_entry(conn, replace(content, source_id="faq-1"), viewer=agent)

    with pytest.raises(Conflict, match="faq-1"):
        add_entry(conn, replace(content, source_id="faq-1"), viewer=agent)


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer(),
        Viewer(role=Role.CUSTOMER, account_id=2),
        Viewer(role=Role.ADMIN, account_id=3, scopes=frozenset({Scope.READ})),
    ],
)
def test_only_staff_with_the_scope_write_entries(
    conn: Connection, agent: Viewer, content: EntryContent, viewer: Viewer
) -> None:
    with pytest.raises(NotPermitted):
        add_entry(conn, content, viewer=viewer)
    entry_id = add_entry(conn, content, viewer=agent, state="published")
    with pytest.raises(NotPermitted):
        change_entry(conn, entry_id, content, viewer=viewer)


def test_new_words_make_a_new_revision_by_its_editor(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)

    changed = change_entry(
        conn, entry_id, replace(content, answer="Use the new form."), viewer=agent, seen_revision=1
    )

    assert changed
    assert get_entry(conn, entry_id, viewer=agent).revision == 2
    rows = conn.execute(select(entry_revisions).order_by(entry_revisions.c.number)).all()
    assert [(row.number, row.answer, row.by_name) for row in rows] == [
        (1, "Use the *forgot* link.", "Ada"),
        (2, "Use the new form.", "Ada"),
    ]


def test_the_same_content_again_changes_nothing(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    full = replace(content, category="Account", tags=("Login", "login"), phrasings=("forgot pw",))
    entry_id = add_entry(conn, full, viewer=agent)
    before = len(changes_since(conn, 0))

    assert not change_entry(conn, entry_id, full, viewer=agent)
    assert len(changes_since(conn, 0)) == before


@pytest.mark.parametrize(
    "change",
    [
        {"category": "Other"},
        {"product": "Other"},
        {"tags": ("other",)},
        {"audience": "internal"},
        {"locale": "de"},
        {"phrasings": ("another wording",)},
    ],
)
def test_another_shelf_is_a_change_without_a_revision(
    conn: Connection, agent: Viewer, content: EntryContent, change: dict[str, object]
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)

    assert change_entry(conn, entry_id, replace(content, **change), viewer=agent)  # type: ignore[arg-type]
    assert get_entry(conn, entry_id, viewer=agent).revision == 1


PUBLISHED = datetime(2025, 9, 20, tzinfo=UTC)
REVIEWED = datetime(2026, 3, 2, tzinfo=UTC)


def test_an_import_keeps_when_the_source_published_and_reviewed(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    dated = replace(content, published_at=PUBLISHED, reviewed_at=REVIEWED)
    entry_id = add_entry(conn, dated, viewer=agent, state="published")

    entry = get_entry(conn, entry_id, viewer=agent)
    assert (entry.created_at, entry.published_at) == (PUBLISHED, PUBLISHED)
    assert (entry.updated_at, entry.reviewed_at) == (REVIEWED, REVIEWED)
    assert not change_entry(conn, entry_id, dated, viewer=agent)
    later = replace(dated, reviewed_at=REVIEWED + timedelta(days=90))
    assert change_entry(conn, entry_id, later, viewer=agent)
    assert get_entry(conn, entry_id, viewer=agent).reviewed_at == later.reviewed_at


def test_a_draft_was_never_published_whatever_its_source_says(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    dated = replace(content, published_at=PUBLISHED, reviewed_at=REVIEWED)
    entry = get_entry(conn, add_entry(conn, dated, viewer=agent), viewer=agent)

    assert (entry.published_at, entry.reviewed_at) == (None, None)


def test_an_edit_of_an_old_revision_is_refused(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    change_entry(conn, entry_id, replace(content, answer="First."), viewer=agent, seen_revision=1)

    with pytest.raises(Conflict, match="revision 2"):
        change_entry(
            conn, entry_id, replace(content, answer="Second."), viewer=agent, seen_revision=1
        )
    assert get_entry(conn, entry_id, viewer=agent).answer == "First."


def test_of_two_editors_at_once_the_second_is_told(
    engine: Engine, agent: Viewer, content: EntryContent
) -> None:
    with transaction(engine) as conn:
        entry_id = add_entry(conn, content, viewer=agent)
    refusals: list[Conflict] = []

    def edit_second() -> None:
        try:
            with transaction(engine) as late:
                second = replace(content, answer="Second.")
                change_entry(late, entry_id, second, viewer=agent, seen_revision=1)
        except Conflict as refusal:
            refusals.append(refusal)

    other = threading.Thread(target=edit_second)
    with transaction(engine) as early:
        first = replace(content, answer="First.")
        change_entry(early, entry_id, first, viewer=agent, seen_revision=1)
        other.start()
        other.join(0.1)
    other.join()

    assert len(refusals) == 1
    with reading(engine) as conn:
        assert get_entry(conn, entry_id, viewer=agent).answer == "First."


def test_an_entry_that_is_not_there_cannot_be_read_changed_or_moved(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    with pytest.raises(NotFound):
        get_entry(conn, 404, viewer=agent)
    with pytest.raises(NotFound):
        change_entry(conn, 404, content, viewer=agent)
    with pytest.raises(NotFound):
        set_entry_state(conn, 404, "published")


def test_publishing_stamps_the_first_time_only(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    set_entry_state(conn, entry_id, "published")
    first = get_entry(conn, entry_id, viewer=agent).published_at
    set_entry_state(conn, entry_id, "archived")
    set_entry_state(conn, entry_id, "published")

    assert first is not None
    assert get_entry(conn, entry_id, viewer=agent).published_at == first
    assert published_ids(conn) == [entry_id]


READERS = {
    "guest": Viewer(),
    "customer": Viewer(role=Role.CUSTOMER, account_id=2),
    "dealer": Viewer(role=Role.CUSTOMER, account_id=3, groups=frozenset({"dealers"})),
    "agent": Viewer(role=Role.AGENT, account_id=1),
    "agent with a reading key": Viewer(
        role=Role.AGENT, account_id=1, scopes=frozenset({Scope.READ})
    ),
}


@pytest.mark.parametrize(
    ("reader", "sees"),
    [
        ("guest", {"public"}),
        ("customer", {"public", "members"}),
        ("dealer", {"public", "members", "dealers"}),
        ("agent", {"public", "members", "dealers", "internal", "draft"}),
        ("agent with a reading key", {"public", "members"}),
    ],
)
def test_each_viewer_sees_published_entries_of_their_audiences(
    conn: Connection, agent: Viewer, content: EntryContent, reader: str, sees: set[str]
) -> None:
    ids = {
        audience: add_entry(
            conn, replace(content, audience=audience), viewer=agent, state="published"
        )
        for audience in ("public", "members", "dealers", "internal")
    }
    ids["draft"] = add_entry(conn, content, viewer=agent)
    viewer = READERS[reader]
    names = {id_: name for name, id_ in ids.items()}

    found = entries_by_id(conn, list(ids.values()), viewer=viewer)
    listed = latest_entries(conn, viewer=viewer)

    assert {names[one] for one in found} == sees
    assert {names[one.id] for one in listed} == sees - {"draft"}
    for name in set(ids) - sees:
        with pytest.raises(NotFound, match="does not exist"):
            get_entry(conn, ids[name], viewer=viewer)
        with pytest.raises(NotFound):
            helpful_count(conn, ids[name], viewer=viewer)


def test_drafts_are_listed_for_staff_alone(
    conn: Connection, agent: Viewer, customer: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)

    assert [one.id for one in latest_entries(conn, viewer=agent, state="draft")] == [entry_id]
    assert latest_entries(conn, viewer=customer, state="draft") == []


def test_entries_are_listed_newest_first_in_pages_and_by_category(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    ids = [
        add_entry(conn, replace(content, category=shelf), viewer=agent, state="published")
        for shelf in ("Account", "Billing", "Account")
    ]

    first = latest_entries(conn, viewer=Viewer(), limit=2)
    second = latest_entries(conn, viewer=Viewer(), limit=2, after_id=first[-1].id)
    shelf = latest_entries(conn, viewer=Viewer(), category="account")

    assert [one.id for one in first] == [ids[2], ids[1]]
    assert [one.id for one in second] == [ids[0]]
    assert [one.id for one in shelf] == [ids[2], ids[0]]


def test_a_vote_counts_once_per_visitor_and_revision(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent, state="published")
    entry = get_entry(conn, entry_id, viewer=agent)
    vote_helpful(conn, entry, "one", helpful=True)
    vote_helpful(conn, entry, "two", helpful=True)
    vote_helpful(conn, entry, "one", helpful=False, reason="outdated")

    count = helpful_count(conn, entry_id, viewer=Viewer())

    assert (count.yes, count.no) == (1, 1)


def test_a_merged_entry_leads_to_the_one_that_took_it_in(conn: Connection) -> None:
    add_redirect(conn, "entry", 3, 4)

    assert find_entry_redirect(conn, 3) == 4
    assert find_entry_redirect(conn, 4) is None


def test_ids_of_removed_entries_are_never_given_again(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    conn.execute(entries.delete())

    assert add_entry(conn, content, viewer=agent) > entry_id


def test_unstorable_characters_do_not_break_an_entry(conn: Connection, agent: Viewer) -> None:
    nasty = "can\x00not\ud800 log in"
    content = EntryContent(
        title=nasty, answer=nasty, phrasings=(nasty + "!",), tags=(nasty,), category=nasty
    )

    entry_id = add_entry(conn, content, viewer=agent)

    assert get_entry(conn, entry_id, viewer=agent).title == "can\ufffdnot\ufffd log in"
    assert len(phrasings_of(conn, [entry_id])[entry_id]) == 2
    assert not change_entry(conn, entry_id, content, viewer=agent)


def test_a_state_outside_the_list_is_refused_by_the_database_too(
    engine: Engine, agent: Viewer, content: EntryContent
) -> None:
    with transaction(engine) as conn:
        add_entry(conn, content, viewer=agent)

    with pytest.raises(DatabaseError, match="state"), transaction(engine) as conn:
        conn.execute(update(entries).values(state="secret"))

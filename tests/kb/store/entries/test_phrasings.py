"""The wordings of an entry, and which of them readers may see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from kb.access import Viewer
from kb.entries import MAX_PHRASING_CHARS, EntryContent
from kb.errors import Conflict, NotFound
from kb.intake.records import IncomingQuestion
from kb.store.changes import changes_since
from kb.store.entries.phrasings import (
    add_phrasings,
    drop_foreign_phrasings,
    phrasings_of,
    published_phrasing_texts,
    show_phrasing,
)
from kb.store.entries.writing import add_entry, change_entry, set_entry_state
from kb.store.questions.incoming import store_question


def _texts(conn: Connection, entry_id: int, *, shown: bool) -> list[str]:
    found = phrasings_of(conn, [entry_id]).get(entry_id, [])
    return [one.text for one in found if one.shown is shown]


def test_only_the_title_is_shown_at_first(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    wordings = ("pw weg", "pw  weg ", "", "cannot log in")
    entry_id = add_entry(conn, replace(content, phrasings=wordings), viewer=agent)

    assert _texts(conn, entry_id, shown=True) == [content.title]
    assert _texts(conn, entry_id, shown=False) == ["pw weg", "cannot log in"]


def test_a_wording_is_kept_once_and_cut_at_its_length(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    long = "word " * MAX_PHRASING_CHARS

    assert add_phrasings(conn, entry_id, [content.title, "new", long], origin="topic") == 2
    assert add_phrasings(conn, entry_id, ["new", long], origin="topic") == 0
    assert max(len(text) for text in _texts(conn, entry_id, shown=False)) <= MAX_PHRASING_CHARS


def test_an_old_title_stays_as_a_wording_that_is_searched_but_not_shown(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    change_entry(conn, entry_id, replace(content, title="Reset the password"), viewer=agent)

    assert _texts(conn, entry_id, shown=True) == ["Reset the password"]
    assert _texts(conn, entry_id, shown=False) == [content.title]

    change_entry(conn, entry_id, content, viewer=agent)
    assert _texts(conn, entry_id, shown=True) == [content.title]


def test_a_person_shows_a_wording_and_hides_it_again(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, replace(content, phrasings=("pw weg",)), viewer=agent)
    wording = phrasings_of(conn, [entry_id])[entry_id][1]

    show_phrasing(conn, wording.id, shown=True)
    assert "pw weg" in _texts(conn, entry_id, shown=True)
    assert changes_since(conn, 0)[-1].id == entry_id

    show_phrasing(conn, wording.id, shown=False)
    assert "pw weg" in _texts(conn, entry_id, shown=False)


def test_the_title_cannot_be_hidden_nor_a_wording_that_is_not_there_shown(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    title = phrasings_of(conn, [entry_id])[entry_id][0]

    with pytest.raises(Conflict, match="title"):
        show_phrasing(conn, title.id, shown=False)
    with pytest.raises(NotFound):
        show_phrasing(conn, title.id + 1, shown=True)


def test_a_questions_wordings_go_with_it_unless_a_person_shows_them(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, content, viewer=agent)
    asked = IncomingQuestion(source_id="1", subject="pw weg", body="")
    question_id, _ = store_question(conn, asked, channel="ticket", source="desk")
    add_phrasings(
        conn, entry_id, ["pw weg", "pw futsch"], origin="topic", question_ids=[question_id] * 2
    )
    kept = phrasings_of(conn, [entry_id])[entry_id][1]
    show_phrasing(conn, kept.id, shown=True)

    assert drop_foreign_phrasings(conn, entry_id, [question_id]) == 0
    assert drop_foreign_phrasings(conn, entry_id, []) == 1
    assert _texts(conn, entry_id, shown=True) == [content.title, "pw weg"]


def test_the_index_gets_the_wordings_of_published_entries_in_pages(
    conn: Connection, agent: Viewer, content: EntryContent
) -> None:
    entry_id = add_entry(conn, replace(content, phrasings=("a", "b")), viewer=agent)
    assert published_phrasing_texts(conn) == []
    set_entry_state(conn, entry_id, "published")

    first = published_phrasing_texts(conn, limit=2)
    second = published_phrasing_texts(conn, after_id=first[-1][0], limit=2)

    assert [one[2] for one in first + second] == [content.title, "a", "b"]

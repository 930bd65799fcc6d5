"""Cross-links: found by the indexer, pinned and blocked by people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from kb.access import INTERNAL, Viewer
from kb.entries import EntryContent
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.entries.writing import add_entry, set_entry_state
from kb.store.links.edits import (
    MAX_PREREQUISITES,
    clear_link_mode,
    drop_prerequisite,
    edited_links,
    forget_links_due,
    links_due,
    set_link_mode,
    set_prerequisite,
)
from kb.store.links.found import (
    SHOWN_PER_KIND,
    FoundLink,
    auto_links,
    drop_auto_links,
    entries_leading_to,
    related_entries,
    replace_auto_links,
    replace_links_from,
)

REASON = {"fact": "similar wording"}


@pytest.fixture
def ids(conn: Connection, agent: Viewer, content: EntryContent) -> list[int]:
    return [
        add_entry(conn, replace(content, title=f"Question {n}"), viewer=agent, state="published")
        for n in range(5)
    ]


def _related(conn: Connection, entry_id: int, viewer: Viewer) -> list[tuple[int, str]]:
    return [(one.id, one.mode) for one in related_entries(conn, entry_id, viewer=viewer)]


def test_links_come_best_first_with_their_reason(
    conn: Connection, ids: list[int], guest: Viewer
) -> None:
    replace_auto_links(
        conn,
        [FoundLink(ids[0], ids[1], 0.7, REASON), FoundLink(ids[0], ids[2], 0.9, REASON)],
    )

    found = related_entries(conn, ids[0], viewer=guest)

    assert [one.id for one in found] == [ids[2], ids[1]]
    assert found[0].reason == REASON
    assert found[0].url == f"/faq/{ids[2]}-question-2"
    assert related_entries(conn, ids[1], viewer=guest) == []


def test_a_new_run_replaces_automatic_links_but_never_what_people_said(
    conn: Connection, ids: list[int], agent: Viewer
) -> None:
    replace_auto_links(conn, [FoundLink(ids[0], ids[3], 0.9, REASON)])
    set_link_mode(conn, ids[0], ids[1], "pinned", viewer=agent)
    set_link_mode(conn, ids[0], ids[2], "blocked", viewer=agent)

    replace_auto_links(
        conn,
        [
            FoundLink(ids[0], ids[1], 0.5, REASON),
            FoundLink(ids[0], ids[2], 0.99, REASON),
            FoundLink(ids[0], ids[2], 0.99, REASON, kind="next"),
            FoundLink(ids[0], ids[4], 0.6, REASON),
        ],
    )
    assert _related(conn, ids[0], agent) == [(ids[1], "pinned"), (ids[4], "auto")]

    replace_auto_links(conn, [])
    assert _related(conn, ids[0], agent) == [(ids[1], "pinned")]


def test_an_entry_is_named_once_though_two_links_lead_to_it(
    conn: Connection, ids: list[int], guest: Viewer
) -> None:
    replace_auto_links(
        conn,
        [
            FoundLink(ids[0], ids[1], 0.5, REASON),
            FoundLink(ids[0], ids[1], 0.6, REASON, kind="next"),
        ],
    )

    assert _related(conn, ids[0], guest) == [(ids[1], "auto")]


def test_a_link_never_leads_where_the_viewer_may_not_go(
    conn: Connection, ids: list[int], agent: Viewer, guest: Viewer, content: EntryContent
) -> None:
    inner = add_entry(conn, replace(content, audience=INTERNAL), viewer=agent, state="published")
    german = add_entry(conn, replace(content, locale="de"), viewer=agent, state="published")
    set_entry_state(conn, ids[1], "archived")
    replace_auto_links(
        conn, [FoundLink(ids[0], one, 0.9, REASON) for one in (inner, german, ids[1], ids[2])]
    )

    assert _related(conn, ids[0], guest) == [(ids[2], "auto")]
    assert _related(conn, ids[0], agent) == [(ids[2], "auto"), (inner, "auto")]
    with pytest.raises(NotFound):
        related_entries(conn, inner, viewer=guest)


def test_links_come_by_kind_and_each_kind_has_its_room(
    conn: Connection, agent: Viewer, guest: Viewer, content: EntryContent
) -> None:
    ids = [
        add_entry(conn, replace(content, title=f"Entry {n}"), viewer=agent, state="published")
        for n in range(12)
    ]
    replace_auto_links(conn, [FoundLink(ids[0], one, 0.9, REASON) for one in ids[1:]])
    replace_auto_links(
        conn, [FoundLink(ids[0], one, 0.4, REASON, "next") for one in ids[2:7]], kind="next"
    )
    set_prerequisite(conn, ids[0], ids[1], viewer=agent)
    set_link_mode(conn, ids[0], ids[11], "pinned", viewer=agent)

    found = related_entries(conn, ids[0], viewer=guest)

    assert [one.kind for one in found] == ["prerequisite"] + ["next"] * 3 + ["similar"] * 5
    assert found[0].id == ids[1]
    assert (found[4].id, found[4].mode) == (ids[11], "pinned")
    assert len({one.id for one in found}) == len(found)
    assert SHOWN_PER_KIND == {"prerequisite": 5, "next": 3, "similar": 5}


def test_only_the_links_of_entries_that_were_looked_at_are_replaced(
    conn: Connection, ids: list[int]
) -> None:
    replace_auto_links(
        conn, [FoundLink(ids[0], ids[1], 0.5, REASON), FoundLink(ids[2], ids[3], 0.6, REASON)]
    )
    replace_links_from(conn, [ids[0]], [FoundLink(ids[0], ids[4], 0.7, REASON)], kind="similar")

    found = [(one.from_id, one.to_id) for one in auto_links(conn, kind="similar")]
    assert found == [(ids[0], ids[4]), (ids[2], ids[3])]
    assert entries_leading_to(conn, [ids[3]], kind="similar") == {ids[2]}
    assert entries_leading_to(conn, [ids[3]], kind="next") == set()

    drop_auto_links(conn, [ids[3]])
    assert [one.from_id for one in auto_links(conn, kind="similar")] == [ids[0]]


def test_only_staff_set_links_and_only_to_what_is_there(
    conn: Connection, ids: list[int], agent: Viewer, customer: Viewer
) -> None:
    for do in (set_prerequisite, drop_prerequisite, clear_link_mode):
        with pytest.raises(NotPermitted):
            do(conn, ids[0], ids[1], viewer=customer)
        with pytest.raises(NotFound):
            do(conn, ids[0], 404, viewer=agent)
        with pytest.raises(InvalidInput, match="itself"):
            do(conn, ids[0], ids[0], viewer=agent)
    with pytest.raises(NotPermitted):
        edited_links(conn, ids[0], viewer=customer)
    with pytest.raises(NotPermitted):
        set_link_mode(conn, ids[0], ids[1], "pinned", viewer=customer)
    with pytest.raises(NotFound):
        set_link_mode(conn, ids[0], 404, "pinned", viewer=agent)
    with pytest.raises(InvalidInput, match="itself"):
        set_link_mode(conn, ids[0], ids[0], "pinned", viewer=agent)
    with pytest.raises(InvalidInput, match="pinned or blocked"):
        set_link_mode(conn, ids[0], ids[1], "auto", viewer=agent)
    set_entry_state(conn, ids[1], "archived")
    with pytest.raises(Conflict, match="archived"):
        set_link_mode(conn, ids[0], ids[1], "pinned", viewer=agent)


def test_a_pin_taken_back_leaves_what_the_indexer_found(
    conn: Connection, ids: list[int], agent: Viewer
) -> None:
    replace_auto_links(conn, [FoundLink(ids[0], ids[1], 0.5, REASON)])
    set_link_mode(conn, ids[0], ids[1], "pinned", viewer=agent)
    set_link_mode(conn, ids[0], ids[2], "pinned", viewer=agent)

    clear_link_mode(conn, ids[0], ids[1], viewer=agent)
    clear_link_mode(conn, ids[0], ids[2], viewer=agent)

    assert _related(conn, ids[0], agent) == [(ids[1], "auto")]
    assert links_due(conn) == (ids[0],)
    with pytest.raises(NotFound):
        clear_link_mode(conn, ids[0], ids[1], viewer=agent)
    forget_links_due(conn, (ids[0],))
    assert links_due(conn) == ()


def test_what_to_read_first_stands_first_and_is_taken_back(
    conn: Connection, ids: list[int], agent: Viewer, guest: Viewer
) -> None:
    set_link_mode(conn, ids[0], ids[1], "blocked", viewer=agent)
    set_prerequisite(conn, ids[0], ids[1], viewer=agent)
    set_prerequisite(conn, ids[0], ids[1], viewer=agent)

    found = related_entries(conn, ids[0], viewer=guest)
    assert [(one.id, one.kind) for one in found] == [(ids[1], "prerequisite")]
    said = edited_links(conn, ids[0], viewer=agent)
    assert [(one.title, one.kind, one.mode) for one in said] == [
        ("Question 1", "prerequisite", "pinned")
    ]

    drop_prerequisite(conn, ids[0], ids[1], viewer=agent)
    assert related_entries(conn, ids[0], viewer=guest) == []
    with pytest.raises(NotFound):
        drop_prerequisite(conn, ids[0], ids[1], viewer=agent)


def test_a_block_takes_back_what_was_to_be_read_first(
    conn: Connection, ids: list[int], agent: Viewer
) -> None:
    set_prerequisite(conn, ids[0], ids[1], viewer=agent)
    set_link_mode(conn, ids[0], ids[1], "blocked", viewer=agent)

    assert [one.mode for one in edited_links(conn, ids[0], viewer=agent)] == ["blocked"]


def test_what_to_read_first_never_leads_round_nor_to_another_language(
    conn: Connection, ids: list[int], agent: Viewer, content: EntryContent
) -> None:
    set_prerequisite(conn, ids[0], ids[1], viewer=agent)
    set_prerequisite(conn, ids[1], ids[2], viewer=agent)
    with pytest.raises(Conflict, match="already"):
        set_prerequisite(conn, ids[2], ids[0], viewer=agent)
    german = add_entry(conn, replace(content, locale="de"), viewer=agent, state="published")
    with pytest.raises(InvalidInput, match="another language"):
        set_prerequisite(conn, ids[0], german, viewer=agent)


def test_there_is_an_end_to_what_is_to_be_read_first(
    conn: Connection, ids: list[int], agent: Viewer, content: EntryContent
) -> None:
    more = [add_entry(conn, content, viewer=agent, state="published") for _ in range(6)]
    for one in more[:MAX_PREREQUISITES]:
        set_prerequisite(conn, ids[0], one, viewer=agent)
    with pytest.raises(Conflict, match="5 entries"):
        set_prerequisite(conn, ids[0], more[5], viewer=agent)

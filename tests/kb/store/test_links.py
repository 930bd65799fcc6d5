"""Cross-links: found by the indexer, pinned and blocked by people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from kb.access import INTERNAL, Viewer
from kb.entries import EntryContent
from kb.errors import InvalidInput, NotFound, NotPermitted
from kb.store.entries import add_entry, set_entry_state
from kb.store.links import (
    FoundLink,
    move_links,
    related_entries,
    replace_auto_links,
    set_link_mode,
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


def test_only_staff_set_links_and_only_to_what_is_there(
    conn: Connection, ids: list[int], agent: Viewer, customer: Viewer
) -> None:
    with pytest.raises(NotPermitted):
        set_link_mode(conn, ids[0], ids[1], "pinned", viewer=customer)
    with pytest.raises(NotFound):
        set_link_mode(conn, ids[0], 404, "pinned", viewer=agent)
    with pytest.raises(InvalidInput, match="itself"):
        set_link_mode(conn, ids[0], ids[0], "pinned", viewer=agent)
    with pytest.raises(InvalidInput, match="pinned or blocked"):
        set_link_mode(conn, ids[0], ids[1], "auto", viewer=agent)


def test_a_merge_takes_pins_and_blocks_along_and_a_block_wins(
    conn: Connection, ids: list[int], agent: Viewer
) -> None:
    old, new, pinned, blocked, other = ids
    set_link_mode(conn, old, pinned, "pinned", viewer=agent)
    set_link_mode(conn, old, blocked, "blocked", viewer=agent)
    set_link_mode(conn, new, blocked, "pinned", viewer=agent)
    set_link_mode(conn, old, new, "pinned", viewer=agent)
    set_link_mode(conn, other, old, "pinned", viewer=agent)

    move_links(conn, old, new)

    assert _related(conn, new, agent) == [(pinned, "pinned")]
    assert _related(conn, other, agent) == [(new, "pinned")]
    assert _related(conn, old, agent) == []

"""Synonyms in the record: agents change them, and every change is in the log."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from kb.access import GUEST, Scope, Viewer
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.searches.synonyms import parse_group
from kb.store.audit import Subject, audit_of
from kb.store.changes import changes_since, last_seq
from kb.store.searches import synonyms as store
from kb.store.searches.synonyms import (
    CHANGE_KIND,
    add_synonym_group,
    add_synonyms,
    all_synonyms,
    list_synonyms,
    remove_synonyms,
)


def test_a_group_is_added_once_listed_and_removed(conn: Connection, agent: Viewer) -> None:
    before = last_seq(conn)
    group = parse_group("de: Netzteil, Trafo")

    group_id = add_synonym_group(conn, group, viewer=agent)
    with pytest.raises(Conflict, match="already"):
        add_synonym_group(conn, parse_group("de: trafo, netzteil"), viewer=agent)

    assert [(each.id, each.line, each.by_name) for each in list_synonyms(conn, viewer=agent)] == [
        (group_id, group.line, agent.name)
    ]
    assert remove_synonyms(conn, group_id, viewer=agent).line == group.line
    assert all_synonyms(conn) == []
    with pytest.raises(NotFound):
        remove_synonyms(conn, group_id, viewer=agent)
    told = [(each.kind, each.id, each.what) for each in changes_since(conn, before)]
    assert told == [(CHANGE_KIND, group_id, "changed"), (CHANGE_KIND, group_id, "removed")]
    actions = [each.action for each in audit_of(conn, Subject("synonyms", group_id))]
    assert actions == ["remove synonyms", "add synonyms"]


def test_only_what_is_new_of_many_is_added(conn: Connection, agent: Viewer) -> None:
    lines = ["lamp, light", "PSU => power supply", "Light, Lamp"]
    groups = [parse_group(line) for line in lines]

    assert len(add_synonyms(conn, groups[:1], viewer=agent)) == 1
    assert len(add_synonyms(conn, groups, viewer=agent)) == 1
    assert len(list_synonyms(conn, viewer=agent)) == 2
    assert [each.kind for each in list_synonyms(conn, viewer=agent, limit=5)] == [
        "two-way",
        "one-way",
    ]


def test_only_agents_see_and_change_them(conn: Connection, customer: Viewer, agent: Viewer) -> None:
    narrow = Viewer(role=agent.role, account_id=1, scopes=frozenset({Scope.READ}))
    group_id = add_synonym_group(conn, parse_group("lamp, light"), viewer=agent)

    for viewer in (GUEST, customer, narrow):
        with pytest.raises(NotPermitted):
            add_synonym_group(conn, parse_group("a, b"), viewer=viewer)
        with pytest.raises(NotPermitted):
            list_synonyms(conn, viewer=viewer)
        with pytest.raises(NotPermitted):
            remove_synonyms(conn, group_id, viewer=viewer)
    assert len(all_synonyms(conn)) == 1


def test_there_is_an_end_to_groups(
    conn: Connection, agent: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_GROUPS", 2)
    add_synonyms(conn, [parse_group("a, b"), parse_group("c, d")], viewer=agent)

    with pytest.raises(InvalidInput, match="at most 2"):
        add_synonym_group(conn, parse_group("e, f"), viewer=agent)
    assert len(list_synonyms(conn, viewer=agent)) == 2

"""Two entries become one and, within thirty days, two again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, select, update

from kb.access import GUEST, INTERNAL, OPERATOR, Role, Viewer
from kb.clock import utc_now
from kb.desk.merging import merge_entries, undo_merge
from kb.entries import EntryContent
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.changes import changes_since, last_seq
from kb.store.engine import transaction
from kb.store.entries.phrasings import (
    add_phrasings,
    drop_foreign_phrasings,
    phrasings_of,
    show_phrasing,
)
from kb.store.entries.reading import find_entry_redirect, get_entry, helpful_count
from kb.store.entries.writing import add_entry, change_entry, set_entry_state, vote_helpful
from kb.store.links.edits import edited_links, set_link_mode, set_prerequisite
from kb.store.links.found import FoundLink, related_entries, replace_auto_links
from kb.store.merging.findings import FoundPair, list_findings, save_finding
from kb.store.merging.merges import UNDO_DAYS, get_merge, list_merges
from kb.store.schema import entry_merges, metadata
from kb.store.topics.record import add_topic, get_topic, set_topic_state
from kb.topics import TopicFacts
from tests.kb.questions_given import give_question
from tests.kb.store.conftest import AGENT, CUSTOMER

LOGS = {"audit_log", "changes", "jobs", "entry_merges", "instance"}
"""Tables that only grow, or are told anew by the next run."""


def facts(label: str) -> TopicFacts:
    return TopicFacts(
        label=label,
        lang="en",
        label_question_id=None,
        keywords=(),
        size=0,
        askers=0,
        cohesion=None,
        weeks=(),
        trend=None,
        typical=(),
        atypical=(),
        draft=None,
        first_asked_at=None,
        last_asked_at=None,
    )


def add(conn: Connection, title: str, **changes: Any) -> int:
    content = replace(EntryContent(title, f"Answer to {title}"), **changes)
    return add_entry(conn, content, viewer=AGENT, state="published")


def rows(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of the record, but for the logs."""
    found = {}
    for table in metadata.sorted_tables:
        if table.name not in LOGS:
            keys = list(table.primary_key.columns)
            listed = conn.execute(select(table).order_by(*keys))
            found[table.name] = [dict(row._mapping) for row in listed]
    return found


def vote(conn: Connection, entry_id: int, visitor: str, *, helpful: bool = True) -> None:
    vote_helpful(conn, get_entry(conn, entry_id, viewer=AGENT), visitor, helpful=helpful)


def wordings(conn: Connection, entry_id: int) -> dict[str, bool]:
    return {one.text: one.shown for one in phrasings_of(conn, [entry_id]).get(entry_id, [])}


def test_the_merged_entry_leads_to_the_other_and_its_wordings_go_along(conn: Connection) -> None:
    old = add(conn, "Where is my parcel?", phrasings=("parcel late", "no parcel yet"))
    new = add(conn, "When does my order arrive?", phrasings=("no parcel yet",))
    seq = last_seq(conn)

    merge_id = merge_entries(conn, old, new, viewer=AGENT)

    assert find_entry_redirect(conn, old) == new
    assert get_entry(conn, old, viewer=AGENT).state == "archived"
    assert wordings(conn, new) == {
        "When does my order arrive?": True,
        "Where is my parcel?": True,
        "parcel late": False,
        "no parcel yet": False,
    }
    stays = get_entry(conn, new, viewer=AGENT)
    assert (stays.answer, stays.revision) == ("Answer to When does my order arrive?", 2)
    assert {(one.kind, one.id) for one in changes_since(conn, seq)} == {
        ("entry", old),
        ("entry", new),
    }
    assert get_merge(conn, merge_id, viewer=AGENT).by_name == "Ada"
    with pytest.raises(NotFound):
        get_entry(conn, old, viewer=GUEST)


def test_a_wording_that_a_person_showed_stays_shown(conn: Connection) -> None:
    old = add(conn, "A", phrasings=("both have this",))
    new = add(conn, "B", phrasings=("both have this",))
    twin = next(one for one in phrasings_of(conn, [old])[old] if one.text == "both have this")
    show_phrasing(conn, twin.id, shown=True)

    merge_entries(conn, old, new, viewer=AGENT)

    assert wordings(conn, new)["both have this"]


def test_redirects_that_led_to_the_merged_entry_follow_it(conn: Connection) -> None:
    first, second, third = (add(conn, title) for title in ("One", "Two", "Three"))
    merge_entries(conn, first, second, viewer=AGENT)
    last = merge_entries(conn, second, third, viewer=AGENT)
    assert find_entry_redirect(conn, first) == third

    undo_merge(conn, last, viewer=AGENT)

    assert find_entry_redirect(conn, first) == second
    assert find_entry_redirect(conn, second) is None


def test_votes_of_both_count_and_of_one_visitor_the_newer(conn: Connection) -> None:
    old, new = add(conn, "Old"), add(conn, "New")
    vote(conn, old, "anna")
    vote(conn, old, "ben")
    vote(conn, new, "ben", helpful=False)
    vote(conn, new, "cleo")
    vote(conn, old, "cleo", helpful=False)

    merge_entries(conn, old, new, viewer=AGENT)

    count = helpful_count(conn, new, viewer=AGENT)
    assert (count.yes, count.no) == (1, 2)


def test_pins_blocks_and_what_to_read_first_go_along_but_never_to_itself(conn: Connection) -> None:
    old, new, pinned, blocked, first, other = (add(conn, f"Entry {n}") for n in range(6))
    set_link_mode(conn, old, pinned, "pinned", viewer=AGENT)
    set_link_mode(conn, old, blocked, "blocked", viewer=AGENT)
    set_link_mode(conn, new, blocked, "pinned", viewer=AGENT)
    set_link_mode(conn, old, new, "pinned", viewer=AGENT)
    set_link_mode(conn, other, old, "pinned", viewer=AGENT)
    set_prerequisite(conn, old, first, viewer=AGENT)

    merge_entries(conn, old, new, viewer=AGENT)

    said = {(one.to_id, one.kind, one.mode) for one in edited_links(conn, new, viewer=AGENT)}
    assert said == {
        (pinned, "similar", "pinned"),
        (blocked, "similar", "blocked"),
        (first, "prerequisite", "pinned"),
    }
    assert [one.id for one in related_entries(conn, other, viewer=GUEST)] == [new]


def test_what_to_read_first_never_leads_round_after_a_merge(conn: Connection) -> None:
    old, new, between = (add(conn, f"Entry {n}") for n in range(3))
    set_prerequisite(conn, old, between, viewer=AGENT)
    set_prerequisite(conn, between, new, viewer=AGENT)

    merge_entries(conn, old, new, viewer=AGENT)

    assert edited_links(conn, new, viewer=AGENT) == []
    assert [one.to_id for one in edited_links(conn, between, viewer=AGENT)] == [new]


def test_topics_lead_to_the_entry_that_stays_and_keep_teaching_it(conn: Connection) -> None:
    old, new = add(conn, "Old"), add(conn, "New")
    topic = add_topic(conn, facts("parcels"), run_id=None)
    set_topic_state(conn, topic, "promoted", entry_id=old)
    question = give_question(conn, "q1", "my parcel is late")
    metadata_assign(conn, question, topic)
    add_phrasings(conn, old, ["my parcel is late"], origin="topic", question_ids=[question])

    merge_id = merge_entries(conn, old, new, viewer=AGENT)

    assert get_topic(conn, topic, viewer=AGENT).entry_id == new
    assert drop_foreign_phrasings(conn, new, []) == 0
    undo_merge(conn, merge_id, viewer=AGENT)
    assert get_topic(conn, topic, viewer=AGENT).entry_id == old


def metadata_assign(conn: Connection, question: int, topic: int) -> None:
    table = metadata.tables["assignments"]
    conn.execute(
        insert(table).values(question_id=question, topic_id=topic, how="graph", confidence=1.0)
    )


def test_what_the_audit_said_of_the_two_is_settled_and_comes_back(conn: Connection) -> None:
    one, two = add(conn, "Old"), add(conn, "New")
    save_finding(conn, FoundPair("duplicate", one, two, 0.9, {}))

    merge_id = merge_entries(conn, one, two, viewer=AGENT)
    assert list_findings(conn, viewer=AGENT) == []
    undo_merge(conn, merge_id, viewer=AGENT)

    assert [found.state for found in list_findings(conn, viewer=AGENT)] == ["open"]


def test_entries_that_do_not_go_together_are_not_merged(conn: Connection) -> None:
    one, two = add(conn, "One"), add(conn, "Two")
    german = add(conn, "Eins", locale="de")
    inner = add(conn, "Inner", audience=INTERNAL)
    draft = add_entry(conn, EntryContent("Draft", "So."), viewer=AGENT)
    before = rows(conn)

    for other, why in ((german, "languages"), (inner, "readers"), (draft, "not published")):
        with pytest.raises(Conflict, match=why):
            merge_entries(conn, one, other, viewer=AGENT)
        with pytest.raises(Conflict, match=why):
            merge_entries(conn, other, one, viewer=AGENT)
    with pytest.raises(Conflict, match="itself"):
        merge_entries(conn, one, one, viewer=AGENT)
    with pytest.raises(NotFound):
        merge_entries(conn, one, 404, viewer=AGENT)
    for viewer in (CUSTOMER, GUEST, Viewer(role=Role.AGENT, scopes=frozenset())):
        with pytest.raises(NotPermitted):
            merge_entries(conn, one, two, viewer=viewer)
    assert rows(conn) == before

    merge_entries(conn, one, two, viewer=AGENT)
    with pytest.raises(Conflict, match=f"merged into entry {two} already"):
        merge_entries(conn, one, two, viewer=AGENT)
    with pytest.raises(Conflict, match="merged into"):
        merge_entries(conn, two, one, viewer=AGENT)


def test_a_merged_entry_cannot_be_edited_or_published_behind_its_redirect(conn: Connection) -> None:
    old, new = add(conn, "Old"), add(conn, "New")
    merge_entries(conn, old, new, viewer=AGENT)

    with pytest.raises(InvalidInput, match="was merged into"):
        set_entry_state(conn, old, "published")
    with pytest.raises(InvalidInput, match="was merged into"):
        change_entry(conn, old, EntryContent("Old", "Other."), viewer=AGENT)


def test_a_merge_is_taken_back_once_and_within_thirty_days(conn: Connection) -> None:
    old, new, third = (add(conn, f"Entry {n}") for n in range(3))
    merge_id = merge_entries(conn, old, new, viewer=AGENT)
    with pytest.raises(NotPermitted):
        undo_merge(conn, merge_id, viewer=CUSTOMER)
    with pytest.raises(NotFound):
        undo_merge(conn, 404, viewer=AGENT)

    further = merge_entries(conn, new, third, viewer=AGENT)
    with pytest.raises(Conflict, match="take that back first"):
        undo_merge(conn, merge_id, viewer=AGENT)
    undo_merge(conn, further, viewer=AGENT)
    assert undo_merge(conn, merge_id, viewer=AGENT) == old
    with pytest.raises(Conflict, match="taken back by Ada already"):
        undo_merge(conn, merge_id, viewer=AGENT)
    assert [one.undone_by for one in list_merges(conn, viewer=AGENT)] == ["Ada", "Ada"]

    late = merge_entries(conn, old, new, viewer=AGENT)
    at = utc_now() - timedelta(days=UNDO_DAYS, minutes=1)
    conn.execute(update(entry_merges).where(entry_merges.c.id == late).values(at=at))
    with pytest.raises(Conflict, match="older than 30 days"):
        undo_merge(conn, late, viewer=AGENT)


def test_what_was_edited_after_the_merge_stays_when_it_is_taken_back(conn: Connection) -> None:
    old, new = add(conn, "Old title", phrasings=("old words",)), add(conn, "New title")
    merge_id = merge_entries(conn, old, new, viewer=AGENT)
    change_entry(conn, new, EntryContent("Old title", "Better answer."), viewer=AGENT)
    add_phrasings(conn, new, ["later words"], origin="import")

    undo_merge(conn, merge_id, viewer=AGENT)

    stays = get_entry(conn, new, viewer=AGENT)
    assert (stays.title, stays.answer, stays.revision) == ("Old title", "Better answer.", 3)
    assert wordings(conn, new) == {"Old title": True, "New title": False, "later words": False}
    assert wordings(conn, old) == {"Old title": True, "old words": False}
    assert get_entry(conn, old, viewer=GUEST).title == "Old title"


TITLES = st.sampled_from(["alpha", "beta", "gamma", "delta"])
WORDS = st.lists(st.sampled_from(["w1", "w2", "w3", "w4", "alpha", "beta"]), max_size=4)
VOTES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.booleans()), max_size=6)
SAID = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 3), st.sampled_from(["pinned", "blocked", "first"])
    ),
    max_size=8,
)
TAGS = st.lists(st.sampled_from(["red", "blue", "green"]), max_size=2, unique=True)
SIDE = st.tuples(TITLES, WORDS, TAGS, st.sampled_from([None, "Care"]))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(SIDE, SIDE, VOTES, SAID, st.booleans())
def test_a_merge_taken_back_leaves_every_row_as_it_was(
    sqlite_engine: Engine,
    one: tuple[Any, ...],
    two: tuple[Any, ...],
    votes: list[tuple[int, int, bool]],
    said: list[tuple[int, int, str]],
    edited: bool,
) -> None:
    with transaction(sqlite_engine) as conn:
        ids = [
            add(conn, title, phrasings=tuple(words), tags=tuple(tags), category=shelf)
            for title, words, tags, shelf in (one, two)
        ]
        ids += [add(conn, "third"), add(conn, "fourth")]
        if edited:
            change_entry(conn, ids[0], EntryContent("alpha again", "New."), viewer=AGENT)
        for place, visitor, helpful in votes:
            vote(conn, ids[place], f"visitor {visitor}", helpful=helpful)
        for a, b, what in said:
            try:
                if what == "first":
                    set_prerequisite(conn, ids[a], ids[b], viewer=AGENT)
                else:
                    set_link_mode(conn, ids[a], ids[b], what, viewer=AGENT)
            except (Conflict, InvalidInput):
                continue
        replace_auto_links(
            conn, [FoundLink(a, b, 0.5, {"fact": "wordings"}) for a in ids for b in ids if a != b]
        )
        topic = add_topic(conn, facts("one"), run_id=None)
        set_topic_state(conn, topic, "promoted", entry_id=ids[0])
        save_finding(conn, FoundPair("duplicate", *sorted(ids[:2]), 0.9, {"shared": []}))
        before = rows(conn)

        merge_id = merge_entries(conn, ids[0], ids[1], viewer=OPERATOR)
        assert rows(conn) != before
        undo_merge(conn, merge_id, viewer=OPERATOR)

        assert rows(conn) == before
        conn.rollback()

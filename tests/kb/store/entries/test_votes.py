"""Votes are one per visitor and revision, changeable, and counted with how sure one can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.access import GUEST, OPERATOR
from kb.entries import EntryContent
from kb.errors import NotFound, NotPermitted
from kb.helpfulness import MIN_TOLD_VOTES, VoteCount, wilson_interval
from kb.store.audit import Subject, audit_of
from kb.store.entries.pins import is_pinned, set_pinned
from kb.store.entries.reading import get_entry
from kb.store.entries.votes import votes_by_revision
from kb.store.entries.writing import add_entry, change_entry, vote_helpful


def written(conn, answer="Look at it.", state="published"):
    content = EntryContent(title="Is the tank full?", answer=answer)
    return add_entry(conn, content, viewer=OPERATOR, state=state)


def test_a_vote_can_be_changed_and_counts_once(conn):
    entry = get_entry(conn, written(conn), viewer=GUEST)

    vote_helpful(conn, entry, "v1", helpful=False, reason="unclear")
    vote_helpful(conn, entry, "v1", helpful=False, reason="out_of_date")
    vote_helpful(conn, entry, "v2", helpful=False, reason="out_of_date")
    vote_helpful(conn, entry, "v2", helpful=True, reason="out_of_date")

    [votes] = votes_by_revision(conn, entry, viewer=OPERATOR)
    assert votes == VoteCount(1, yes=1, no=1, reasons=(("out_of_date", 1),))


def test_another_text_is_voted_on_anew_and_the_old_votes_are_kept_apart(conn):
    entry_id = written(conn)
    vote_helpful(conn, get_entry(conn, entry_id, viewer=GUEST), "v1", helpful=True)
    changed = EntryContent(title="Is the tank full?", answer="Lift it.")
    change_entry(conn, entry_id, changed, viewer=OPERATOR)
    entry = get_entry(conn, entry_id, viewer=GUEST)

    assert votes_by_revision(conn, entry, viewer=GUEST) == [VoteCount(2), VoteCount(1, yes=1)]


def test_reasons_are_for_the_team_alone(conn):
    entry = get_entry(conn, written(conn), viewer=GUEST)
    vote_helpful(conn, entry, "v1", helpful=False, reason="unclear")

    assert votes_by_revision(conn, entry, viewer=GUEST)[0].reasons == ()
    assert votes_by_revision(conn, entry, viewer=OPERATOR)[0].reasons == (("unclear", 1),)


def test_readers_are_told_of_votes_only_when_they_are_enough():
    assert not VoteCount(1, yes=MIN_TOLD_VOTES - 1).is_told
    assert VoteCount(1, yes=MIN_TOLD_VOTES - 1, no=1).is_told


@pytest.mark.parametrize(
    ("yes", "total", "low", "high"),
    [
        (0, 0, 0, 1),
        (34, 40, 0.709, 0.929),
        (3, 3, 0.438, 1),
        (0, 10, 0, 0.278),
        (90, 100, 0.826, 0.945),
    ],
)
def test_the_interval_is_that_of_wilson(yes, total, low, high):
    assert wilson_interval(yes, total) == pytest.approx((low, high), abs=0.001)


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_the_share_and_narrows_with_more_votes(total, data):
    yes = data.draw(st.integers(0, total))
    low, high = wilson_interval(yes, total)
    lower, higher = wilson_interval(yes * 4, total * 4)

    assert 0 <= low <= yes / total + 1e-9
    assert yes / total - 1e-9 <= high <= 1
    assert higher - lower < high - low


def test_an_entry_is_pinned_and_unpinned_once_with_a_trace(conn):
    entry_id = written(conn)

    assert set_pinned(conn, entry_id, pinned=True, viewer=OPERATOR)
    assert not set_pinned(conn, entry_id, pinned=True, viewer=OPERATOR)
    assert is_pinned(conn, entry_id, viewer=OPERATOR)
    assert set_pinned(conn, entry_id, pinned=False, viewer=OPERATOR)

    assert not is_pinned(conn, entry_id, viewer=OPERATOR)
    actions = [one.action for one in audit_of(conn, Subject("entry", entry_id))]
    assert actions == ["unpin from home", "pin on home"]


def test_drafts_are_not_pinned_and_guests_pin_nothing(conn):
    with pytest.raises(NotFound):
        set_pinned(conn, written(conn, state="draft"), pinned=True, viewer=OPERATOR)
    with pytest.raises(NotPermitted):
        set_pinned(conn, written(conn), pinned=True, viewer=GUEST)

"""Watches in the record: begun, changed, stopped, taken up again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from kb.access import Role
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.mail import watches as store
from kb.store.mail.watches import (
    add_watch,
    find_watch,
    find_watch_by_token,
    forget_stopped,
    get_own_watch,
    list_watches,
    resume_digest,
    resume_watch,
    set_frequency,
    stop_digest,
    stop_watch,
    watch_question,
)
from kb.store.people.accounts import add_account
from kb.store.schema import watches
from kb.watches import NEVER, Follower, next_time

GUEST = Follower("guest@example.org", "en")


@pytest.fixture
def mara(conn):
    account_id = add_account(conn, "Mara", role=Role.CUSTOMER, email="mara@example.org")
    return Follower("mara@example.org", "de", account_id)


def test_following_twice_changes_the_frequency(conn, mara):
    first = add_watch(conn, "entry", 7, frequency="instant", follower=mara)
    again = add_watch(conn, "entry", 7, frequency="weekly", follower=mara)

    assert (again.id, again.token, again.frequency) == (first.id, first.token, "weekly")
    assert list_watches(conn, follower=mara) == [again]
    assert find_watch_by_token(conn, first.token) == again
    assert find_watch_by_token(conn, "x" * 43) is None


@pytest.mark.parametrize(("kind", "frequency"), [("forum", "daily"), ("entry", "hourly")])
def test_only_known_things_are_followed_in_known_rhythms(conn, mara, kind, frequency):
    with pytest.raises(InvalidInput):
        add_watch(conn, kind, 7, frequency=frequency, follower=mara)


def test_what_a_guest_followed_belongs_to_the_account_of_the_address(conn, mara):
    as_guest = Follower(mara.email, "en")
    before = add_watch(conn, "entry", 7, frequency="daily", follower=as_guest)

    assert find_watch(conn, "entry", 7, follower=mara) == before
    assert find_watch(conn, "entry", 7, follower=GUEST) is None


def test_who_has_an_address_now_takes_over_what_was_followed_with_it(conn, mara):
    before = add_watch(conn, "entry", 7, frequency="daily", follower=mara)
    other_id = add_account(conn, "Nina", role=Role.CUSTOMER)
    nina = Follower(mara.email, "en", other_id)
    now = add_watch(conn, "entry", 7, frequency="instant", follower=nina)

    assert now.follower == nina
    assert now.token != before.token
    assert list_watches(conn, follower=mara) == []


def test_a_stopped_watch_can_be_taken_up_again_without_what_happened_meanwhile(conn, mara):
    watch = add_watch(conn, "entry", 7, frequency="instant", follower=mara)
    stop_watch(conn, watch)
    assert list_watches(conn, follower=mara) == []
    stopped = get_own_watch(conn, watch.id, follower=mara)
    conn.execute(update(watches).values(told_until=utc_now() - timedelta(days=3)))

    before = utc_now()
    resume_watch(conn, stopped)
    (found,) = list_watches(conn, follower=mara)
    assert before <= found.told_until <= utc_now()


def test_nobody_touches_the_watch_of_somebody_else(conn, mara):
    watch = add_watch(conn, "entry", 7, frequency="instant", follower=mara)

    with pytest.raises(NotFound):
        get_own_watch(conn, watch.id, follower=GUEST)


def test_one_click_ends_all_that_comes_in_one_digest(conn, mara):
    daily = [add_watch(conn, "entry", n, frequency="daily", follower=mara) for n in (1, 2)]
    weekly = add_watch(conn, "tag", 3, frequency="weekly", follower=mara)

    assert sorted(stop_digest(conn, daily[0])) == sorted(one.id for one in daily)
    assert list_watches(conn, follower=mara) == [weekly]
    resume_digest(conn, get_own_watch(conn, daily[0].id, follower=mara))
    assert len(list_watches(conn, follower=mara)) == 3


def test_own_questions_are_followed_once_unless_their_asker_stopped(conn, mara):
    for _ in range(2):
        watch_question(conn, 5, email=mara.email, account_id=mara.account_id, locale="de")
    (watch,) = list_watches(conn, follower=mara)
    assert watch.frequency == "instant"
    stop_watch(conn, watch)
    watch_question(conn, 5, email=mara.email, account_id=mara.account_id, locale="de")

    assert list_watches(conn, follower=mara) == []


def test_nobody_follows_more_than_the_most(conn, mara, monkeypatch):
    monkeypatch.setattr(store, "MAX_WATCHES", 2)
    for number in (1, 2):
        add_watch(conn, "entry", number, frequency="daily", follower=mara)

    with pytest.raises(Conflict):
        add_watch(conn, "entry", 3, frequency="daily", follower=mara)
    add_watch(conn, "entry", 2, frequency="weekly", follower=mara)


def test_what_was_stopped_a_month_ago_is_forgotten(conn, mara):
    watch = add_watch(conn, "entry", 7, frequency="instant", follower=mara)
    add_watch(conn, "entry", 8, frequency="instant", follower=mara)
    stop_watch(conn, watch)
    assert forget_stopped(conn) == 0
    conn.execute(
        update(watches)
        .where(watches.c.id == watch.id)
        .values(stopped_at=utc_now() - timedelta(days=31))
    )

    assert forget_stopped(conn) == 1
    assert conn.execute(select(func.count()).select_from(watches)).scalar_one() == 1


def test_a_new_rhythm_counts_from_now(conn, mara):
    watch = add_watch(conn, "entry", 7, frequency="instant", follower=mara)

    assert set_frequency(conn, watch, "daily").frequency == "daily"
    with pytest.raises(InvalidInput):
        set_frequency(conn, watch, "never")


@pytest.mark.parametrize(
    ("frequency", "now", "then"),
    [
        ("instant", (2026, 7, 1, 9), NEVER),
        ("daily", (2026, 7, 1, 4), datetime(2026, 7, 1, 5, tzinfo=UTC)),
        ("daily", (2026, 7, 1, 5), datetime(2026, 7, 2, 5, tzinfo=UTC)),
        ("weekly", (2026, 7, 1, 9), datetime(2026, 7, 6, 5, tzinfo=UTC)),
        ("weekly", (2026, 7, 6, 4), datetime(2026, 7, 6, 5, tzinfo=UTC)),
        ("weekly", (2026, 7, 6, 5), datetime(2026, 7, 13, 5, tzinfo=UTC)),
    ],
)
def test_digests_come_in_the_morning_all_at_once(frequency, now, then):
    assert next_time(frequency, datetime(*now, tzinfo=UTC)) == then

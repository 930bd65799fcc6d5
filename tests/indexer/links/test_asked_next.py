from datetime import UTC, datetime, timedelta

from indexer.links.asked_next import MAX_ENTRIES_OF_PERSON, NextEntry, find_next
from kb.store.links.asked_entries import Asked

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def asked(person: str, *steps: tuple[int, float]) -> list[Asked]:
    return [Asked(person, entry, MONDAY + timedelta(days=day)) for entry, day in steps]


def crowd(count: int, entry: int = 9) -> list[Asked]:
    """People who ask for one other thing."""
    return [one for n in range(count) for one in asked(f"other {n}", (entry, n % 30))]


def after(count: int, days: float = 2.0, *, name: str = "both") -> list[Asked]:
    return [one for n in range(count) for one in asked(f"{name} {n}", (1, 0), (2, days))]


def test_what_people_ask_next_has_a_direction_and_a_fact():
    assert find_next(after(7, 2.5) + crowd(40)) == [
        NextEntry(1, 2, people=7, days=3, share=1.0, lift=round(47 / 7, 2))
    ]


def test_two_people_are_too_few():
    assert find_next(after(2) + crowd(40)) == []
    assert len(find_next(after(3) + crowd(40))) == 1


def test_one_person_counts_once_however_often_they_ask():
    steps = [step for n in range(9) for step in ((1, 3 * n), (2, 3 * n + 1))]
    assert find_next(asked("one", *steps) + crowd(40)) == []


def test_more_than_a_week_later_is_not_next():
    assert find_next(after(7, 7.0) + crowd(40))[0].days == 7
    assert find_next(after(7, 7.1) + crowd(40)) == []


def test_what_everybody_asks_anyway_is_not_what_comes_next():
    everybody = [one for n in range(40) for one in asked(f"any {n}", (2, n % 30))]
    assert find_next(after(7) + everybody) == []


def test_what_chance_would_give_as_well_is_no_link():
    few_of_many = [one for n in range(30) for one in asked(f"first {n}", (1, 0))]
    then = [one for n in range(12) for one in asked(f"second {n}", (2, 0))]
    assert find_next(after(3) + few_of_many + then) == []


def test_whoever_asks_for_everything_tells_nothing():
    wide = [(entry, entry / 100) for entry in range(1, MAX_ENTRIES_OF_PERSON + 2)]
    dealers = [one for n in range(5) for one in asked(f"dealer {n}", *wide)]
    assert find_next(dealers + crowd(40, entry=500)) == []


def test_the_days_told_are_those_of_four_fifths():
    found = find_next(after(8, 1.5) + after(2, 6.5, name="late") + crowd(80))
    assert (found[0].people, found[0].days) == (8, 2)


def test_asking_for_nothing_gives_no_links():
    assert find_next([]) == []

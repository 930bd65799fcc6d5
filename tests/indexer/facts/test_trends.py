from datetime import date, timedelta

import pytest

from indexer.facts.trends import Direction, find_trend

NOW = date(2026, 3, 18)


def asked(per_week: list[int]) -> list[date]:
    """Days of questions, one number per week, the last week being that before NOW."""
    monday = NOW - timedelta(days=NOW.weekday())
    return [
        monday - timedelta(weeks=len(per_week) - week) + timedelta(days=day % 7)
        for week, count in enumerate(per_week)
        for day in range(count)
    ]


@pytest.mark.parametrize(
    ("per_week", "direction"),
    [
        ([1] * 8 + [5, 6, 7, 9], Direction.RISING),
        ([9] * 8 + [3, 2, 1, 0], Direction.FALLING),
        ([4] * 12, Direction.STEADY),
        ([0] * 11 + [1], Direction.STEADY),
        ([3] * 8 + [4, 3, 4, 3], Direction.STEADY),
    ],
)
def test_a_topic_rises_or_falls_only_beyond_chance(per_week, direction):
    assert find_trend(asked(per_week), now=NOW).direction is direction


def test_weeks_have_no_hole_and_count_every_question():
    trend = find_trend([date(2025, 12, 31), date(2026, 1, 14)], now=date(2026, 1, 20))
    assert [(week.iso_week, week.count) for week in trend.weeks] == [
        ("2026-W01", 1),
        ("2026-W02", 0),
        ("2026-W03", 1),
        ("2026-W04", 0),
    ]
    assert (trend.first_seen, trend.last_seen) == (date(2025, 12, 31), date(2026, 1, 14))


def test_the_slope_is_questions_gained_per_week():
    assert find_trend(asked(list(range(12))), now=NOW).slope == pytest.approx(1.0)


def test_no_question_up_to_now_has_no_trend():
    assert find_trend([], now=NOW) is None
    assert find_trend([NOW + timedelta(days=1)], now=NOW) is None

"""How far answers would get: the share of questions that the largest topics hold."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from web.report.facts import Facts

WIDTH, HEIGHT = 640, 240
STEPS = (5, 10, 20, 50, 100, 200, 500, 1_000)
MOST_MILESTONES = 4
MOST_POINTS = 160
"""Points of the curve; more than that no screen shows."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """So many entries answer that share of all asks, 0 to 1."""

    entries: int
    reach: float


def find_milestones(facts: Facts) -> tuple[Milestone, ...]:
    """Round numbers of entries with what they reach, the last one all topics; few first."""
    count = len(facts.topics)
    steps = [step for step in STEPS if step < count * 0.8][-(MOST_MILESTONES - 1) :]
    return tuple(Milestone(step, facts.topics[step - 1].reach) for step in [*steps, count] if step)


def reach_curve(facts: Facts, milestones: tuple[Milestone, ...], *, label: str) -> Markup:
    """The share reached over the number of entries as SVG; `label` is its text alternative."""
    count = len(facts.topics)
    step = max(1, count // MOST_POINTS)
    places = sorted({*range(0, count, step), count - 1}) if count else []
    points = [(0.0, float(HEIGHT))]
    points += [_point(place + 1, facts.topics[place].reach, count) for place in places]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    marks = [_mark(*_point(one.entries, one.reach, count)) for one in milestones[:-1]]
    thirds = Markup("").join(
        Markup('<line class="curve-grid" x1="0" x2="{}" y1="{}" y2="{}"/>').format(
            WIDTH, HEIGHT * part // 4, HEIGHT * part // 4
        )
        for part in range(4)
    )
    return Markup(
        '<svg class="curve" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}<polygon class="curve-area" points="{} {},{}"/>'
        '<polyline class="curve-line" points="{}"/>{}'
        '<line class="bars-base" x1="0" x2="{}" y1="{}" y2="{}"/></svg>'
    ).format(
        WIDTH,
        HEIGHT,
        label,
        thirds,
        line,
        f"{points[-1][0]:.1f}",
        HEIGHT,
        line,
        Markup("").join(marks),
        WIDTH,
        HEIGHT - 0.5,
        HEIGHT - 0.5,
    )


def _point(entries: int, reach: float, count: int) -> tuple[float, float]:
    return entries / count * WIDTH, HEIGHT * (1 - reach)


def _mark(x: float, y: float) -> Markup:
    return Markup('<line class="curve-mark" x1="{x}" x2="{x}" y1="{y}" y2="{base}"/>').format(
        x=f"{x:.1f}", y=f"{y:.1f}", base=HEIGHT
    )

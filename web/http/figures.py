"""Small figures as SVG: no script, no inline style, colours from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

SPARK_WIDTH = 96
SPARK_HEIGHT = 24
SPARK_INSET = 3
"""Keeps the stroke and the end dot inside the picture."""

BARS_WIDTH = 640
BARS_HEIGHT = 140
BAR_GAP_SHARE = 0.3
"""Part of a bar's slot that stays empty."""


def sparkline(counts: Sequence[int], *, label: str) -> Markup:
    """A line over equal steps, the newest value as a dot; `label` is its text alternative.

    The scale starts at 0, so that two sparklines of one shape mean the same relative change.
    Nothing is drawn for fewer than two values, but the text alternative stays.
    """
    if len(counts) < 2:
        return Markup('<span class="spark-empty"><span class="only-read">{}</span></span>').format(
            label
        )
    points = _spark_points(counts)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    base = SPARK_HEIGHT - SPARK_INSET
    area = f"{points[0][0]:.1f},{base} {line} {points[-1][0]:.1f},{base}"
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<polygon class="spark-area" points="{}"/><polyline class="spark-line" points="{}"/>'
        '<circle class="spark-dot" cx="{:.1f}" cy="{:.1f}" r="2.5"/></svg>'
    ).format(SPARK_WIDTH, SPARK_HEIGHT, SPARK_WIDTH, SPARK_HEIGHT, label, area, line, *points[-1])


def weekly_bars(counts: Sequence[int], *, label: str) -> Markup:
    """A bar for each week, oldest first, on one baseline; `label` is its text alternative."""
    highest = max(counts, default=0) or 1
    slot = BARS_WIDTH / max(len(counts), 1)
    bars = [
        Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            "bar bar-latest" if i == len(counts) - 1 else "bar",
            (i + BAR_GAP_SHARE / 2) * slot,
            BARS_HEIGHT - 1 - count / highest * (BARS_HEIGHT - 1),
            slot * (1 - BAR_GAP_SHARE),
            count / highest * (BARS_HEIGHT - 1),
        )
        for i, count in enumerate(counts)
    ]
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}<line class="bars-base" x1="0" x2="{}" y1="{}" y2="{}"/></svg>'
    ).format(
        BARS_WIDTH,
        BARS_HEIGHT,
        label,
        Markup("").join(bars),
        BARS_WIDTH,
        BARS_HEIGHT - 0.5,
        BARS_HEIGHT - 0.5,
    )


def stacked_bars(weeks: Sequence[Sequence[int]], *, label: str) -> Markup:
    """A bar for each week, oldest first, cut into its shares, the first share at the bottom.

    The shares have the classes part-1, part-2 and so on; `label` is the text alternative.
    """
    highest = max((sum(parts) for parts in weeks), default=0) or 1
    slot = BARS_WIDTH / max(len(weeks), 1)
    scale = (BARS_HEIGHT - 1) / highest
    rects = []
    for number, parts in enumerate(weeks):
        top = float(BARS_HEIGHT - 1)
        for place, count in enumerate(parts, start=1):
            top -= count * scale
            rects.append(
                Markup(
                    '<rect class="part part-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}"'
                    ' height="{:.1f}"/>'
                ).format(
                    place,
                    (number + BAR_GAP_SHARE / 2) * slot,
                    top,
                    slot * (1 - BAR_GAP_SHARE),
                    count * scale,
                )
            )
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"'
        ' aria-label="{}">{}<line class="bars-base" x1="0" x2="{}" y1="{}" y2="{}"/></svg>'
    ).format(
        BARS_WIDTH,
        BARS_HEIGHT,
        label,
        Markup("").join(rects),
        BARS_WIDTH,
        BARS_HEIGHT - 0.5,
        BARS_HEIGHT - 0.5,
    )


def _spark_points(counts: Sequence[int]) -> list[tuple[float, float]]:
    highest = max(counts) or 1
    step = (SPARK_WIDTH - 2 * SPARK_INSET) / (len(counts) - 1)
    room = SPARK_HEIGHT - 2 * SPARK_INSET
    return [
        (SPARK_INSET + i * step, SPARK_HEIGHT - SPARK_INSET - count / highest * room)
        for i, count in enumerate(counts)
    ]

"""Averages of the running line's monitors as small SVG charts. Looks are those of `drawing.py`."""

from __future__ import annotations

from cell.quality.reading.line_now import NumberNow
from cell.quality.report.drawing import svg, text

WIDTH, HEIGHT = 300.0, 120.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 12.0, 22.0


def trail_chart(one: NumberNow, seen: int, told: str, first: str, last: str) -> str:
    """Limits, what is usual, the averages until now, and where it left its limits. seen: parts
    until now; first, last: words below the two ends.
    """
    points = [*one.trail, (seen, one.now)]
    begin = points[0][0]
    wide = max(1, seen - begin)
    values = [value for _, value in points] + [one.low, one.high, one.usual]
    bottom, top = min(values), max(values)
    room = (top - bottom) * 0.12 or 1.0
    bottom, top = bottom - room, top + room

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at - begin) / wide

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - bottom) / (top - bottom))

    body = ""
    for kind, level in (("limit", one.high), ("centre", one.usual), ("limit", one.low)):
        body += f"<path class='{kind}' d='M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}'/>"
        body += text(LEFT - 5, y(level) + 4, one.told(level), "end")
    run = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
    body += f"<polyline class='run' points='{run}'/>"
    body += f"<circle class='point' cx='{x(seen):.1f}' cy='{y(one.now):.1f}' r='3.5'/>"
    if one.left is not None and begin <= one.left[0] <= seen:
        at = one.left[0]
        level = one.high if one.now >= one.usual else one.low
        for before, value in points:
            if before >= at:
                level = value
                break
        body += f"<path class='out' d='M{x(at):.1f} {y(level) - 6:.1f}l6 6l-6 6l-6 -6z'/>"
    body += text(LEFT, HEIGHT - 6, first, "start") + text(WIDTH - RIGHT, HEIGHT - 6, last, "end")
    return svg(WIDTH, HEIGHT, body, told)

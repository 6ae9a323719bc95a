"""Charts of a time as SVG, for pages and for reports. Marks that mean something differ by shape or
hatching, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Final

from cell.quality.charts import Chart
from cell.quality.report.drawing import clipped, linked, round_up, svg, text, ticks

WIDTH: Final = 620.0
NAMES, COUNTS = 165.0, 115.0
ROW: Final = 28.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 26.0, 40.0
HEIGHT: Final = 250.0
TICKS: Final = 6
HEATS: Final = 5
_HATCH: Final = (
    "<defs><pattern id='q-hatch' width='6' height='6' patternUnits='userSpaceOnUse' "
    "patternTransform='rotate(45)'><rect class='back' width='6' height='6'/>"
    "<line class='hatch' x1='0' y1='0' x2='0' y2='6'/></pattern></defs>"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A bar with its parts (class of looks and length), what stands behind it, where it leads to
    ('' for nowhere), and what it is in words.
    """

    name: str
    parts: tuple[tuple[str, float], ...]
    after: str
    told: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share 0..1 with its interval."""

    name: str
    value: float
    low: float
    high: float
    after: str
    told: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point's label below the axis, its words, where it leads to, and the numbers of the rules
    that it signals.
    """

    label: str
    told: str
    href: str = ""
    rules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Square:
    """A square of a map: left and top edge [px], how many, its words, and where it leads to."""

    left: float
    top: float
    count: int
    told: str = ""
    href: str = ""


def bar_chart(rows: Sequence[Row], told: str, most: float | None = None) -> str:
    """Bars below each other, the longest as wide as there is room, or as `most`."""
    longest = most or max((sum(n for _, n in row.parts) for row in rows), default=0.0) or 1.0
    room, body = WIDTH - NAMES - COUNTS, _HATCH
    for number, row in enumerate(rows):
        y = ROW * number
        drawn = text(NAMES - 8, y + 18, clipped(row.name, 21), "end")
        x = NAMES
        for kind, length in row.parts:
            width = room * length / longest
            if width > 0:
                drawn += (
                    f"<rect class='{kind}' x='{x:.1f}' y='{y + 4:.1f}' width='{max(width, 1):.1f}' "
                    f"height='{ROW - 8:.1f}'/>"
                )
            x += width
        drawn += text(x + 8, y + 18, row.after, "start")
        body += linked(drawn, row.href, row.told)
    return svg(WIDTH, ROW * len(rows) or 1, body, told)


def share_chart(rows: Sequence[Whisker], told: str) -> str:
    """Shares with their intervals, below each other, on one scale from 0."""
    top = round_up(max((row.high for row in rows), default=0.0) or 1.0)
    top, room, body = min(1.0, top), WIDTH - NAMES - COUNTS, ""
    high = ROW * len(rows)
    for value, words in ticks(top, shares=True):
        x = NAMES + room * value / top
        body += f"<path class='grid' d='M{x:.1f} 0V{high:.1f}'/>"
        body += text(x, high + 14, words, "middle")
    for number, row in enumerate(rows):
        y = ROW * number + ROW / 2
        low, value, end = (NAMES + room * min(v / top, 1.0) for v in (row.low, row.value, row.high))
        drawn = text(NAMES - 8, y + 4, clipped(row.name, 21), "end")
        drawn += (
            f"<path class='whisker' d='M{low:.1f} {y - 5}V{y + 5}M{low:.1f} {y}H{end:.1f}"
            f"M{end:.1f} {y - 5}V{y + 5}'/><circle class='point' cx='{value:.1f}' cy='{y}' r='4'/>"
        )
        drawn += text(WIDTH - COUNTS + 12, y + 4, row.after, "start")
        body += linked(drawn, row.href, row.told)
    return svg(WIDTH, high + 20 if rows else 1, body, told)


def control_chart(chart: Chart, spots: Sequence[Spot], told: str, *, shares: bool) -> str:
    """Points with their limits. A point that signals is a diamond with the numbers of its rules.
    spots: one a point, in order.
    """
    points = chart.points
    if not points:
        return svg(WIDTH, 1, "", told)
    top = round_up(max(max(p.value, p.high) for p in points) * 1.02 or 1.0)
    wide, deep = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(at: float) -> float:
        return LEFT + wide * (at + 0.5) / len(points)

    def y(value: float) -> float:
        return TOP + deep * (1.0 - value / top)

    body = ""
    for value, words in ticks(top, shares=shares):
        body += f"<path class='grid' d='M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}'/>"
        body += text(LEFT - 8, y(value) + 4, words, "end")
    for which in ("high", "low"):
        edges = ""
        for n, p in enumerate(points):
            level = y(getattr(p, which))
            edges += f"{x(n - 0.5):.1f},{level:.1f} {x(n + 0.5):.1f},{level:.1f} "
        body += f"<polyline class='limit' points='{edges}'/>"
    body += f"<path class='centre' d='M{LEFT} {y(chart.centre):.1f}H{WIDTH - RIGHT}'/>"
    run = " ".join(f"{x(n):.1f},{y(p.value):.1f}" for n, p in enumerate(points))
    body += f"<polyline class='run' points='{run}'/>"
    step = ceil(len(points) / TICKS)
    for number, (point, spot) in enumerate(zip(points, spots, strict=True)):
        px, py = x(number), y(point.value)
        if number % step == 0:
            body += text(px, HEIGHT - BOTTOM + 18, spot.label, "middle")
        drawn = f"<circle class='point' cx='{px:.1f}' cy='{py:.1f}' r='3.5'/>"
        if spot.rules:
            drawn = f"<path class='out' d='M{px:.1f} {py - 7:.1f}l7 7l-7 7l-7 -7z'/>"
            numbers = ",".join(map(str, spot.rules))
            above = py - 11 if py > TOP + 6 else py + 20
            drawn += text(px, above, numbers, "middle", "rule")
        body += linked(drawn, spot.href, spot.told, quiet=not spot.rules)
    return svg(WIDTH, HEIGHT, body, told)


def trend_chart(spots: Sequence[Spot], values: Sequence[float | None], told: str) -> str:
    """Shares one after the other, on a scale from 0; a gap where one is not known. spots: one a
    value, in order.
    """
    top = round_up(max((one for one in values if one is not None), default=0.0) or 1.0)
    wide, deep = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    body, run, step = "", "", ceil(len(spots) / TICKS) or 1
    for at, words in ticks(top, shares=True):
        level = TOP + deep * (1.0 - at / top)
        body += f"<path class='grid' d='M{LEFT} {level:.1f}H{WIDTH - RIGHT}'/>"
        body += text(LEFT - 8, level + 4, words, "end")
    pen, points = "M", ""
    for number, (spot, value) in enumerate(zip(spots, values, strict=True)):
        px = LEFT + wide * (number + 0.5) / len(spots)
        if number % step == 0:
            body += text(px, HEIGHT - BOTTOM + 18, spot.label, "middle")
        if value is None:
            pen = "M"
            continue
        py = TOP + deep * (1.0 - value / top)
        run, pen = run + f"{pen}{px:.1f} {py:.1f}", "L"
        drawn = f"<circle class='point' cx='{px:.1f}' cy='{py:.1f}' r='3'/>"
        points += linked(drawn, spot.href, spot.told, quiet=True)
    body += f"<path class='run' d='{run}'/>" if run else ""
    return svg(WIDTH, HEIGHT, body + points, told)


def heat_map(
    squares: Iterable[Square],
    edge: float,
    size: tuple[float, float],
    picture: str,
    told: str,
) -> str:
    """Counts of squares, `edge` px wide, over a picture of `size` px; picture: its address, '' for
    none. More is further on a scale of `HEATS` colours, and larger.
    """
    known = list(squares)
    most = max((one.count for one in known), default=1)
    body = f"<rect class='ground' width='{size[0]:g}' height='{size[1]:g}'/>"
    if picture:
        body += (
            f"<image class='dim' href='{escape(picture, quote=True)}' width='{size[0]:g}' "
            f"height='{size[1]:g}' preserveAspectRatio='none'/>"
        )
    for one in known:
        share = one.count / most
        level = min(HEATS, ceil(share * HEATS))
        side = edge * (0.4 + 0.6 * share**0.5)
        gap = (edge - side) / 2
        # The whole square can be touched, however few defects it has.
        drawn = (
            f"<rect class='touch' x='{one.left:.1f}' y='{one.top:.1f}' width='{edge:.1f}' "
            f"height='{edge:.1f}' fill='none' pointer-events='all'/>"
            if one.href
            else ""
        ) + (
            f"<rect class='heat-{level}' x='{one.left + gap:.1f}' y='{one.top + gap:.1f}' "
            f"width='{side:.1f}' height='{side:.1f}'/>"
        )
        body += linked(drawn, one.href, one.told or f"{one.count:,}", quiet=True)
    return svg(size[0], size[1], body, told)

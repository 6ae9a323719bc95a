"""Charts of reports as SVG. Marks differ by shape, too, for prints without colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from cell.quality.report.drawing import clipped

WIDTH: Final = 480.0
LEFT: Final = 130.0
RIGHT: Final = 12.0
_LONGEST: Final = 23
"""Letters of a name beside a chart."""
_FONT = "font-family='Noto Sans KR' font-size='9'"
_GREY, _BLUE, _RED = "#666666", "#1f5fa8", "#b3261e"


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share 0..1 with its interval, by name."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A part: its score 0..1, the share 0..1 of the looks that rejected it, and what is true."""

    score: float
    rejected: float
    defective: bool


def interval_chart(rows: Sequence[Whisker], lines: Sequence[float], label: str) -> str:
    """Shares with their intervals below each other; vertical lines at limits."""
    height = 26.0 + 18.0 * len(rows)
    body = _axis(height - 16.0, label)
    for line in lines:
        x = _x(line)
        body += (
            f"<line x1='{x:.1f}' x2='{x:.1f}' y1='2' y2='{height - 16:.1f}' stroke='{_RED}' "
            "stroke-dasharray='3 2'/>"
        )
    for number, row in enumerate(rows):
        y = 12.0 + 18.0 * number
        low, high, value = _x(row.low), _x(row.high), _x(row.value)
        name = clipped(row.name, _LONGEST)
        body += _text(LEFT - 8, y + 3, name, "end")
        body += (
            f"<path d='M{low:.1f} {y - 4}V{y + 4}M{low:.1f} {y}H{high:.1f}M{high:.1f} {y - 4}"
            f"V{y + 4}' stroke='{_BLUE}' stroke-width='1.3' fill='none'/>"
            f"<circle cx='{value:.1f}' cy='{y}' r='3.4' fill='{_BLUE}'/>"
        )
    return _svg(height, body)


def rejection_chart(
    marks: Sequence[Mark], zone: tuple[float, float] | None, across: str, up: str
) -> str:
    """How often parts were rejected over their score. Crosses: defective, rings: good; zone: where
    appraisers are not of one mind.
    """
    top, bottom = 8.0, 142.0
    body = ""
    if zone is not None:
        low, high = sorted(map(_x, zone))
        body += (
            f"<rect x='{low:.1f}' y='{top}' width='{max(0.5, high - low):.1f}' "
            f"height='{bottom - top}' fill='#f2d8b0'/>"
        )
    body += _axis(bottom, across)
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - top - 6)
        body += _text(LEFT - 8, y + 3, f"{share:.0%}", "end")
    turned = f"rotate(-90 40 {(top + bottom) / 2:.0f})"
    body += (
        f"<text x='40' y='{(top + bottom) / 2:.0f}' text-anchor='middle' transform='{turned}' "
        f"fill='{_GREY}' {_FONT}>{escape(up)}</text>"
    )
    for mark in marks:
        x, y = _x(mark.score), bottom - mark.rejected * (bottom - top - 6)
        if mark.defective:
            body += (
                f"<path d='M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6' stroke='{_RED}' "
                "stroke-width='1.4'/>"
            )
        else:
            body += (
                f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' stroke='{_BLUE}' fill='none' "
                "stroke-width='1.2'/>"
            )
    return _svg(bottom + 28.0, body)


def _axis(y: float, label: str) -> str:
    body = f"<path d='M{LEFT} {y:.1f}H{WIDTH - RIGHT}' stroke='{_GREY}' fill='none'/>" + "".join(
        _text(_x(at), y + 10, f"{at:g}", "middle") for at in (0, 0.2, 0.4, 0.6, 0.8, 1)
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return body + (_text(middle, y + 22, label, "middle") if label else "")


def _x(share: float) -> float:
    return LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    where = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'"
    return f"<text {where} fill='{_GREY}' {_FONT}>{escape(words)}</text>"


def _svg(height: float, body: str) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH:g}' height='{height:g}' "
        f"viewBox='0 0 {WIDTH:g} {height:g}'>{body}</svg>"
    )

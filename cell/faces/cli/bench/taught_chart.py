"""The curve of `cell bench teach` as one SVG file that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from vision.lab.teaching.curve import Curve, Row

WIDTH: Final = 520
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 40, 64
LOW: Final = 0.5
"""A coin's AUROC: the axis begins there."""
STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d8dee4}"
    ".line{fill:none;stroke:#0969da;stroke-width:2}.bar{stroke:#0969da;stroke-width:1.5}"
    ".dot{fill:#0969da}.old{stroke:#9a6700;stroke-dasharray:5 4}.oldtext{fill:#9a6700}"
    ".end{text-anchor:end}.mid{text-anchor:middle}.title{font-weight:600}"
)


def curve_chart(title: str, curve: Curve, before: Row, rows: Sequence[Row]) -> str:
    """AUROC over labelled defects, with intervals of 95 %. before: a line to compare with; rows:
    by rising numbers of labelled defects, the first one without any.
    """
    step = (WIDTH - LEFT - RIGHT) / len(rows)
    xs = [LEFT + step * (k + 0.5) for k in range(len(rows))]
    body = [_text(LEFT, 20, title, "title")]
    for tenths in range(5, 11):
        y = _y(tenths / 10)
        body.append(_line(LEFT, y, WIDTH - RIGHT, y, "grid"))
        body.append(_text(LEFT - 6, y + 4, f"{tenths / 10:.1f}", "end"))
    y = _y(before.auroc.value)
    body.append(_line(LEFT, y, WIDTH - RIGHT, y, "old"))
    body.append(_text(WIDTH - RIGHT, y + 14, f"{before.way} {before.auroc.value:.2f}",
                      "end oldtext"))  # fmt: skip
    points = " ".join(f"{x:.1f},{_y(r.auroc.value):.1f}" for x, r in zip(xs, rows, strict=True))
    body.append(f'<polyline class="line" points="{points}"/>')
    for x, row in zip(xs, rows, strict=True):
        body.append(_line(x, _y(row.auroc.low), x, _y(row.auroc.high), "bar"))
        body.append(f'<circle class="dot" cx="{x:.1f}" cy="{_y(row.auroc.value):.1f}" r="4"/>')
        body.append(_text(x - 8, _y(row.auroc.value) - 8, f"{row.auroc.value:.2f}", "end"))
        body.append(_text(x, HEIGHT - BOTTOM + 18, row.way, "mid"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts = f"{curve.good_parts} good and {curve.bad_parts} defective parts"
    body.append(_text(middle, HEIGHT - 22, f"labelled defects; {curve.taught} good taught", "mid"))
    body.append(_text(middle, HEIGHT - 6, f"AUROC on {parts}, intervals of 95 %", "mid"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-label="{escape(title)}"><style>{STYLE}</style>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def _y(value: float) -> float:
    share = (min(max(value, LOW), 1.0) - LOW) / (1.0 - LOW)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'

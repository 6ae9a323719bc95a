"""Charts as inline SVG, drawn here so that a report needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from vision.lab.evaluation.precision import Curve
from vision.nets.decode import Floats

WIDTH: Final = 250
HEIGHT: Final = 190
LEFT: Final = 34
RIGHT: Final = 8
TOP: Final = 24
BOTTOM: Final = 30
MOST_POINTS: Final = 300


@dataclass(frozen=True)
class Axes:
    """Where values lie on the drawing. x and y run from low to high."""

    y_high: float = 1.0

    def x(self, value: float) -> float:
        """Of 0..1 [px]."""
        return LEFT + value * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Of 0..y_high [px], upwards."""
        return HEIGHT - BOTTOM - value / self.y_high * (HEIGHT - TOP - BOTTOM)


def curve_chart(title: str, curve: Curve, threshold: float, note: str) -> str:
    """Precision over recall, with a dot where the threshold stands."""
    axes = Axes()
    body = _frame(axes, title, "recall", "precision", (0, 0.5, 1))
    if len(curve.scores):
        # Corners stand where a hit ends a run of false ones; between them the line is straight.
        rises = np.flatnonzero(np.diff(curve.recall, prepend=0.0, append=np.inf) > 0)
        corners = np.unique(np.concatenate([rises, (rises - 1).clip(0), [len(curve.scores) - 1]]))
        corners = corners[corners < len(curve.scores)]
        thin = corners[np.unique(np.linspace(0, len(corners) - 1, MOST_POINTS).astype(int))]
        steps = zip(curve.recall[thin], curve.precision[thin], strict=True)
        points = " ".join(f"{axes.x(r):.1f},{axes.y(p):.1f}" for r, p in steps)
        body += f'<polyline class="line" points="{points}"/>'
        passing = int((curve.scores >= threshold).sum())
        if passing:
            x, y = axes.x(curve.recall[passing - 1]), axes.y(curve.precision[passing - 1])
            body += f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        body += _text(axes.x(0.04), axes.y(0.06), note, "note")
    else:
        body += _text(axes.x(0.04), axes.y(0.06), "does not occur in the data", "note")
    return _svg(body, f"{title}: precision over recall")


def histogram(
    title: str,
    groups: Sequence[tuple[str, Floats]],
    threshold: float | None,
    review: float | None = None,
) -> str:
    """How many detections or parts (axis: square root) reached which score, side by side.

    groups: CSS class and scores of each. threshold, review: lines.
    """
    edges = np.linspace(0, 1, 21)
    counts = [np.histogram(np.clip(scores, 0, 1), edges)[0] for _, scores in groups]
    most = max(1, *(int(count.max(initial=0)) for count in counts))
    axes = Axes(float(np.sqrt(most)) * 1.05)
    body = _frame(axes, title, "score", "", ())
    for value in sorted({1, most // 4, most} - {0}):
        at = float(np.sqrt(value))
        body += _text(LEFT - 4, axes.y(at) + 3, str(value), "tick end")
    wide = (axes.x(0.05) - axes.x(0.0) - 1) / len(groups)
    for number, ((name, _), count) in enumerate(zip(groups, counts, strict=True)):
        for left, value in zip(edges[:-1], count, strict=True):
            if value:
                x, y = axes.x(float(left)) + 0.5 + number * wide, axes.y(float(np.sqrt(value)))
                body += (
                    f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                    f'height="{axes.y(0) - y:.1f}"/>'
                )
    for value_, style in ((review, "limit review"), (threshold, "limit")):
        if value_ is not None:
            x = axes.x(value_)
            body += f'<line class="{style}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{axes.y(0)}"/>'
    return _svg(body, f"{title}: scores")


def _frame(axes: Axes, title: str, x_name: str, y_name: str, y_ticks: Sequence[float]) -> str:
    left, right, low = axes.x(0), axes.x(1), axes.y(0)
    body = _text(left, 14, title, "title")
    body += f'<path class="axis" d="M{left},{TOP} V{low} H{right}"/>'
    for value in (0, 0.25, 0.5, 0.75, 1):
        body += _text(axes.x(value), low + 12, f"{value:g}", "tick middle")
    for value in y_ticks:
        body += f'<path class="grid" d="M{left},{axes.y(value):.1f} H{right}"/>'
        body += _text(left - 4, axes.y(value) + 3, f"{value:g}", "tick end")
    body += _text((left + right) / 2, HEIGHT - 4, x_name, "tick middle")
    if y_name:
        turned = f'transform="rotate(-90 9 {(TOP + low) / 2})"'
        body += _text(9, (TOP + low) / 2, y_name, "tick middle", turned)
    return body


def _text(x: float, y: float, text: str, style: str, more: str = "") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _svg(body: str, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label, True)}">'
        f"{body}</svg>"
    )

"""A training curve as inline SVG: loss falls, mAP50 on the choosing pictures rises."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cell.training.values import Point

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 40, 40, 30, 26
MOST = 300


def curve_svg(points: Sequence[Point], epochs: int, told: str, axes: tuple[str, str, str]) -> str:
    """The curve up to now over all `epochs`. told: what it shows, in words; axes: of the loss, of
    the other value, of epochs. Words are escaped here.
    """
    loss_word, value_word, epoch_word = map(escape, axes)
    last = max(epochs, points[-1].epoch if points else 1, 1)
    high = _high([point.loss for point in points])
    losses = _thin([(point.epoch, point.loss) for point in points])
    values = [(point.epoch, point.value) for point in points if point.value is not None]
    body = [_grid(high), _text(LEFT, HEIGHT - 6, "0", "middle")]
    body.append(_text(WIDTH - RIGHT, HEIGHT - 6, f"{last}", "middle"))
    body.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, epoch_word, "middle"))
    body.append(_text(LEFT, TOP - 14, loss_word, "start", "curve-loss-word"))
    body.append(_text(WIDTH - RIGHT, TOP - 14, value_word, "end", "curve-value-word"))
    body.append(_line([(_x(e, last), _y(v, high)) for e, v in losses], "curve-loss"))
    spots = [(_x(e, last), _y(v, 1.0)) for e, v in values]
    body.append(_line(spots, "curve-value"))
    body += [f'<circle class="curve-spot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in spots]
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">'
        f"{''.join(body)}</svg>"
    )


def _grid(high: float) -> str:
    rows = []
    for k in range(5):
        y = _y(k / 4, 1.0)
        rows.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        rows.append(_text(LEFT - 6, y + 4, f"{high * k / 4:.3g}", "end"))
        rows.append(_text(WIDTH - RIGHT + 6, y + 4, f"{k / 4:.2g}", "start"))
    return f'<g class="curve-grid">{"".join(rows)}</g>'


def _high(losses: Sequence[float]) -> float:
    """A round number above all of them."""
    most = max([*losses, 1e-6])
    step = 10.0 ** (len(str(int(most))) - 1) if most >= 1 else 0.1
    return step * (int(most / step) + 1)


def _thin(points: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """At most MOST of them, the mean of each run."""
    run = -(-len(points) // MOST) or 1
    runs = [points[k : k + run] for k in range(0, len(points), run)]
    return [(some[-1][0], sum(value for _, value in some) / len(some)) for some in runs]


def _x(epoch: float, last: int) -> float:
    return LEFT + epoch / last * (WIDTH - LEFT - RIGHT)


def _y(value: float, high: float) -> float:
    return HEIGHT - BOTTOM - value / high * (HEIGHT - TOP - BOTTOM)


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{told}"/>'


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{words}</text>'

"""Closed outlines in the plane: whether they are sound, and how much of a box lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

Point = tuple[float, float]
Polygon = Sequence[Point]
"""Corners in order; the last one is joined to the first."""
Box = tuple[float, float, float, float]
"""x_min, y_min, x_max, y_max."""

LEAST_AREA: Final = 1.0
"""An outline round less than this [square units] encloses nothing."""


def area(polygon: Polygon) -> float:
    """Area that an outline which does not cross itself encloses."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in _edges(polygon))) / 2.0


def overlap(box: Box, polygon: Polygon) -> float:
    """Area of the part of the box that lies in the outline: the outline cut along the box's sides
    (Sutherland and Hodgman 1974).
    """
    x_min, y_min, x_max, y_max = box
    left = _cut(polygon, 0, x_min, 1.0)
    right = _cut(left, 0, x_max, -1.0)
    top = _cut(right, 1, y_min, 1.0)
    return area(_cut(top, 1, y_max, -1.0))


def fault(polygon: Polygon) -> str:
    """What is wrong with an outline and what to do, '' for a sound one. Points count from 1."""
    for (a, one), (b, other) in combinations(enumerate(polygon, start=1), 2):
        if one == other:
            return f"points {a} and {b} are the same {_shown(one)}: leave one out"
    if _on_one_line(polygon):
        return "its points lie on one line: give points round an area"
    if crossing := _crossing(polygon):
        first, second = (f"{a}-{b}" for a, b in crossing)
        return (
            f"its lines {first} and {second} cross or touch: give the points in order round the "
            "region"
        )
    if area(polygon) < LEAST_AREA:
        return f"it encloses only {area(polygon):.2g} px^2: give a larger one"
    return ""


def _edges(polygon: Polygon) -> list[tuple[Point, Point]]:
    return list(zip(polygon, [*polygon[1:], *polygon[:1]], strict=True))


def _cut(polygon: Polygon, axis: int, bound: float, sign: float) -> list[Point]:
    """What of the outline lies beyond the bound (sign 1) or before it (-1) along the axis."""
    kept: list[Point] = []
    for a, b in _edges(polygon):
        from_a, from_b = sign * (a[axis] - bound), sign * (b[axis] - bound)
        if from_a >= 0:
            kept.append(a)
        if from_a * from_b < 0:
            t = from_a / (from_a - from_b)
            kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return kept


def _on_one_line(polygon: Polygon) -> bool:
    start = polygon[0]
    far = max(polygon, key=lambda p: (p[0] - start[0]) ** 2 + (p[1] - start[1]) ** 2)
    return all(_side(start, far, point) == 0 for point in polygon)


def _crossing(polygon: Polygon) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The first two lines, by the numbers of their ends, that meet elsewhere than in one corner."""
    count = len(polygon)
    edges = _edges(polygon)
    for i, j in combinations(range(count), 2):
        (a, b), (c, d) = edges[i], edges[j]
        if j == i + 1:  # they share b
            meet = _turns_back(a, b, d)
        elif i == 0 and j == count - 1:  # they share a
            meet = _turns_back(c, a, b)
        else:
            meet = _meet(a, b, c, d)
        if meet:
            return (i + 1, (i + 1) % count + 1), (j + 1, (j + 1) % count + 1)
    return None


def _side(a: Point, b: Point, p: Point) -> float:
    """Positive on one side of the line from a to b, negative on the other, 0 on it."""
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _turns_back(a: Point, corner: Point, b: Point) -> bool:
    """Whether the line from a to the corner goes back over itself."""
    ahead = (corner[0] - a[0]) * (b[0] - corner[0]) + (corner[1] - a[1]) * (b[1] - corner[1])
    return _side(a, corner, b) == 0 and ahead < 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the lines from a to b and from c to d have a point in common."""
    c_side, d_side = _side(a, b, c), _side(a, b, d)
    a_side, b_side = _side(c, d, a), _side(c, d, b)
    if c_side * d_side < 0 and a_side * b_side < 0:
        return True
    touching = ((c_side, a, b, c), (d_side, a, b, d), (a_side, c, d, a), (b_side, c, d, b))
    return any(side == 0 and _within(start, end, p) for side, start, end, p in touching)


def _within(a: Point, b: Point, p: Point) -> bool:
    return all(min(a[i], b[i]) <= p[i] <= max(a[i], b[i]) for i in (0, 1))


def _shown(point: Point) -> str:
    return f"({point[0]:g}, {point[1]:g})"

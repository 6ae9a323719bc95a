"""Outlines of defects, as they were drawn: points x, y in px of their picture."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

Point = tuple[float, float]
Outline = tuple[Point, ...]
"""Of a box two points, its top left and bottom right corner; of a polygon three or more."""


def clipped(outline: Outline, width: float, height: float) -> Outline:
    """The part of a polygon that lies in a picture (Sutherland and Hodgman, 1974): the polygon
    itself where all of it does, nothing where none does.
    """
    if all(0 <= x <= width and 0 <= y <= height for x, y in outline):
        return outline
    for axis, edge, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        outline = _cut(outline, axis, edge, sign)
    return outline


def _cut(outline: Outline, axis: int, edge: float, sign: int) -> Outline:
    """The part of a polygon on one side of an edge: above it where `sign` is 1, below for -1."""
    kept: list[Point] = []
    for one, other in pairwise((*outline[-1:], *outline)):
        before, after = sign * (one[axis] - edge), sign * (other[axis] - edge)
        if (before < 0) != (after < 0):
            share = before / (before - after)
            across = one[1 - axis] + share * (other[1 - axis] - one[1 - axis])
            kept.append((edge, across) if axis == 0 else (across, edge))
        if after >= 0:
            kept.append(other)
    return tuple(kept)


def is_below(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder, as it is written and as links lead."""
    if "\0" in str(path):
        return False
    ways = (os.path.abspath, os.path.realpath)
    return all(Path(way(path)).is_relative_to(way(folder)) for way in ways)

"""Outlines are cut at the edges of their picture, and pictures stay in their folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.lab.data.outlines import clipped, is_below

numbers = st.integers(-30, 60)
polygons = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=7)


@settings(max_examples=200, deadline=None)
@given(points=polygons)
def test_what_is_left_of_a_polygon_is_what_lies_in_the_picture(
    points: list[tuple[int, int]],
) -> None:
    outline = tuple((float(x), float(y)) for x, y in points)
    found = clipped(outline, 30, 20)
    assert all(0 <= x <= 30 and 0 <= y <= 20 for x, y in found)
    if all(0 <= x <= 30 and 0 <= y <= 20 for x, y in outline):
        assert found == outline
    for whole, cut in zip(_filled(outline), _filled(found), strict=True):
        assert np.abs(whole - cut).mean() < 0.05  # but for pixels on an edge


def _filled(outline: tuple[tuple[float, float], ...]) -> list[np.ndarray]:
    """What a polygon covers of the inner picture, 8 times as fine."""
    canvas = np.zeros((100 * 8, 100 * 8), np.uint8)
    if len(outline) > 2:
        points = np.round((np.array(outline) + 35) * 8).astype(np.int32)
        cv2.fillPoly(canvas, [points], 1)
    return [canvas[36 * 8 : 54 * 8, 36 * 8 : 64 * 8].astype(np.float64)]


def test_a_path_is_below_a_folder_as_it_is_written_and_as_links_lead(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    assert is_below(inside / "a.png", inside)
    assert is_below(inside / "x" / ".." / "a.png", inside)
    for path in ("../a.png", "link/a.png", str(outside / "a.png"), "a\0.png"):
        assert not is_below(inside / path, inside), path


@pytest.mark.parametrize("outline", [((-9.0, -9.0), (-1.0, -9.0), (-1.0, -1.0))])
def test_nothing_is_left_of_what_lies_outside(outline: tuple[tuple[float, float], ...]) -> None:
    assert clipped(outline, 30, 20) == ()

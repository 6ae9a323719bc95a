"""Where defects count, drawn under what was found."""

from __future__ import annotations

import numpy as np
import pytest

from vision.inspect.areas import INSPECTED, Areas
from vision.inspect.overlay import draw_overlay
from vision.types import Detection, Inspection, Timings

VIEW = np.tile(np.linspace(0, 255, 80, dtype=np.uint8), (60, 1))
NOTHING = Inspection((), "", None, "m", "e", Timings())
CORNERS = ((20, 20), (60, 20), (60, 40), (20, 40))


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_ignored_areas_are_veiled_and_nothing_else(scale: float) -> None:
    plain = draw_overlay(VIEW, NOTHING, scale)
    drawn = draw_overlay(VIEW, NOTHING, scale, Areas(ignored=(CORNERS,)))
    changed = (drawn != plain).any(axis=2)
    edge = slice(int(22 * scale), int(38 * scale)), slice(int(22 * scale), int(58 * scale))
    assert changed[edge].mean() > 0.9
    changed[int(19 * scale) : int(42 * scale), int(19 * scale) : int(62 * scale)] = False
    assert not changed.any()
    inside = drawn[edge]
    assert np.ptp(inside.astype(int)) > 40, "what lies below can still be seen"


def test_inspected_areas_are_outlined() -> None:
    drawn = draw_overlay(VIEW, NOTHING, areas=Areas(inspected=(CORNERS,)))
    assert drawn[20, 40].tolist() == pytest.approx(INSPECTED, abs=20)
    assert (drawn[24:37, 24:57] == draw_overlay(VIEW, NOTHING)[24:37, 24:57]).all()


def test_notes_stand_with_their_detections() -> None:
    """Drawn by rising score, noted in the order of the inspection."""
    boxes = [Detection("a", score, 5, y, 20, y + 9) for score, y in ((0.9, 90), (0.2, 190))]
    view = np.full((240, 320), 255, np.uint8)
    inspection = Inspection(tuple(boxes), "", None, "m", "e", Timings())
    plain = draw_overlay(view, inspection)
    noted = draw_overlay(view, inspection, notes=["", "too small"])
    changed = np.flatnonzero((plain != noted).any(axis=(1, 2)))
    assert changed.min() > 150
    with pytest.raises(ValueError, match="shorter"):
        draw_overlay(view, inspection, notes=["one"])

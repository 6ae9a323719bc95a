"""A taught model at work: from a view to the places that no good part has shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.anomaly import AnomalyPackage
from vision.anomaly.input import as_input
from vision.engines.base import Engine
from vision.errors import EngineError
from vision.inspect.raw import Heat, score_at
from vision.types import Detection, Image

Mask = NDArray[np.bool_]

ANOMALY: Final = "anomaly"
"""The class of what was found because nothing good looks like it."""
MOST: Final = 50
CORE: Final = 0.85
"""Share of a region's peak from which it is drawn: heat spreads beyond what causes it."""
COVERED: Final = 0.5
"""Share of a region's hot places in a named defect's box from which it is that defect."""
GROWN_PX: Final = 8.0
"""Named defects are taken this much larger: heat spreads beyond what causes it."""


def distance_at(score: float, threshold: float) -> float:
    """The distance that has a score in 0..1; without end for 1, which none reaches."""
    return threshold * score / (1.0 - score) if score < 1.0 else math.inf


class AnomalyDetector:
    """Runs a taught model. One instance serves one thread. Raises EngineError when they differ."""

    def __init__(self, model: AnomalyPackage, engine: Engine) -> None:
        if engine.input_shape != model.card.input_shape:
            raise EngineError(
                f"{model.identity} says that it takes {model.card.input_shape}, its network takes "
                f"{engine.input_shape}: teach again"
            )
        self.model = model
        self.engine = engine

    def heat(self, view: Image) -> Heat:
        """How far each place of a view (height, width) is from everything good."""
        _, _, height, width = self.model.card.input_shape
        output = self.engine.run(as_input(view, (width, height)))
        if output.shape != self.model.card.output_shape:
            raise EngineError(f"{self.model.identity} gave {output.shape}: teach again")
        # No comparison finds an anomaly in what is no distance.
        if not np.isfinite(output).all() or float(output.min(initial=0.0)) < 0.0:
            raise EngineError(
                f"{self.model.identity} gave numbers that are no distances (not finite, or below "
                "0): nothing was inspected; teach again"
            )
        return Heat(output[0, 0].copy(), self.model.card.threshold, (view.shape[0], view.shape[1]))


def regions(heat: Heat, floor: float, known: Sequence[Detection] = ()) -> tuple[Detection, ...]:
    """Places that score `floor` or more, hottest first; those that a `known` defect covers are
    left out.
    """
    hot = heat.grid >= distance_at(floor, heat.threshold)
    count, labels = cv2.connectedComponents(hot.astype(np.uint8), connectivity=8)
    found = []
    for label in range(1, count):
        region = labels == label
        if _covered(region, heat, known) >= COVERED:
            continue
        peak = float(heat.grid[region].max())
        core = region & (heat.grid >= CORE * peak)
        found.append(_detection(core, heat, score_at(peak, heat.threshold)))
    return tuple(sorted(found, key=lambda one: -one.score)[:MOST])


def _covered(region: Mask, heat: Heat, known: Sequence[Detection]) -> float:
    """Share of a region's places that lie in named defects."""
    rows, columns = np.nonzero(region)
    step_y, step_x = heat.view[0] / heat.grid.shape[0], heat.view[1] / heat.grid.shape[1]
    y, x = (rows + 0.5) * step_y, (columns + 0.5) * step_x
    inside = np.zeros(len(y), bool)
    for one in known:
        near_x, near_y = max(GROWN_PX, step_x), max(GROWN_PX, step_y)
        inside |= (
            (x >= one.x_min - near_x)
            & (x <= one.x_max + near_x)
            & (y >= one.y_min - near_y)
            & (y <= one.y_max + near_y)
        )
    return float(inside.mean())


def _detection(region: Mask, heat: Heat, score: float) -> Detection:
    height, width = heat.view
    step_y, step_x = height / heat.grid.shape[0], width / heat.grid.shape[1]
    left, top, wide, tall = cv2.boundingRect(region.astype(np.uint8))
    edges = (left * step_x, top * step_y, (left + wide) * step_x, (top + tall) * step_y)
    return Detection(ANOMALY, score, *edges, _outline(region, (width, height)))


def _outline(region: Mask, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    """The largest closed line round a region of the grid, in pixels of the view."""
    soft = cv2.resize(region.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    lines, _ = cv2.findContours(
        (soft >= 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1
    )
    if not lines:
        return ()
    line = max(lines, key=cv2.contourArea)[:, 0]
    return tuple((float(x), float(y)) for x, y in line)

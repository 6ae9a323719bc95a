"""Whether a recipe's part fits the cell's belt, camera and stations, by the calibration file."""

from __future__ import annotations

import numpy as np

from calibration.cell import CellCalibration
from cell.cli.checks import Finding, Level
from cell.recipe.model import PartGeometry
from vision.inspect.part import PartGeometry as Outline


def part_findings(site: CellCalibration, part: PartGeometry) -> list[Finding]:
    """One finding a place that the part has to pass."""
    return [on_belt(site, part), in_view(site, part), before_exit(site, part)]


def on_belt(site: CellCalibration, part: PartGeometry) -> Finding:
    """The part lies with its x along the belt, so that its y must fit across."""
    across, width = part.size_m[1], site.belt.width
    found = f"{_mm(across)} across a belt of {_mm(width)}"
    if across <= width:
        return Finding(Level.GOOD, "belt", found)
    remedy = "give size_m as along, across: the longer side lies along the belt."
    if min(part.size_m) > width:
        remedy = "this part needs a wider belt."
    return Finding(Level.BAD, "belt", found, remedy)


def in_view(site: CellCalibration, part: PartGeometry) -> Finding:
    """The whole part must be in the picture at the exposure, when its centre is at the camera."""
    camera = site.camera.model()
    outline = Outline(part.size_m, part.thickness_m, part.inset_m).corners()
    centre = np.array([site.stations.camera_x, 0.0])
    pixels = camera.belt_to_image(outline + centre, part.thickness_m)
    size = np.array([camera.width, camera.height], np.float64)
    spare_px = float(np.minimum(pixels, size - 1.0 - pixels).min())
    spare = spare_px / camera.scale_at((site.stations.camera_x, 0.0), part.thickness_m)
    if spare > 0.0:
        return Finding(Level.GOOD, "camera view", f"whole in the picture, {_mm(spare)} to spare")
    found = f"{_mm(-spare)} of the part lie outside the picture"
    remedy = "mount the camera higher or take a shorter lens, and calibrate again."
    return Finding(Level.BAD, "camera view", found, remedy)


def before_exit(site: CellCalibration, part: PartGeometry) -> Finding:
    """A part that is held at the last safe position must not be seen as leaving."""
    stations = site.stations
    room = stations.exit_eye_x - stations.last_safe_x - part.size_m[0] / 2.0
    if room > 0.0:
        found = f"held {_mm(room)} before the exit-eye"
        return Finding(Level.GOOD, "last safe position", found)
    found = f"a part held there reaches {_mm(-room)} past the exit-eye"
    remedy = "move the last safe position upstream, or the exit-eye downstream."
    return Finding(Level.BAD, "last safe position", found, remedy)


def _mm(metres: float) -> str:
    return f"{1e3 * metres:.0f} mm"

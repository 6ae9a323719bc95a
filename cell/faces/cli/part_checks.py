"""Whether a recipe's part fits the cell: its belt, camera, stations and arm. The running cell's
nodes ask the same, but for the belt's width.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calibration.cell import CalibrationError
from cell.config import CellConfig, ConfigError
from cell.config.stations import ledger_config, site_of
from cell.faces.cli.checks import Finding, Level
from cell.nodes.removals import workpiece
from cell.products.inspector import require_in_view
from cell.products.loading import RecipeError
from cell.products.recipe import Recipe
from cell.texts import render
from models.ground.errors import UserError
from robot.motion.planner import PickPlanner
from vision.inspect.part import MOST_YAW

Check = Callable[[CellConfig, Recipe], str]
"""Gives what fits, in words. Raises a UserError for what does not."""


def part_findings(cell: CellConfig, recipe: Recipe) -> list[Finding]:
    """One finding a place that the part has to pass."""
    try:
        site_of(cell)
    except (CalibrationError, ConfigError) as error:
        return [Finding(Level.BAD, "calibration", render(str(error)))]
    return [_tried(what, check, cell, recipe) for what, check in CHECKS.items()]


def _tried(what: str, check: Check, cell: CellConfig, recipe: Recipe) -> Finding:
    try:
        return Finding(Level.GOOD, what, check(cell, recipe))
    except UserError as error:
        return Finding(Level.BAD, what, render(str(error)))


def _belt(cell: CellConfig, recipe: Recipe) -> str:
    """The part lies with its x along the belt, so that its y must fit across."""
    across, width = recipe.part.size_m[1], site_of(cell).belt.width
    found = f"{1e3 * across:.0f} mm across a belt of {1e3 * width:.0f} mm"
    if across > width:
        raise RecipeError(f"{found}: give part.size_m as along, across, or take a wider belt")
    return found


def _view(cell: CellConfig, recipe: Recipe) -> str:
    require_in_view(cell, recipe)
    return f"seen as a whole, turned by up to {np.degrees(MOST_YAW):.0f} degrees"


def _stations(cell: CellConfig, recipe: Recipe) -> str:
    length = recipe.part.size_m[0]
    ledger_config(cell).require_part(length)
    return f"{1e3 * length:.0f} mm along the belt can wait before the exit-eye"


def _arm(cell: CellConfig, recipe: Recipe) -> str:
    site = site_of(cell)
    bins = recipe.bins & site.bins.keys()  # what others there are is told by themselves
    PickPlanner(cell.robot.motion, site).require_feasible(workpiece(recipe.part), bins)
    return f"the cup holds {recipe.part.mass_kg:g} kg, and the part goes into every bin"


CHECKS: dict[str, Check] = {
    "belt": _belt, "camera view": _view, "stations": _stations, "arm": _arm,
}  # fmt: skip

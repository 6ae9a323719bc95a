"""The checks of `cell doctor` that ask the devices whether they are what the calibration file says.
Nothing is moved or changed; a device that is away is only told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pydantic import ValidationError

from calibration.cell import CalibrationError, CellCalibration
from calibration.geometry import Pose
from cell.config import CellConfig, ConfigError
from cell.config.stations import belt_options, site_of
from cell.faces.cli.checks import Finding, Level
from cell.texts import render
from models.ground.written import WrittenError, fit, one_line
from robot.base import ArmFacts, BeltFacts, RobotError
from robot.motion.kinematics import ArmKinematics
from vision.errors import PluginError
from vision.plugins import load_plugin

SAME_SCALE = 1e-4
SAME_EYES_M = 0.002
SAME_TCP_M = 0.005
"""An arm's own kinematics differ from its model's by some millimetres, a wrong tool by more."""
CORRECT = "Correct the one that is wrong; the cell goes by the file."


def belt(cell: CellConfig) -> list[Finding]:
    """The PLC's scale and eyes."""
    return _compared("belt PLC", cell, _belt_facts, _belt_differences)


def arm(cell: CellConfig) -> list[Finding]:
    """The controller's model and tool."""
    return _compared("arm", cell, _arm_facts, _arm_differences)


def camera(cell: CellConfig) -> list[Finding]:
    """The configured picture size, to which the driver sets the camera."""
    return _compared("camera", cell, lambda given: _config("cameras", given.camera), _sizes)


SITE_CHECKS: tuple[Callable[[CellConfig], list[Finding]], ...] = (belt, arm, camera)


def _compared(
    what: str,
    cell: CellConfig,
    ask: Callable[[CellConfig], Any],
    compare: Callable[[CellCalibration, Any], Iterator[str]],
) -> list[Finding]:
    try:
        site = site_of(cell)
    except (CalibrationError, ConfigError):
        return []  # other checks tell of it
    try:
        told = ask(cell)
    except PluginError:
        return []  # likewise
    except ConfigError as error:
        return [Finding(Level.BAD, what, render(str(error)), "Correct its options.")]
    except ValidationError as error:
        return [Finding(Level.BAD, what, one_line(error), "Correct its options.")]
    except WrittenError as error:
        return [Finding(Level.BAD, what, render(str(error)), "Correct its options.")]
    except RobotError as error:
        return [
            Finding(Level.ABSENT, what, render(str(error)), "Asked again when the cell starts.")
        ]
    if told is None:
        return [Finding(Level.ABSENT, what, "its driver cannot ask what it is")]
    differences = [f"{one} in {cell.calibration}" for one in compare(site, told)]
    if differences:
        return [Finding(Level.BAD, what, "; ".join(differences), CORRECT)]
    return [Finding(Level.GOOD, what, "what it tells of itself agrees with the calibration")]


def _config(kind: str, device: Any) -> Any:
    driver = load_plugin(f"inspection_cell.{kind}", device.driver)
    return fit(driver.Config, device.options)


def _belt_facts(cell: CellConfig) -> BeltFacts | None:
    driver = load_plugin("inspection_cell.belts", cell.belt.driver)
    device = driver(fit(driver.Config, belt_options(cell, cell.belt.options)))
    return device.facts() if hasattr(device, "facts") else None


def _arm_facts(cell: CellConfig) -> ArmFacts | None:
    driver = load_plugin("inspection_cell.arms", cell.robot.arm.driver)
    device = driver(fit(driver.Config, cell.robot.arm.options))
    return device.facts() if hasattr(device, "facts") else None


def _belt_differences(site: CellCalibration, told: BeltFacts) -> Iterator[str]:
    scale = site.belt.counts_per_metre
    if told.counts_per_metre and abs(told.counts_per_metre / scale - 1.0) > SAME_SCALE:
        yield (
            f"its encoder counts {told.counts_per_metre:g} a metre, "
            f"belt.counts_per_metre is {scale:g}"
        )
    apart = site.stations.exit_eye_x - site.stations.photo_eye_x
    if told.eyes_apart_m and abs(told.eyes_apart_m - apart) > SAME_EYES_M:
        yield (
            f"its eyes are {told.eyes_apart_m:.3f} m apart, stations.photo_eye_x and exit_eye_x "
            f"are {apart:.3f} m apart"
        )


def _arm_differences(site: CellCalibration, told: ArmFacts) -> Iterator[str]:
    # UR's e-series tells the name without the letter.
    if told.model.rstrip("e") != site.robot_model.rstrip("e"):
        yield f"it is a {told.model}, robot_model is {site.robot_model}"
        return
    here = ArmKinematics(Pose.identity(), site.tool.length).forward(told.position).translation
    off = float(np.linalg.norm(here - told.tcp))
    if off > SAME_TCP_M:
        yield (
            f"its tool centre point is {1e3 * off:.0f} mm from where tool.length of "
            f"{site.tool.length:g} m puts it"
        )


def _sizes(site: CellCalibration, told: Any) -> Iterator[str]:
    for side in ("width", "height"):
        set_to, known = getattr(told, side, None), getattr(site.camera, side)
        if set_to is not None and set_to != known:
            yield f"camera.options.{side} is {set_to} px, camera.{side} is {known} px"

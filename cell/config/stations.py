"""Where configuration and calibration meet: the stations along the belt, the encoder's scale, and
that both say the same of what stands in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from calibration.cell import CellCalibration, load_calibration
from cell.config import CellConfig, ConfigError
from cell.control.ledger.config import LedgerConfig
from models.ground.written import one_line

_SAME_M = 1e-6


def ledger_config(config: CellConfig) -> LedgerConfig:
    """The ledger's settings with the stations where the calibration says they are. Raises
    CalibrationError; ConfigError where configuration and calibration contradict each other.
    """
    known = load_calibration(config.calibration)
    require_agreement(config, known)
    stations = {
        "photo_eye_x": known.stations.photo_eye_x,
        "camera_x": known.stations.camera_x,
        "last_safe_x": known.stations.last_safe_x,
        "exit_eye_x": known.stations.exit_eye_x,
    }
    try:
        return LedgerConfig.model_validate(config.ledger.model_dump() | stations)
    except ValidationError as error:
        raise ConfigError(
            f"ledger of the configuration, with the stations of {config.calibration}: "
            f"{one_line(error)}"
        ) from None


def belt_options(config: CellConfig, said: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the belt's driver: what is `said`, and what the calibration knows.

    Raises what `ledger_config` raises; ConfigError for a scale that is not the calibration's.
    """
    scale = load_calibration(config.calibration).belt.counts_per_metre
    given = said.get("counts_per_metre", scale)
    if given != scale:
        raise ConfigError(
            f"belt.options.counts_per_metre is {given}, but belt.counts_per_metre is {scale:g} in "
            f"{config.calibration}: remove it from the configuration, or calibrate again"
        )
    ledger_config(config)
    return {"counts_per_metre": scale, **said}


def require_agreement(config: CellConfig, known: CellCalibration) -> None:
    """Raises ConfigError where the settings of the arm or of the page's picture name other places
    than the calibration: they do not follow it, so one of the two would have no effect.
    """
    motion, scene, window = config.robot.motion, config.hmi.scene, config.robot.motion.window
    base, turned = known.robot_base.position, known.robot_base.rotation_vector
    pairs: list[tuple[str, str, Any, Any]] = [
        ("robot_base.position", "robot.motion.base", base, motion.base),
        ("robot_base.rotation_vector", "the arm's kinematics", turned, (0.0, 0.0, 0.0)),
        ("stations.pick_start_x", "robot.motion.window.start_m", known.stations.pick_start_x,
         window.start_m),
        ("stations.pick_end_x", "robot.motion.window.end_m", known.stations.pick_end_x,
         window.end_m),
        ("stations.last_safe_x", "robot.motion.window.last_safe_m", known.stations.last_safe_x,
         window.last_safe_m),
        ("belt.width", "robot.motion.belt_half_width_m (doubled)", known.belt.width,
         2.0 * motion.belt_half_width_m),
        ("belt.width", "hmi.scene.belt_width", known.belt.width, scene.belt_width),
        ("belt.x_start", "hmi.scene.belt_from_x", known.belt.x_start, scene.belt_from_x),
        ("belt.x_end", "hmi.scene.belt_to_x", known.belt.x_end, scene.belt_to_x),
    ]  # fmt: skip
    for place, key, measured, said in pairs:
        if not np.allclose(measured, said, rtol=0.0, atol=_SAME_M):
            raise ConfigError(
                f"{config.calibration}: {place} is {measured}, but {key} is {said}: the two must "
                "agree; correct the one that is wrong"
            )

"""Where configuration and calibration meet: the file must be this cell's, and describe a site that
the arm can work in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from calibration.cell import CalibrationError, CellCalibration, load_calibration
from cell.config import CellConfig, ConfigError
from cell.control.ledger.config import LedgerConfig
from models.ground.written import one_line
from robot.base import MotionError
from robot.motion.reach import require_reach


def site_of(config: CellConfig) -> CellCalibration:
    """The site that the calibration describes. Raises CalibrationError, also for another cell's
    file and for a place that the arm cannot get at; ConfigError for a bin that is not there.
    """
    site, file = load_calibration(config.calibration), config.calibration
    if site.name != config.name:
        raise CalibrationError(
            f"{file}: name is '{site.name}', but this cell is '{config.name}': give this cell's "
            "own calibration file, or correct the name that is wrong"
        )
    unknown = config.robot.motion.unknown_bin
    if unknown not in site.bins:
        raise ConfigError(
            f"robot.motion.unknown_bin is '{unknown}', which is no bin of {file}: use one of "
            f"{', '.join(sorted(site.bins))}"
        )
    try:
        require_reach(site, config.robot.motion)
    except MotionError as error:
        raise CalibrationError(f"{file}: {error}: correct this place, or robot_base") from None
    return site


def ledger_config(config: CellConfig) -> LedgerConfig:
    """The ledger's settings with the stations where the calibration says they are. Raises what
    `site_of` raises; ConfigError where a deadline lies beyond its station.
    """
    site = site_of(config)
    strange = sorted(set(config.ledger.bin_capacity) - set(site.bins))
    if strange:
        raise ConfigError(
            f"ledger.bin_capacity names {', '.join(strange)}, which is no bin of "
            f"{config.calibration}: use {', '.join(sorted(site.bins))}"
        )
    known = site.stations
    stations = {
        "photo_eye_x": known.photo_eye_x,
        "camera_x": known.camera_x,
        "last_safe_x": known.last_safe_x,
        "exit_eye_x": known.exit_eye_x,
        "unknown_bin": config.robot.motion.unknown_bin,
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

    Raises what `site_of` raises; ConfigError for a scale that stands in the configuration.
    """
    if "counts_per_metre" in said:
        raise ConfigError(
            "belt.options.counts_per_metre stands in the calibration alone: remove it here, and "
            f"check belt.counts_per_metre in {config.calibration}"
        )
    return {**said, "counts_per_metre": site_of(config).belt.counts_per_metre}

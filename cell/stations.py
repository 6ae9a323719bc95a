"""Where the stations stand along the belt: the ledger's settings with the calibration's places."""

from __future__ import annotations

from calibration.cell import load_calibration
from cell.config import CellConfig
from cell.ledger.config import LedgerConfig


def ledger_config(config: CellConfig) -> LedgerConfig:
    """The ledger's settings with the stations where the calibration says they are. Raises
    CalibrationError.
    """
    stations = load_calibration(config.calibration).stations
    return LedgerConfig.model_validate(
        config.ledger.model_dump()
        | {
            "photo_eye_x": stations.photo_eye_x,
            "camera_x": stations.camera_x,
            "last_safe_x": stations.last_safe_x,
            "exit_eye_x": stations.exit_eye_x,
        }
    )

"""Where things stand in the 3D picture, taken from the cell's own configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cell.config import CellConfig
from cell.config.stations import ledger_config


@dataclass(frozen=True, slots=True)
class BinPlace:
    """A bin by its drop point in frame `cell` [m]."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class CellLayout:
    """Stations, robot and bins. Metres, frame `cell`."""

    belt_from_x: float
    belt_to_x: float
    belt_width: float
    camera_height: float
    photo_eye_x: float
    camera_x: float
    last_safe_x: float
    exit_eye_x: float
    robot_base: tuple[float, float, float]
    tool_length: float
    bins: tuple[BinPlace, ...]

    @classmethod
    def of(cls, cell: CellConfig) -> Self:
        """The layout of this cell. Raises what `ledger_config` raises."""
        show, stations, motion = cell.hmi.scene, ledger_config(cell), cell.robot.motion
        return cls(
            belt_from_x=show.belt_from_x,
            belt_to_x=show.belt_to_x,
            belt_width=show.belt_width,
            camera_height=show.camera_height,
            photo_eye_x=stations.photo_eye_x,
            camera_x=stations.camera_x,
            last_safe_x=stations.last_safe_x,
            exit_eye_x=stations.exit_eye_x,
            robot_base=motion.base,
            tool_length=motion.tool_length_m,
            bins=tuple(BinPlace(name, place.x, place.y) for name, place in motion.bins.items()),
        )

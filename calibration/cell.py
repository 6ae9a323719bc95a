"""The cell's calibration: the one file that says what was built where, and who measured it how."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from calibration.devices import CameraEntry, PoseEntry, ToolEntry
from calibration.entry import Entry, unit
from calibration.places import BeltEntry, BinEntry, BoxEntry, StationsEntry
from models.ground.errors import UserError
from models.ground.writing import write_whole
from models.ground.written import WrittenError, fit, one_line, parse_json, read_written

MAX_AXIS_OFFSET_M = 0.05
"""How far from its station the camera's axis may meet the belt; more means a wrong number."""
LEAST_APART_M = 0.05
"""How near to each other two bins may take their parts."""
_NEW = ("robot_model", "tool", "belt.thickness", "bins", "boxes")
"""What a file of format 1 lacked: it stood in the configuration."""


class CalibrationError(UserError):
    """The cell's calibration cannot be used; the message names the file and the value."""


class Provenance(Entry):
    """Where the numbers come from."""

    method: Literal["nominal", "measured"] = Field(
        title="Method",
        description="`nominal`: from a drawing or the twin; `measured`: from a calibration run.",
    )
    source: str = Field(
        title="Source",
        description="Drawing, data set or procedure behind the numbers.",
        min_length=1,
    )
    when: date = Field(title="Date", description="Day on which the numbers were taken.")
    who: str = Field(title="Author", description="Who answers for the numbers.", min_length=1)
    reprojection_error_px: float | None = Field(
        title="Reprojection error",
        description="Root mean square over all targets; none for nominal numbers.",
        ge=0.0,
        le=20.0,
        json_schema_extra=unit("px"),
    )

    @model_validator(mode="after")
    def _error_stated(self) -> Self:
        if self.method == "measured" and self.reprojection_error_px is None:
            raise ValueError("a measured calibration must state its reprojection_error_px")
        if self.method == "nominal" and self.reprojection_error_px is not None:
            raise ValueError(
                "nominal numbers have no reprojection_error_px: nothing was measured; use null"
            )
        return self


class CellCalibration(Entry):
    """Everything that was built and measured: what maps pixels, belt travel and joint angles into
    frame `cell`, and what stands there.
    """

    format: Literal[2] = Field(title="Format", description="Version of this file's layout.")
    name: str = Field(title="Name", description="Which cell this is.", min_length=1)
    provenance: Provenance = Field(title="Provenance", description="Where the numbers come from.")
    camera: CameraEntry = Field(title="Camera", description="Camera over the belt.")
    robot_base: PoseEntry = Field(
        title="Robot base",
        description="The arm's base frame in `cell`.",
        json_schema_extra=unit("m, rad"),
    )
    robot_model: Literal["UR5e"] = Field(
        title="Robot model", description="The arm, by its maker's name."
    )
    tool: ToolEntry = Field(title="Tool", description="What hangs on the arm's flange.")
    belt: BeltEntry = Field(title="Belt", description="Extent and encoder of the belt.")
    stations: StationsEntry = Field(
        title="Stations", description="Where along the belt things happen."
    )
    bins: dict[Annotated[str, Field(min_length=1)], BinEntry] = Field(
        title="Bins", description="Where removed parts go, by name.", min_length=1
    )
    boxes: tuple[BoxEntry, ...] = Field(
        title="Boxes and guards",
        description="What else the arm must not touch; belt and bins count by themselves.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        along = {
            "belt.x_start": self.belt.x_start,
            "stations.photo_eye_x": self.stations.photo_eye_x,
            "stations.camera_x": self.stations.camera_x,
            "stations.pick_start_x": self.stations.pick_start_x,
            "stations.pick_end_x": self.stations.pick_end_x,
            "stations.last_safe_x": self.stations.last_safe_x,
            "stations.exit_eye_x": self.stations.exit_eye_x,
            "belt.x_end": self.belt.x_end,
        }
        for (before, x_before), (after, x_after) in pairwise(along.items()):
            if x_before >= x_after:
                raise ValueError(
                    f"{before} ({x_before} m) must lie before {after} ({x_after} m) along the belt"
                )
        return self

    @model_validator(mode="after")
    def _camera_at_its_station(self) -> Self:
        model = self.camera.model()
        x, y = model.image_to_belt(np.array([model.centre]))[0]
        offset = float(np.hypot(x - self.stations.camera_x, y))
        if offset > MAX_AXIS_OFFSET_M:
            raise ValueError(
                f"the camera's axis meets the belt at ({x:.3f}, {y:.3f}) m, {offset:.3f} m "
                f"from its station ({self.stations.camera_x}, 0); "
                "check camera.pose and stations.camera_x"
            )
        return self

    @model_validator(mode="after")
    def _bins_apart(self) -> Self:
        for one, other in combinations(self.bins, 2):
            apart = np.subtract(self.bins[one].drop[:2], self.bins[other].drop[:2])
            if float(np.hypot(*apart)) < LEAST_APART_M:
                raise ValueError(
                    f"bins.{one} and bins.{other} have their drop points in one place: parts of "
                    "one would fall among those of the other; correct one of them"
                )
        return self

    @model_validator(mode="after")
    def _bins_beside_the_belt(self) -> Self:
        belt = self.belt.box()
        for name, place in self.bins.items():
            apart = np.abs(np.subtract(place.drop, belt.centre)) - np.add(place.size, belt.size) / 2
            if (apart[:2] < 0.0).all():
                x, y, _ = place.drop
                raise ValueError(
                    f"bins.{name} at ({x}, {y}) m lies under the belt, where no part can fall into "
                    "it: set its drop point beside the belt"
                )
        return self

    def obstacles(self) -> tuple[BoxEntry, ...]:
        """Everything that the arm must not touch."""
        bins = (place.box(name) for name, place in self.bins.items())
        return (self.belt.box(), *bins, *self.boxes)


def load_calibration(path: Path) -> CellCalibration:
    """Read and check a calibration file. Raises CalibrationError with every fault found."""
    try:
        text = read_written(path)
    except (OSError, WrittenError) as error:
        raise CalibrationError(
            f"cannot read the cell's calibration {path}: {error}; "
            "give the path of a calibration file or calibrate the cell"
        ) from error
    try:
        return fit(CellCalibration, _of_today(path, parse_json(text)))
    except (ValidationError, WrittenError) as error:
        faults = one_line(error) if isinstance(error, ValidationError) else str(error)
        raise CalibrationError(
            f"the cell's calibration {path} is not usable; correct it or calibrate again: {faults}"
        ) from error


def _of_today(path: Path, tree: Any) -> Any:
    """A file of format 1 that says all that is asked for today is one of today."""
    if not isinstance(tree, dict) or tree.get("format") != 1:
        return tree
    belt = tree.get("belt")
    there = {*tree, *(f"belt.{key}" for key in (belt if isinstance(belt, dict) else ()))}
    missing = [name for name in _NEW if name not in there]
    if missing:
        raise CalibrationError(
            f"the cell's calibration {path} is of format 1: add {', '.join(missing)}, which stood "
            "in the configuration, as in calibration/demo_cell.json, and write format 2"
        )
    return tree | {"format": 2}


def save_calibration(calibration: CellCalibration, path: Path) -> None:
    """Write a calibration file, whole or not at all. Raises WriteError."""
    write_whole(path, calibration.model_dump_json(indent=2) + "\n")

"""The cell's calibration: where camera, robot and stations are, and who measured it how."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.config import JsonDict

from calibration.camera import CameraModel
from calibration.geometry import Pose
from models.ground.errors import UserError
from models.ground.writing import write_whole
from models.ground.written import WrittenError, fit, one_line, parse_json, read_written

MAX_AXIS_OFFSET_M = 0.05
"""How far from its station the camera's axis may meet the belt; more means a wrong number."""


class CalibrationError(UserError):
    """The cell's calibration cannot be used; the message names the file and the value."""


def _unit(unit: str) -> JsonDict:
    return {"unit": unit}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Coordinate = Annotated[float, Field(ge=-10.0, le=10.0)]
"""A length in the cell [m]; more than 10 m is a slip of units."""

Vector = tuple[Coordinate, Coordinate, Coordinate]


class PoseEntry(_Model):
    """Pose of a device's frame in `cell`, as UR writes poses: position and rotation vector."""

    position: Vector = Field(
        title="Position",
        description="Origin of the device's frame in `cell`.",
        json_schema_extra=_unit("m"),
    )
    rotation_vector: Vector = Field(
        title="Rotation vector",
        description="Axis times angle that turns `cell` axes into the device's axes.",
        json_schema_extra=_unit("rad"),
    )

    def pose(self) -> Pose:
        """The pose as rotation matrix and translation, device to `cell`."""
        rotation, _ = cv2.Rodrigues(np.array(self.rotation_vector, np.float64))
        return Pose(np.asarray(rotation, np.float64), np.array(self.position, np.float64))


class CameraEntry(_Model):
    """Intrinsics (OpenCV's pinhole model with five distortion terms) and pose of the camera."""

    width: int = Field(
        title="Width", description="Image width.", ge=64, le=20000, json_schema_extra=_unit("px")
    )
    height: int = Field(
        title="Height", description="Image height.", ge=64, le=20000, json_schema_extra=_unit("px")
    )
    fx: float = Field(
        title="Focal length x",
        description="In pixel widths.",
        gt=100.0,
        json_schema_extra=_unit("px"),
    )
    fy: float = Field(
        title="Focal length y",
        description="In pixel heights.",
        gt=100.0,
        json_schema_extra=_unit("px"),
    )
    cx: float = Field(
        title="Principal point x",
        description="Column of the optical axis.",
        json_schema_extra=_unit("px"),
    )
    cy: float = Field(
        title="Principal point y",
        description="Row of the optical axis.",
        json_schema_extra=_unit("px"),
    )
    distortion: tuple[float, float, float, float, float] = Field(
        title="Distortion",
        description="k1, k2, p1, p2, k3 in OpenCV's order.",
        json_schema_extra=_unit("1"),
    )
    pose: PoseEntry = Field(
        title="Pose",
        description="Optical frame (x right, y down, z along the view) in `cell`.",
        json_schema_extra=_unit("m, rad"),
    )

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if not (0.0 < self.cx < self.width and 0.0 < self.cy < self.height):
            raise ValueError(
                f"principal point ({self.cx}, {self.cy}) lies outside the image "
                f"of {self.width} x {self.height} px"
            )
        if self.pose.position[2] <= 0.0:
            raise ValueError(
                f"the camera stands at z = {self.pose.position[2]} m, not above the belt"
            )
        if self.pose.pose().rotation[2, 2] > -0.5:
            raise ValueError("the camera does not look down at the belt; check its rotation vector")
        return self

    def model(self) -> CameraModel:
        """The camera model that these numbers describe."""
        return CameraModel(
            width=self.width,
            height=self.height,
            focal=(self.fx, self.fy),
            centre=(self.cx, self.cy),
            distortion=self.distortion,
            pose=self.pose.pose(),
        )


class BeltEntry(_Model):
    """The belt: surface z = 0 of `cell`, travel along +x, middle at y = 0."""

    x_start: Coordinate = Field(
        title="Start", description="Where parts enter the belt.", json_schema_extra=_unit("m")
    )
    x_end: Coordinate = Field(
        title="End", description="Where parts leave the belt.", json_schema_extra=_unit("m")
    )
    width: float = Field(
        title="Width",
        description="Usable belt width.",
        gt=0.0,
        le=5.0,
        json_schema_extra=_unit("m"),
    )
    counts_per_metre: float = Field(
        title="Encoder scale",
        description="Encoder counts for each metre of belt travel.",
        gt=0.0,
        json_schema_extra=_unit("counts/m"),
    )


class StationsEntry(_Model):
    """Stations along the belt, as x in `cell`."""

    photo_eye_x: Coordinate = Field(
        title="Photo-eye",
        description="Sees a part's leading edge arrive.",
        json_schema_extra=_unit("m"),
    )
    camera_x: Coordinate = Field(
        title="Camera", description="A part's centre at the exposure.", json_schema_extra=_unit("m")
    )
    pick_start_x: Coordinate = Field(
        title="Pick window, start",
        description="First x of a part's centre for a grasp.",
        json_schema_extra=_unit("m"),
    )
    pick_end_x: Coordinate = Field(
        title="Pick window, end",
        description="Last x of a part's centre for a grasp.",
        json_schema_extra=_unit("m"),
    )
    last_safe_x: Coordinate = Field(
        title="Last safe position",
        description="No part's centre passes it with an open reject, review or missing verdict.",
        json_schema_extra=_unit("m"),
    )
    exit_eye_x: Coordinate = Field(
        title="Exit-eye",
        description="Sees a part's leading edge leave.",
        json_schema_extra=_unit("m"),
    )


class Provenance(_Model):
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
        json_schema_extra=_unit("px"),
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


class CellCalibration(_Model):
    """Everything that maps pixels, belt travel and joint angles into frame `cell`."""

    format: Literal[1] = Field(title="Format", description="Version of this file's layout.")
    name: str = Field(title="Name", description="Which cell this is.", min_length=1)
    provenance: Provenance = Field(title="Provenance", description="Where the numbers come from.")
    camera: CameraEntry = Field(title="Camera", description="Camera over the belt.")
    robot_base: PoseEntry = Field(
        title="Robot base",
        description="The arm's base frame in `cell`.",
        json_schema_extra=_unit("m, rad"),
    )
    belt: BeltEntry = Field(title="Belt", description="Extent and encoder of the belt.")
    stations: StationsEntry = Field(
        title="Stations", description="Where along the belt things happen."
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
        return fit(CellCalibration, parse_json(text))
    except (ValidationError, WrittenError) as error:
        faults = one_line(error) if isinstance(error, ValidationError) else str(error)
        raise CalibrationError(
            f"the cell's calibration {path} is not usable; correct it or calibrate again: {faults}"
        ) from error


def save_calibration(calibration: CellCalibration, path: Path) -> None:
    """Write a calibration file, whole or not at all. Raises WriteError."""
    write_whole(path, calibration.model_dump_json(indent=2) + "\n")

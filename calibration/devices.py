"""The devices of a cell as its calibration file describes them: camera, arm, tool."""

from __future__ import annotations

from typing import Self

import cv2
import numpy as np
from pydantic import Field, model_validator

from calibration.camera import CameraModel
from calibration.entry import Entry, Length, Vector, unit
from calibration.geometry import Pose


class PoseEntry(Entry):
    """Pose of a device's frame in `cell`, as UR writes poses: position and rotation vector."""

    position: Vector = Field(
        title="Position",
        description="Origin of the device's frame in `cell`.",
        json_schema_extra=unit("m"),
    )
    rotation_vector: Vector = Field(
        title="Rotation vector",
        description="Axis times angle that turns `cell` axes into the device's axes.",
        json_schema_extra=unit("rad"),
    )

    def pose(self) -> Pose:
        """The pose as rotation matrix and translation, device to `cell`."""
        rotation, _ = cv2.Rodrigues(np.array(self.rotation_vector, np.float64))
        return Pose(np.asarray(rotation, np.float64), np.array(self.position, np.float64))


class CameraEntry(Entry):
    """Intrinsics (OpenCV's pinhole model with five distortion terms) and pose of the camera."""

    width: int = Field(
        title="Width", description="Image width.", ge=64, le=20000, json_schema_extra=unit("px")
    )
    height: int = Field(
        title="Height", description="Image height.", ge=64, le=20000, json_schema_extra=unit("px")
    )
    fx: float = Field(
        title="Focal length x",
        description="In pixel widths.",
        gt=100.0,
        json_schema_extra=unit("px"),
    )
    fy: float = Field(
        title="Focal length y",
        description="In pixel heights.",
        gt=100.0,
        json_schema_extra=unit("px"),
    )
    cx: float = Field(
        title="Principal point x",
        description="Column of the optical axis.",
        json_schema_extra=unit("px"),
    )
    cy: float = Field(
        title="Principal point y",
        description="Row of the optical axis.",
        json_schema_extra=unit("px"),
    )
    distortion: tuple[float, float, float, float, float] = Field(
        title="Distortion",
        description="k1, k2, p1, p2, k3 in OpenCV's order.",
        json_schema_extra=unit("1"),
    )
    pose: PoseEntry = Field(
        title="Pose",
        description="Optical frame (x right, y down, z along the view) in `cell`.",
        json_schema_extra=unit("m, rad"),
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


class ToolEntry(Entry):
    """What hangs on the flange: a straight tool that ends in a suction cup."""

    length: Length = Field(
        title="Length",
        description="From the flange to the cup's lip, along the flange's z.",
        json_schema_extra=unit("m"),
    )
    cup_radius: Length = Field(
        title="Cup radius", description="Of the cup's lip.", json_schema_extra=unit("m")
    )

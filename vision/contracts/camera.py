"""The rules of a camera. Subclass `CameraContract` and give it a rig: docs/extend.md."""

from __future__ import annotations

from vision.contracts.camera_bench import CameraRig
from vision.contracts.camera_life import CameraLife
from vision.contracts.camera_loss import CameraLoss
from vision.contracts.camera_pictures import CameraPictures

__all__ = ["CameraContract", "CameraRig"]


class CameraContract(CameraPictures, CameraLoss, CameraLife):
    """What the cell relies on of a camera."""

"""Errors of inspection. Each message says what happened, to what, and what to do now."""

from models.ground.errors import UserError


class VisionError(UserError):
    """Base of every error that vision raises on purpose."""


class InspectionError(VisionError):
    """This picture could not be inspected; the part in it must not pass."""


class CameraError(VisionError):
    """The camera cannot be opened, or has stopped delivering."""


class GrabFailed(CameraError):  # noqa: N818
    """One trigger gave no usable picture; the next one may.

    `trigger` is the number that was spent, `stamp_ns` the host time of the exposure (0 if unknown).
    """

    def __init__(self, message: str, trigger: int = 0, stamp_ns: int = 0) -> None:
        super().__init__(message)
        self.trigger = trigger
        self.stamp_ns = stamp_ns


class EngineError(VisionError):
    """The engine or its model cannot be loaded, or failed to run."""


class PluginError(VisionError):
    """No installed package offers the driver or engine that the configuration names."""


class RingError(VisionError):
    """The shared-memory ring cannot be made, or is not there to be read."""


class StaleFrame(VisionError):  # noqa: N818
    """The shared-memory slot was reused before or while it was read."""

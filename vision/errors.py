"""Errors of inspection. Each message says what happened, to what, and what to do now."""


class VisionError(Exception):
    """Base of every error that vision raises on purpose."""


class InspectionError(VisionError):
    """This picture could not be inspected; the part in it must not pass."""


class CameraError(VisionError):
    """The camera cannot be opened, or has stopped delivering."""


class GrabFailed(CameraError):
    """One trigger gave no usable picture; the next one may."""


class EngineError(VisionError):
    """The engine or its model cannot be loaded, or failed to run."""


class StaleFrame(VisionError):
    """The shared-memory slot was reused before or while it was read."""

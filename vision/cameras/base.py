"""What the cell asks of a camera."""

from __future__ import annotations

from typing import Protocol

from vision.types import Frame


class Camera(Protocol):
    """A camera that takes one picture for each trigger, written into a `vision.frames.FrameRing`.

    Life: `open` -> `start` -> (`trigger`?, `wait_frame`)* -> `stop` -> `close`; one call at a time,
    not always from the same thread. Its rules as tests: `vision.contracts.camera`.
    A driver is a class with its pydantic model as `Config`, made as `Driver(config, ring_name)`;
    it makes the ring of that name in `open` and removes it in `close`.
    """

    def open(self) -> None:
        """Connect and configure. Raises CameraError."""

    def start(self) -> None:
        """Begin to accept triggers, numbered from 1 after this call. Raises CameraError."""

    def trigger(self) -> None:
        """Expose now (software trigger only). Raises CameraError."""

    def wait_frame(self, timeout_s: float) -> Frame | None:
        """The next picture, or None when no trigger came within `timeout_s`.

        The frame's image is a view into the ring. Raises GrabFailed for a trigger whose picture
        was lost (its `trigger` number is spent) and CameraError when the camera is gone.
        """

    def stop(self) -> None:
        """Accept no more triggers. Raises CameraError."""

    def close(self) -> None:
        """Release the device and the ring. Safe to call twice. Raises CameraError."""

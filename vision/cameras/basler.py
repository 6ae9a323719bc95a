"""Basler cameras through pylon: real ones, and Basler's own emulator."""

from __future__ import annotations

import time
from collections import deque
from typing import Any, ClassVar, Final

from pypylon import genicam, pylon

from models.ground.text import say
from vision.cameras.basler_config import BaslerConfig
from vision.cameras.buffers import RingBuffers
from vision.cameras.clock import DeviceClock
from vision.cameras.emulated_lines import EmulatedLines
from vision.cameras.pixels import to_grey8
from vision.cameras.pylon_setup import check_image_folder, configure, find_device, first_line
from vision.cameras.triggers import TriggerCount
from vision.errors import CameraError, GrabFailed, RingError
from vision.frames.ring import FrameRing
from vision.types import Frame, FrameMeta

QUEUED: Final = 2
"""Slots that stay with the driver to be filled; the others hold pictures for readers."""
READY_MS: Final = 500
PICTURE_MS: Final = 2000
"""How long an exposure may take to become a picture."""


class BaslerCamera:
    """A Basler camera whose pictures land in the frame ring `ring_name`; a `Camera`.

    The last `slots - 2` pictures stay readable; the oldest goes stale when the next one comes.
    Whatever the camera sends, the ring holds the 8-bit grey of it (`vision/cameras/pixels.py`).
    """

    Config: ClassVar[type[BaslerConfig]] = BaslerConfig

    def __init__(self, config: BaslerConfig, ring_name: str) -> None:
        self.config = config
        self.ring_name = ring_name
        self.serial = ""
        self._camera: Any = None
        self._ring: FrameRing | None = None
        self._buffers: RingBuffers | None = None
        self._lines: EmulatedLines | None = None
        self._held: deque[Any] = deque()
        self._outcomes: deque[Frame | GrabFailed] = deque()
        self._count = TriggerCount()
        self._clock = DeviceClock()

    def open(self) -> None:
        """Connect, configure and make the ring. Raises CameraError."""
        self.close()
        info = find_device(self.config)
        self.serial = str(info.GetSerialNumber())
        try:
            self._camera = pylon.InstantCamera(pylon.TlFactory.GetInstance().CreateDevice(info))
            self._camera.Open()
            configure(self._camera, self.config)
            self._make_ring()
            if self.config.lines is not None:
                lines = self.config.lines
                self._lines = EmulatedLines(lines.pulse_port, lines.device_port, lines.host)
        except genicam.GenericException as error:
            self.close()
            words = say("device.words", words=first_line(error))
            camera = str(info.GetFriendlyName())
            raise CameraError(say("camera.not_set_up", camera=camera, words=words)) from error
        except (RingError, CameraError) as error:
            self.close()
            raise CameraError(str(error)) from error

    def start(self) -> None:
        """Begin to accept triggers, counted from 1. Raises CameraError."""
        camera = self._opened()
        if self.config.image_folder is not None:
            check_image_folder(self.config.image_folder)
        self._release_all()
        self._outcomes.clear()
        self._count, self._clock = TriggerCount(), DeviceClock()
        if self._lines is not None:
            self._lines.drain()
        try:
            camera.StartGrabbing(pylon.GrabStrategy_OneByOne, pylon.GrabLoop_ProvidedByUser)
        except genicam.GenericException as error:
            raise self._gone(error) from error

    def trigger(self) -> None:
        """Expose now. Raises CameraError, also for a camera that waits for its trigger line."""
        if self.config.trigger != "software":
            raise CameraError(say("camera.waits_for_line"))
        if self._lines is not None:
            self._lines.request_exposure()
        else:
            self._execute_trigger()

    def wait_frame(self, timeout_s: float) -> Frame | None:
        """The next picture, a view into the ring; None when no trigger came in time.

        Raises GrabFailed for a trigger without a picture, CameraError when the camera is gone.
        """
        if not self._outcomes:
            if self._lines is None:
                self._await_result(timeout_s)
            else:
                self._await_pulse(self._lines, timeout_s)
        if not self._outcomes:
            return None
        outcome = self._outcomes.popleft()
        if isinstance(outcome, GrabFailed):
            raise outcome
        return outcome

    def stop(self) -> None:
        """Accept no more triggers; pictures stay readable until the next `start`.

        Raises CameraError.
        """
        if self._camera is None:
            return
        try:
            self._camera.StopGrabbing()
        except genicam.GenericException as error:
            raise self._gone(error) from error

    def close(self) -> None:
        """Release the device, then the ring. Safe to call twice.

        Raises CameraError when the device does not let go; wire and ring are released even then.
        """
        camera, ring, lines = self._camera, self._ring, self._lines
        self._release_all()
        self._camera = self._buffers = self._ring = self._lines = None
        if lines is not None:
            lines.close()
        try:
            if camera is not None:
                camera.StopGrabbing()
                camera.Close()
                camera.DestroyDevice()  # frees the buffers, so the ring may go
        except genicam.GenericException as error:
            if ring is not None:
                ring.close(keep_memory=True)  # the device may still write there
            raise self._gone(error) from error
        if ring is not None:
            ring.close()

    def _make_ring(self) -> None:
        payload = int(self._camera.PayloadSize.Value)
        self._ring = FrameRing(
            self.ring_name, self.config.slots, self.config.height, self.config.width, payload
        )
        self._buffers = RingBuffers(self._ring)
        self._camera.SetBufferFactory(self._buffers, pylon.Cleanup_None)

    def _await_pulse(self, lines: EmulatedLines, timeout_s: float) -> None:
        """Wait for an edge on the emulated Line1 and take its picture."""
        pulse = lines.wait_pulse(timeout_s)
        while pulse is not None:
            exposed_ns = pulse.stamp_ns
            self._note_missed(self._count.numbered(pulse.number), exposed_ns)
            self._execute_trigger()
            result = self._retrieve(PICTURE_MS)
            pulse = lines.wait_pulse(0.0)
            if result is None:
                self._note_failure(say("camera.overdue", ms=PICTURE_MS), exposed_ns)
            elif pulse is not None:
                # The device writes a picture before its pulse: this one may show the next part.
                result.Release()
                self._note_failure(say("camera.overtaken"), exposed_ns)
            else:
                self._keep(result, exposed_ns)

    def _await_result(self, timeout_s: float) -> None:
        """Wait for a picture whose trigger the camera itself took."""
        result = self._retrieve(round(timeout_s * 1000))
        if result is None:
            return
        exposed_ns = time.time_ns()
        if result.GrabSucceeded():
            if result.TimeStamp:  # the emulator's is 0
                exposed_ns = self._clock.host_ns(int(result.TimeStamp), exposed_ns)
            self._note_missed(self._count.numbered(int(result.BlockID)), exposed_ns)
        else:
            self._count.unnumbered()
        self._keep(result, exposed_ns)

    def _keep(self, result: Any, exposed_ns: int) -> None:
        """Publish a grab result, or note its failure; let the oldest picture go."""
        if not result.GrabSucceeded():
            words = str(result.ErrorDescription).rstrip(".")
            result.Release()
            reason = say("device.words", words=words) if words else say("camera.unknown_reason")
            self._note_failure(reason, exposed_ns)
            return
        ring = self._opened_ring()
        try:
            self._make_grey(result, ring)
        except CameraError as error:
            result.Release()
            self._note_failure(str(error), exposed_ns)
            return
        self._held.append(result)
        meta = FrameMeta(self._count.spent, exposed_ns, time.time_ns())
        self._outcomes.append(ring.publish(int(result.BufferContext), meta))
        while len(self._held) > ring.slots - QUEUED:
            self._release_oldest(ring)

    def _make_grey(self, result: Any, ring: FrameRing) -> None:
        """Leave the picture's 8-bit grey in its slot, which nobody reads yet. Raises CameraError
        for one that is not what was set.
        """
        width, height, pad = int(result.Width), int(result.Height), int(result.PaddingX)
        if (height, width) != ring.shape:
            wanted = f"{ring.shape[1]} x {ring.shape[0]}"
            told = say("camera.other_size", width=width, height=height, wanted=wanted)
            raise CameraError(told)
        slot, size = int(result.BufferContext), int(result.GetImageSize())
        raw = ring.raw(slot)[:size]
        if self.config.pixel_format == "Mono8" and not pad and size >= width * height:
            return  # as it lies there
        grey = to_grey8(raw, self.config.pixel_format, (width, height), pad)
        ring.pixels(slot)[:] = grey

    def _release_oldest(self, ring: FrameRing) -> None:
        result = self._held.popleft()
        ring.invalidate(int(result.BufferContext))  # before the driver may write there
        result.Release()

    def _release_all(self) -> None:
        while self._held and self._ring is not None:
            self._release_oldest(self._ring)

    def _note_missed(self, missed: int, stamp_ns: int) -> None:
        first = self._count.spent - missed
        for trigger in range(first, self._count.spent):
            self._outcomes.append(self._failure(say("vision.lost_on_the_way"), trigger, stamp_ns))

    def _note_failure(self, reason: str, stamp_ns: int) -> None:
        self._outcomes.append(self._failure(reason, self._count.spent, stamp_ns))

    def _failure(self, reason: str, trigger: int, stamp_ns: int) -> GrabFailed:
        return GrabFailed(
            say("vision.picture_lost", serial=self.serial, trigger=trigger, reason=reason),
            trigger,
            stamp_ns,
        )

    def _execute_trigger(self) -> None:
        camera = self._opened()
        try:
            # Without this wait the camera drops triggers that come while it is busy.
            camera.WaitForFrameTriggerReady(READY_MS)
            camera.ExecuteSoftwareTrigger()
        except genicam.GenericException as error:
            raise self._gone(error) from error

    def _retrieve(self, timeout_ms: int) -> Any | None:
        """The next grab result or None. Raises CameraError when the camera is gone."""
        camera = self._opened()
        try:
            result = camera.RetrieveResult(timeout_ms, pylon.TimeoutHandling_Return)
            if not result.IsValid() and (not camera.IsGrabbing() or camera.IsCameraDeviceRemoved()):
                raise CameraError(say("camera.unplugged", serial=self.serial))
        except genicam.GenericException as error:
            raise self._gone(error) from error
        return result if result.IsValid() else None

    def _gone(self, error: Exception) -> CameraError:
        words = say("device.words", words=first_line(error))
        return CameraError(say("camera.failed", serial=self.serial, words=words))

    def _opened(self) -> Any:
        if self._camera is None:
            raise CameraError(say("camera.not_open"))
        return self._camera

    def _opened_ring(self) -> FrameRing:
        if self._ring is None:
            raise CameraError(say("camera.not_open"))
        return self._ring

"""The rules of a camera. Subclass `CameraContract` and give it a rig: docs/extend.md."""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from models.ground.contract import (
    Found,
    cannot,
    check_nothing_stays,
    check_refusal,
    refused,
    require,
    timely,
    wait_for,
)
from models.ground.contract_config import ConfigRules
from vision.cameras.base import Camera
from vision.contracts.watching import RingWatch
from vision.errors import CameraError, GrabFailed, StaleFrame
from vision.frames import FrameRing, RingReader
from vision.frames.layout import ring_path
from vision.types import Frame

SLACK_S = 1.0
"""How late a busy machine may be."""
STAMP_S = 0.25


class CameraRig:
    """A bench with one camera, which the contract makes things happen on. `driver` and `config` are
    needed; of the others, what the bench can do: a rule that needs more is skipped.
    """

    driver: Any
    """The driver's class."""
    gone_s = 5.0
    """How soon a camera that is gone must be told [s]."""

    def config(self) -> Any:
        """Options of a camera that is there; the same each time."""
        raise NotImplementedError

    def expose(self, camera: Camera) -> None:
        """Make the camera take one picture, by software or by its trigger line."""
        camera.trigger()

    def lose(self, camera: Camera) -> None:  # noqa: ARG002
        """Make it take one picture that gets damaged or lost, and that the driver hears of."""
        cannot("lose")

    def miss(self, camera: Camera) -> None:  # noqa: ARG002
        """Have one trigger pass that the driver hears nothing of until the next exposure."""
        cannot("miss")

    def unplug(self, camera: Camera) -> None:  # noqa: ARG002
        """Pull its cable."""
        cannot("unplug")

    def replug(self) -> None:
        """Put the cable back."""
        cannot("replug")

    def absent(self) -> Any:
        """Options of a camera that is not there."""
        cannot("absent")


class CameraContract(ConfigRules):
    """What the cell relies on of a camera."""

    @pytest.fixture
    def ring(self) -> Iterator[str]:
        """A ring's name that nobody else has; what is left of it is removed."""
        name = f"contract-{uuid.uuid4().hex[:12]}"
        yield name
        ring_path(name).unlink(missing_ok=True)

    @pytest.fixture
    def camera(self, rig: CameraRig, ring: str) -> Iterator[Camera]:
        """A camera that is not open yet; closed at the end."""
        made: Camera = rig.driver(rig.config(), ring)
        yield made
        timely(made.close, "close")

    @pytest.fixture
    def started(self, camera: Camera) -> Camera:
        """One that accepts triggers."""
        camera.open()
        camera.start()
        return camera

    def test_before_open_is_told(self, camera: Camera) -> None:
        """A camera that is not open says so with CameraError.

        Why: the node shows a CameraError to people; any other error counts as a fault of the cell.
        Do: check in `start`, `trigger` and `wait_frame` whether `open` was called.
        """
        refused(CameraError, camera.start, "start before open")
        refused(CameraError, lambda: camera.wait_frame(0.1), "wait_frame before open")

    def test_open_makes_the_ring_and_close_removes_it(self, camera: Camera, ring: str) -> None:
        """`open` makes the frame ring of the given name, `close` removes it.

        Why: the inspector finds the pictures by this name; what stays behind fills the memory.
        Do: make `FrameRing(ring_name, ...)` in `open` and call its `close` in `close`.
        """
        camera.open()
        require(ring_path(ring).is_file(), f"after open there is no {ring_path(ring)}")
        camera.close()
        require(not ring_path(ring).exists(), f"after close {ring_path(ring)} is still there")

    def test_a_ring_of_another_camera_is_told(
        self, rig: CameraRig, camera: Camera, ring: str
    ) -> None:
        """A ring's name that another camera writes is refused with CameraError.

        Why: the node takes CameraError alone for a matter of its camera.
        Do: in `open`, turn RingError into CameraError, and let the device go again.
        """
        other = FrameRing(ring, 4, 16, 16)
        try:
            refused(CameraError, camera.open, "open with a ring that is taken")
        finally:
            other.close()
        camera.open()
        camera.start()
        require(_next(rig, camera).meta.trigger == 1, "after that refusal it takes no picture")

    def test_close_may_come_at_any_time(self, camera: Camera) -> None:
        """`close` before `open`, and twice, does nothing.

        Why: the node closes whatever state a failed start has left.
        Do: keep what is open in fields that are None otherwise.
        """
        camera.close()
        camera.open()
        camera.close()
        camera.close()

    def test_stop_may_come_at_any_time(self, camera: Camera) -> None:
        """`stop` before `start`, and twice, does nothing.

        Why: the node stops its camera after a start that failed half-way, too.
        Do: let `stop` return where nothing runs.
        """
        camera.open()
        camera.stop()
        camera.start()
        camera.stop()
        camera.stop()

    def test_it_opens_again(self, rig: CameraRig, camera: Camera) -> None:
        """After `close` the same object can be opened again.

        Why: a lifecycle node that is cleaned up is configured again with what it has.
        Do: make everything that `close` takes away anew in `open`.
        """
        for _ in range(2):
            camera.open()
            camera.start()
            require(_next(rig, camera).meta.trigger == 1, "the first picture is not number 1")
            camera.stop()
            camera.close()

    def test_numbers_begin_at_one_after_each_start(self, rig: CameraRig, started: Camera) -> None:
        """Triggers are numbered from 1 after each `start`; none of before is delivered.

        Why: the ledger counts exposures from the start of the camera.
        Do: in `start` set the number to 0 and forget what waits.
        """
        _next(rig, started)
        _next(rig, started)
        rig.expose(started)  # and nobody fetches it
        started.stop()
        started.start()
        frame = started.wait_frame(0.3)
        require(frame is None, f"a picture of before came after start: {_shown(frame)}")
        number = _next(rig, started).meta.trigger
        require(number == 1, f"the first picture after start is number {number}")

    def test_wait_frame_keeps_its_time_limit(self, started: Camera) -> None:
        """Without a trigger `wait_frame` gives None, at its time limit and not before.

        Why: the node looks between two waits whether it shall end; one that returns at once makes
        it turn in a loop that eats a core.
        Do: wait on the device, or on a condition, with `timeout_s` as the limit.
        """
        for limit_s in (0.0, 0.5):
            began_s = time.monotonic()
            frame = timely(functools.partial(started.wait_frame, limit_s), "wait_frame")
            took_s = time.monotonic() - began_s
            require(frame is None, f"there was no trigger, and yet came {_shown(frame)}")
            require(
                0.7 * limit_s <= took_s <= limit_s + SLACK_S,
                f"wait_frame({limit_s}) took {took_s:.2f} s",
            )

    def test_one_picture_for_each_trigger_in_order(self, rig: CameraRig, started: Camera) -> None:
        """Each trigger gives one picture, and they are numbered 1, 2, 3 without a gap.

        Why: a number too few or too many gives parts the pictures of their neighbours.
        Do: count triggers, not pictures, and deliver each one once.
        """
        numbers = [_next(rig, started).meta.trigger for _ in range(12)]
        require(numbers == list(range(1, 13)), f"twelve triggers gave the numbers {numbers}")
        frame = started.wait_frame(0.2)
        require(frame is None, f"twelve triggers gave a thirteenth picture, {_shown(frame)}")

    def test_the_picture_is_grey_of_eight_bits(self, rig: CameraRig, started: Camera) -> None:
        """A picture is uint8 of shape (height, width), row after row without padding.

        Why: the inspector reads the ring as Mono8.
        Do: convert before publishing; `vision/` has conversions, see docs/extend.md. Copy row by
        row where the device pads its rows.
        """
        image = _next(rig, started).image
        require(image.dtype == np.uint8, f"its type is {image.dtype}")
        require(image.ndim == 2, f"its shape is {image.shape}")
        rows = image.strides == (image.shape[1], 1)
        require(rows, f"its strides are {image.strides} for a shape of {image.shape}")

    def test_the_handle_leads_to_the_picture(
        self, rig: CameraRig, started: Camera, ring: str
    ) -> None:
        """Slot and sequence number lead every reader to the same pixels, number and times.

        Why: the inspector is another process, and gets nothing but these two numbers.
        Do: return what `FrameRing.publish` gives.
        """
        reader = RingReader(ring)
        for _ in range(3):
            frame = _next(rig, started)
            try:
                read, meta = (
                    reader.read(frame.slot, frame.sequence),
                    reader.meta(frame.slot, frame.sequence),
                )
            except StaleFrame as error:
                raise Found(f"a reader does not find it: {error}") from error
            require(meta == frame.meta, f"a reader is told {meta}, wait_frame gave {frame.meta}")
            require(np.array_equal(read, frame.image), "a reader sees other pixels")

    def test_a_slot_is_invalid_before_its_pixels_change(
        self, rig: CameraRig, camera: Camera, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A slot is invalidated before anything is written into it.

        Why: a reader that is still at it would judge a part by the mixture of two pictures.
        Do: call `ring.invalidate(slot)`, write the pixels, then `ring.publish(slot, meta)`.
        """
        watch = RingWatch(monkeypatch)
        self._lap(rig, camera, watch)
        require(not watch.early, watch.early)

    def test_the_pixels_are_there_before_they_are_published(
        self, rig: CameraRig, camera: Camera, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A picture is published when it is whole, and not touched afterwards.

        Why: from `publish` on readers take it for valid, in other processes at once.
        Do: call `publish` last, and hand no slot back to the device that readers may still have.
        """
        watch = RingWatch(monkeypatch)
        self._lap(rig, camera, watch)
        require(not watch.late, watch.late)

    def test_the_last_picture_stays_readable(
        self, rig: CameraRig, started: Camera, ring: str
    ) -> None:
        """The picture before the newest one can still be read.

        Why: the inspector comes some hundred milliseconds later, when the next part may be there.
        Do: give the ring four slots or more, and use the oldest one next.
        """
        reader = RingReader(ring)
        frames = [_next(rig, started) for _ in range(9)]
        for frame in frames[-2:]:
            try:
                reader.read(frame.slot, frame.sequence)
            except StaleFrame as error:
                raise Found(f"picture {frame.meta.trigger} of 9 is gone: {error}") from error

    def test_a_stamp_tells_when_it_was_exposed(self, rig: CameraRig, started: Camera) -> None:
        """`stamp_ns` is the system clock at the exposure, `received_ns` at the picture's arrival.

        Why: the ledger finds the part of a picture by the time at which the PLC saw the exposure.
        Do: use the device's clock, mapped to `time.time_ns()`, or the time of the trigger; not the
        time at which somebody called `wait_frame`, and not `time.monotonic_ns()`.
        """
        last_ns = 0
        for _ in range(3):
            before_ns = time.time_ns()
            rig.expose(started)
            exposed_ns = time.time_ns()
            time.sleep(2 * STAMP_S)
            frame = _wait(started)
            meta = frame.meta
            early_s, late_s = (
                (before_ns - meta.stamp_ns) / 1e9,
                (meta.stamp_ns - exposed_ns) / 1e9,
            )
            require(early_s < STAMP_S, f"the stamp lies {early_s:.3f} s before the trigger")
            require(late_s < STAMP_S, f"the stamp lies {late_s:.3f} s after the exposure")
            require(meta.received_ns >= meta.stamp_ns, "it was received before it was exposed")
            require(meta.received_ns <= time.time_ns(), "it was received in the future")
            require(meta.stamp_ns > last_ns, "stamps do not grow from picture to picture")
            last_ns = meta.stamp_ns

    def test_a_lost_picture_spends_its_number(self, rig: CameraRig, started: Camera) -> None:
        """A trigger whose picture is lost raises GrabFailed with its number; the next has the next.

        Why: its part is rejected as not inspected; without the number the next part's picture
        would be taken for its own.
        Do: count at the trigger; raise `GrabFailed(words, trigger, stamp_ns)` once, and go on.
        """
        _next(rig, started)
        rig.lose(started)
        self._failed(started, 2)
        number = _next(rig, started).meta.trigger
        require(number == 3, f"trigger 2 was lost, and the next picture is number {number}")

    def test_a_missed_trigger_spends_its_number(self, rig: CameraRig, started: Camera) -> None:
        """A trigger that the driver learns of only by the device's own count spends its number.

        Why: a picture that went lost on the way shifts all later ones by a part.
        Do: compare the device's frame number with the one before; raise GrabFailed for each gap.
        """
        _next(rig, started)
        rig.miss(started)
        rig.expose(started)
        self._failed(started, 2)
        number = _wait(started).meta.trigger
        require(number == 3, f"trigger 2 was missed, and the next picture is number {number}")

    def test_a_camera_that_is_not_there_is_told(self, rig: CameraRig, ring: str) -> None:
        """`open` of a camera that is not there raises CameraError with a remedy, in time.

        Why: the line stands on the operator's page; the node tries again until it is there.
        Do: name the device, and say what to check: power, cable, address, other programs.
        """
        camera: Camera = rig.driver(rig.absent(), ring)
        try:
            refused(CameraError, camera.open, "open of a camera that is not there", 15.0)
            require(not ring_path(ring).exists(), "the ring stays behind")
        finally:
            camera.close()

    def test_a_camera_that_is_gone_is_told(self, rig: CameraRig, started: Camera) -> None:
        """A camera that is gone raises CameraError within seconds, and not GrabFailed.

        Why: GrabFailed costs one part; a camera that is gone must stop the cell.
        Do: ask the device whether it is there when a wait ends without a picture.
        """
        _next(rig, started)
        rig.unplug(started)
        check_refusal(self._gone(rig, started))
        started.close()

    def test_it_works_again_after_it_was_gone(self, rig: CameraRig, started: Camera) -> None:
        """After it was gone, `close` and `open` bring it back.

        Why: the node is started again, and nobody is there to end a process by hand.
        Do: let `close` release everything, even where the device does not answer.
        """
        _next(rig, started)
        rig.unplug(started)
        self._gone(rig, started)
        started.close()
        rig.replug()
        wait_for(lambda: self._opened(started), 15.0, "it could not be opened again")
        started.start()
        require(_next(rig, started).meta.trigger == 1, "the first picture is not number 1")

    def test_any_thread_may_call(self, rig: CameraRig, camera: Camera) -> None:
        """One call at a time, and not always from the same thread.

        Why: the node opens and closes in one thread, and waits for pictures in another.
        Do: keep nothing that belongs to a thread, such as an event loop, between two calls.
        """
        timely(camera.open, "open")
        timely(camera.start, "start")
        timely(lambda: rig.expose(camera), "the trigger")
        timely(lambda: _wait(camera), "wait_frame")
        timely(camera.stop, "stop")
        timely(camera.close, "close")

    def test_nothing_stays_behind(self, rig: CameraRig, ring: str) -> None:
        """After `close` no thread, no open file and no shared memory is left.

        Why: a cell runs for months, and its camera is opened again after each fault.
        Do: end and join your threads in `close`; close the ring, sockets and device handles.
        """

        def life() -> None:
            camera: Camera = rig.driver(rig.config(), ring)
            camera.open()
            camera.start()
            _next(rig, camera)
            camera.stop()
            camera.close()

        check_nothing_stays(life, ring)

    def _lap(self, rig: CameraRig, camera: Camera, watch: RingWatch) -> None:
        """Pictures until each slot was used twice."""
        camera.open()
        camera.start()
        for _ in range(2 * watch.slots + 1):
            watch.compare(_next(rig, camera))

    @staticmethod
    def _failed(camera: Camera, number: int) -> None:
        try:
            frame = timely(lambda: camera.wait_frame(10.0), "wait_frame")
        except GrabFailed as error:
            require(error.trigger == number, f"GrabFailed names trigger {error.trigger}")
            check_refusal(error)
            return
        raise Found(f"trigger {number} was lost; wait_frame gave {_shown(frame)}, not GrabFailed")

    @staticmethod
    def _gone(rig: CameraRig, camera: Camera) -> CameraError:
        until_s = time.monotonic() + rig.gone_s
        while time.monotonic() < until_s:
            try:
                timely(lambda: camera.wait_frame(0.2), "wait_frame", rig.gone_s)
            except GrabFailed:
                continue
            except CameraError as error:
                return error
        raise Found(f"it is gone, and within {rig.gone_s:g} s no CameraError came")

    @staticmethod
    def _opened(camera: Camera) -> bool:
        try:
            camera.open()
        except CameraError:
            camera.close()
            return False
        return True


def _next(rig: CameraRig, camera: Camera) -> Frame:
    rig.expose(camera)
    return _wait(camera)


def _wait(camera: Camera) -> Frame:
    frame = timely(lambda: camera.wait_frame(10.0), "wait_frame")
    if frame is None:
        raise Found("a trigger gave no picture within 10 s")
    return frame


def _shown(frame: Frame | None) -> str:
    return "None" if frame is None else f"picture {frame.meta.trigger}"

"""The rules of pictures: their numbers, pixels, order in the ring, and time."""

from __future__ import annotations

import functools
import time

import numpy as np
import pytest

from models.ground.contract import (
    Found,
    require,
    timely,
)
from vision.cameras.base import Camera
from vision.contracts.camera_bench import (
    SLACK_S,
    STAMP_S,
    CameraRig,
    CameraRules,
    awaited,
    next_picture,
    shown,
)
from vision.contracts.watching import RingWatch
from vision.errors import StaleFrame
from vision.frames import RingReader


class CameraPictures(CameraRules):
    """The rules of pictures: their numbers, pixels, order in the ring, and time."""

    def test_numbers_begin_at_one_after_each_start(self, rig: CameraRig, started: Camera) -> None:
        """Triggers are numbered from 1 after each `start`; none of before is delivered.

        Why: the ledger counts exposures from the start of the camera.
        Do: in `start` set the number to 0 and forget what waits.
        """
        next_picture(rig, started)
        next_picture(rig, started)
        rig.expose(started)  # and nobody fetches it
        started.stop()
        started.start()
        frame = started.wait_frame(0.3)
        require(frame is None, f"a picture of before came after start: {shown(frame)}")
        number = next_picture(rig, started).meta.trigger
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
            require(frame is None, f"there was no trigger, and yet came {shown(frame)}")
            require(
                0.7 * limit_s <= took_s <= limit_s + SLACK_S,
                f"wait_frame({limit_s}) took {took_s:.2f} s",
            )

    def test_one_picture_for_each_trigger_in_order(self, rig: CameraRig, started: Camera) -> None:
        """Each trigger gives one picture, and they are numbered 1, 2, 3 without a gap.

        Why: a number too few or too many gives parts the pictures of their neighbours.
        Do: count triggers, not pictures, and deliver each one once.
        """
        numbers = [next_picture(rig, started).meta.trigger for _ in range(12)]
        require(numbers == list(range(1, 13)), f"twelve triggers gave the numbers {numbers}")
        frame = started.wait_frame(0.2)
        require(frame is None, f"twelve triggers gave a thirteenth picture, {shown(frame)}")

    def test_the_picture_is_grey_of_eight_bits(self, rig: CameraRig, started: Camera) -> None:
        """A picture is uint8 of shape (height, width), row after row without padding.

        Why: the inspector reads the ring as Mono8.
        Do: convert before publishing; `vision/` has conversions, see docs/extend.md. Copy row by
        row where the device pads its rows.
        """
        image = next_picture(rig, started).image
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
            frame = next_picture(rig, started)
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
        frames = [next_picture(rig, started) for _ in range(9)]
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
            frame = awaited(started)
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

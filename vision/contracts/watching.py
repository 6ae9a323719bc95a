"""A look over a driver's shoulder: in which order it uses its frame ring."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from vision.frames import layout as lay
from vision.frames.ring import FrameRing
from vision.types import Frame, FrameMeta, Image

LEAST_SLOTS = 8


class RingWatch:
    """Watches every ring that is written from now on, to the end of the test.

    `early`: what was written into a slot that was still valid; `late`: what was published before
    it was whole. Both are empty where all is well. `slots`: how many the ring has.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.early = self.late = ""
        self.slots = LEAST_SLOTS
        self._published: dict[int, int] = {}
        publish, invalidate = FrameRing.publish, FrameRing.invalidate

        def published(ring: FrameRing, slot: int, meta: FrameMeta) -> Frame:
            self.slots = max(self.slots, ring.slots)
            if _valid(ring, slot):
                self.early = self.early or (
                    f"slot {slot} was written for trigger {meta.trigger} and not invalidated before"
                )
            self._published[slot] = _digest(ring, slot)
            return publish(ring, slot, meta)

        def invalidated(ring: FrameRing, slot: int) -> None:
            if _valid(ring, slot) and self._published.get(slot) != _digest(ring, slot):
                self.early = self.early or (
                    f"slot {slot} was written first and invalidated afterwards"
                )
            invalidate(ring, slot)

        patch.setattr(FrameRing, "publish", published)
        patch.setattr(FrameRing, "invalidate", invalidated)

    def compare(self, frame: Frame) -> None:
        """Whether a picture that was delivered is the one that was published."""
        if self._published.get(frame.slot) != _checksum(frame.image):
            self._published[frame.slot] = _checksum(frame.image)
            self.late = self.late or (
                f"picture {frame.meta.trigger} was published before its pixels were there, or "
                "changed afterwards"
            )


def _valid(ring: FrameRing, slot: int) -> bool:
    return int(ring._mapping().headers[slot, lay.SEQUENCE]) != lay.INVALID


def _digest(ring: FrameRing, slot: int) -> int:
    return _checksum(ring.pixels(slot))


def _checksum(image: Image) -> int:
    return zlib.crc32(np.ascontiguousarray(image).data)

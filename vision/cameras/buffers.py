"""pylon buffers that are a frame ring's slots: the camera writes where readers read."""

from __future__ import annotations

from pypylon import pylon

from vision.frames.ring import FrameRing


class RingBuffers(pylon.BufferFactory):  # type: ignore[misc]
    """Hands slot after slot of the ring to pylon; a grab result's `BufferContext` is its slot."""

    def __init__(self, ring: FrameRing) -> None:
        super().__init__()
        self._ring = ring
        self._free = list(range(ring.slots))

    def AllocateBuffer(self, size: int) -> tuple[int, int]:  # noqa: N802
        """Address and slot of a buffer; called by pylon, once a buffer."""
        if size > self._ring.capacity or not self._free:
            # pylon turns an exception from here into its own out-of-memory error.
            raise MemoryError(f"a buffer of {size} bytes does not fit ring {self._ring.name!r}")
        slot = self._free.pop(0)
        return self._ring.address(slot), slot

    def FreeBuffer(self, _address: int, slot: int) -> None:  # noqa: N802
        """Take a slot back; called by pylon when it needs the buffer no more."""
        self._free.append(slot)

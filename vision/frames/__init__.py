"""Pictures in shared memory: one process writes a ring of slots, any number of others read them."""

from vision.frames.reader import RingReader
from vision.frames.ring import FrameRing

__all__ = ["FrameRing", "RingReader"]

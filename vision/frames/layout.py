"""Memory layout of a frame ring: one file in /dev/shm, mapped by its writer and by every reader.

    page 0      preamble, then one 64-byte header a slot: sequence, trigger, stamp, received, shape
    page n..    pixel areas, each starting on a page

A plain file is used instead of `multiprocessing.shared_memory`, whose resource tracker removes
segments when a *reader* exits.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.errors import RingError
from vision.types import Image

MAGIC: Final = 0x31474E4952434943  # "CICRING1", little endian
FOLDER: Final = Path("/dev/shm")
PREAMBLE_WORDS: Final = 8  # magic, slots, capacity, stride, first pixel byte, 3 spare
HEADER_WORDS: Final = 8  # sequence, trigger, stamp_ns, received_ns, height, width, 2 spare
SEQUENCE, TRIGGER, STAMP, RECEIVED, HEIGHT, WIDTH = range(6)
INVALID: Final = 0
"""Sequence number of a slot that holds no picture."""

Words = NDArray[np.uint64]


def ring_path(name: str) -> Path:
    """Where the ring of this name lies. Raises RingError for a name that is no plain file name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise RingError(
            f"Ring name {name!r} is not usable: take letters, digits, '_', '-' and '.' only"
        )
    return FOLDER / name


def page_aligned(size: int) -> int:
    """`size` [bytes] rounded up to whole memory pages."""
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of a ring [bytes]: `slots` areas of `capacity`, `stride` apart, from `first` on."""

    slots: int
    capacity: int
    stride: int
    first: int

    @classmethod
    def plan(cls, slots: int, capacity: int) -> Layout:
        """The layout of a new ring."""
        first = page_aligned((PREAMBLE_WORDS + slots * HEADER_WORDS) * 8)
        return cls(slots, capacity, page_aligned(capacity), first)

    @property
    def total(self) -> int:
        """Size of the whole file."""
        return self.first + self.slots * self.stride


class Mapping:
    """Numpy views of a mapped ring. They keep the memory alive, even when the file is gone."""

    def __init__(self, memory: mmap.mmap, layout: Layout) -> None:
        self.layout = layout
        words: Words = np.frombuffer(memory, np.uint64, layout.first // 8)
        self.preamble: Words = words[:PREAMBLE_WORDS]
        self.headers: Words = words[PREAMBLE_WORDS:][: layout.slots * HEADER_WORDS].reshape(
            layout.slots, HEADER_WORDS
        )
        self.bytes: NDArray[np.uint8] = np.frombuffer(memory, np.uint8)

    def offset(self, slot: int) -> int:
        """First byte of a slot's pixels."""
        return self.layout.first + slot * self.layout.stride

    def picture(self, slot: int) -> Image:
        """View of the picture in a slot, shaped as its header says."""
        height, width = int(self.headers[slot, HEIGHT]), int(self.headers[slot, WIDTH])
        start = self.offset(slot)
        return self.bytes[start : start + height * width].reshape(height, width)

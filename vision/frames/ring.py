"""The writer's side of the shared-memory ring."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vision.errors import RingError
from vision.frames import layout as lay
from vision.frames.sweep import sweep_drafts
from vision.types import Frame, FrameMeta, Image

MIB = 1024 * 1024
_KEPT: list[lay.Mapping] = []


class FrameRing:
    """A ring of `slots` Mono8 pictures that one process writes (zero copy) and others read.

    name: for `RingReader`; one live writer a name, what a killed one left is replaced.
    height, width: size of the pictures [px]. capacity: bytes a slot, if a driver needs more.
    Raises RingError when the name is taken by a live writer or the memory is not there.
    """

    def __init__(
        self, name: str, slots: int, height: int, width: int, capacity: int | None = None
    ) -> None:
        if slots < 1 or height < 1 or width < 1:
            raise RingError(f"Ring {name!r}: {slots} slots of {width}x{height} px make no ring")
        self.name = name
        self.shape = (height, width)
        self._path = lay.ring_path(name)
        layout = lay.Layout.plan(slots, max(capacity or 0, height * width))
        draft, self._file = _allocate(self._path, name, layout.total)
        self._map: lay.Mapping | None = lay.Mapping(mmap.mmap(self._file, layout.total), layout)
        self._map.headers[:, lay.HEIGHT : lay.WIDTH + 1] = self.shape
        self._map.preamble[1:5] = (layout.slots, layout.capacity, layout.stride, layout.first)
        self._map.preamble[0] = lay.MAGIC
        draft.rename(self._path)
        # Numbers start at the clock, so that a handle to a former ring never fits this one.
        self._sequence = time.time_ns()

    @property
    def slots(self) -> int:
        """How many pictures the ring holds."""
        return self._mapping().layout.slots

    @property
    def capacity(self) -> int:
        """Bytes that a driver may write into a slot."""
        return self._mapping().layout.capacity

    def address(self, slot: int) -> int:
        """Address of a slot's page-aligned pixels in this process, for a driver's buffers."""
        mapping = self._mapping()
        return int(mapping.bytes.ctypes.data) + mapping.offset(slot)

    def pixels(self, slot: int) -> Image:
        """Writable view (height, width) of a slot; invalidate the slot before writing."""
        return self._mapping().picture(slot)

    def raw(self, slot: int) -> NDArray[np.uint8]:
        """Writable view of all bytes (capacity,) of a slot, for what is to become its pixels."""
        mapping = self._mapping()
        start = mapping.offset(slot)
        return mapping.bytes[start : start + mapping.layout.capacity]

    def invalidate(self, slot: int) -> None:
        """Make every handle to this slot stale; do so before its pixels may change."""
        self._mapping().headers[slot, lay.SEQUENCE] = lay.INVALID

    def publish(self, slot: int, meta: FrameMeta) -> Frame:
        """Give the picture that lies in the slot a sequence number and thereby to the readers."""
        header = self._mapping().headers[slot]
        header[lay.SEQUENCE] = lay.INVALID
        header[lay.TRIGGER : lay.RECEIVED + 1] = (meta.trigger, meta.stamp_ns, meta.received_ns)
        self._sequence += 1
        header[lay.SEQUENCE] = self._sequence  # last, for it makes the rest valid
        return Frame(self.pixels(slot), meta, slot, self._sequence)

    def close(self, *, keep_memory: bool = False) -> None:
        """Make all handles stale and remove the ring. Safe to call twice.

        keep_memory: leave it mapped until this process ends, for a device that may write there.
        """
        if self._map is None:
            return
        self._map.headers[:, lay.SEQUENCE] = lay.INVALID
        if keep_memory:
            _KEPT.append(self._map)
        self._map = None
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _mapping(self) -> lay.Mapping:
        if self._map is None:
            raise RingError(f"Ring {self.name!r} is closed; open the camera again")
        return self._map


def _allocate(path: Path, name: str, size: int) -> tuple[Path, int]:
    """A locked file of this size under a draft name, to be renamed over what a dead writer left."""
    _refuse_live_writer(path, name)
    sweep_drafts(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Allocated now: a sparse file would kill the process with SIGBUS at the first full page.
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.ENOMEM, errno.EFBIG):
            raise RingError(f"Ring {name!r} cannot be made in {path.parent}: {error}") from error
        space = os.statvfs(path.parent)
        free = space.f_bavail * space.f_frsize / MIB
        raise RingError(
            f"Ring {name!r} needs {size / MIB:.0f} MiB of shared memory, {path.parent} has "
            f"{free:.0f} MiB free: remove what fills it, configure fewer slots, or enlarge it "
            f"(container: --shm-size)"
        ) from error
    return draft, descriptor


def _refuse_live_writer(path: Path, name: str) -> None:
    """Raise RingError while a living process writes the ring; its lock dies with it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RingError(f"Ring {name!r}: {path} cannot be opened: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RingError(
            f"Ring {name!r} is written by another running camera process: stop that one, or give "
            "this camera another ring name"
        ) from error
    finally:
        os.close(descriptor)

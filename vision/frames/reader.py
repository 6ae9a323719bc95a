"""The reader's side of the shared-memory ring."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from models.ground.text import say
from vision.errors import RingError, StaleFrame
from vision.frames import layout as lay
from vision.types import FrameMeta, Image


class RingReader:
    """Reads pictures of the ring `name` by (slot, sequence), as their handles say.

    Attaches at the first read, and again when the writer was restarted. One instance a thread.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._path = lay.ring_path(name)
        self._map: lay.Mapping | None = None
        self._inode = 0

    def read(self, slot: int, sequence: int, out: Image | None = None) -> Image:
        """A copy of the picture (into `out` if given). Raises StaleFrame, RingError."""
        with self.view(slot, sequence) as picture:
            if out is None:
                return picture.copy()
            np.copyto(out, picture)
        return out

    @contextmanager
    def view(self, slot: int, sequence: int) -> Iterator[Image]:
        """The picture without a copy, read-only, for the length of the `with` block.

        Raises StaleFrame at the start when the picture is gone already, at the end when it went
        meanwhile: then discard what was computed. Raises RingError when there is no such ring.
        """
        mapping = self._holding(slot, sequence)
        picture = mapping.picture(slot)
        yield picture
        if mapping.headers[slot, lay.SEQUENCE] != sequence:
            raise StaleFrame(say("vision.overrun", slot=slot, ring=self.name, sequence=sequence))

    def meta(self, slot: int, sequence: int) -> FrameMeta:
        """Trigger and times of the picture. Raises StaleFrame, RingError."""
        header = self._holding(slot, sequence).headers[slot].copy()
        if header[lay.SEQUENCE] != sequence:
            raise self._stale(slot, sequence)
        return FrameMeta(*(int(v) for v in header[lay.TRIGGER : lay.RECEIVED + 1]))

    def close(self) -> None:
        """Let go of the memory. Safe to call twice; a later read attaches again."""
        self._map = None
        self._inode = 0

    def _holding(self, slot: int, sequence: int) -> lay.Mapping:
        """The mapping, if its slot holds this picture now."""
        if sequence == lay.INVALID:
            raise self._stale(slot, sequence)
        for _ in range(2):
            if self._map is None:
                self._map = self._attach()
            headers = self._map.headers
            if slot < len(headers) and headers[slot, lay.SEQUENCE] == sequence:
                return self._map
            if not self._replaced():
                break
            self._map = None
        raise self._stale(slot, sequence)

    def _replaced(self) -> bool:
        """True when the path leads to another ring than the attached one."""
        try:
            return os.stat(self._path).st_ino != self._inode
        except FileNotFoundError:
            return False

    def _attach(self) -> lay.Mapping:
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise RingError(
                f"There is no ring {self.name!r}: is the camera process running and active?"
            ) from error
        except PermissionError as error:
            raise RingError(
                f"Ring {self.name!r} belongs to another user: run camera and inspector as one user"
            ) from error
        try:
            self._inode = os.fstat(descriptor).st_ino
            memory = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
        except ValueError as error:
            raise RingError(f"{self._path} is empty, not a frame ring: remove it") from error
        finally:
            os.close(descriptor)
        return lay.Mapping(memory, self._layout(memory))

    def _layout(self, memory: mmap.mmap) -> lay.Layout:
        words = np.frombuffer(memory, np.uint64, min(len(memory) // 8, lay.PREAMBLE_WORDS))
        if len(words) < lay.PREAMBLE_WORDS or int(words[0]) != lay.MAGIC:
            raise RingError(f"{self._path} is not a frame ring: remove it, or use another name")
        layout = lay.Layout(*(int(v) for v in words[1:5]))
        if layout.total != len(memory):
            raise RingError(f"{self._path} is damaged: restart the camera process")
        return layout

    def _stale(self, slot: int, sequence: int) -> StaleFrame:
        return StaleFrame(say("vision.stale", sequence=sequence, slot=slot, ring=self.name))

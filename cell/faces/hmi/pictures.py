"""Turns the latest inspection's pixels into a JPEG that browsers fetch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cell.client.model import InspectionStatus, PictureSource
from cell.records.evidence import find_view
from vision.errors import RingError, StaleFrame
from vision.frames import RingReader
from vision.pictures import UnreadableError, read_grey

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG with its size [px]. `canonical`: the part's view, which defect boxes refer to."""

    number: int
    jpeg: bytes
    width: int
    height: int
    canonical: bool


class PictureStore:
    """The latest inspection's picture: made when asked for, once, however many pages are open.

    max_width [px]; quality: JPEG 0..100; data_dir: where relative view paths start.
    """

    def __init__(self, max_width: int, quality: int, data_dir: Path) -> None:
        self._max_width = max_width
        self._quality = quality
        self._data_dir = data_dir
        self._readers: dict[str, RingReader] = {}
        self._shown: InspectionStatus | None = None
        self._picture: Picture | None = None
        self._number = 0

    def picture(self, inspection: InspectionStatus) -> Picture | None:
        """The inspection's picture; None when its pixels are no longer to be had."""
        if inspection != self._shown:
            self._picture = self._make(inspection.source)
            self._shown = inspection
        return self._picture

    def jpeg(self, number: int) -> bytes | None:
        """The bytes of picture `number`, None when it is no longer the latest."""
        held = self._picture
        return held.jpeg if held and held.number == number else None

    def close(self) -> None:
        """Let go of the shared memory."""
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def _make(self, source: PictureSource) -> Picture | None:
        pixels, canonical = self._stored_view(source), True
        if pixels is None:
            pixels, canonical = self._ring_picture(source), False
        if pixels is None:
            return None
        good, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        if not good:
            return None
        self._number += 1
        height, width = pixels.shape[:2]
        return Picture(self._number, data.tobytes(), width, height, canonical)

    def _stored_view(self, source: PictureSource) -> Pixels | None:
        """The canonical view that was written to disk, None where there is none (yet)."""
        if not source.view:
            return None
        try:
            # Its recorder may have brought it to its part in the meantime.
            return read_grey(find_view(self._data_dir, source.view))
        except (OSError, UnreadableError):
            return None

    def _ring_picture(self, source: PictureSource) -> Pixels | None:
        """The whole camera picture, shrunk; None when its slot was reused."""
        if not source.ring:
            return None
        reader = self._readers.setdefault(source.ring, RingReader(source.ring))
        try:
            with reader.view(source.slot, source.sequence) as pixels:
                return self._shrunk(pixels)
        except (StaleFrame, RingError):
            return None

    def _shrunk(self, pixels: Pixels) -> Pixels:
        height, width = pixels.shape
        scale = min(1.0, self._max_width / width)
        size = (round(width * scale), round(height * scale))
        return np.array(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

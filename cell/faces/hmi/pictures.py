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
from vision.pictures import UnreadableError, jpeg_header, read_bytes

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
    """The latest inspection's picture: made when asked for, once, however many pages are open. A
    stored view goes to the browser as it is.

    max_width [px], quality (JPEG, 0..100): of camera pictures. data_dir: where relative view paths
    start.
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
            self._picture = self._stored_view(inspection) or self._ring_picture(inspection.source)
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

    def _stored_view(self, seen: InspectionStatus) -> Picture | None:
        """The canonical view that was written to disk, None where there is none (yet)."""
        view = seen.inspection.view
        if not view:
            return None
        try:
            # Its recorder may have brought it to its part in the meantime.
            jpeg = read_bytes(find_view(self._data_dir, view))
            header = jpeg_header(jpeg)
        except (OSError, UnreadableError):
            return None
        return self._next(jpeg, header.width, header.height, canonical=True)

    def _ring_picture(self, source: PictureSource) -> Picture | None:
        """The whole camera picture, shrunk; None when its slot was reused."""
        if not source.ring:
            return None
        reader = self._readers.setdefault(source.ring, RingReader(source.ring))
        try:
            with reader.view(source.slot, source.sequence) as pixels:
                shrunk = self._shrunk(pixels)
        except (StaleFrame, RingError):
            return None
        good, data = cv2.imencode(".jpg", shrunk, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        height, width = shrunk.shape
        return self._next(data.tobytes(), width, height, canonical=False) if good else None

    def _next(self, jpeg: bytes, width: int, height: int, *, canonical: bool) -> Picture:
        self._number += 1
        return Picture(self._number, jpeg, width, height, canonical)

    def _shrunk(self, pixels: Pixels) -> Pixels:
        height, width = pixels.shape
        scale = min(1.0, self._max_width / width)
        size = (round(width * scale), round(height * scale))
        return np.array(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

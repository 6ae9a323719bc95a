"""How quickly picture files are read, beside OpenCV's reader, which says nothing of damage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import cv2
import numpy as np

from vision.pictures import read_picture
from vision.types import Image

FORMATS: Final[dict[str, tuple[str, list[int]]]] = {
    "JPEG": (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 92]),
    "JPEG, progressive": (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
    "PNG": (".png", []),
    "WebP, lossless": (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101]),
    "TIFF, LZW": (".tif", [cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_LZW]),
    "TIFF, Deflate": (
        ".tif",
        [cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_ADOBE_DEFLATE],
    ),
    "TIFF, plain": (".tif", [cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_NONE]),
    "BMP": (".bmp", []),
}
"""Suffix and OpenCV's options of each format that is measured."""


@dataclass(frozen=True, slots=True)
class Row:
    """Pictures a second of one format and size, by the quickest of many readings in turn."""

    format: str
    size: str
    read_per_s: float
    imread_per_s: float

    @property
    def ratio(self) -> float:
        """Our reader's speed as a share of OpenCV's."""
        return self.read_per_s / self.imread_per_s


def write_pictures(folder: Path, board: Image, sizes: list[tuple[int, int]]) -> list[Path]:
    """The board with a camera's noise in every format and (width, height), grey and colour."""
    rng = np.random.default_rng(1)
    paths = []
    for width, height in sizes:
        scaled = cv2.resize(board, (width, height), interpolation=cv2.INTER_AREA)
        noise = rng.normal(0.0, 2.0, (height, width))
        grey = np.clip(40.0 + 0.7 * scaled + noise, 0, 255).astype(np.uint8)
        colour = cv2.merge([grey, cv2.add(grey, 4), cv2.subtract(grey, 3)])  # type: ignore[call-overload]
        for name, (suffix, options) in FORMATS.items():
            for image, layout in ((grey, ""), (colour, ", colour")):
                path = folder / f"{name}{layout} {width}x{height}{suffix}"
                cv2.imwrite(str(path), image, options)
                paths.append(path)
    return paths


def measure(path: Path, repeat: int) -> Row:
    """Read the file so often by both readers in turn; what else the machine does counts least in
    the quickest.
    """
    ours: list[float] = []
    theirs: list[float] = []
    name = str(path)
    for _ in range(repeat):
        ours.append(_spent(lambda: read_picture(path)))
        theirs.append(_spent(lambda: cv2.imread(name, cv2.IMREAD_GRAYSCALE)))
    kind, size = path.stem.rsplit(" ", 1)
    return Row(kind, size, 1.0 / min(ours), 1.0 / min(theirs))


def overall(rows: list[Row]) -> float:
    """The speed over all rows as a share of OpenCV's: every picture once."""
    return sum(1.0 / r.imread_per_s for r in rows) / sum(1.0 / r.read_per_s for r in rows)


def _spent(read: Callable[[], object]) -> float:
    began = perf_counter()
    read()
    return perf_counter() - began

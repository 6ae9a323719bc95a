"""Pictures as evidence: written whole or not at all."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import cv2

from vision.types import Image

JPEG_QUALITY = 92
"""Compression of `.jpg` files; `.png` and `.webp` are written without loss."""

_OPTIONS = {
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY],
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 1],
    # OpenCV writes WebP without loss above 100.
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],
}


class DiskFull(OSError):  # noqa: N818
    """Too little free space: the picture was not written."""


def picture_path(folder: Path, session: str, part: str, kind: str, stamp_ns: int) -> Path:
    """Where a part's picture belongs: `<folder>/<date>/<session>/<part>-<kind>.jpg`."""
    day = datetime.fromtimestamp(stamp_ns * 1e-9).strftime("%Y-%m-%d")
    return folder / day / session / f"{part}-{kind}.jpg"


def write_image(path: Path, image: Image, min_free_mib: int = 0, *, durable: bool = True) -> Path:
    """Write a picture in the format of the path's suffix; returns the path.

    After a crash of the program there is the whole file or none; after a power cut too if
    `durable`, which waits for the disk. Raises DiskFull when less than `min_free_mib` would stay
    free, ValueError for a suffix other than .jpg, .png, .webp, and OSError when the disk refuses.
    """
    options = _OPTIONS.get(path.suffix)
    if options is None:
        known = ", ".join(_OPTIONS)
        raise ValueError(f"{path}: pictures are written as {known}: change the suffix")
    done, data = cv2.imencode(path.suffix, image, options)
    if not done:
        raise OSError(f"{path}: the picture could not be encoded: check its shape {image.shape}")
    path.parent.mkdir(parents=True, exist_ok=True)
    require_free(path.parent, min_free_mib)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data.tobytes())
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)
    return path


def require_free(folder: Path, min_free_mib: int) -> None:
    """Raises DiskFull when less than `min_free_mib` MiB are free where `folder` lies."""
    free_mib = shutil.disk_usage(folder).free / 2**20
    if free_mib < min_free_mib:
        raise DiskFull(
            f"{folder}: {free_mib:.0f} MiB free, {min_free_mib} MiB are kept: "
            "free space on the disk, or lower recorder.min_free_mib"
        )


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

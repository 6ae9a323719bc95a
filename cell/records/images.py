"""Pictures as files: written whole or not at all, and never over another one."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import cv2

from cell.records.naming import Incoming
from vision.types import Image

JPEG_QUALITY = 92
"""Compression of `.jpg` files; `.png` and `.webp` are written without loss."""

_OPTIONS = {
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY],
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 1],
    # OpenCV writes WebP without loss above 100.
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],
}

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def suffixes() -> tuple[str, ...]:
    """Endings of the formats that pictures are written in."""
    return tuple(_OPTIONS)


def encoded(image: Image, suffix: str = ".jpg") -> bytes:
    """The picture in the format of a suffix. Raises ValueError for one other than .jpg, .png,
    .webp, and OSError for a picture that has no such form.
    """
    options = _OPTIONS.get(suffix)
    if options is None:
        known = ", ".join(_OPTIONS)
        raise ValueError(f"{suffix}: pictures are written as {known}: change the suffix")
    done, data = cv2.imencode(suffix, image, options)
    if not done:
        raise OSError(f"the picture could not be encoded: check its shape {image.shape}")
    return bytes(data.tobytes())


def write_new(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file that does not exist yet.

    After a crash of the program there is the whole file or none; after a power cut too if
    `durable`, which waits for the disk. Raises FileExistsError, and OSError when the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        sync(path.parent)


def store_incoming(data_dir: Path, picture: Incoming, content: bytes, *, durable: bool) -> None:
    """Put a picture into the incoming place, once. Raises OSError."""
    # Whoever wrote this very exposure with this very content before wrote the same file.
    with contextlib.suppress(FileExistsError):
        write_new(data_dir / picture.path, content, durable=durable)


def link(old: Path, new: Path) -> None:
    """Give a file a second name, which must be free. Raises FileExistsError, OSError.

    Where the disk knows no second names, the file is renamed: then `old` is gone.
    """
    try:
        os.link(old, new)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new)) from error
        old.rename(new)


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

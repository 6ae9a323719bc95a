"""Picture files: their size from the header alone, and their pixels as they are stored.

Headers: PNG (ISO 15948), JPEG (ITU T.81, orientation from Exif 2.3), WebP (RFC 9649), BMP. Whatever
else OpenCV reads is decoded for its size.
"""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]

_NO_FRAME = {0xC4, 0xC8, 0xCC}
_ORIENTATION_TAG = 0x0112


class UnreadableError(ValueError):
    """A file is no picture, or not a whole one; the message says why."""


def is_picture(path: Path) -> bool:
    """Whether the file's name says that it is a picture."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def find_pictures(folder: Path) -> list[Path]:
    """All pictures in a folder and below, sorted."""
    return sorted(path for path in folder.rglob("*") if is_picture(path) and path.is_file())


def read_pixels(path: Path) -> Pixels:
    """Pixels as stored, [h, w] or [h, w, channels] (BGR), without the header's turn.

    Raises UnreadableError for a file that is no picture or was cut off.
    """
    raw = _bytes(path)
    if _cut_off(raw):
        raise UnreadableError("ends too early: the file was cut off")
    try:
        image = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UnreadableError(f"cannot be decoded ({error.err})") from None
    if image is None:
        raise UnreadableError("cannot be decoded")
    return image  # type: ignore[return-value]


def to_grey8(image: Pixels) -> NDArray[np.uint8]:
    """Mono8 version of any picture; deeper ones are scaled to their own range."""
    if image.ndim == 3:
        image = image[:, :, :3]
        flat = image[:, :, 0] if image.shape[2] == 1 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    else:
        flat = image
    if flat.dtype != np.uint8:
        flat = cv2.normalize(flat, None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    return np.asarray(flat, np.uint8)


def size_of(path: Path) -> tuple[int, int]:
    """(height, width) in px as stored. Raises UnreadableError."""
    with path.open("rb") as file:
        head = file.read(32)
        if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
            width, height = struct.unpack(">II", head[16:24])
        elif head[:4] == b"RIFF" and head[8:12] == b"WEBP" and len(head) >= 30:
            width, height = _webp_size(head)
        elif head[:2] == b"BM" and len(head) >= 26:
            width, height = struct.unpack("<ii", head[18:26])
            height = abs(height)
        elif head[:2] == b"\xff\xd8":
            file.seek(0)
            width, height, _ = _jpeg(file.read())
        else:
            height, width = read_pixels(path).shape[:2]
    if width < 1 or height < 1:
        raise UnreadableError(f"has the size {width}x{height}")
    return height, width


def orientation_of(path: Path) -> int:
    """Exif orientation 1..8 of a JPEG, 1 (upright) where none is given."""
    raw = _bytes(path)
    return _jpeg(raw)[2] if raw[:2] == b"\xff\xd8" else 1


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    if not raw:
        raise UnreadableError("is an empty file")
    return raw


def _cut_off(raw: bytes) -> bool:
    """OpenCV fills what a cut-off file lacks with grey and says nothing: see for ourselves."""
    if raw[:2] == b"\xff\xd8":
        return raw.rfind(b"\xff\xd9") < raw.rfind(b"\xff\xda")
    if raw.startswith(b"\x89PNG"):
        return b"IEND" not in raw
    if raw[:4] == b"RIFF":
        return len(raw) < int.from_bytes(raw[4:8], "little") + 8
    return False


def _webp_size(head: bytes) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(raw: bytes) -> tuple[int, int, int]:
    """Width, height, Exif orientation."""
    at, orientation = 2, 1
    while at + 9 < len(raw):
        if raw[at] != 0xFF:
            break
        marker = raw[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return width, height, orientation
        if marker == 0xE1 and raw[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _exif_orientation(raw[at + 10 : at + 2 + length])
        at += 2 + length
    raise UnreadableError("is a JPEG without a frame header")


def _exif_orientation(tiff: bytes) -> int:
    order = "<" if tiff[:2] == b"II" else ">"
    if len(tiff) < 10:
        return 1
    start = struct.unpack(order + "I", tiff[4:8])[0]
    count = struct.unpack(order + "H", tiff[start : start + 2].ljust(2, b"\0"))[0]
    for entry in range(count):
        field = tiff[start + 2 + 12 * entry : start + 14 + 12 * entry]
        if len(field) == 12 and struct.unpack(order + "H", field[:2])[0] == _ORIENTATION_TAG:
            value = struct.unpack(order + "H", field[8:10])[0]
            return int(value) if 1 <= value <= 8 else 1
    return 1

"""Reading a picture file: its header, its pixels as stored, or the grey that is inspected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from vision.errors import InspectionError
from vision.pictures.errors import UnreadableError
from vision.pictures.files import read_bytes
from vision.pictures.grey import Pixels, to_grey8
from vision.pictures.header import (
    CONVERT,
    Header,
    bmp_header,
    png_header,
    require_told_length,
    require_whole_png,
    webp_header,
)
from vision.pictures.jpeg import decode_jpeg, jpeg_header
from vision.pictures.tiff import decode_tiff, tiff_header
from vision.types import Image

_HEAD = 1 << 16  # bytes; what a header takes, save where much else stands before it


def read_picture(path: Path) -> Image:
    """A picture file as it is inspected: Mono8 [h, w]. Raises InspectionError, one line."""
    try:
        return read_grey(path)
    except UnreadableError as error:
        raise InspectionError(error.line(path)) from error
    except (OSError, ValueError) as error:  # the latter: no name that a file can have
        told = getattr(error, "strerror", None) or error
        raise InspectionError(f"{path}: cannot be opened ({told}): check the path") from error


def read_grey(path: Path) -> Image:
    """As `read_picture`. Raises UnreadableError, OSError."""
    return decode_grey(read_bytes(path))


def decode_grey(raw: bytes) -> Image:
    """The picture that a file's bytes hold, Mono8 [h, w]; colour becomes its luma (BT.601).

    Raises UnreadableError for damage, and for a picture that is not of 8 bits a channel, grey or
    opaque colour, and alone in its file.
    """
    kind = _kind(raw)
    if kind == "JPEG":
        header, image = decode_jpeg(raw, grey=True)
        header.check_inspectable()
        return image
    header = _HEADERS[kind](raw)
    header.check()
    header.check_inspectable()
    if kind == "TIFF":
        _, pixels = decode_tiff(raw, grey=True)
    else:
        pixels = _decoded(raw, _flags(header))
    if pixels.shape[:2] != (header.height, header.width) or pixels.dtype != np.uint8:
        raise UnreadableError("has another size or depth than its header says")
    _check_opaque(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 2:  # grey and alpha
        pixels = pixels[:, :, 0]
    return to_grey8(pixels)


def read_pixels(path: Path) -> Pixels:
    """Pixels as stored, of whatever depth, [h, w] or [h, w, channels] (BGR): masks, and pictures
    to be looked at. Never inspect these. Raises UnreadableError, OSError.
    """
    raw = read_bytes(path)
    kind = _kind(raw)
    if kind == "JPEG":
        return decode_jpeg(raw, grey=False)[1]
    if kind == "TIFF":
        return decode_tiff(raw)[1]
    _HEADERS[kind](raw).check()
    return _decoded(raw, cv2.IMREAD_UNCHANGED)


def header_of(path: Path) -> Header:
    """Size, depth and layout without decoding. Raises UnreadableError, OSError."""
    raw = read_bytes(path, _HEAD)
    kind = _kind(raw)
    if kind == "TIFF":
        raw = read_bytes(path)
    try:
        header = _HEADERS[kind](raw)
    except UnreadableError:
        if len(raw) < _HEAD:
            raise
        header = _HEADERS[kind](read_bytes(path))
    header.check()
    return header


def size_of(path: Path) -> tuple[int, int]:
    """(height, width) in px as stored. Raises UnreadableError, OSError."""
    header = header_of(path)
    return header.height, header.width


def _kind(raw: bytes) -> str:
    if raw.startswith(b"\xff\xd8"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WebP"
    if raw[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if raw.startswith(b"BM"):
        return "BMP"
    raise UnreadableError(
        "cannot be read as a picture: its format is unknown", "take PNG, JPEG, WebP, TIFF or BMP"
    )


_HEADERS: dict[str, Callable[[bytes], Header]] = {
    "JPEG": jpeg_header,
    "PNG": png_header,
    "WebP": webp_header,
    "TIFF": tiff_header,
    "BMP": bmp_header,
}


def _decoded(raw: bytes, flags: int) -> Pixels:
    """PNG, WebP and BMP by OpenCV, which refuses these where they are damaged."""
    if raw[:4] == b"RIFF" and len(raw) < int.from_bytes(raw[4:8], "little") + 8:
        raise UnreadableError("ends too early: the file was cut off")
    if raw[:4] == b"\x89PNG":
        require_whole_png(raw)
    if raw[:2] == b"BM":
        require_told_length(raw)
    try:
        image = cv2.imdecode(np.frombuffer(raw, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise UnreadableError(f"cannot be decoded ({error.err})") from None
    if image is None:
        raise UnreadableError("has damaged data, or was cut off")
    return image  # type: ignore[return-value]


def _flags(header: Header) -> int:
    """OpenCV turns colour into grey by another rule in each format: `to_grey8` does it for all."""
    if header.alpha:
        return cv2.IMREAD_UNCHANGED
    return cv2.IMREAD_GRAYSCALE if header.layout == "grey" else cv2.IMREAD_COLOR


def _check_opaque(pixels: Pixels) -> None:
    """What lies under transparency is anybody's guess."""
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4) and pixels[:, :, -1].min() < 255:
        raise UnreadableError("has transparent pixels", CONVERT)

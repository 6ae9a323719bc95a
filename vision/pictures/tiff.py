"""TIFF 6.0, decoded by Pillow and libtiff, which stop at damage. What they don't see is checked.

Packings whose damage they fill up in silence (JPEG in TIFF, PackBits) are refused.
"""

from __future__ import annotations

import io
import logging
import warnings
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from vision.pictures.errors import UnreadableError
from vision.pictures.grey import Pixels
from vision.pictures.header import CONVERT, Header
from vision.pictures.tiff_length import require_all_referred_to

# Odd tags are reported as warnings of Python's: they say nothing of the pixels. What it logs, it
# raises as well.
logging.getLogger("PIL.TiffImagePlugin").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module=r"PIL\.")

_DEFLATE = ("tiff_adobe_deflate", "tiff_deflate")
_PACKINGS = ("raw", "tiff_lzw", *_DEFLATE)
_LAYOUTS = {0: "grey", 1: "grey", 2: "colour", 3: "palette", 5: "CMYK", 6: "YCbCr"}
_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC = 256, 257, 258, 262
_OFFSETS, _ORIENTATION, _ROWS, _COUNTS, _PLANAR = 273, 274, 278, 279, 284
_PREDICTOR, _TILES, _EXTRA, _SAMPLE_FORMAT, _FILL_ORDER = 317, 324, 338, 339, 266


class _AsStored(TiffImagePlugin.TiffImageFile):
    """Pillow turns what it loads as the file's header asks; here pixels stay as stored."""

    def _setup(self) -> None:
        self.tag_v2.pop(_ORIENTATION, None)
        super()._setup()

    def load_end(self) -> None:
        """Nothing more is done to the pixels."""


def tiff_header(raw: bytes) -> Header:
    """From the first directory of tags."""
    return _header(_open(raw))


def decode_tiff(raw: bytes, *, grey: bool = False) -> tuple[Header, Pixels]:
    """Pixels as stored, [h, w] or [h, w, channels] (BGR); grey: those of colour as luma."""
    picture = _open(raw)
    header = _header(picture)
    header.check()
    if header.layout not in ("grey", "colour", "palette"):
        raise UnreadableError(f"has {header.layout} pixels, which are not read", CONVERT)
    _check_samples(picture)
    packing = str(picture.info.get("compression"))
    if packing not in _PACKINGS:
        raise UnreadableError(
            f"is a TIFF packed as {packing}, whose damage cannot be told",
            "save it with LZW, Deflate or without compression",
        )
    strips = _strips(picture, len(raw))
    if packing == "raw":
        require_all_referred_to(raw, strips)
    if packing == "raw" and header.depth == 8 and header.layout in ("grey", "colour"):
        return header, _plain(_unpacked(raw, picture, header, strips), grey)
    try:
        picture.load()
        if picture.mode in ("P", "PA"):
            image = np.asarray(picture.convert("RGB"))
        else:
            image = np.asarray(picture)
    except Exception as error:  # what a decoder raises on damaged bytes is anything
        raise UnreadableError(f"has damaged data ({str(error) or type(error).__name__})") from None
    if packing == "raw" and sum(size for _, size in strips) < image.nbytes and header.depth >= 8:
        raise UnreadableError("has damaged data (strips that are too short)")
    if packing in _DEFLATE and header.depth == 8 and header.layout != "palette":
        _check_sums(raw, picture, image, strips)
    return header, _plain(image, grey)


def _open(raw: bytes) -> TiffImagePlugin.TiffImageFile:
    try:
        return _AsStored(io.BytesIO(raw))
    except Exception as error:  # as above
        raise UnreadableError(f"is a TIFF without a usable header ({error})") from None


def _header(picture: TiffImagePlugin.TiffImageFile) -> Header:
    tags: Any = picture.tag_v2
    try:
        bits, number = _numbers(tags, _BITS) or [1], int(tags.get(_PHOTOMETRIC, -1))
        layout = _LAYOUTS.get(number, f"photometric-{number}")
        size = int(tags[_WIDTH]), int(tags[_HEIGHT])
        pictures = picture.n_frames if picture.is_animated else 1  # counting reads all tags again
        return Header("TIFF", *size, max(bits), layout, _EXTRA in tags, pictures)
    except Exception as error:  # as above
        raise UnreadableError(f"is a TIFF without a usable header ({error})") from None


def _check_samples(picture: TiffImagePlugin.TiffImageFile) -> None:
    """Raise UnreadableError for pixels that decoders read in different ways."""
    tags: Any = picture.tag_v2
    if 2 in _numbers(tags, _SAMPLE_FORMAT):
        raise UnreadableError("has signed pixels, which are not read", CONVERT)
    if _numbers(tags, _FILL_ORDER) not in ([], [1]):
        raise UnreadableError("stores its bits in reverse (FillOrder), which is not read", CONVERT)


def _numbers(tags: Any, tag: int) -> list[int]:
    value = tags.get(tag, ())
    return [int(v) for v in value] if isinstance(value, Sequence) else [int(value)]


def _strips(picture: TiffImagePlugin.TiffImageFile, length: int) -> list[tuple[int, int]]:
    """Offset and size of each strip. Raises UnreadableError where they are no sound list."""
    tags: Any = picture.tag_v2
    try:
        if _TILES in tags:
            raise UnreadableError("is a TIFF in tiles, which are not read", "save it in strips")
        starts, sizes = _numbers(tags, _OFFSETS), _numbers(tags, _COUNTS)
        rows = min(int(tags.get(_ROWS, tags[_HEIGHT])), int(tags[_HEIGHT])) or 1
        planes = len(_numbers(tags, _BITS)) if tags.get(_PLANAR, 1) == 2 else 1
        wanted = -(-int(tags[_HEIGHT]) // rows) * planes
    except UnreadableError:
        raise
    except Exception as error:  # as above
        raise UnreadableError(f"is a TIFF without a usable header ({error})") from None
    if len(starts) != wanted or len(sizes) != wanted:
        raise UnreadableError(f"has damaged data ({len(starts)} strips of {wanted})")
    strips = list(zip(starts, sizes, strict=True))
    end = 8
    for start, size in sorted(strips):
        if start < end or size < 1:
            raise UnreadableError("has damaged data (strips that lie over each other)")
        end = start + size
    if end > length:
        raise UnreadableError("ends too early: the file was cut off")
    return strips


def _unpacked(
    raw: bytes, picture: Any, header: Header, strips: list[tuple[int, int]]
) -> NDArray[np.uint8]:
    """Pixels that lie in the file as they are."""
    tags = picture.tag_v2
    channels = len(_numbers(tags, _BITS))
    if channels > 1 and tags.get(_PLANAR, 1) != 1:
        raise UnreadableError("is a TIFF with a plane for each colour", CONVERT)
    shape = (
        (header.height, header.width, channels) if channels > 1 else (header.height, header.width)
    )
    count = int(np.prod(shape))
    if sum(size for _, size in strips) != count:
        raise UnreadableError("has damaged data (strips of another size than the picture)")
    if all(start + size == after for (start, size), (after, _) in pairwise(strips)):
        image = np.frombuffer(raw, np.uint8, count, strips[0][0]).reshape(shape)
    else:
        data = b"".join(raw[start : start + size] for start, size in strips)
        image = np.frombuffer(data, np.uint8).reshape(shape)
    return 255 - image if tags.get(_PHOTOMETRIC) == 0 else image


def _check_sums(
    raw: bytes,
    picture: Any,
    image: Pixels,
    strips: list[tuple[int, int]],
) -> None:
    """Hold each strip against the checksum at its end, which libtiff does not read."""
    tags = picture.tag_v2
    if tags.get(_PLANAR, 1) != 1:
        raise UnreadableError("is a TIFF with a plane for each colour", CONVERT)
    rows = image.reshape(image.shape[0], image.shape[1], -1)
    if tags.get(_PHOTOMETRIC) == 0:
        rows = 255 - rows
    if tags.get(_PREDICTOR, 1) == 2:
        steps = np.empty_like(rows)
        steps[:, 0] = rows[:, 0]
        np.subtract(rows[:, 1:], rows[:, :-1], out=steps[:, 1:])
        rows = steps
    step = min(int(tags.get(_ROWS, len(rows))), len(rows))
    for number, (start, size) in enumerate(strips):
        part = np.ascontiguousarray(rows[number * step : (number + 1) * step])
        told = int.from_bytes(raw[start + size - 4 : start + size], "big")
        if zlib.adler32(part.data) != told:
            raise UnreadableError("has damaged data (a strip's checksum is another)")


def _plain(image: Any, grey: bool) -> Pixels:
    """As OpenCV has pixels: BGR, 1 bit as 0 and 255, wide integers of 16 bits."""
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)  # type: ignore[no-any-return]
    if image.dtype not in (np.uint8, np.uint16, np.float32):
        image = image.astype(np.float32)
    if grey and image.ndim == 3 and image.shape[2] == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    elif image.ndim == 3 and image.shape[2] in (3, 4):
        swap = cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        image = cv2.cvtColor(image, swap)
    return image  # type: ignore[no-any-return]

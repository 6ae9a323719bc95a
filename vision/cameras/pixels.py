"""From pixels as a camera sends them to the 8-bit grey that is inspected.

Names and layouts: EMVA, "GenICam Pixel Format Naming Convention" (PFNC) 2.4: `Mono12` lies in 16
bits, least significant byte first; `Mono12p` is a stream of bits, lowest bit first, through which
lines run on; `Mono12Packed` is GigE Vision's, two pixels in three bytes, the low bits of both in
the middle one.

The rule, the same for every picture whatever it shows:
- depth: v of n bits becomes v * 255 / (2^n - 1), rounded to the nearest. The sensor's full scale
  counts, never the brightest pixel; a value above it is refused;
- colour: grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), as for picture files in colour;
- Bayer: the two missing colours of a pixel are the mean of the nearest pixels of that colour (two
  or four of them: bilinear; the picture is mirrored at its outermost lines), then as colour, in
  full depth.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from models.ground.text import say
from vision.errors import CameraError
from vision.types import Image

PixelFormat = Literal[
    "Mono8", "Mono10", "Mono12", "Mono16", "Mono10p", "Mono12p", "Mono10Packed", "Mono12Packed",
    "BayerRG8", "BayerRG10", "BayerRG12", "BayerRG16", "BayerRG10p", "BayerRG12p",
    "BayerRG12Packed",
    "BayerGR8", "BayerGR10", "BayerGR12", "BayerGR16", "BayerGR10p", "BayerGR12p",
    "BayerGR12Packed",
    "BayerGB8", "BayerGB10", "BayerGB12", "BayerGB16", "BayerGB10p", "BayerGB12p",
    "BayerGB12Packed",
    "BayerBG8", "BayerBG10", "BayerBG12", "BayerBG16", "BayerBG10p", "BayerBG12p",
    "BayerBG12Packed",
    "RGB8", "BGR8",
]  # fmt: skip

OLDER: Final = {"RGB8Packed": "RGB8", "BGR8Packed": "BGR8"}
"""What cameras of before the PFNC call a format."""
_NAME: Final = re.compile(r"(Mono|Bayer\w\w|RGB|BGR)(\d+)(p|Packed)?")
_TO_GREY: Final = {
    # PFNC names the first line's first two pixels; OpenCV's names of two letters mean others.
    "BayerRG": cv2.COLOR_BayerRGGB2GRAY,
    "BayerGR": cv2.COLOR_BayerGRBG2GRAY,
    "BayerGB": cv2.COLOR_BayerGBRG2GRAY,
    "BayerBG": cv2.COLOR_BayerBGGR2GRAY,
    "RGB": cv2.COLOR_RGB2GRAY,
    "BGR": cv2.COLOR_BGR2GRAY,
}
_BORDER: Final = 2
"""Even, so that a mirrored line has the colours of the line beyond the edge."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a format's samples lie: `bits` of each that count, `room` that each takes."""

    colour: str
    bits: int
    packing: str

    @classmethod
    def of(cls, name: PixelFormat) -> _Layout:
        found = _NAME.fullmatch(name)
        assert found is not None, name
        return cls(found[1], int(found[2]), found[3] or "")

    @property
    def channels(self) -> int:
        return 3 if self.colour in ("RGB", "BGR") else 1

    @property
    def room(self) -> int:
        if self.packing:
            return self.bits if self.packing == "p" else 12
        return 8 if self.bits == 8 else 16


def to_grey8(raw: NDArray[np.uint8], name: PixelFormat, size: tuple[int, int], pad: int) -> Image:
    """The picture in `raw` [bytes] as Mono8 [height, width]; may be a view of `raw`.

    size: width, height [px]. pad: bytes after each line (GenTL's PaddingX).
    Raises CameraError for bytes that are no such picture.
    """
    width, height = size
    layout = _Layout.of(name)
    data, stride = _lines(raw, layout, name, size, pad)
    if layout.channels == 3:
        image = np.ndarray((height, width, 3), np.uint8, data, 0, (stride, 3, 1))
        return np.asarray(cv2.cvtColor(image, _TO_GREY[layout.colour]), np.uint8)
    samples: NDArray[Any]
    if layout.room == 8:
        samples = np.ndarray((height, width), np.uint8, data, 0, (stride, 1))
    elif layout.room == 16:
        samples = np.ndarray((height, width), "<u2", data, 0, (stride, 2)).astype(
            np.uint16, copy=False
        )
    else:
        unpack = _unpack_stream if layout.packing == "p" else _unpack_pairs
        samples = unpack(data, width * height, layout.bits).reshape(height, width)
    full = 2**layout.bits - 1
    if int(samples.max()) > full:
        raise CameraError(say("camera.values_above", most=full, format=name))
    if layout.colour != "Mono":
        samples = _demosaiced(samples, _TO_GREY[layout.colour], name)
    if layout.bits == 8:
        return np.asarray(samples, np.uint8)
    # Exact for every value of up to 16 bits: no quotient lies halfway between two greys.
    return np.asarray(cv2.convertScaleAbs(samples, alpha=255 / full), np.uint8)


def _lines(
    raw: NDArray[np.uint8], layout: _Layout, name: str, size: tuple[int, int], pad: int
) -> tuple[NDArray[np.uint8], int]:
    """The bytes of the picture's lines, and from one line to the next [bytes]. Packed ones follow
    each other without padding.
    """
    width, height = size
    if width < 1 or height < 1 or pad < 0:
        raise CameraError(say("camera.no_lines", width=width, height=height, pad=pad))
    bits = width * layout.channels * layout.room
    if bits % 8 and pad:
        raise CameraError(say("camera.half_byte", width=width, format=name, pad=pad))
    line = bits // 8
    needed = math.ceil(bits * height / 8) + pad * (height - 1)
    if len(raw) < needed:
        told = {"bytes": len(raw), "needed": needed, "format": name}
        raise CameraError(say("camera.few_bytes", width=width, height=height, **told))
    data = raw[:needed]
    if not pad or layout.room == 8:
        return data, line + pad
    rows = np.ndarray((height, line), np.uint8, data, 0, (line + pad, 1))
    return np.ascontiguousarray(rows).reshape(-1), line


def _unpack_stream(data: NDArray[np.uint8], count: int, bits: int) -> NDArray[np.uint16]:
    """Samples of 10 or 12 bits from a stream of bits, lowest first: 4 in 5 bytes, or 2 in 3."""
    together, size = (4, 5) if bits == 10 else (2, 3)
    groups = -(-count // together)
    data = _filled(data, groups * size)
    samples = np.empty((groups, together), np.uint16)
    for number in range(together):
        first, shift = divmod(number * bits, 8)
        words = np.ndarray((groups,), "<u2", data, first, (size,))
        np.bitwise_and(words >> shift, 2**bits - 1, out=samples[:, number])
    return samples.reshape(-1)[:count]


def _unpack_pairs(data: NDArray[np.uint8], count: int, bits: int) -> NDArray[np.uint16]:
    """Samples of 10 or 12 bits, two in three bytes: high bits of the first, low bits of both (the
    first's below), high bits of the second.
    """
    groups = -(-count // 2)
    data, up, mask = _filled(data, groups * 3), bits - 8, 2 ** (bits - 8) - 1
    low = data[1::3]
    samples = np.empty((groups, 2), np.uint16)
    np.left_shift(data[0::3], up, out=samples[:, 0], dtype=np.uint16)
    samples[:, 0] |= low & mask
    np.left_shift(data[2::3], up, out=samples[:, 1], dtype=np.uint16)
    samples[:, 1] |= (low >> 4) & mask
    return samples.reshape(-1)[:count]


def _filled(data: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The last group made whole."""
    return np.pad(data, (0, size - len(data))) if len(data) < size else data


def _demosaiced(samples: NDArray[Any], code: int, name: str) -> NDArray[Any]:
    """Grey of each pixel of a colour mosaic [height, width], as deep as it is."""
    if min(samples.shape) <= _BORDER:
        raise CameraError(say("camera.few_pixels", format=name, least=_BORDER + 1))
    # OpenCV copies the outermost pixels from their neighbours; with mirrored lines round the
    # picture they are made like all others.
    wide = cv2.copyMakeBorder(samples, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_REFLECT_101)
    grey = cv2.cvtColor(wide, code)[_BORDER:-_BORDER, _BORDER:-_BORDER]
    return np.asarray(grey)

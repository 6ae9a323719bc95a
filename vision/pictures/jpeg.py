"""JPEG (ITU T.81): decoded by libjpeg-turbo, whose warnings are errors here.

A hole in the data, a cut with the end marker put back, a wrong restart marker: libjpeg warns, goes
on and fills up with grey. A scan that is missing altogether is no error to it: see for ourselves.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from vision.pictures.drift import check_drift
from vision.pictures.errors import UnreadableError
from vision.pictures.header import Header
from vision.pictures.quantisation import SIDE, check_tables, finer_means

_NO_FRAME = {0xC4, 0xC8, 0xCC}
_MOST_SCANS = 200
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the data of a scan: a marker that is no restart."""
_MULTI = b"MPF\0"


@dataclass(slots=True)
class _Frame:
    """What the segments before the pixels tell, and where the first scan begins.

    luma: number of its quantisation table. rows: px from one row of coded units to the next.
    tables: bodies of DQT segments by where they stand.
    """

    width: int = 0
    height: int = 0
    depth: int = 0
    components: tuple[int, ...] = ()
    luma: int = 0
    rows: int = SIDE
    adobe: bool = False
    several: bool = False
    tables: dict[int, bytes] = field(default_factory=dict)
    scan: int = 0


def jpeg_header(raw: bytes) -> Header:
    """From the frame header and the segments before it."""
    return _header(_frame(raw))


def decode_jpeg(raw: bytes, *, grey: bool) -> tuple[Header, NDArray[np.uint8]]:
    """Pixels [h, w] of a grey picture or where grey is asked for (luma), else [h, w, 3] (BGR)."""
    frame = _frame(raw)
    header = _header(frame)
    header.check()
    if header.depth != 8 or header.layout not in ("grey", "colour"):
        header.check_inspectable()
    for tables in frame.tables.values():
        check_tables(tables)
    _check_scans(raw, frame)
    wanted = "GRAY" if grey or header.layout == "grey" else "BGR"
    try:
        image = simplejpeg.decode_jpeg(raw, colorspace=wanted, strict=True)
    except (ValueError, MemoryError, RuntimeError) as error:
        raise UnreadableError(f"has damaged data ({error})") from None
    image = np.asarray(image, np.uint8)
    if wanted == "BGR":
        return header, image
    luma = image[:, :, 0]
    check_drift(luma, frame.rows, lambda: finer_means(raw, frame.tables, frame.luma))
    return header, luma


def _header(frame: _Frame) -> Header:
    count = len(frame.components)
    layout = {1: "grey", 3: "colour", 4: "CMYK"}.get(count, f"{count}-channel")
    pictures = 2 if frame.several else 1
    return Header("JPEG", frame.width, frame.height, frame.depth, layout, False, pictures)


def _frame(raw: bytes) -> _Frame:
    at, frame = 2, _Frame()
    while at + 4 <= len(raw):
        if raw[at] != 0xFF:
            break
        marker = raw[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        body = raw[at + 4 : at + 2 + length]
        if marker == 0xDA:
            frame.scan = at
            break
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            if len(body) < 6:
                break
            frame.depth, frame.height, frame.width = struct.unpack(">BHH", body[:5])
            frame.components = tuple(body[6 : 6 + 3 * body[5] : 3])
            if len(frame.components) > 1 and len(body) > 8:
                frame.rows = SIDE * max(1, body[7] & 15)
            frame.luma = body[8] if len(body) > 8 else 0
        elif marker == 0xDB:
            frame.tables[at + 4] = body
        elif marker == 0xE2 and body.startswith(_MULTI):
            frame.several = _pictures(body) > 1
        at += 2 + length
    if not frame.components:
        raise UnreadableError("is a JPEG without a frame header")
    return frame


def _pictures(body: bytes) -> int:
    """How many pictures a multi-picture file (CIPA DC-007) says that it holds."""
    order = "<" if body[4:6] == b"II" else ">"
    found = body.find(struct.pack(order + "HHI", 0xB001, 4, 1))
    return int(struct.unpack(order + "I", body[found + 8 : found + 12])[0]) if found > 0 else 1


def _check_scans(raw: bytes, frame: _Frame) -> None:
    """Raise UnreadableError unless the scans bring every coefficient to its last bit."""
    lacking = {component: np.full(64, -1) for component in frame.components}
    at = frame.scan
    for _ in range(_MOST_SCANS):
        if not at:
            raise UnreadableError("has damaged data (a scan is missing)")
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        body = raw[at + 4 : at + 2 + length]
        count = body[0] if body else 0
        if len(body) < 2 * count + 4:
            raise UnreadableError("has damaged data (a scan without a header)")
        first, last, bits = body[2 * count + 1 : 2 * count + 4]
        for component in body[1 : 2 * count + 1 : 2]:
            if component in lacking:
                lacking[component][first : last + 1] = bits & 15
        if not any(left.any() for left in lacking.values()):
            return
        at = _next_scan(raw, at + 2 + length)
    raise UnreadableError("has damaged data (more scans than a picture has)")


def _next_scan(raw: bytes, at: int) -> int:
    """Where the next scan's marker stands, 0 at the end."""
    while found := _MARKER.search(raw, at):
        at = found.start()
        marker = raw[at + 1]
        if marker == 0xDA:
            return at
        if marker == 0xD9:
            return 0
        at += 2 + int.from_bytes(raw[at + 2 : at + 4], "big")
    return 0

"""How far a TIFF reaches by what its first directory refers to (TIFF 6.0, section 2)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from vision.pictures.errors import UnreadableError

SLACK = 64
"""Bytes that writers leave behind the last one for alignment."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value of each field type."""


def require_all_referred_to(raw: bytes, strips: Iterable[tuple[int, int]]) -> None:
    """Raise UnreadableError when more follows than the directory and the strips know of: pixels
    that are not packed have no checksum, so that a piece that stands twice would show the part
    shifted, and nothing would tell. strips: offset and size of each.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(raw[:4])
    if order is None:  # BigTIFF: rare, and never of this size
        return
    try:
        end = max(max(start + size for start, size in strips), _end_of_directory(raw, order))
    except struct.error:
        raise UnreadableError("is a TIFF without a usable header") from None
    if len(raw) > end + SLACK:
        raise UnreadableError(f"is {len(raw):,} bytes long, and refers to {end:,} of them")


def _end_of_directory(raw: bytes, order: str) -> int:
    (at,) = struct.unpack_from(order + "I", raw, 4)
    (count,) = struct.unpack_from(order + "H", raw, at)
    end = at + 2 + 12 * count + 4
    for number in range(count):
        field = struct.unpack_from(order + "HHII", raw, at + 2 + 12 * number)
        size = _SIZES.get(field[1], 1) * field[2]
        if size > 4:
            end = max(end, field[3] + size)
    return int(end)

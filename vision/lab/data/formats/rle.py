"""Run lengths of COCO masks: `counts` of background and mark by turns, column after column.

Compressed counts are text, five bits a character and, from the third count on, the difference to
the count before the last (https://github.com/cocodataset/cocoapi, maskApi.c).
"""

from __future__ import annotations

from typing import Any

from vision.lab.data.findings import Corners
from vision.lab.data.saying import told

_MOST_PX = 1 << 31


def box_of_runs(segmentation: dict[str, Any]) -> tuple[Corners | None, tuple[int, int]]:
    """The box around what run lengths mark (None if nothing) and their (height, width).

    Raises ValueError, in words, for what are no run lengths of a picture.
    """
    size = segmentation.get("size")
    if not isinstance(size, list) or len(size) != 2 or not all(_is_count(side) for side in size):
        raise ValueError(told("file.rle_size", "its size is not [height, width]"))
    height, width = size
    counts = segmentation.get("counts")
    runs = _decompressed(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(_is_count(run) for run in runs):
        raise ValueError(told("file.rle_counts", "its counts are no run lengths"))
    if sum(runs) != height * width or height * width > _MOST_PX:
        raise ValueError(
            told(
                "file.rle_cover",
                "its counts cover {count} px, not {width}x{height}",
                count=sum(runs),
                width=width,
                height=height,
            )
        )
    return _box(runs, height), (height, width)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _box(runs: list[int], height: int) -> Corners | None:
    left = top = 1 << 31
    right = bottom = -1
    at = 0
    for number, run in enumerate(runs):
        if number % 2 and run:
            first, last = divmod(at, height), divmod(at + run - 1, height)
            left, right = min(left, first[0]), max(right, last[0])
            if first[0] == last[0]:
                top, bottom = min(top, first[1]), max(bottom, last[1])
            else:  # goes on in the next column: from its top to this one's bottom
                top, bottom = 0, height - 1
        at += run
    if right < 0:
        return None
    return float(left), float(top), float(right + 1), float(bottom + 1)


def _decompressed(text: str) -> list[int]:
    """Counts from their text. Raises ValueError."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError(told("file.rle_text", "its counts are no compressed run lengths"))
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError(told("file.rle_end", "its counts end in the middle of a number"))
    return counts

"""Damaged JPEG data that decoders read without a word.

After a changed byte the Huffman code often falls in step again. Each block's mean (DC) is coded as
the difference to the one before, so that all that follows are too dark or too bright by the same.
Two signs tell it: a step that runs along the edges of blocks, as no part does, and blocks whose
unclipped mean lies outside what eight bits hold, so that their pixels cannot have been encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from vision.pictures.errors import UnreadableError
from vision.pictures.quantisation import SIDE

Steps = NDArray[np.int16]

STRONG = 16
"""A step [grey] that a row of blocks rarely has to the next one."""
SUSPECTED = 0.1
"""Share of the columns with such a step: else, and where no pixels are clipped, means are not
looked at, which takes longer."""
WEAK, MOST = 5, 100
"""The least and greatest height [grey] of a step that is looked for; a higher one drives means out
of grey, and circuit boards have such edges."""
CROSSED = 0.75
"""Share of the columns of blocks with a step of one sign, where a drift begins or ends."""
EVEN, TOLERANCE = 0.5, 0.25
"""Share of the columns, before the bend and after it, in which the step is as high as its median,
and by how much [of it]."""
STRAIGHT = 0.25
"""Share of the columns that may cross the other edge of the row: else it is a part's straight edge.
"""
ELSEWHERE = 0.55
"""Share of the columns that such a step may have inside blocks: circuit boards have many."""
_ENDS = 2
"""Columns at both ends of a row: a step that begins there is as straight as a part's edge."""


def check_drift(
    image: NDArray[np.uint8], rows: int, finer: Callable[[], tuple[bytes, float, float] | None]
) -> None:
    """Raise UnreadableError for a JPEG whose means drifted off.

    image: its luma [h, w]. rows: px from one row of coded units to the next. finer: gives the file
    with means that are not clipped, as `finer_means`.
    """
    if min(image.shape) < 4 * rows:  # no pattern to see
        return
    steps = _steps(image, 0, rows)
    strong = (np.abs(steps) > STRONG).mean(axis=1).max() > SUSPECTED
    suspected = strong and _clipped(image[::4]) > SIDE
    if _runs_along_blocks(image, steps, rows) or (suspected and _beyond_grey(image, finer())):
        raise UnreadableError(
            "has damaged data (from one block of pixels on, all are too dark or too bright)",
            "take the picture anew, or restore the file",
        )


def _steps(image: NDArray[np.uint8], inside: int, rows: int) -> Steps:
    """Steps [grey] across the upper edge of each row of units, or `inside` px below it, beyond the
    slope on both sides: (edges, columns of blocks).
    """
    first, width = rows + inside, image.shape[1] // SIDE
    count = len(range(first, image.shape[0] - 1, rows))
    lines = [
        cv2.resize(
            image[first + near :: rows, : width * SIDE][:count],
            (width, count),
            interpolation=cv2.INTER_AREA,
        ).astype(np.int16)
        for near in (-2, -1, 0, 1)
    ]
    return np.asarray((3 * (lines[2] - lines[1]) - (lines[3] - lines[0])) // 2, np.int16)


def _runs_along_blocks(image: NDArray[np.uint8], steps: Steps, rows: int) -> bool:
    """Whether a step runs along one row's upper edge and, up to some column, along its lower one;
    of one height, and not only since this picture has such steps inside blocks as well.
    """
    for sign in (1, -1):
        for row, column in _crossings(steps * sign > WEAK, CROSSED):
            parts = (steps[row + 1, :column], steps[row, column:])
            beside = (steps[row, :column], steps[row + 1, column:])
            height = float(np.median(np.concatenate(parts)))
            near = max(3, TOLERANCE * abs(height))
            even = min((np.abs(part - height) <= near).mean() for part in parts)
            straight = max((part * sign > abs(height) / 2).mean() for part in beside)
            if even < EVEN or straight > STRAIGHT or abs(height) > MOST:
                continue
            if not _steps_inside(image, rows, max(WEAK, abs(height) / 2)):
                return True
    return False


def _steps_inside(image: NDArray[np.uint8], rows: int, height: float) -> bool:
    """Whether steps of such a height [grey] cross the picture inside blocks."""
    for inside in range(2, SIDE - 1):  # nearer ones see the edge of the block
        steps = _steps(image, inside, rows)
        for sign in (1, -1):
            if any(_crossings(steps * sign > height, ELSEWHERE)):
                return True
    return False


def _crossings(crossed: NDArray[np.bool_], least: float) -> Iterator[tuple[int, int]]:
    """Each edge, and the column from which it is crossed, the next lower edge being crossed before
    that column, where that makes up at least so great a share of the columns.
    """
    counts, width = crossed.sum(axis=1), crossed.shape[1]
    for row in np.flatnonzero(counts[:-1] + counts[1:] >= least * width):
        lower = np.concatenate([[0], crossed[row + 1].cumsum()])
        upper = counts[row] - np.concatenate([[0], crossed[row].cumsum()])
        both = (lower + upper)[_ENDS:-_ENDS]
        if both.max() >= least * width:
            yield int(row), int(both.argmax()) + _ENDS


def _clipped(image: NDArray[np.uint8]) -> int:
    """How many pixels are 0, or 255 if these are more."""
    return image.size - min(cv2.countNonZero(image), cv2.countNonZero(cv2.bitwise_not(image)))


def _beyond_grey(image: NDArray[np.uint8], finer: tuple[bytes, float, float] | None) -> bool:
    """Whether a block's mean differs from that of its pixels by more than rounding can: they were
    clipped. The mean alone, with a finer quantisation, is decoded without being clipped.
    """
    if finer is None:
        return False
    data, factor, rounding = finer
    try:
        small = simplejpeg.decode_jpeg(
            data, colorspace="GRAY", min_height=1, min_width=1, min_factor=SIDE, strict=True
        )[:, :, 0]
    except (ValueError, MemoryError, RuntimeError) as error:
        raise UnreadableError(f"has damaged data ({error})") from None
    height, width = image.shape[0] // SIDE, image.shape[1] // SIDE
    seen = cv2.resize(
        image[: height * SIDE, : width * SIDE], (width, height), interpolation=cv2.INTER_AREA
    )
    told = (small[:height, :width].astype(np.float32) - 128) * factor + 128
    return bool(np.abs(told - seen).max() > rounding + factor / 2 + 2)

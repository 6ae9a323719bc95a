"""What a mask marks, by its content and not by its file's kind, and the boxes around it.

Background is black, or transparent, or the first colour of a palette (of that and black, if both
occur, what covers more). Of what is left, marked is what is brighter than half: above 127 in 8
bits, above half of the greatest value in 16 bits. A mask whose greatest value is 127 or less counts
its classes or objects: everything above 0 is marked (in a JPEG, which blurs, what is above half of
the greatest value).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.lab.data.findings import Corners
from vision.pictures import Pixels, UnreadableError, read_pixels

THRESHOLD = 127
GAP = 0.01  # of the picture's longer side: areas that lie closer are pieces of one defect
SPECK_PX, SPECK_SHARE = 25, 0.01  # smaller than both, the latter of the mask's largest: a slip
FAINT = 1 / 16  # of the greatest value: JPEG leaves as much around what is marked
RINGING_PX = 16  # and reaches so far
MOST = 0.75  # share of the picture above which a mask may be inverted


@dataclass(frozen=True, eq=False)
class Mask:
    """A mask [h, w], above THRESHOLD where the part is defective.

    note: what is unusual about its values. faint: areas that are marked, but below half.
    """

    values: NDArray[np.uint8]
    note: str = ""
    faint: int = 0

    @property
    def marked(self) -> NDArray[np.bool_]:
        """Where the part is defective."""
        return np.asarray(self.values > THRESHOLD, np.bool_)


def read_mask(path: Path) -> Mask:
    """Read a mask file. Raises UnreadableError, OSError."""
    pixels = read_pixels(path)
    first = _first_colour(path)
    if first is not None and pixels.ndim == 3:
        return _of_palette(pixels[:, :, :3], first)
    return mask_of(_levels(pixels), blurred=path.suffix.lower() in (".jpg", ".jpeg", ".webp"))


def _of_palette(colours: Pixels, first: tuple[int, int, int]) -> Mask:
    """The mask in colours [h, w, 3] of a palette with this first one."""
    differ = (colours != np.asarray(first, np.uint8)).any(axis=2)
    note = _inverted(differ)
    coloured = colours.any(axis=2)
    if any(first) and coloured.sum() < differ.sum():  # some tools number what is marked first
        differ = coloured
        note = "has black and, first in its palette, another colour: black covers more and was "
        note += "taken as background"
    return Mask(np.where(differ, np.uint8(255), np.uint8(0)), note)


def mask_of(levels: Pixels, *, blurred: bool = False) -> Mask:
    """The mask in one channel [h, w] of any depth. Raises UnreadableError for what is no number."""
    greatest = float(levels.max(initial=0))
    if not np.isfinite(levels).all():
        raise UnreadableError("holds values that are no numbers")
    if greatest <= 0:
        return Mask(np.zeros(levels.shape, np.uint8))
    if levels.dtype == np.uint8 and greatest > THRESHOLD:
        values, half, note = np.asarray(levels, np.uint8), float(THRESHOLD), ""
    else:
        counted = THRESHOLD if greatest <= THRESHOLD and not blurred else None
        whole = np.issubdtype(levels.dtype, np.integer)
        half = 0.0 if counted and whole else greatest / 2
        values = np.where(levels > half, np.uint8(255), np.uint8(0))
        note = f"has values up to {greatest:g}; what is above {half:g} was taken as marked"
    marked = values > THRESHOLD
    inverted = _inverted(marked)
    note = f"{note}; it {inverted}" if note and inverted else note or inverted
    return Mask(values, note, _faint(levels, marked, greatest))


def boxes_of(marked: NDArray[np.bool_]) -> list[Corners]:
    """Boxes x1, y1, x2, y2 around the defects of a mask [h, w], see `areas_of`."""
    return areas_of(marked)[0]


def areas_of(marked: NDArray[np.bool_]) -> tuple[list[Corners], int]:
    """Boxes around the defects of a mask [h, w], and how many specks were left out.

    A defect is an area (8 neighbours) with all areas no farther from it than 1 % of the longer
    side: brush strokes leave gaps. Specks beside something 100 times as large are no defect.
    """
    reach = int(np.ceil(GAP * max(marked.shape) / 2))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    joined = cv2.dilate(marked.astype(np.uint8), disc)
    count, names = cv2.connectedComponents(joined, connectivity=8)
    ys, xs = np.nonzero(marked)
    mine = np.asarray(names[ys, xs], np.int64)
    areas = np.bincount(mine, minlength=count)[1:]
    low = np.full((count, 2), np.iinfo(np.int64).max)
    high = np.zeros((count, 2), np.int64)
    np.minimum.at(low, mine, np.stack([xs, ys], axis=1))
    np.maximum.at(high, mine, np.stack([xs, ys], axis=1))
    kept = areas >= min(SPECK_PX, SPECK_SHARE * areas.max(initial=0))
    boxes: list[Corners] = [
        (float(low[i, 0]), float(low[i, 1]), float(high[i, 0] + 1), float(high[i, 1] + 1))
        for i in np.flatnonzero(kept) + 1
    ]
    return boxes, int((~kept).sum())


def _inverted(marked: NDArray[np.bool_]) -> str:
    """What is to be said of a mask that marks nearly all; '' for any other."""
    share = float(marked.mean())
    return f"marks {share:.0%} of the picture: it may be inverted" if share > MOST else ""


def _levels(pixels: Pixels) -> Pixels:
    """One channel: the brightest colour, or the opacity where that alone says what is marked."""
    if pixels.ndim == 2:
        return pixels
    colour: Pixels = pixels[:, :, : 1 if pixels.shape[2] == 2 else 3].max(axis=2)
    if pixels.shape[2] not in (2, 4):
        return colour
    alpha: Pixels = pixels[:, :, -1]
    if alpha.min() == alpha.max():
        return colour
    shown = colour[alpha > 0]
    if shown.min() == shown.max():
        return alpha
    masked: Pixels = np.where(alpha > 0, colour, colour.dtype.type(0))
    return masked


def _faint(levels: Pixels, marked: NDArray[np.bool_], greatest: float) -> int:
    """Areas that stand for themselves below half of the greatest value: another class, perhaps."""
    near = np.ones((2 * RINGING_PX + 1, 2 * RINGING_PX + 1), np.uint8)
    far = (levels > 0) & ~cv2.dilate(marked.astype(np.uint8), near).astype(bool)
    return max(_alone(levels > greatest * FAINT, marked), _alone(far, marked))


def _alone(shown: NDArray[np.bool_], marked: NDArray[np.bool_]) -> int:
    """Areas of a noticeable size that hold nothing marked."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(shown.astype(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= SPECK_PX
    large[0] = False
    large[np.unique(names[marked])] = False
    return int(large.sum())


def _first_colour(path: Path) -> tuple[int, int, int] | None:
    """The first colour (blue, green, red) of a PNG's palette (ISO 15948, 11.2.2)."""
    with path.open("rb") as file:
        if file.read(8) != b"\x89PNG\r\n\x1a\n":
            return None
        while len(head := file.read(8)) == 8:
            length, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind == b"PLTE" and length >= 3:
                red, green, blue = file.read(3)
                return blue, green, red
            if kind in (b"IDAT", b"IEND"):
                return None
            file.seek(length + 4, 1)
    return None

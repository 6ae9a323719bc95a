"""Composing boards from a pair: golden sample plus a choice of the board's real defects.

The cell meets boards that are the golden sample except for one to three defects, so training
and the part-level simulation build such boards from DeepPCB pairs. DeepPCB boards also carry
unlabelled blemishes and are misaligned by up to 5 px against their golden sample; both are
handled here so that the labels that remain tell the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.lab.training.deeppcb import Image, Pair

TOLERANCE_PX = 11  # window of the shift-tolerant comparison: differences up to 5 px are slack
MIN_BLEMISH_PX = 12  # connected difference below this many pixels is edge noise


def strong_difference(board: Image, golden: Image, window: int) -> NDArray[np.bool_]:
    """Where the board is brighter or darker than all golden pixels within the window [H, W]."""
    kernel = np.ones((window, window), np.uint8)
    brighter = cv2.subtract(board, cv2.dilate(golden, kernel)) > 100
    darker = cv2.subtract(cv2.erode(golden, kernel), board) > 100
    return np.asarray(brighter | darker, np.bool_)


def remove_blemishes(pair: Pair) -> Pair:
    """The pair with unlabelled differences of the board painted over by the golden sample."""
    difference = strong_difference(pair.board, pair.golden, TOLERANCE_PX).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(difference, connectivity=8)
    board = pair.board.copy()
    for x, y, w, h, area in stats[1:count]:
        if area < MIN_BLEMISH_PX:
            continue
        near = boxes_touch(pair.boxes, np.array([x, y, x + w, y + h], np.float32), 2.0)
        if near.any():
            continue
        rows, cols = slice(max(0, y - 8), y + h + 8), slice(max(0, x - 8), x + w + 8)
        patch = pair.golden[rows, cols].copy()
        for x1, y1, x2, y2 in pair.boxes.astype(int):  # never paint over a labelled defect
            r1, c1 = max(y1 - rows.start, 0), max(x1 - cols.start, 0)
            r2, c2 = y2 - rows.start, x2 - cols.start
            if r2 > 0 and c2 > 0:
                patch[r1:r2, c1:c2] = board[rows, cols][r1:r2, c1:c2]
        board[rows, cols] = patch
    return Pair(pair.name, board, pair.golden, pair.boxes, pair.labels)


def boxes_touch(
    boxes: NDArray[np.float32], box: NDArray[np.float32], margin: float
) -> NDArray[np.bool_]:
    """Which of the boxes [n, 4] come within the margin (px) of one box [4]: [n]."""
    clear = (
        (boxes[:, 0] > box[2] + margin)
        | (boxes[:, 2] < box[0] - margin)
        | (boxes[:, 1] > box[3] + margin)
        | (boxes[:, 3] < box[1] - margin)
    )
    return np.asarray(~clear, np.bool_)


def close_selection(
    boxes: NDArray[np.float32], wanted: NDArray[np.bool_], margin: float
) -> NDArray[np.bool_]:
    """Grow a selection until no unselected box touches a selected one (they share pixels)."""
    chosen = wanted.copy()
    queue = list(np.flatnonzero(chosen))
    while queue:
        touched = boxes_touch(boxes, boxes[queue.pop()], 2 * margin) & ~chosen
        queue += list(np.flatnonzero(touched))
        chosen |= touched
    return chosen


@dataclass(frozen=True)
class Paste:
    """How defects are transplanted: margin around the box (px), edge softness (px), shape."""

    margin: int = 0
    feather: float = 0.0
    defect_only: bool = False


def compose(pair: Pair, wanted: NDArray[np.bool_], base: str, paste: Paste) -> Pair:
    """A board that shows just the wanted defects [n] (and those whose boxes touch them).

    base 'golden': the golden sample with the wanted defects pasted in.
    base 'board': the real board with the other defects painted over by the golden sample.
    """
    margin = float(paste.margin)
    chosen = close_selection(pair.boxes, wanted, margin)
    source, target = (pair.board, pair.golden) if base == "golden" else (pair.golden, pair.board)
    moved = chosen if base == "golden" else ~chosen
    board = target.copy()
    pad = int(np.ceil(3 * paste.feather))
    for x1, y1, x2, y2 in pair.boxes[moved].astype(int):
        top, left = max(0, y1 - paste.margin - pad), max(0, x1 - paste.margin - pad)
        rows, cols = slice(top, y2 + paste.margin + pad), slice(left, x2 + paste.margin + pad)
        new = source[rows, cols]
        height, width = int(new.shape[0]), int(new.shape[1])
        mask = np.zeros((height, width), np.uint8)
        inner = (slice(pad, max(pad, height - pad)), slice(pad, max(pad, width - pad)))
        if paste.defect_only:
            spot = strong_difference(pair.board[rows, cols], pair.golden[rows, cols], 3)
            grown = cv2.dilate(spot.astype(np.uint8), np.ones((5, 5), np.uint8))
            mask[inner] = grown[inner]
        else:
            mask[inner] = 1
        if paste.feather > 0:
            soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), paste.feather)
            old = board[rows, cols].astype(np.float32)
            board[rows, cols] = np.rint(old + soft * (new - old)).clip(0, 255).astype(np.uint8)
        else:
            board[rows, cols] = np.where(mask > 0, new, board[rows, cols])
    return Pair(pair.name, board, pair.golden, pair.boxes[chosen], pair.labels[chosen])

"""Pictures that are the same or nearly the same: a perceptual hash, then a look at the detail.

Parts of one kind before a fixed camera all look alike, so first what the set has in common is
taken away: the mean picture and, in larger sets, its strongest variations. The hash is the signs of
255 low frequencies (cosine transform) of what is left, so light and contrast do not change it, and
turning or mirroring only flips or swaps signs: all eight ways to lay a square are compared. Pairs
of close hashes count if their detail correlates.

Measured on DeepPCB, magnetic tile and BSData (120 copies of each kind, all found): JPEG at quality
60, half size, noise, mirrored, turned by 90 deg. Missed in BSData, whose pictures differ by little:
copies moved by 0.4 % (12 of 40) or clipped by stronger light (3 of 40).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 96
"""Side of the thumbnail that is compared [px]."""
FREQUENCIES = 16
BITS_APART = 90
"""Hashes of unrelated pictures differ in 128 +- 8 of 256 bits; below this a pair is looked at."""
ALIKE = 0.7
"""Correlation of the detail from which two pictures count as nearly the same."""
ALIKE_TURNED = 0.9
"""The same where one is turned: what the set has in common does not turn with it, and stays."""
WAYS = ("", "mirrored", "upside down", "turned by 180 deg", "transposed", "turned by 90 deg",
        "turned by 270 deg", "transposed and turned by 180 deg")  # fmt: skip

_MEAN_FROM, _PICTURES_PER_VARIATION, _VARIATIONS = 20, 40, 16
_LEFT = 0.15
"""A picture of whose detail less than this share is left is compared whole: it stands for many
copies, which are themselves what the set has in common."""
_SAMPLE, _BLOCK = 800, 512

Detail = NDArray[np.float32]


@dataclass(frozen=True)
class Pair:
    """Two pictures by index, how alike their detail is (-1..1), how the second is turned."""

    first: int
    second: int
    alike: float
    way: str


def detail_of(grey: NDArray[np.uint8]) -> Detail:
    """Fine detail of a mono8 picture [h, w]: [96, 96] of norm 1, or 0 for an even picture."""
    thumb = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(thumb, (0, 0), 0.7)
    detail = small - cv2.GaussianBlur(small, (0, 0), SIDE / 32)
    norm = float(np.linalg.norm(detail))
    return np.asarray(detail / norm if norm > 1.0 else detail * 0, np.float32)


def near_pairs(details: Sequence[Detail], alike: float = ALIKE) -> list[Pair]:
    """Pairs (first < second) of nearly the same picture, most alike first."""
    if len(details) < 2:
        return []
    whole = np.stack(details)
    own = _own(whole.reshape(len(details), -1)).reshape(-1, SIDE, SIDE)
    waves_whole, waves_own = _waves(whole), _waves(own)
    best: dict[tuple[int, int], Pair] = {}
    for way, name in enumerate(WAYS):
        pictures, waves = (whole, waves_whole) if way else (own, waves_own)
        least = max(alike, ALIKE_TURNED) if way else alike
        for first, second in _close(waves, way):
            score = float(np.vdot(pictures[first], _turn(pictures[second], way)))
            if score >= least and (first, second) not in best:
                best[first, second] = Pair(first, second, score, name)
    return sorted(best.values(), key=lambda pair: -pair.alike)


def _own(details: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each picture [n, 96 * 96] has of its own, norm 1 a row."""
    count = len(details)
    if count < _MEAN_FROM:
        return details
    mean = details.mean(axis=0)
    rest = details - mean
    variations = min(_VARIATIONS, count // _PICTURES_PER_VARIATION)
    if variations:
        some = rest[:: max(1, count // _SAMPLE)]
        power, vectors = np.linalg.eigh(some @ some.T)
        basis = some.T @ vectors[:, -variations:] / np.sqrt(np.maximum(power[-variations:], 1e-9))
        rest -= (rest @ basis) @ basis.T
    left = np.linalg.norm(rest, axis=1, keepdims=True)
    return np.where(left < _LEFT, details, rest / np.maximum(left, _LEFT)).astype(np.float32)


def _waves(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosine amplitudes [n, 16, 16] of pictures [n, 96, 96]."""
    return np.stack([cv2.dct(picture)[:FREQUENCIES, :FREQUENCIES] for picture in pictures])


def _hashes(waves: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Signs of the amplitudes, four words a picture; the mean (index 0, 0) tells nothing."""
    bits = (waves > 0).reshape(len(waves), -1)
    bits[:, 0] = False
    return np.packbits(bits, axis=1).view(np.uint64)


def _turn(image: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    """One of the eight ways to lay a square [.., h, w]: bit 0 mirrors x, 1 y, 2 transposes."""
    image = image.swapaxes(-1, -2) if way & 4 else image
    image = image[..., ::-1] if way & 1 else image
    return image[..., ::-1, :] if way & 2 else image


def _turn_waves(waves: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    """The same in the cosine transform: mirroring negates the odd frequencies of that axis."""
    odd = np.where(np.arange(FREQUENCIES) % 2, -1.0, 1.0).astype(np.float32)
    waves = waves.swapaxes(-1, -2) if way & 4 else waves
    waves = waves * odd if way & 1 else waves
    return waves * odd[:, None] if way & 2 else waves


def _close(waves: NDArray[np.float32], way: int) -> Iterator[tuple[int, int]]:
    """Index pairs, first < second, whose hashes lie close; in blocks to keep memory small."""
    upright, turned = _hashes(waves), _hashes(_turn_waves(waves, way))
    for start in range(0, len(upright), _BLOCK):
        rows = upright[start : start + _BLOCK]
        apart = np.zeros((len(rows), len(turned)), np.uint16)
        for word in range(upright.shape[1]):
            apart += np.bitwise_count(rows[:, word, None] ^ turned[None, :, word])
        for row, second in np.argwhere(apart < BITS_APART).tolist():
            if start + row < second:
                yield start + row, second

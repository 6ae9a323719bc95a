"""What the belt and a board look like from straight above: grey pictures with a scale. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Image

BOARD_M = 0.108
ART_M = 0.100
THICKNESS_M = 0.0016

ART_PX_PER_M = 6400.0  # 640 px over 100 mm
ART_LEFT_PX = 32  # where the artwork begins in a board's texture; the rim is 25.6 px wide
TEXTURE_PX = 640 + 2 * ART_LEFT_PX

BELT_PX_PER_M = 7000.0
BELT_PERIOD_PX = 4096  # the belt's pattern repeats after this travel
BELT_ROWS_PX = 1400

DARK, BRIGHT, RIM = 70, 200, 170  # greys of artwork and bare rim in full light
BELT = 36.0
STREAKS = 26


@dataclass(frozen=True, slots=True)
class BoardSurface:
    """A board's texture `grey`, scaled by its `coverage` (0..255); each (704, 704)."""

    grey: Image
    coverage: Image


class BoardPainter:
    """Turns artwork into a board as a machine-vision camera sees it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._coverage = _board_coverage()
        weave = _grain(rng, (TEXTURE_PX, TEXTURE_PX), 1.2) * 2.2
        mottle = _grain(rng, (TEXTURE_PX, TEXTURE_PX), 9.0) * 2.6
        self._relief = (weave + mottle).astype(np.float32)
        self._greys = np.linspace(DARK, BRIGHT, 256).astype(np.uint8)

    def paint(self, art: Image) -> BoardSurface:
        """The board that carries `art` (640, 640), canonical view."""
        board = np.full((TEXTURE_PX, TEXTURE_PX), RIM, np.uint8)
        inner = slice(ART_LEFT_PX, ART_LEFT_PX + art.shape[0])
        board[inner, inner] = cv2.LUT(art, self._greys)
        lively = cv2.add(board, self._relief, dtype=cv2.CV_8U)
        grey = cv2.multiply(lively, self._coverage, scale=1.0 / 255.0)
        return BoardSurface(np.asarray(grey, np.uint8), self._coverage)


def belt_texture(rng: np.random.Generator) -> Image:
    """Dark belt with faint streaks, (rows, two periods): any offset along x is a slice."""
    shape = (BELT_ROWS_PX, BELT_PERIOD_PX)
    fabric = (
        _grain(rng, shape, 1.1) * 2.4 + _grain(rng, shape, 6.0) * 1.8 + _grain(rng, shape, 45.0)
    )
    for _ in range(STREAKS):
        _add_streak(fabric, rng)
    one = np.clip(BELT + fabric, 0, 255).astype(np.uint8)
    return np.concatenate([one, one], axis=1)


def _add_streak(fabric: NDArray[np.float32], rng: np.random.Generator) -> None:
    """One faint mark along the belt, fading at its ends, which may run over the belt's seam."""
    row, width = int(rng.integers(20, BELT_ROWS_PX - 20)), rng.uniform(0.8, 3.5)
    start, length = int(rng.integers(BELT_PERIOD_PX)), int(rng.integers(200, 2500))
    along, rows = np.arange(length), np.arange(-20, 20)
    fade = np.clip(np.minimum(along, length - along) / 150.0, 0.0, 1.0)
    drift = rng.normal(0.0, 0.002) * along
    profile = np.exp(-0.5 * ((rows[:, None] - drift[None, :]) / width) ** 2) * fade
    columns = (start + along) % BELT_PERIOD_PX
    fabric[np.ix_(row + rows, columns)] += rng.uniform(-4.0, 7.0) * profile


def _board_coverage() -> Image:
    """How much of each texel the board covers, 0..255."""
    edge = (BOARD_M - ART_M) / 2 * ART_PX_PER_M
    texel = np.arange(TEXTURE_PX, dtype=np.float64) - ART_LEFT_PX
    line = np.clip(np.minimum(texel + 1 + edge, 640 + edge - texel), 0.0, 1.0)
    return np.asarray(np.rint(np.outer(line, line) * 255), np.uint8)


def _grain(
    rng: np.random.Generator, shape: tuple[int, int], sigma_px: float
) -> NDArray[np.float32]:
    """Smooth periodic noise of unit deviation, features about `sigma_px` wide."""
    step = max(1, int(sigma_px / 2))
    coarse = rng.standard_normal((shape[0] // step + 1, shape[1] // step), np.float32)
    pad = int(4 * sigma_px / step) + 1
    wide = cv2.copyMakeBorder(coarse, pad, pad, pad, pad, cv2.BORDER_WRAP)
    wide = cv2.GaussianBlur(wide, (0, 0), sigma_px / step)
    noise = wide[pad:-pad, pad:-pad]
    noise = cv2.resize(noise, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(noise / noise.std(), np.float32)

"""What the belt and parts look like from straight above: grey pictures with a scale. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from twin.product import Product, Variant
from vision.types import Image

MARGIN_PX = 32  # round the picture in a part's texture; a board's rim is 25.6 px wide
TEXTURE_PX = 640 + 2 * MARGIN_PX  # of the largest picture

BELT_PX_PER_M = 7000.0
BELT_PERIOD_PX = 4096  # the belt's pattern repeats after this travel
BELT_ROWS_PX = 1400

RIM = 170  # grey of the bare rim in full light
BELT = 36.0
STREAKS = 26


@dataclass(frozen=True, slots=True)
class Surface:
    """A part's texture `grey`, scaled by its `coverage` (0..255); each (height, width)."""

    grey: Image
    coverage: Image


class Painter:
    """Turns pictures into parts as a machine-vision camera sees them."""

    def __init__(self, rng: np.random.Generator) -> None:
        weave = _grain(rng, (TEXTURE_PX, TEXTURE_PX), 1.2) * 2.2
        mottle = _grain(rng, (TEXTURE_PX, TEXTURE_PX), 9.0) * 2.6
        self._relief = (weave + mottle).astype(np.float32)

    def paint(self, variant: Variant) -> Surface:
        """The part that carries the variant's picture, with `MARGIN_PX` round it."""
        product, picture = variant.product, variant.image
        coverage, greys = _coverage(product), _greys(product)
        height, width = coverage.shape
        part = np.full((height, width), RIM, np.uint8)
        part[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = cv2.LUT(picture, greys)
        if product.woven:
            relief = self._relief[:height, :width]
            part = np.asarray(cv2.add(part, relief, dtype=cv2.CV_8U), np.uint8)
        grey = cv2.multiply(part, coverage, scale=1.0 / 255.0)
        return Surface(np.asarray(grey, np.uint8), coverage)


@cache
def _greys(product: Product) -> Image:
    """What each grey of the picture looks like in full light, (256,)."""
    return np.linspace(*product.greys, 256).astype(np.uint8)


@cache
def _coverage(product: Product) -> Image:
    """How much of each texel the part covers, 0..255."""
    edge = product.rim_m * product.px_per_m
    if product.round:
        return _disc_coverage(product.view_px[0], edge)
    width, height = (_line(size, edge) for size in product.view_px)
    return np.asarray(np.rint(np.outer(height, width) * 255), np.uint8)


def _disc_coverage(size: int, edge: float) -> Image:
    """Of a disc whose picture's inscribed circle has a rim of `edge` texels."""
    texel = np.arange(-MARGIN_PX, size + MARGIN_PX) - (size - 1) / 2.0
    inside = size / 2.0 + edge - np.hypot(texel[:, None], texel)
    return np.asarray(np.rint(np.clip(inside + 0.5, 0.0, 1.0) * 255), np.uint8)


def _line(size: int, edge: float) -> NDArray[np.float64]:
    """How much of each texel of a line the part covers, 0..1, with a rim of `edge` texels."""
    texel = np.arange(-MARGIN_PX, size + MARGIN_PX, dtype=np.float64)
    return np.clip(np.minimum(texel + 1 + edge, size + edge - texel), 0.0, 1.0)


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

"""Brushed metal, made up: good parts and scratched ones."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vision.types import Image

SIZE = (192, 160)
"""Width and height [px]."""


def good(seed: int) -> Image:
    """A brushed surface under a light that differs a little from part to part."""
    rng = np.random.default_rng(seed)
    width, height = SIZE
    noise = rng.normal(0.0, 1.0, (height, width)).astype(np.float32)
    brushed = cv2.blur(noise, (1, 41)) * 6.0 + cv2.GaussianBlur(noise, (0, 0), 1.2)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = 1.0 + 0.1 * rng.normal() * x + 0.1 * rng.normal() * y
    return np.clip((120.0 + 9.0 * brushed) * light, 0, 255).astype(np.uint8)


def scratched(seed: int, at: tuple[int, int] = (96, 80)) -> Image:
    """A good part with a scratch of some 40 px whose middle lies at (x, y)."""
    picture = good(seed)
    x, y = at
    cv2.line(picture, (x - 18, y - 9), (x + 18, y + 9), 30, 3, cv2.LINE_AA)
    cv2.line(picture, (x - 17, y - 6), (x + 17, y + 12), 235, 1, cv2.LINE_AA)
    return picture


def write_good(folder: Path, count: int) -> Path:
    """A folder of good pictures."""
    folder.mkdir(parents=True)
    for seed in range(count):
        cv2.imwrite(str(folder / f"good-{seed:02d}.png"), good(seed))
    return folder

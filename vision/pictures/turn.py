"""The turn that a header asks viewers for. The cell takes pixels as stored and only tells of it."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image as Pillow

_ORIENTATION = 0x0112


def orientation_of(path: Path) -> int:
    """Exif orientation 1..8 as JPEG, PNG, WebP and TIFF carry it; 1 (upright) where none is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about entries that say nothing of a turn
            with Pillow.open(path, formats=("JPEG", "PNG", "WEBP", "TIFF")) as picture:
                value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged, or no picture at all: whoever reads the pixels says so
        return 1
    return int(value) if value in range(1, 9) else 1

"""How bright and how sharp the pictures of parts are, measured on the views that are still kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2

from cell.records.evidence import find_view
from cell.records.reading.produced import ProducedRow
from vision.errors import InspectionError
from vision.pictures import read_picture
from vision.types import Image


@dataclass(frozen=True, slots=True)
class Light:
    """Of one view. mean, contrast: mean and standard deviation of its grey values 0..255;
    sharpness: standard deviation of its Laplacian, over the contrast: the light alone does not
    change it.
    """

    mean: float
    contrast: float
    sharpness: float


def light_of(view: Image) -> Light:
    """Measured. A picture of one grey value has no sharpness."""
    mean, spread = (float(one[0, 0]) for one in cv2.meanStdDev(view))
    edges = float(cv2.meanStdDev(cv2.Laplacian(view, cv2.CV_32F))[1][0, 0])
    return Light(mean, spread, edges / spread if spread else 0.0)


def lights(data_dir: Path, rows: Iterable[ProducedRow]) -> dict[str, Light]:
    """Of the parts whose view is kept and can be read; a few milliseconds for each."""
    found: dict[str, Light] = {}
    for row in rows:
        if row.inspected and row.view:
            try:
                found[row.part] = light_of(read_picture(find_view(data_dir, row.view)))
            except InspectionError:
                continue  # retention has taken it
    return found

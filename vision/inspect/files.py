"""Inspection of picture files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from calibration.camera import CameraModel
from vision.errors import InspectionError
from vision.inspect.golden import Golden, load_golden
from vision.pictures import read_picture
from vision.types import Image, Inspection


class PartInspector(Protocol):
    """What finds the defects in pictures of one product."""

    camera: CameraModel | None
    canonical: tuple[int, int]

    def inspect_frame(self, image: Image, golden: Golden | None = None) -> tuple[Inspection, Image]:
        """Inspect a camera picture."""

    def inspect_view(self, view: Image, golden: Golden | None = None) -> tuple[Inspection, Image]:
        """Inspect a canonical view."""


def inspect_file(
    image_path: Path, reference_path: Path | None, inspector: PartInspector
) -> tuple[Inspection, Image]:
    """Inspect a picture file: the camera's picture, or a canonical view; also gives the view.

    reference_path: the board's golden sample (canonical size); None: the recipe's that fits best.
    Raises InspectionError for a file that is no picture, has another size or is another board's.
    """
    image = read_picture(image_path)
    golden: Golden | None = None
    if reference_path is not None:
        golden = load_golden(reference_path, inspector.canonical)
    height, width = image.shape
    camera = inspector.camera
    if (width, height) == inspector.canonical:
        return inspector.inspect_view(image, golden)
    if camera is not None and (width, height) == (camera.width, camera.height):
        return inspector.inspect_frame(image, golden)
    sizes = f"a canonical view {inspector.canonical[0]} x {inspector.canonical[1]} px"
    if camera is not None:
        sizes = f"the camera's picture {camera.width} x {camera.height} px, {sizes}"
    raise InspectionError(
        f"{image_path} is {width} x {height} px. What can be inspected: {sizes}. Neither crop nor "
        "scale pictures before inspection"
    )

"""Reading picture files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vision.errors import InspectionError
from vision.types import Image


def read_picture(path: Path) -> Image:
    """A picture file as Mono8 (height, width); colour becomes grey. Raises InspectionError."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise InspectionError(
            f"The picture {path} cannot be opened ({error.strerror}): check the path"
        ) from error
    # Decoding from memory also refuses JPEG files that are cut short; cv2.imread fills them up.
    image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if image is None:
        raise InspectionError(
            f"{path} cannot be read as a picture: it is damaged, cut short or of an unknown "
            "format; take PNG, BMP, TIFF, JPEG or WebP"
        )
    return np.asarray(image, np.uint8)

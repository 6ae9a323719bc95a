"""Reading the pictures of parts and their labels from files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.ground.errors import UserError
from vision.pictures import UnreadableError, read_grey
from vision.types import Image

Label = tuple[str, tuple[int, int, int, int]]


class PartDataError(UserError):
    """Pictures or labels of parts are missing or broken; the message names the file."""


def read_picture(path: Path, view_px: tuple[int, int]) -> Image:
    """A grey picture (height, width) of this width and height. Raises PartDataError."""
    width, height = view_px
    try:
        picture = read_grey(path)
    except (UnreadableError, OSError) as error:
        raise PartDataError(f"{path}: {error}; restore it from its source") from error
    if picture.shape != (height, width):
        raise PartDataError(
            f"{path} is not a {width} x {height} picture; restore it from its source"
        )
    return picture


def read_labels(path: Path, view_px: tuple[int, int], names: Mapping[str, str]) -> list[Label]:
    """Class name and x_min, y_min, x_max, y_max [px] from lines `x1 y1 x2 y2 label`; `names` has
    the class of each label. Raises PartDataError.
    """
    width, height = view_px
    labels: list[Label] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        *numbers, label = line.split()
        try:
            x0, y0, x1, y1 = (int(word) for word in numbers)
        except ValueError:
            x0, y0, x1, y1 = 0, 0, 0, 0
        if not (label in names and 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
            raise PartDataError(
                f"{path}, line {number}: {line!r} is not `x1 y1 x2 y2 label` with a label of "
                f"{', '.join(names)}; restore the file from its source"
            )
        labels.append((names[label], (x0, y0, x1, y1)))
    return labels

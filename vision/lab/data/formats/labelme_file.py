"""The parts of a labelme file that are read, and what such a file looks like."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_HEAD = re.compile(rb'"(?:shapes"\s*:\s*\[|imagePath"\s*:)')


NO_DEFECTS = ("__ignore__", "_background_")
"""labelme's own labels for what is not to be judged."""


class Shape(BaseModel):
    """One drawn shape; points x, y in px.

    Other programs write these files, with keys of their own: what is not a label is not read.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    label: str
    points: list[tuple[float, float]]
    shape_type: str = "polygon"
    mask: str | None = None


class File(BaseModel):
    """A whole file. `group` is ours; labelme keeps keys that it does not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    shapes: list[Shape]
    image_path: str = Field(alias="imagePath")
    height: int | None = Field(None, alias="imageHeight")
    width: int | None = Field(None, alias="imageWidth")
    flags: dict[str, Any] = {}
    group: str | None = None

    @property
    def defects(self) -> list[tuple[int, Shape]]:
        """The shapes that mark a defect, with their numbers in the file."""
        return [(n, s) for n, s in enumerate(self.shapes) if not is_set_aside(s.label)]


def is_set_aside(label: str) -> bool:
    """Whether a label is labelme's own for what is not to be judged, and so no class."""
    return label.strip() in NO_DEFECTS


def looks_like(path: Path) -> bool:
    """Whether a JSON file has labelme's parts, in whatever order."""
    try:
        return path.is_file() and _HEAD.search(path.read_bytes().replace(b"\0", b"")) is not None
    except OSError:
        return False

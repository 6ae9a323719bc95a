"""The parts of a Label Studio export that are read, and what its regions outline."""

from __future__ import annotations

import math
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from cell.labels.exchange.foreign import Outlined, box_of_ellipse, turned_about
from vision.lab.data.saying import told

KINDS = ("rectanglelabels", "polygonlabels", "ellipselabels")
NO_SHAPES = ("choices",)


class _Part(BaseModel):
    # Configurations of the tool add what they want: what is not a label is not read.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Region(_Part):
    """One result of an annotation: a region, or a choice for the whole picture."""

    type: str
    value: dict[str, Any] = {}
    on: str = Field("", alias="to_name")
    width: int | None = Field(None, alias="original_width")
    height: int | None = Field(None, alias="original_height")
    turned: float = Field(0, alias="image_rotation")


class Annotation(_Part):
    """What one person has said of a picture."""

    result: list[Region]
    skipped: bool = Field(False, alias="was_cancelled")
    truth: bool = Field(False, alias="ground_truth")


class Task(_Part):
    """One picture; `data` has its address under a name that the project chose."""

    data: dict[str, Any]
    annotations: list[Annotation] = Field(
        default_factory=list, validation_alias=AliasChoices("annotations", "completions")
    )
    predictions: list[Any] = []


class File(_Part):
    """A whole file."""

    tasks: list[Task]


def outlined(region: Region, size: tuple[int, int]) -> Outlined:
    """The outline of a region on a picture of (height, width) px. Raises ValueError, in words."""
    value = region.value
    if region.type == "polygonlabels":
        points = value.get("points")
        if not isinstance(points, list) or len(points) < 3:
            raise ValueError(told("file.few_points", "a polygon of fewer than three points"))
        if value.get("closed") is False:
            raise ValueError(told("file.open_polygon", "a polygon that is not closed"))
        return Outlined(tuple(_point(point, size) for point in points))
    if region.type == "ellipselabels":
        x, y, rx, ry = (_number(value.get(key)) for key in ("x", "y", "radiusX", "radiusY"))
        turn = _number(value.get("rotation", 0)) % 360
        box = box_of_ellipse(_point((x, y), size), _point((rx, ry), size), turn)
        return Outlined(box, told("file.ellipse", "an ellipse: its box counts"))
    x, y, w, h = (_number(value.get(key)) for key in ("x", "y", "width", "height"))
    (left, top), (right, bottom) = _point((x, y), size), _point((x + w, y + h), size)
    turn = _number(value.get("rotation", 0)) % 360
    if not turn:
        return Outlined(((left, top), (right, bottom)))
    # the tool turns a box about its top left corner
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Outlined(turned_about((left, top), corners, turn))


def _point(point: Any, size: tuple[int, int]) -> tuple[float, float]:
    """From percent of the picture to px."""
    if not isinstance(point, list | tuple) or len(point) != 2:
        raise ValueError(told("file.point_no_xy", "a point that is not x and y"))
    return _number(point[0]) * size[1] / 100, _number(point[1]) * size[0] / 100


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:
        raise ValueError(
            told(
                "file.where_number", "{value} where a number should be", value=repr(str(value)[:40])
            )
        )
    if not math.isfinite(value):
        raise ValueError(told("file.where_number", "{value} where a number should be", value=value))
    return float(value)

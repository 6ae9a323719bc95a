"""Regions of the canonical view in which defects do not count, or in which alone they count."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, FailFast, Field, model_validator

from cell.products.base import ClassName, RecipeModel
from cell.products.polygon import Box, fault, overlap
from models.ground.written import clean_name

MOST_POINTS = 100
MOST_REGIONS = 100


def _readable(name: str) -> str:
    """The name as it is written: two spellings of one name stay two regions, and none is lost."""
    clean_name(name)
    return name


RegionName = Annotated[str, Field(max_length=60), AfterValidator(_readable)]
Edge = Annotated[float, Field(ge=-1e6, le=1e6)]
"""Beyond the view of every recipe, and small enough to reckon with."""
Corners = Annotated[
    tuple[tuple[Edge, Edge], ...], Field(min_length=3, max_length=MOST_POINTS), FailFast()
]


class Region(RecipeModel):
    """A polygon on the canonical view. Half of a defect's box lies in it: the defect lies in it."""

    kind: Literal["ignore", "inspect"] = Field(
        title="Kind",
        description="`ignore`: defects in it do not count. `inspect`: only defects in it, or in "
        "another region of this kind, count.",
        json_schema_extra={"unit": None},
    )
    polygon: Corners = Field(
        title="Polygon",
        description="Corners (x, y) in order, from the view's upper left corner; it closes itself.",
        json_schema_extra={"unit": "px"},
    )
    classes: tuple[ClassName, ...] | None = Field(
        default=None,
        min_length=1,
        title="Classes",
        description="The classes for which it holds; empty: all.",
        json_schema_extra={"unit": None},
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if wrong := fault(self.polygon):
            raise ValueError(f"polygon: {wrong}")
        return self

    def holds_for(self, class_name: str) -> bool:
        """Whether defects of this class heed the region."""
        return self.classes is None or class_name in self.classes

    def share(self, box: Box) -> float:
        """How much of the box's area lies in the region, 0..1."""
        x_min, y_min, x_max, y_max = box
        return overlap(box, self.polygon) / ((x_max - x_min) * (y_max - y_min))

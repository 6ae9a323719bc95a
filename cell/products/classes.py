"""What a defect class means for a product: where it goes, when it counts, what it is called."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from cell.products.base import MOST_TOLD, Name, RecipeModel, Score, Words

Size = Annotated[float, Field(gt=0.0, le=1e6)]


class Label(RecipeModel):
    """What people read for a class or a product."""

    ko: Words | None = Field(
        default=None,
        title="Korean",
        description="Name on Korean screens; empty: a class's own name, a product's English one.",
        json_schema_extra={"unit": None},
    )
    en: Words | None = Field(
        default=None,
        title="English",
        description="Name on English screens; empty: a class's own name, a product's Korean one.",
        json_schema_extra={"unit": None},
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.ko is None and self.en is None:
            raise ValueError("gives no word: give `ko`, `en` or both, or leave the label out")
        return self


class ClassRule(RecipeModel):
    """What one defect class means for this product.

    A defect counts when it reaches every minimum that is given and lies where defects count.
    """

    bin: Name = Field(
        title="Bin",
        description="Where a part goes whose worst defect is of this class.",
        json_schema_extra={"unit": None},
    )
    label: Label | None = Field(
        default=None,
        title="Label",
        description="What people read instead of the class's name; verdicts and records keep it.",
        json_schema_extra={"unit": None},
    )
    threshold: Score | None = Field(
        default=None,
        title="Threshold",
        description="Score from which this class rejects; empty: the recipe's threshold, or the "
        "one on the model's card where the recipe has none.",
        json_schema_extra={"unit": "1"},
    )
    review_threshold: Score | None = Field(
        default=None,
        title="Review threshold",
        description="Score from which this class sends the part to review; empty: the recipe's "
        "(for `anomaly` beside a detector at least 0.45: below lies what good parts show).",
        json_schema_extra={"unit": "1"},
    )
    min_area_px: float = Field(
        default=0.0,
        ge=0.0,
        title="Smallest area",
        description="Boxes smaller than this in the canonical view are ignored.",
        json_schema_extra={"unit": "px^2"},
    )
    min_length_mm: Size | None = Field(
        default=None,
        title="Smallest length",
        description="Defects whose box's longer side is shorter do not count. Of all minima that "
        "are given, a defect must reach every one.",
        json_schema_extra={"unit": "mm"},
    )
    min_width_mm: Size | None = Field(
        default=None,
        title="Smallest width",
        description="Defects whose box's shorter side is shorter do not count. Of all minima that "
        "are given, a defect must reach every one.",
        json_schema_extra={"unit": "mm"},
    )
    min_area_mm2: Size | None = Field(
        default=None,
        title="Smallest area on the part",
        description="Defects whose box is smaller do not count. Of all minima that are given, a "
        "defect must reach every one.",
        json_schema_extra={"unit": "mm^2"},
    )
    max_count: int = Field(
        default=0,
        ge=0,
        lt=MOST_TOLD,
        title="Tolerated count",
        description="So many defects of this class are tolerated, one more rejects. Where doubtful "
        "ones would make it one more, the part goes to review.",
        json_schema_extra={"unit": "1"},
    )

    @model_validator(mode="after")
    def _sides_are_not_mixed_up(self) -> Self:
        length, width = self.min_length_mm, self.min_width_mm
        if length is not None and width is not None and width > length:
            raise ValueError(
                f"min_width_mm {width:g} is above min_length_mm {length:g}, though the width is "
                "the shorter side: exchange them, or leave min_length_mm out"
            )
        return self

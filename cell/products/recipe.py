"""The recipe: what a product is, how it is inspected and where its defects go."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from cell.products.base import MOST_TOLD, ClassName, Name, RecipeModel, Score
from cell.products.checks import (
    require_counts,
    require_own_words,
    require_reachable,
    require_regions,
)
from cell.products.classes import ClassRule, Label
from cell.products.regions import Region, RegionName

Side = Annotated[float, Field(ge=0.01, le=1.0)]
Pixels = Annotated[int, Field(ge=32, le=4096)]
Grey = Annotated[float, Field(ge=0.0, le=255.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class PartGeometry(RecipeModel):
    """Outer shape of the product as it lies on the belt."""

    shape: Literal["rectangle", "disc"] = Field(
        default="rectangle",
        title="Shape",
        description="What the camera looks for; the view of a disc is the square about it, grey "
        "beside its artwork.",
        json_schema_extra={"unit": None},
    )
    size_m: tuple[Side, Side] = Field(
        title="Size",
        description="Outer length along the part's x and width along its y; both are a disc's "
        "diameter.",
        json_schema_extra={"unit": "m"},
    )
    thickness_m: float = Field(
        gt=0.0,
        le=0.2,
        title="Thickness",
        description="Height of the part's upper face above the belt.",
        json_schema_extra={"unit": "m"},
    )
    inset_m: float = Field(
        ge=0.0,
        title="Inset",
        description="Rim between the outer edge and the inspected artwork.",
        json_schema_extra={"unit": "m"},
    )
    mass_kg: float = Field(
        default=0.1,
        gt=0.0,
        le=5.0,
        title="Mass",
        description="What the cup must hold.",
        json_schema_extra={"unit": "kg"},
    )
    grip_m: tuple[float, float] = Field(
        default=(0.0, 0.0),
        title="Grip point",
        description="Where the cup takes the part, from its centre along its x and y.",
        json_schema_extra={"unit": "m"},
    )

    @property
    def round(self) -> bool:
        """Whether it is a disc."""
        return self.shape == "disc"

    @model_validator(mode="after")
    def _is_one_disc(self) -> Self:
        if self.round and self.size_m[0] != self.size_m[1]:
            raise ValueError("size_m of a disc is its diameter twice: give both the same")
        if self.round and math.hypot(*self.grip_m) >= self.size_m[0] / 2.0:
            raise ValueError("grip_m lies beside the disc: give a point on it")
        return self

    @model_validator(mode="after")
    def _artwork_remains(self) -> Self:
        if 2.0 * self.inset_m >= min(self.size_m):
            raise ValueError(
                "inset_m leaves no artwork: it must be less than half the smaller side"
            )
        return self


class Limits(RecipeModel):
    """Bounds beyond which a part is not sorted any more."""

    max_defects_to_sort: int = Field(
        default=50,
        ge=1,
        lt=MOST_TOLD,
        title="Most defects to sort by",
        description="A part with more defects than this goes to the default bin.",
        json_schema_extra={"unit": "1"},
    )


class PictureBounds(RecipeModel):
    """What a picture of this product looks like; one that does not is not inspected.

    `cell teach` measures these on pictures of good parts and writes them with a margin.
    """

    brightness: tuple[Grey, Grey] = Field(
        title="Brightness",
        description="Least and greatest mean of the canonical view.",
        json_schema_extra={"unit": "grey"},
    )
    contrast_min: Grey = Field(
        title="Least contrast",
        description="Least standard deviation of the canonical view.",
        json_schema_extra={"unit": "grey"},
    )
    sharpness: tuple[Share, Share] = Field(
        title="Sharpness",
        description="Least and greatest share of the contrast that is fine detail: less is out of "
        "focus, more is noise.",
        json_schema_extra={"unit": "1"},
    )
    blank_max: Share = Field(
        default=1.0,
        title="Greatest blank share",
        description="Greatest share of the canonical view without any detail, as the grey band of "
        "a transfer that broke off.",
        json_schema_extra={"unit": "1"},
    )
    repeated_max: Share = Field(
        default=1.0,
        title="Repeated lines",
        description="Greatest share of rows or columns that equal the one before, as a transfer "
        "that lost lines and filled them up leaves them.",
        json_schema_extra={"unit": "1"},
    )

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        for name in ("brightness", "sharpness"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the least value {low} is above the greatest, {high}")
        return self


class Recipe(RecipeModel):
    """One product's inspection, from geometry to bins."""

    name: Name = Field(
        title="Name",
        description="Identity of the recipe; equals its folder's name.",
        json_schema_extra={"unit": None},
    )
    version: Name = Field(
        title="Version",
        description="Changes with every change of the recipe; stands on each record.",
        json_schema_extra={"unit": None},
    )
    product: str | Label = Field(
        title="Product",
        description="What is inspected, in words: one text, or `ko` and `en`.",
        json_schema_extra={"unit": None},
    )
    part: PartGeometry = Field(
        title="Part",
        description="Outer shape of the product.",
        json_schema_extra={"unit": None},
    )
    canonical_px: tuple[Pixels, Pixels] = Field(
        default=(640, 640),
        title="Canonical size",
        description="Width and height of the rectified view that is inspected.",
        json_schema_extra={"unit": "px"},
    )
    picture: PictureBounds | None = Field(
        default=None,
        title="Picture",
        description="What a picture of this product looks like; empty: only pictures that are "
        "black or the same grey all over are not inspected.",
        json_schema_extra={"unit": None},
    )
    model: Name | None = Field(
        default=None,
        title="Model",
        description="Name of the model package that names defects; empty: anomalies alone.",
        json_schema_extra={"unit": None},
    )
    model_from: str | None = Field(
        default=None,
        title="Where the model comes from",
        description="What to do, in one line, for a model that does not come with the cell.",
        json_schema_extra={"unit": None},
    )
    anomaly: Name | None = Field(
        default=None,
        title="Anomaly model",
        description="Folder of a taught model beside the recipe file: it catches what no good part "
        "has shown, as class `anomaly`.",
        json_schema_extra={"unit": None},
    )
    goldens: Name = Field(
        default="goldens",
        title="Golden samples",
        description="Folder of golden samples beside the recipe file.",
        json_schema_extra={"unit": None},
    )
    threshold: Score | None = Field(
        default=None,
        title="Threshold",
        description="Score from which a defect rejects, where its class sets none of its own; "
        "empty: the thresholds on the model's card (0.5 for `anomaly`).",
        json_schema_extra={"unit": "1"},
    )
    review_threshold: Score = Field(
        title="Review threshold",
        description="A score from here to the class threshold sends the part to review, where the "
        "class sets none of its own.",
        json_schema_extra={"unit": "1"},
    )
    classes: dict[ClassName, ClassRule] = Field(
        min_length=1,
        title="Classes",
        description="One rule for each class of the model.",
        json_schema_extra={"unit": None},
    )
    regions: dict[RegionName, Region] = Field(
        default_factory=dict,
        title="Regions",
        description="Polygons on the canonical view, by names that people choose: where defects do "
        "not count, or where alone they count.",
        json_schema_extra={"unit": None},
    )
    priority: tuple[ClassName, ...] = Field(
        title="Priority",
        description="Every class once, worst first: the worst defect chooses the bin.",
        json_schema_extra={"unit": None},
    )
    default_bin: Name = Field(
        title="Default bin",
        description="Bin for classes that the recipe does not know and for parts past the limits.",
        json_schema_extra={"unit": None},
    )
    review_bin: Name = Field(
        title="Review bin",
        description="Bin for parts that a person shall look at.",
        json_schema_extra={"unit": None},
    )
    not_inspected_bin: Name = Field(
        title="Bin for parts not inspected",
        description="Bin for rejects without an inspection: perhaps good, worth another look.",
        json_schema_extra={"unit": None},
    )
    limits: Limits = Field(
        default_factory=Limits,
        title="Limits",
        description="Bounds beyond which a part is not sorted any more.",
        json_schema_extra={"unit": None},
    )

    @field_validator("classes", mode="before")
    @classmethod
    def _no_class_twice(cls, written: Any) -> Any:
        """Two spellings of one name would become one rule, and the other would be lost."""
        if isinstance(written, dict):
            names = [unicodedata.normalize("NFC", str(name)).strip() for name in written]
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{twice} stand twice, spelled in other ways: keep one of each")
        return written

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.model is None and self.anomaly is None:
            raise ValueError("model or anomaly must be given: something must look at the part")
        if sorted(self.priority) != sorted(self.classes):
            raise ValueError(
                f"priority must name every class once: classes are {sorted(self.classes)}, "
                f"priority has {list(self.priority)}"
            )
        for name, rule in self.classes.items():
            threshold = self.threshold if rule.threshold is None else rule.threshold
            if threshold is not None and threshold < self.review_threshold_of(name):
                raise ValueError(
                    f"review_threshold {self.review_threshold_of(name)} is above the threshold of "
                    f"'{name}' ({threshold}): doubtful parts would be rejected before they are "
                    "reviewed"
                )
        require_reachable(self.classes, self.canonical_px, self.view_mm)
        require_counts(self.classes, self.limits.max_defects_to_sort)
        require_own_words(self.classes)
        require_regions(self.regions, self.classes, self.canonical_px)
        return self

    @property
    def identity(self) -> str:
        """`name@version`, as it stands on each record."""
        return f"{self.name}@{self.version}"

    @property
    def content(self) -> str:
        """First digits of a digest over all that the recipe says: an edited one has another."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @property
    def but_thresholds(self) -> str:
        """The same digest without its version and thresholds: equal where only those differ."""
        rules = {
            name: rule.model_copy(update={"threshold": None, "review_threshold": None})
            for name, rule in self.classes.items()
        }
        plain = {"version": "", "threshold": None, "review_threshold": 0.0, "classes": rules}
        return self.model_copy(update=plain).content

    @property
    def stamp(self) -> str:
        """`name@version#content`: what two nodes must agree on to work by the same recipe."""
        return f"{self.identity}#{self.content}"

    @property
    def bins(self) -> frozenset[str]:
        """Every bin that a verdict of this recipe can name."""
        extra = (self.default_bin, self.review_bin, self.not_inspected_bin)
        return frozenset([*(rule.bin for rule in self.classes.values()), *extra])

    @property
    def view_mm(self) -> tuple[float, float]:
        """Width and height [mm] of what the canonical view shows."""
        width, height = (1e3 * (side - 2.0 * self.part.inset_m) for side in self.part.size_m)
        return width, height

    @property
    def mm_per_px(self) -> tuple[float, float]:
        """Scales of the canonical view along its x and its y."""
        (width, height), (columns, rows) = self.view_mm, self.canonical_px
        return width / columns, height / rows

    def threshold_of(self, class_name: str) -> float:
        """Score from which a defect of the class rejects.

        Raises ValueError for a recipe that leaves it to the model's card and has not met it.
        """
        own = self.classes[class_name].threshold
        found = self.threshold if own is None else own
        if found is None:
            raise ValueError(
                f"recipe '{self.name}' leaves the threshold of '{class_name}' to its model's card: "
                "take the recipe together with its model"
            )
        return found

    def review_threshold_of(self, class_name: str) -> float:
        """Score from which a defect of the class sends the part to review."""
        own = self.classes[class_name].review_threshold
        return self.review_threshold if own is None else own

    def rank(self, class_name: str) -> int:
        """Place in the priority, 0 worst. Unknown classes rank worst."""
        return self.priority.index(class_name) if class_name in self.priority else -1

    def bin_for(self, class_name: str) -> str:
        """Bin of a reject whose worst defect is of the class."""
        rule = self.classes.get(class_name)
        return self.default_bin if rule is None else rule.bin

"""What all parts of a recipe are made of."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.ground.written import clean_name

MOST_TOLD: Final = 100
"""An inspection reports at most this many defects that a detector names."""
MOST_ANOMALIES: Final = 50
"""An inspection reports at most this many anomalies beside them."""
ANOMALY: Final = "anomaly"
"""The class of what no good part has shown."""

Score = Annotated[float, Field(gt=0.0, le=1.0)]
NAME_PATTERN: Final = r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$"
LONGEST: Final = 100
"""Signs of a name; file systems have a limit, too."""
Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=LONGEST)]
"""Also the name of a folder, which must not lead out of the one it lies in."""
ClassName = Annotated[str, AfterValidator(clean_name)]
Words = Annotated[str, Field(max_length=60), AfterValidator(clean_name)]
"""A short text that stands on a screen."""


class RecipeModel(BaseModel):
    """Base of the recipe's parts: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

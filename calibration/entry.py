"""What every entry of the calibration file is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


def unit(name: str) -> JsonDict:
    """The unit of a field."""
    return {"unit": name}


class Entry(BaseModel):
    """Frozen; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Coordinate = Annotated[float, Field(ge=-10.0, le=10.0)]
"""A length in the cell [m]; more than 10 m is a slip of units."""

Vector = tuple[Coordinate, Coordinate, Coordinate]

Length = Annotated[float, Field(gt=0.0, le=10.0)]
"""A size in the cell [m]."""

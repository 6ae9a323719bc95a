"""Sizes that are typed on the command line: of pictures, and of parts."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from pydantic import ValidationError

from cell.faces.cli.errors import UsageError
from cell.lab.teaching import USUAL_PART
from cell.products.recipe import PartGeometry
from models.ground.written import one_line

SizeMm = Annotated[
    str | None,
    typer.Option(help="Outer size of a new part, along x and y; default: 100x100.", metavar="WxH"),
]
DiameterMm = Annotated[
    float | None, typer.Option(help="Diameter of a round part, instead of --size-mm.")
]
ThicknessMm = Annotated[float | None, typer.Option(help="Thickness of the part; default: 2.")]
RimMm = Annotated[float | None, typer.Option(help="Rim that the pictures leave out; default: 0.")]


def size_of(text: str, option: str) -> tuple[int, int]:
    """Two whole numbers such as 640x256. Raises UsageError."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None:
        raise UsageError(f"{option} {text}: give width and height such as 256x256.")
    return int(match[1]), int(match[2])


def part_of(
    size_mm: str | None,
    diameter_mm: float | None,
    thickness_mm: float | None,
    rim_mm: float | None,
) -> PartGeometry | None:
    """The part's measures; None where none is given. Raises UsageError."""
    if all(given is None for given in (size_mm, diameter_mm, thickness_mm, rim_mm)):
        return None
    if size_mm is not None and diameter_mm is not None:
        raise UsageError("--size-mm and --diameter-mm are both given: a part has one of them.")
    usual = USUAL_PART.model_dump()
    if diameter_mm is not None:
        usual |= {"shape": "disc", "size_m": [diameter_mm / 1e3] * 2}
    if size_mm is not None:
        usual["size_m"] = [side / 1e3 for side in size_of(size_mm, "--size-mm")]
    if thickness_mm is not None:
        usual["thickness_m"] = thickness_mm / 1e3
    if rim_mm is not None:
        usual["inset_m"] = rim_mm / 1e3
    try:
        return PartGeometry.model_validate(usual)
    except ValidationError as error:
        raise UsageError(f"the part's measures are not usable: {one_line(error)}") from None

"""Which parts somebody asks for: the same words wherever parts are searched."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from cell.faces.api.fields import Since, Until, stamp
from cell.faces.api.problems import ProblemError
from cell.faces.quality.asking import place_of
from cell.records.reading import PartsAsked

Word = Annotated[str, Query(max_length=200)]


def _asked(
    since: Since = None,
    until: Until = None,
    verdict: Annotated[Literal["", "pass", "reject", "review", "none"], Query()] = "",
    disposition: Annotated[Literal["", "passed", "removed", "purged", "open"], Query()] = "",
    defect: Annotated[str, Query(max_length=200, description="Class of one of its defects.")] = "",
    score: Annotated[
        float | None,
        Query(ge=0, le=1, description="Least score of that defect; without a class, of any."),
    ] = None,
    run: Word = "",
    part: Annotated[str, Query(max_length=200, description="Beginning of its id.")] = "",
    recipe: Annotated[str, Query(max_length=200, description="Its identity, as a whole.")] = "",
    model: Annotated[str, Query(max_length=200, description="Its identity, as a whole.")] = "",
    person: Annotated[
        str, Query(max_length=200, description="Who gave it a verdict, or took it off the belt.")
    ] = "",
    overridden: Annotated[
        bool | None, Query(description="Whether a person has given a verdict.")
    ] = None,
    place: Annotated[
        str, Query(max_length=9, description="Square of a defect's middle, `x,y`: see /places.")
    ] = "",
) -> PartsAsked:
    problems: list[str] = []
    square = place_of(place, problems)
    if problems:
        raise ProblemError(422, problems[0])
    return PartsAsked(
        stamp(since), stamp(until), run, part, verdict, disposition, defect, score, recipe, model,
        person, overridden, square,
    )  # fmt: skip


Wanted = Annotated[PartsAsked, Depends(_asked)]

"""What quality is counted from: sums of the records over any time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field

from cell.control.alarms import reason_text
from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import Since, Told, Until, Words, moment, stamp
from cell.faces.api.language import Reader
from cell.faces.api.problems import ProblemError
from cell.records.reading import By, ClassCount, PartCount, SumsAsked
from cell.records.reading.spans import quarters
from cell.records.reading.sums import MOST_STEPS
from cell.records.summaries.tables import CELL_PX
from cell.texts import say

router = APIRouter(prefix="/quality", tags=["quality"])
QUARTER_NS: Final = 900 * 10**9
Own = Annotated[str, Query(max_length=200, description="Its identity, as a whole; all without.")]
Class = Annotated[str, Query(max_length=200, description="Of defects; all without.")]


def _asked(
    since: Since = None, until: Until = None, recipe: Own = "", model: Own = "", defect: Class = ""
) -> SumsAsked:
    return SumsAsked(stamp(since), stamp(until), recipe, model, defect)


Asked = Annotated[SumsAsked, Depends(_asked)]
Kinds = Annotated[
    list[By],
    Query(
        max_length=8,
        description="What they have in common. own: the cell's own verdict, own_by: recipe or "
        "ledger; verdict, bin: of the newest one.",
    ),
]


class Time(Told):
    """The time that was counted: what was asked for, widened to whole quarters of an hour. Null:
    without end.
    """

    since: datetime | None
    until: datetime | None


class Count(Told):
    """How many parts have this in common."""

    key: dict[str, str | bool]
    parts: int


class Counts(Time):
    """Parts that arrived in this time."""

    items: list[Count]


class ClassTold(Told):
    """Defects of a class, and the parts that had one. overridden: of these, a person gave a
    verdict, or said something after the fact; by the last word, false_calls: good ones that the
    cell would not have passed; confirmed: rejected ones. Nobody has judged the others.
    """

    class_name: str
    defects: int
    parts: int
    overridden: int
    false_calls: int
    confirmed: int


class Pareto(Time):
    """Classes of defects, the most frequent first."""

    items: list[ClassTold]


class Place(Told):
    """Defects whose middle lies in a square; x to the right, y down, counted from 0."""

    x: int
    y: int
    defects: int


class HeatMap(Time):
    """Where defects were found: squares of the canonical view that had any."""

    square_px: float = Field(description="Edge of a square.")
    items: list[Place]


class AlarmKind(Told):
    """Alarms of one kind; standing_s: together, of those that have ended."""

    alarm: str
    raised: int
    acknowledged: int
    cleared: int
    standing_s: float


class Alarms(Time):
    """Alarms that were raised, the most frequent kind first."""

    items: list[AlarmKind]


class Stop(Told):
    """Stops of the belt; waited_s: of those that ended by themselves."""

    cause: str
    stops: int
    waited_s: float


class State(Told):
    """How long the cell was in a state for a reason."""

    state: str
    reason: Words
    seconds: float


class States(Time):
    """What the cell was doing, the longest first; the state of now counts until now."""

    items: list[State]
    stops: list[Stop]


class Step(Told):
    """One step of a series."""

    since: datetime
    until: datetime
    parts: list[Count]
    classes: list[ClassTold]


@router.get("/counts")
def get_counts(desk: AtDesk, asked: Asked, by: Kinds = []) -> Counts:  # noqa: B006
    """Parts by verdict, recipe, model, bin, or whatever else they have in common."""
    found = desk.archive.sums.parts(asked, by)
    return Counts(**_time(asked), items=[_count(one, by) for one in found])


@router.get("/pareto")
def get_pareto(desk: AtDesk, asked: Asked) -> Pareto:
    """Defects by class, with the parts that people found false calls."""
    found = desk.archive.sums.classes(asked)
    return Pareto(**_time(asked), items=[_class(one) for one in found])


@router.get("/places")
def get_places(desk: AtDesk, asked: Asked) -> HeatMap:
    """Where on the part defects were found, on a coarse grid; the model is not looked at."""
    found = desk.archive.sums.places(asked)
    items = [Place(x=one.x, y=one.y, defects=one.defects) for one in found]
    return HeatMap(**_time(asked), square_px=CELL_PX, items=items)


@router.get("/series")
def get_series(
    desk: AtDesk,
    since: Annotated[AwareDatetime, Query(description="From then on, with a time zone.")],
    until: Annotated[AwareDatetime, Query(description="Before then, with a time zone.")],
    minutes: Annotated[
        int, Query(ge=15, le=527_040, description="Length of a step: a multiple of 15.")
    ] = 60,
    by: Kinds = [],  # noqa: B006
    recipe: Own = "",
    model: Own = "",
    defect: Class = "",
) -> list[Step]:
    """Parts and defects step by step: hours (60), shifts (480), days (1440) from `since` on."""
    edges = _edges(stamp(since) or 0, stamp(until) or 0, minutes)
    found = desk.archive.sums.series(edges, SumsAsked(None, None, recipe, model, defect), by)
    return [
        Step(
            since=moment(one.since_ns), until=moment(one.until_ns),
            parts=[_count(each, by) for each in one.parts],
            classes=[_class(each) for each in one.classes],
        )
        for one in found
    ]  # fmt: skip


@router.get("/alarms")
def get_alarm_counts(desk: AtDesk, since: Since = None, until: Until = None) -> Alarms:
    """How often which alarm was raised."""
    asked = _asked(since, until)
    found = desk.archive.sums.alarms(asked)
    return Alarms(**_time(asked), items=[AlarmKind.model_validate(one) for one in found])


@router.get("/states")
def get_states(desk: AtDesk, lang: Reader, since: Since = None, until: Until = None) -> States:
    """How long the cell ran or stood, and why; stops of the belt among it."""
    asked = _asked(since, until)
    states = desk.archive.sums.states(asked, desk.clock())
    stops = desk.archive.sums.stops(asked)
    return States(
        **_time(asked),
        items=[
            State(
                state=one.state,
                reason=Words.of(reason_text(one.reason), lang),
                seconds=one.seconds,
            )
            for one in states
        ],
        stops=[Stop.model_validate(one) for one in stops],
    )


def _edges(since_ns: int, until_ns: int, minutes: int) -> list[int]:
    """Where each step begins, and the last one ends. Raises ProblemError."""
    if minutes % 15:
        raise ProblemError(422, say("records.step", minutes=str(minutes)))
    start, end = (edge * 10**9 for edge in quarters(since_ns, until_ns))
    step = minutes * 60 * 10**9
    count = -(-(end - start) // step)
    if count > MOST_STEPS:
        raise ProblemError(422, say("records.steps", count=str(count), most=str(MOST_STEPS)))
    return [*(start + n * step for n in range(count)), end] if count else []


def _time(asked: SumsAsked) -> dict[Literal["since", "until"], datetime | None]:
    since, until = (edge * 10**9 for edge in quarters(asked.since_ns, asked.until_ns))
    return {
        "since": None if asked.since_ns is None else moment(since),
        "until": None if asked.until_ns is None else moment(until),
    }


def _count(one: PartCount, by: list[By]) -> Count:
    return Count(key=dict(zip(by, one.key, strict=True)), parts=one.parts)


def _class(one: ClassCount) -> ClassTold:
    return ClassTold.model_validate(one)

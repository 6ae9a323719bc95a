"""Which rows somebody asks for, and the conditions that say so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from cell.records import schema as s


@dataclass(frozen=True, slots=True)
class PartsAsked:
    """Which parts; what is left out does not matter. Arrived from `since_ns` on, before `until_ns`.

    part: beginning of its id. verdict: the newest one's kind, 'none' for parts without one;
    disposition: 'open' for parts without one. class_name, least_score: of one and the same defect;
    least_score alone: of the inspection that counts. recipe, model: of that inspection. person: who
    gave it a verdict or took it off the belt; overridden: whether anybody gave one. place: square
    x, y of the map of defects that the middle of a defect lies in, the same one that class_name and
    least_score are of.
    """

    since_ns: int | None = None
    until_ns: int | None = None
    session: str = ""
    part: str = ""
    verdict: str = ""
    disposition: str = ""
    class_name: str = ""
    least_score: float | None = None
    recipe: str = ""
    model: str = ""
    person: str = ""
    overridden: bool | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class AlarmsAsked:
    """Which alarms; raised from `since_ns` on, before `until_ns`. standing: whether they stand."""

    since_ns: int | None = None
    until_ns: int | None = None
    alarm: str = ""
    standing: bool | None = None


def newest_verdict() -> ColumnElement[int]:
    """Number of the newest verdict of the part in the outer query."""
    newest = select(func.max(s.Verdict.seq)).where(s.Verdict.part == s.Part.id)
    return newest.correlate(s.Part).scalar_subquery()

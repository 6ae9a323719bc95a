"""The tables of lines and sums. Everything in here can be made anew from the other tables.

A sum's row stands for `span` seconds from `start_s` on (system clock, seconds since 1970, UTC).
Parts, and what was found in them, count where they arrived; alarms where they were raised; stops
where they began; states for as long as they lasted.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from cell.records.schema import Base

SPANS: Final = (900, 86_400, 32 * 86_400)
"""Seconds that a row of sums stands for: each a multiple of the one before. Every time zone of
today is whole quarters of an hour from UTC."""
CELL_PX: Final = 20.0
"""Edge of a square of the grid of defects' places, in px of the canonical view."""
CELLS: Final = 256
"""Squares of that grid along x and y; what lies beyond is counted in the last one."""


class PartLine(Base):
    """A part in one line. id: the row of `part`; inspection: the one that counts, the newest that
    was not late; own: the newest verdict of the cell itself, own_by: recipe or ledger; verdict,
    bin, reason, by: of the newest one of all; overridden: a person has given one; score: the
    highest of its defects. recipe, model: '' where no inspection counts. said: what a person said
    of it after the fact (pass: it was good, reject: it has a defect), '' for nothing.
    """

    __tablename__ = "part_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str]
    arrived_ns: Mapped[int]
    session: Mapped[str]
    recipe: Mapped[str]
    model: Mapped[str]
    inspection: Mapped[int | None]
    own: Mapped[str]
    own_by: Mapped[str]
    verdict: Mapped[str]
    bin: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    overridden: Mapped[bool]
    disposition: Mapped[str]
    disposed_bin: Mapped[str]
    disposed_ns: Mapped[int | None]
    score: Mapped[float | None]
    defects: Mapped[int]
    said: Mapped[str] = mapped_column(default="", server_default=text("''"))
    __table_args__ = (
        Index("line_by_time", "arrived_ns"),
        Index("line_by_verdict", "verdict", "arrived_ns"),
        Index("line_by_disposition", "disposition", "arrived_ns"),
        Index("line_by_recipe", "recipe", "arrived_ns"),
        Index("line_by_model", "model", "arrived_ns"),
        Index("line_by_session", "session", "arrived_ns"),
        Index("line_by_override", "arrived_ns", sqlite_where=text("overridden = 1")),
        Index("line_by_score", "arrived_ns", sqlite_where=text("score IS NOT NULL")),
    )


class PartTag(Base):
    """What a part is found by and may have several of. kind: class (of a defect in any of its
    inspections, with its highest score), person (who gave it a verdict or took it off the belt).
    """

    __tablename__ = "part_tag"
    kind: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    arrived_ns: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    score: Mapped[float]
    __table_args__ = ({"sqlite_with_rowid": False},)


class SessionSum(Base):
    """How many parts arrived in a session."""

    __tablename__ = "session_sum"
    session: Mapped[str] = mapped_column(primary_key=True)
    parts: Mapped[int]


class CellStateRow(Base):
    """The cell was in a state, for a reason, until it changed. The last one has no end yet."""

    __tablename__ = "cell_state"
    seq: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    reason: Mapped[str]
    stamp_ns: Mapped[int] = mapped_column(index=True)
    until_ns: Mapped[int | None]


class Filling(Base):
    """One row while lines and sums are being made of rows of before; none once they are whole.

    parts_done, parts_all: rows of `part` looked through, and the last one; states_done: the last
    event of the journal that was looked through for states, None: all of them; alarms_done: the
    same for what happened to alarms, up to event alarms_all.
    """

    __tablename__ = "filling"
    id: Mapped[int] = mapped_column(primary_key=True)
    parts_done: Mapped[int]
    parts_all: Mapped[int]
    states_done: Mapped[int | None]
    alarms_done: Mapped[int | None]
    alarms_all: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class _Sum(Base):
    __abstract__ = True

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805
        return ({"sqlite_with_rowid": False},)

    span: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)
    start_s: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class PartSum(_Sum):
    """Parts that are alike in all this (see PartLine). bin: of the newest verdict."""

    __tablename__ = "part_sum"
    recipe: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    own: Mapped[str] = mapped_column(primary_key=True)
    own_by: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(primary_key=True)
    overridden: Mapped[bool] = mapped_column(primary_key=True)
    bin: Mapped[str] = mapped_column(primary_key=True)
    disposition: Mapped[str] = mapped_column(primary_key=True)
    said: Mapped[str] = mapped_column(primary_key=True)
    parts: Mapped[int]


class ClassSum(_Sum):
    """Defects of a class in the inspections that count. parts: that had one; of these, overridden:
    a person has said something, by a verdict or after the fact, and the newest word counts;
    false_calls: good by that word although the cell would not have passed them; confirmed: that
    word is reject.
    """

    __tablename__ = "class_sum"
    recipe: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    class_name: Mapped[str] = mapped_column(primary_key=True)
    defects: Mapped[int]
    parts: Mapped[int]
    overridden: Mapped[int]
    false_calls: Mapped[int]
    confirmed: Mapped[int]


class PlaceSum(_Sum):
    """Defects whose middle lies in the square x, y (of CELL_PX) of the canonical view."""

    __tablename__ = "place_sum"
    recipe: Mapped[str] = mapped_column(primary_key=True)
    class_name: Mapped[str] = mapped_column(primary_key=True)
    x: Mapped[int] = mapped_column(primary_key=True)
    y: Mapped[int] = mapped_column(primary_key=True)
    defects: Mapped[int]


class AlarmSum(_Sum):
    """Alarms that were raised; standing_ns: until their end, of those that have ended."""

    __tablename__ = "alarm_sum"
    alarm: Mapped[str] = mapped_column(primary_key=True)
    raised: Mapped[int]
    acknowledged: Mapped[int]
    cleared: Mapped[int]
    standing_ns: Mapped[int]


class StopSum(_Sum):
    """Stops of the belt; waited_ms: of those that ended by themselves."""

    __tablename__ = "stop_sum"
    cause: Mapped[str] = mapped_column(primary_key=True)
    stops: Mapped[int]
    waited_ms: Mapped[int]


class StateSum(_Sum):
    """How long the cell was in a state for a reason, as far as that has ended [ns]."""

    __tablename__ = "state_sum"
    state: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    ns: Mapped[int]


DERIVED: Final = (
    PartLine, PartTag, SessionSum, PartSum, ClassSum, PlaceSum, AlarmSum, StopSum, StateSum,
    CellStateRow,
)  # fmt: skip
"""What a rebuild empties and fills. The states come from the journal."""
for _table in (PartSum, SessionSum):
    Index(f"{_table.__tablename__}_empty", _table.parts, sqlite_where=text("parts = 0"))
for _found in (ClassSum, PlaceSum):
    Index(f"{_found.__tablename__}_empty", _found.defects, sqlite_where=text("defects = 0"))

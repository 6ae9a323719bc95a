"""The records, read. Nothing here writes, and nothing keeps the recorder waiting: each question is
one short read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, create_engine, event, func, select, tuple_
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cell.records import schema as s
from cell.records.errors import RecordsError
from cell.records.reading.asked import (
    AlarmsAsked,
    PartsAsked,
    alarms_where,
    newest_verdict,
    parts_where,
)
from cell.records.reading.cursor import cursor_of, place_of
from cell.records.reading.values import (
    AlarmRow,
    EvidenceRow,
    JudgedRow,
    Page,
    PartRow,
    SessionRow,
    WholePart,
)
from cell.records.reading.whole import evidence_rows, read_whole
from models.ground.text import say

T = TypeVar("T")
PAGE = 50
LATEST = 1000
"""Dispositions that `parts_changed` looks through."""
EVERYTHING = PartsAsked()
ALL_ALARMS = AlarmsAsked()


class Archive:
    """The records of one data folder. May be used from any thread.

    Every method raises RecordsError for records that are missing, damaged or of a newer cell, and
    CursorError for an `after` that no page gave.
    """

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "records.db"
        self._engine: Engine | None = None

    def close(self) -> None:
        """Let go of the file."""
        if self._engine is not None:
            self._engine.dispose()

    def parts(
        self, asked: PartsAsked = EVERYTHING, after: str = "", limit: int = PAGE
    ) -> Page[PartRow]:
        """A page of parts, those that arrived last first."""
        query = part_lines().where(*parts_where(asked))
        if after:
            query = query.where(tuple_(s.Part.arrived_ns, s.Part.id) < place_of(after))
        query = query.order_by(s.Part.arrived_ns.desc(), s.Part.id.desc()).limit(limit + 1)
        found = self._read(lambda session: [_part_row(row) for row in session.execute(query)])
        return _page(found, limit, lambda row: cursor_of(row.arrived_ns, row.part))

    def part(self, part: str) -> WholePart | None:
        """Everything on record of one part; None: there is none of this id."""
        query = part_lines().where(s.Part.id == part)

        def read(session: Session) -> WholePart | None:
            row = session.execute(query).first()
            return None if row is None else read_whole(session, _part_row(row))

        return self._read(read)

    def lines(self, parts: tuple[str, ...]) -> tuple[PartRow, ...]:
        """These parts in one line each, in the order of arrival; at most some hundreds."""
        query = part_lines().where(s.Part.id.in_(parts)).order_by(s.Part.arrived_ns, s.Part.id)
        return self._read(lambda session: tuple(map(_part_row, session.execute(query))))

    def judged(self, most: int) -> tuple[JudgedRow, ...]:
        """How long the latest inspections took to become verdicts, newest first. One that came too
        late has no verdict of its own: for it, until it was done.
        """
        i, t = s.Inspection, s.Timing
        query = (
            select(i.exposure_ns, i.done_ns, i.late, t.exposure_to_verdict_ms)
            .outerjoin(t, t.part == i.part)
            .order_by(i.seq.desc())
            .limit(most)
        )

        def row(exposure_ns: int, done_ns: int, late: bool, took_ms: float | None) -> JudgedRow:
            known = took_ms is not None and not late
            took = took_ms if known else (done_ns - exposure_ns) * 1e-6
            return JudgedRow(exposure_ns, float(took or 0.0), late)

        return self._read(lambda session: tuple(row(*one) for one in session.execute(query)))

    def picture(self, sha256: str) -> EvidenceRow | None:
        """The picture with this content that is still there, or else one that was deleted."""
        own = s.Evidence.sha256 == sha256
        order = (s.Evidence.pruned_ns.is_not(None), s.Evidence.exposure_ns, s.Evidence.seq)
        found = self._read(lambda session: evidence_rows(session, own, *order))
        return found[0] if found else None

    def alarms(
        self, asked: AlarmsAsked = ALL_ALARMS, after: str = "", limit: int = PAGE
    ) -> Page[AlarmRow]:
        """A page of the alarms' history, those that were raised last first."""
        query = alarm_lines().where(*alarms_where(asked))
        if after:
            query = query.where(s.AlarmLog.seq < place_of(after)[0])
        query = query.order_by(s.AlarmLog.seq.desc()).limit(limit + 1)
        found = self._read(lambda session: [AlarmRow(*row) for row in session.execute(query)])
        return _page(found, limit, lambda row: cursor_of(row.seq))

    def sessions(self, after: str = "", limit: int = PAGE) -> Page[SessionRow]:
        """A page of sessions, those that began last first."""
        r = s.RunSession
        parts = select(func.count()).where(s.Part.session == r.id).correlate(r).scalar_subquery()
        query = select(r.id, r.started_ns, r.ended_ns, r.recipe, parts)
        if after:
            query = query.where(tuple_(r.started_ns, r.id) < place_of(after))
        query = query.order_by(r.started_ns.desc(), r.id.desc()).limit(limit + 1)
        found = self._read(lambda session: [SessionRow(*row) for row in session.execute(query)])
        return _page(found, limit, lambda row: cursor_of(row.started_ns, row.session))

    def last_seq(self) -> int:
        """Number of the last journal event that is in the records, 0 for none."""
        return self._read(lambda session: session.scalar(select(s.Progress.last_seq)) or 0)

    def parts_changed(self, since: int, until: int) -> tuple[PartRow, ...]:
        """Parts that were judged or are through by the events in since < number <= until."""
        judged = select(s.Verdict.part).where(s.Verdict.seq > since, s.Verdict.seq <= until)
        # Dispositions have no index by number, and one by time: the latest are looked through.
        d = s.Disposition
        latest = select(d.part, d.seq).order_by(d.stamp_ns.desc()).limit(LATEST).subquery()
        disposed = select(latest.c.part).where(latest.c.seq > since, latest.c.seq <= until)
        query = part_lines().where(s.Part.id.in_(judged.union(disposed)))
        query = query.order_by(s.Part.arrived_ns, s.Part.id)
        return self._read(lambda session: tuple(map(_part_row, session.execute(query))))

    def alarms_changed(self, since: int, until: int) -> tuple[AlarmRow, ...]:
        """Alarms that were raised or acknowledged by the events in since < number <= until."""
        seen = select(s.Acknowledgement.alarm_log).where(
            s.Acknowledgement.seq > since, s.Acknowledgement.seq <= until
        )
        raised = (s.AlarmLog.seq > since) & (s.AlarmLog.seq <= until)
        query = alarm_lines().where(raised | s.AlarmLog.seq.in_(seen)).order_by(s.AlarmLog.seq)
        return self._read(lambda session: tuple(AlarmRow(*row) for row in session.execute(query)))

    def _read(self, ask: Callable[[Session], T]) -> T:
        try:
            with Session(self._opened()) as session:
                return ask(session)
        except SQLAlchemyError as error:
            raise _damaged(self._file, error) from error

    def _opened(self) -> Engine:
        """Opened when first asked, so that a page may start before its recorder."""
        if self._engine is None:
            self._engine = open_for_reading(self._file)
        return self._engine


def open_for_reading(file: Path) -> Engine:
    """An engine that cannot write. Raises RecordsError."""
    if not file.is_file():
        raise RecordsError(say("records.missing", file=file))
    engine = create_engine(f"sqlite:///{file.absolute().as_uri()}?mode=ro&uri=true")
    event.listen(engine, "connect", _configure)
    try:
        with engine.connect() as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    except SQLAlchemyError as error:
        engine.dispose()
        raise _damaged(file, error) from error
    if version > s.SCHEMA_VERSION:
        engine.dispose()
        raise RecordsError(say("records.newer", file=file, version=version, known=s.SCHEMA_VERSION))
    return engine


def _damaged(file: Path, error: SQLAlchemyError) -> RecordsError:
    return RecordsError(say("records.damaged", file=file, detail=error.__cause__ or error))


def part_lines() -> Select[*tuple[Any, ...]]:
    """Parts with their newest verdict and their disposition."""
    v, d = s.Verdict, s.Disposition
    return (
        select(
            s.Part.id, s.Part.session, s.Part.arrived_ns, v.kind, v.bin, v.reason, v.by, d.kind,
            d.stamp_ns,
        )
        .outerjoin(v, v.seq == newest_verdict())
        .outerjoin(d, d.part == s.Part.id)
    )  # fmt: skip


def alarm_lines() -> Select[*tuple[Any, ...]]:
    """Alarms with their newest acknowledgement."""
    a, k = s.AlarmLog, s.Acknowledgement
    newest = select(func.max(k.seq)).where(k.alarm_log == a.seq).correlate(a).scalar_subquery()
    return select(
        a.seq, a.session, a.alarm, a.part, a.detail, a.raised_ns, a.cleared_ns, k.stamp_ns,
        func.coalesce(k.person, ""),
    ).outerjoin(k, k.seq == newest)  # fmt: skip


def _part_row(row: Any) -> PartRow:
    part, session, arrived_ns, kind, bin_, reason, by, disposition, disposed_ns = row
    return PartRow(
        part, session, arrived_ns, kind or "", bin_ or "", reason or "", by or "",
        disposition or "", disposed_ns,
    )  # fmt: skip


def _page(found: list[T], limit: int, cursor: Callable[[T], str]) -> Page[T]:
    """One row more than the page holds was read, to know whether there is a next one."""
    rows = tuple(found[:limit])
    return Page(rows, cursor(rows[-1]) if len(found) > limit else "")


def _configure(connection: Any, _: object) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA busy_timeout = 2000")

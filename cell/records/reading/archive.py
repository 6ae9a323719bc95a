"""The records, read. Nothing here writes, and nothing keeps the recorder waiting: each question is
one short read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from cell.control.alarms.performance import Figures, figures
from cell.records import schema as s
from cell.records.reading.alarm_history import EventsAsked, events_page, raised, standing
from cell.records.reading.alarms import alarm_lines, alarm_page
from cell.records.reading.asked import AlarmsAsked, PartsAsked, newest_verdict
from cell.records.reading.cursor import CursorError, cursor_of, place_of
from cell.records.reading.gallery import line_row, pictures_of
from cell.records.reading.opening import Reader
from cell.records.reading.search import END_NS, Found, search
from cell.records.reading.sums import Sums
from cell.records.reading.values import (
    AlarmEventRow,
    AlarmRow,
    EvidenceRow,
    GalleryRow,
    JudgedRow,
    LineRow,
    Page,
    PartRow,
    SessionRow,
    WholePart,
)
from cell.records.reading.whole import evidence_rows, read_whole
from cell.records.summaries.tables import SessionSum
from models.ground.text import say

T = TypeVar("T")
PAGE = 50
EVERYTHING = PartsAsked()
ALL_ALARMS = AlarmsAsked()
ALL_EVENTS = EventsAsked()


class Archive(Reader):
    """Parts, alarms and sessions, page by page. May be used from any thread.

    Every method raises RecordsError for records that are missing, damaged or of a newer cell, and
    CursorError for an `after` that no page gave. Pages also raise RecordsError while the lines of
    older records are being made. No question takes longer because there are more records.
    """

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.sums = Sums(data_dir)

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self.sums.close()

    def parts(
        self, asked: PartsAsked = EVERYTHING, after: str = "", limit: int = PAGE
    ) -> Page[PartRow]:
        """A page of parts, those that arrived last first. A page may hold fewer than `limit`, even
        none, although there are more: `Page.after` is '' on the last one alone.
        """
        found, following = self._search(asked, after, limit)
        return Page(tuple(map(_row_of_line, found.rows)), following)

    def found(
        self, asked: PartsAsked = EVERYTHING, after: str = "", limit: int = PAGE
    ) -> Page[LineRow]:
        """The same with all that is known of each part in one line, without its pictures."""
        found, following = self._search(asked, after, limit)
        return Page(tuple(map(line_row, found.rows)), following)

    def gallery(
        self, asked: PartsAsked = EVERYTHING, after: str = "", limit: int = PAGE
    ) -> Page[GalleryRow]:
        """The same with each part's newest picture that is still there: the view that was judged
        first.
        """

        def read(session: Session) -> tuple[Found, dict[str, EvidenceRow]]:
            found = search(session, asked, _place(after), limit)
            return found, pictures_of(session, [(row.part, row.inspection) for row in found.rows])

        found, kept = self._ask(read)
        rows = tuple(GalleryRow(line_row(row), kept.get(row.part)) for row in found.rows)
        return Page(rows, cursor_of(found.next[0], str(found.next[1])) if found.next else "")

    def part(self, part: str) -> WholePart | None:
        """Everything on record of one part; None: there is none of this id."""
        query = part_lines().where(s.Part.id == part)

        def read(session: Session) -> WholePart | None:
            row = session.execute(query).first()
            return None if row is None else read_whole(session, _part_row(row))

        return self._read(read)

    def lines(self, parts: tuple[str, ...]) -> tuple[PartRow, ...]:
        """These parts in one line each, in the order of arrival; at most some hundreds."""
        query = part_lines().where(s.Part.id.in_(parts))
        return self._read(lambda session: _in_order(map(_part_row, session.execute(query))))

    def judged(self, most: int) -> tuple[JudgedRow, ...]:
        """How long the latest inspections took to become verdicts, newest first. One that came too
        late has no verdict of its own: for it, until it was done.
        """
        i, t = s.Inspection, s.Timing
        query = (
            select(i.exposure_ns, i.done_ns, i.late, t.exposure_to_verdict_ms)
            .outerjoin(t, t.part == i.part)
            .where(i.seq <= END_NS)
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
        own, gone = s.Evidence.sha256 == sha256, s.Evidence.pruned_ns

        def read(session: Session) -> EvidenceRow | None:
            for where in (own & gone.is_(None), own & gone.is_not(None)):
                for row in evidence_rows(session, where, most=1):
                    return row
            return None

        return self._read(read)

    def alarms(
        self, asked: AlarmsAsked = ALL_ALARMS, after: str = "", limit: int = PAGE
    ) -> Page[AlarmRow]:
        """A page of the alarms' history, those that were raised last first."""
        query = alarm_page(asked, _place(after), limit)
        found = self._read(lambda session: [AlarmRow(*row) for row in session.execute(query)])
        return _page(found, limit, lambda row: cursor_of(row.raised_ns, str(row.seq)))

    def alarm_events(
        self, asked: EventsAsked = ALL_EVENTS, after: str = "", limit: int = PAGE
    ) -> Page[AlarmEventRow]:
        """A page of what happened to alarms, the last first."""
        return self._ask(lambda session: events_page(session, asked, after, limit), alarms=True)

    def alarm_figures(self, since_ns: int, until_ns: int) -> Figures:
        """How the alarms of this time measure up."""

        def read(session: Session) -> Figures:
            return figures(
                raised(session, since_ns, until_ns), standing(session), since_ns, until_ns
            )

        return self._ask(read, alarms=True)

    def sessions(self, after: str = "", limit: int = PAGE) -> Page[SessionRow]:
        """A page of sessions, those that began last first."""
        r, n = s.RunSession, SessionSum
        query = select(r.id, r.started_ns, r.ended_ns, r.recipe, func.coalesce(n.parts, 0))
        query = query.outerjoin(n, n.session == r.id).where(r.started_ns <= END_NS)
        if after:
            query = query.where(tuple_(r.started_ns, r.id) < place_of(after))
        query = query.order_by(r.started_ns.desc(), r.id.desc()).limit(limit + 1)
        found = self._ask(lambda session: [SessionRow(*row) for row in session.execute(query)])
        return _page(found, limit, lambda row: cursor_of(row.started_ns, row.session))

    def _search(self, asked: PartsAsked, after: str, limit: int) -> tuple[Found, str]:
        place = _place(after)
        found = self._ask(lambda session: search(session, asked, place, limit))
        return found, cursor_of(found.next[0], str(found.next[1])) if found.next else ""

    def last_seq(self) -> int:
        """Number of the last journal event that is in the records, 0 for none."""
        return self._read(lambda session: session.scalar(select(s.Progress.last_seq)) or 0)

    def parts_changed(self, since: int, until: int) -> tuple[PartRow, ...]:
        """Parts judged, spoken of or through by the events in since < number <= until."""
        judged = select(s.Verdict.part).where(s.Verdict.seq > since, s.Verdict.seq <= until)
        d = s.Disposition
        disposed = select(d.part).where(d.seq > since, d.seq <= until)
        r = s.Reassessment
        said = select(r.part).where(r.seq > since, r.seq <= until)
        query = part_lines().where(s.Part.id.in_(judged.union_all(disposed, said)))
        return self._read(lambda session: _in_order(map(_part_row, session.execute(query))))

    def alarms_changed(self, since: int, until: int) -> tuple[AlarmRow, ...]:
        """Alarms that were raised or acknowledged by the events in since < number <= until."""
        seen = select(s.Acknowledgement.alarm_log).where(
            s.Acknowledgement.seq > since, s.Acknowledgement.seq <= until
        )
        raised = (s.AlarmLog.seq > since) & (s.AlarmLog.seq <= until)
        query = alarm_lines().where(raised | s.AlarmLog.seq.in_(seen))
        found = self._read(lambda session: [AlarmRow(*row) for row in session.execute(query)])
        return tuple(sorted(found, key=lambda row: row.seq))


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


def _part_row(row: Any) -> PartRow:
    part, session, arrived_ns, kind, bin_, reason, by, disposition, disposed_ns = row
    return PartRow(
        part, session, arrived_ns, kind or "", bin_ or "", reason or "", by or "",
        disposition or "", disposed_ns,
    )  # fmt: skip


def _row_of_line(row: Any) -> PartRow:
    return PartRow(
        row.part, row.session, row.arrived_ns, row.verdict, row.bin, row.reason, row.by,
        row.disposition, row.disposed_ns,
    )  # fmt: skip


def _in_order(rows: Iterable[PartRow]) -> tuple[PartRow, ...]:
    return tuple(sorted(rows, key=lambda row: (row.arrived_ns, row.part)))


def _place(after: str) -> tuple[int, int] | None:
    """Raises CursorError."""
    if not after:
        return None
    number, name = place_of(after)
    if not name.isascii() or not name.isdecimal() or len(name) > 18:
        raise CursorError(say("records.cursor"))
    return number, int(name)


def _page(found: list[T], limit: int, cursor: Callable[[T], str]) -> Page[T]:
    """One row more than the page holds was read, to know whether there is a next one."""
    rows = tuple(found[:limit])
    return Page(rows, cursor(rows[-1]) if len(found) > limit else "")

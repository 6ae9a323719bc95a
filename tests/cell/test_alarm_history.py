"""What happened to alarms, on record: from new journals, from old ones, page by page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cell.control.alarms import ShelfEnd
from cell.control.ledger import Event
from cell.control.ledger import events as e
from cell.records.errors import RecordsError
from cell.records.projection import Projection
from cell.records.reading import Archive, EventsAsked
from cell.records.summaries import filling
from cell.records.verify import verify
from tests.cell.evidence_world import START_NS, Shift

LOST, DIED = "camera.frame_failed", "process.hmi_died"
S = 10**9


def told() -> list[Event]:
    """A shelving, a clock that is set back, and a session that ends what stood."""

    def at(seconds: int) -> int:
        return START_NS + seconds * S

    return [
        e.AlarmRaised(stamp_ns=at(1), alarm=LOST, part="s1-00001", detail=""),
        e.AlarmRaised(stamp_ns=at(2), alarm=LOST, part="s1-00002", detail="again"),
        e.AlarmAcknowledged(stamp_ns=at(3), alarm=LOST, person="kim"),
        e.AlarmShelved(
            stamp_ns=at(4), alarm=LOST, person="kim", reason="on order", until_ns=at(64)
        ),
        e.AlarmCleared(stamp_ns=at(5), alarm=LOST),
        e.AlarmRaised(stamp_ns=at(6), alarm=LOST, part="", detail=""),
        e.AlarmUnshelved(stamp_ns=at(2), alarm=LOST, end=ShelfEnd.CLOCK),
        e.AlarmRaised(stamp_ns=at(3), alarm=DIED, part="", detail=""),
        e.SessionStarted(
            stamp_ns=at(9), session="s2", recipe="pcb@1", encoder_m=0.0, arrivals=0, exposures=0,
            exits=0, clean=True, alarms=(),
        ),
    ]  # fmt: skip


HAPPENED = [
    ("returned", DIED, False), ("returned", LOST, False), ("raised", DIED, False),
    ("unshelved", LOST, False), ("raised", LOST, True), ("returned", LOST, True),
    ("shelved", LOST, True), ("acknowledged", LOST, False), ("raised", LOST, False),
]  # fmt: skip


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    shift = Shift(tmp_path)
    shift.journal.append(told())
    yield shift
    shift.close()


def rows(folder: Path, **asked: object) -> list[tuple[str, str, bool]]:
    archive = Archive(folder)
    found, after = [], ""
    while True:
        page = archive.alarm_events(EventsAsked(**asked), after, 2)  # type: ignore[arg-type]
        found += [(row.kind, row.alarm, row.shelved) for row in page.rows]
        after = page.after
        if not after:
            archive.close()
            return found


def test_pages_in_the_journals_order_whatever_the_clock_did(shift: Shift) -> None:
    shift.projection.catch_up(shift.journal)
    assert rows(shift.folder) == HAPPENED
    assert rows(shift.folder, kind="unshelved") == [("unshelved", LOST, False)]
    assert {alarm for _, alarm, _ in rows(shift.folder, alarm=DIED)} == {DIED}
    archive = Archive(shift.folder)
    (shelved,) = archive.alarm_events(EventsAsked(kind="shelved")).rows
    assert (shelved.person, shelved.reason, shelved.until_ns) == (
        "kim", "on order", START_NS + 64 * S,
    )  # fmt: skip
    figures = archive.alarm_figures(START_NS, START_NS + 60 * S)
    assert (figures.alarms, figures.shelved, figures.advisories) == (1, 1, ((DIED, 1),))
    archive.close()


def version_2(folder: Path) -> None:
    """The records as the version before left them: without a history of alarms."""
    with closing(sqlite3.connect(folder / "records.db")) as database:
        database.execute("DROP TABLE alarm_event")
        database.execute("ALTER TABLE filling DROP COLUMN alarms_done")
        database.execute("ALTER TABLE filling DROP COLUMN alarms_all")
        database.execute("PRAGMA user_version = 2")
        database.commit()


@pytest.mark.parametrize("page", [1, 3, 20_000])
def test_records_of_version_2_get_their_history_from_the_journal(
    shift: Shift, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(filling, "PAGE", page)
    shift.projection.catch_up(shift.journal)
    shift.projection.close()
    version_2(shift.folder)
    with pytest.raises(RecordsError, match=r"records\.older"):
        rows(shift.folder)
    shift.projection = Projection.open(shift.folder / "records.db")
    with pytest.raises(RecordsError, match=r"records\.filling_alarms"):
        rows(shift.folder)
    # What happens meanwhile is written by its own event, once.
    raised = e.AlarmRaised(stamp_ns=START_NS + 20 * S, alarm=LOST, part="", detail="")
    shift.journal.append([raised])
    shift.projection.catch_up(shift.journal)
    while shift.projection.fill(shift.folder / "journal.db") is not None:
        pass
    assert rows(shift.folder) == [("raised", LOST, False), *HAPPENED]
    assert not list(verify(shift.folder, lambda items, _what, _total: items))


def test_many_pages_hold_each_event_once(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    shift.journal.append(
        [
            kind
            for n in range(60)
            for kind in (
                e.AlarmRaised(stamp_ns=START_NS + n * S, alarm=LOST, part="", detail=""),
                e.AlarmCleared(stamp_ns=START_NS + n * S, alarm=LOST),
            )
        ]
    )
    shift.projection.catch_up(shift.journal)
    assert len(rows(tmp_path)) == 120
    shift.close()

"""The records, read page by page."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cell.control.ledger import events as e
from cell.records.errors import RecordsError
from cell.records.reading import AlarmsAsked, Archive, CursorError, PartsAsked
from cell.records.reading.cursor import cursor_of, place_of
from cell.records.summaries.parts import sum_parts
from tests.cell.evidence_world import START_NS, Shift

SECOND_NS = 10**9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven parts: the third and the sixth were rejected, the last is still open."""
    folder = tmp_path_factory.mktemp("data")
    shift = Shift(folder)
    for number in range(1, 8):
        shift.part(passed=number % 3 != 0, closed=number != 7, at_ns=START_NS + number * SECOND_NS)
    shift.close()
    return folder


@pytest.fixture
def archive(folder: Path):
    archive = Archive(folder)
    yield archive
    archive.close()


def walked(archive: Archive, asked: PartsAsked, limit: int) -> list[str]:
    found, after = [], ""
    while True:
        page = archive.parts(asked, after, limit)
        found += [row.part[-1] for row in page.rows]
        after = page.after
        if not after:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_hold_every_part_once_newest_first(archive: Archive, limit: int) -> None:
    assert walked(archive, PartsAsked(), limit) == list("7654321")


def test_parts_of_the_same_moment_are_told_apart(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    for _ in range(4):
        shift.part(at_ns=START_NS)
    shift.close()
    assert walked(Archive(tmp_path), PartsAsked(), 1) == list("4321")


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        (PartsAsked(verdict="reject"), "63"),
        (PartsAsked(verdict="none"), ""),
        (PartsAsked(disposition="open"), "7"),
        (PartsAsked(disposition="purged"), "63"),
        (PartsAsked(since_ns=START_NS + 5 * SECOND_NS), "765"),
        (PartsAsked(until_ns=START_NS + 3 * SECOND_NS), "21"),
        (PartsAsked(session="s1", part="s1-00002"), "2"),
        (PartsAsked(session="s2"), ""),
        (PartsAsked(part="%"), ""),
        (PartsAsked(class_name="scratch"), ""),
        (PartsAsked(least_score=0.5), ""),
    ],
)
def test_filters(archive: Archive, asked: PartsAsked, parts: str) -> None:
    assert walked(archive, asked, 2) == list(parts)


def test_filters_by_one_defect(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "records.db"
    with sqlite3.connect(folder / "records.db") as source, sqlite3.connect(copy) as target:
        source.backup(target)
        rows = target.execute("SELECT seq FROM inspection ORDER BY seq").fetchall()
        for number, (name, score) in enumerate([("scratch", 0.4), ("pit", 0.9)]):
            values = (rows[1][0], number, name, score)
            target.execute("INSERT INTO defect VALUES (?, ?, ?, ?, 1, 2, 3, 4)", values)
        sum_parts(target, ["s1-00002"])
    archive = Archive(tmp_path)
    assert walked(archive, PartsAsked(class_name="scratch", least_score=0.3), 5) == ["2"]
    assert walked(archive, PartsAsked(class_name="scratch", least_score=0.5), 5) == []
    assert walked(archive, PartsAsked(least_score=0.5), 5) == ["2"]
    whole = archive.part("s1-00002")
    assert whole is not None
    assert [defect.class_name for defect in whole.inspections[0].defects] == ["scratch", "pit"]


def test_one_part_whole(archive: Archive) -> None:
    whole = archive.part("s1-00003")
    assert whole is not None
    assert (whole.line.verdict, whole.line.bin, whole.line.disposition) == (
        "reject",
        "scrap",
        "purged",
    )
    assert whole.person == "test"
    assert [inspection.recipe for inspection in whole.inspections] == ["pcb@1"]
    assert [verdict.by for verdict in whole.verdicts] == ["recipe"]
    kept = whole.evidence[0]
    assert (kept.kind, kept.part) == ("view", "s1-00003")
    found = archive.picture(kept.sha256)
    assert found is not None
    assert found.part == "s1-00003"
    assert archive.part("s1-99999") is None
    assert archive.picture("0" * 64) is None


def test_what_has_changed_since(archive: Archive) -> None:
    last = archive.last_seq()
    assert [row.part for row in archive.parts_changed(0, last)] == [
        f"s1-{n:05d}" for n in range(1, 8)
    ]
    assert [row.part for row in archive.parts_changed(last - 2, last)] == ["s1-00007"]
    assert archive.parts_changed(last, last) == ()
    assert archive.alarms_changed(0, last) == ()


def test_sessions_and_alarms(archive: Archive) -> None:
    (session,) = archive.sessions().rows
    assert (session.session, session.recipe, session.parts) == ("s1", "pcb@1", 7)
    assert archive.alarms(AlarmsAsked(standing=True)).rows == ()


def test_alarms_from_their_cause_to_their_end(tmp_path: Path) -> None:
    shift = Shift(tmp_path)
    name, stamp = "belt.disconnected", {"stamp_ns": START_NS + SECOND_NS}
    archive = Archive(tmp_path)

    def happens(*told: e.Event) -> int:
        before = archive.last_seq()
        shift.journal.append([*told])
        shift.projection.catch_up(shift.journal)
        return before

    before = happens(e.AlarmRaised(**stamp, alarm=name, part="", detail=""))
    (raised,) = archive.alarms_changed(before, archive.last_seq())
    assert (raised.alarm, raised.cleared_ns, raised.acknowledged_by) == (name, None, "")
    assert archive.alarms(AlarmsAsked(standing=True, alarm=name)).rows == (raised,)
    before = happens(e.AlarmAcknowledged(**stamp, alarm=name, person="kim"))
    (seen,) = archive.alarms_changed(before, archive.last_seq())
    assert (seen.seq, seen.acknowledged_by) == (raised.seq, "kim")
    happens(e.AlarmCleared(**stamp, alarm=name))
    assert archive.alarms(AlarmsAsked(standing=True)).rows == ()
    happens(e.AlarmRaised(**stamp, alarm=name, part="", detail=""))
    first = archive.alarms(limit=1)
    (older,) = archive.alarms(after=first.after).rows
    assert (first.rows[0].cleared_ns, older.cleared_ns) == (None, stamp["stamp_ns"])
    assert first.rows[0].acknowledged_by == ""
    assert archive.alarms(AlarmsAsked(since_ns=START_NS + 2 * SECOND_NS)).rows == ()
    shift.close()


@pytest.mark.parametrize("word", ["x", "ab!", "bnVsbA", "e30", "WzEsIDJd", "ü", "W10", "WzFlOTl"])
def test_a_mark_of_no_page_is_refused(archive: Archive, word: str) -> None:
    for ask in (archive.parts, archive.alarms, archive.sessions):
        with pytest.raises(CursorError):
            ask(after=word)


def test_marks_hold_any_name() -> None:
    assert place_of(cursor_of(-(2**62), "부품 'x' %")) == (-(2**62), "부품 'x' %")
    with pytest.raises(CursorError):
        place_of(cursor_of(2**64))


def test_it_only_reads(archive: Archive) -> None:
    before = archive.parts().rows
    with pytest.raises(RecordsError):
        archive._read(lambda session: session.connection().exec_driver_sql("DELETE FROM part"))
    assert archive.parts().rows == before


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "records.missing"), (b"no database at all" * 99, "records.damaged")],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "records.db").write_bytes(content)
    with pytest.raises(RecordsError, match=code):
        Archive(tmp_path).parts()


def test_records_of_a_newer_cell_are_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "records.db") as records:
        records.execute("PRAGMA user_version = 99")
    with pytest.raises(RecordsError, match=r"records\.newer"):
        Archive(tmp_path).sessions()

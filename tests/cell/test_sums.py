"""Lines and sums come to what the parts are, whatever happened to them, and in whatever order."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.geometry import Pose2D
from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.products.verdict import Verdict, VerdictKind
from cell.records.journal import Journal
from cell.records.migrating import bring_up, is_older
from cell.records.projection import Projection
from cell.records.reading import Archive, PartsAsked, Sums
from cell.records.reading.spans import quarters, ranges
from cell.records.store import open_records
from cell.records.summaries.filling import fill, restart
from cell.records.summaries.tables import DERIVED, SPANS, PartSum
from cell.records.verify import verify
from tests.cell.journals import rows, small_shift, write
from vision.types import Defect, Timings

NS = 10**9
START_NS = 1_700_000_000 * NS
SUMS = [table.__tablename__ for table in DERIVED]
CLASSES = ("short", "open", "단락")
KINDS = tuple(VerdictKind)
STATES = (e.CellState.RUNNING, e.CellState.STOPPED, e.CellState.FAULTED)


def held(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every line and every sum."""
    return {
        name: sorted(rows(folder / "records.db", f"SELECT * FROM {name}"), key=repr)
        for name in SUMS
    }


def inspected(
    part: str, now_ns: int, classes: list[str], *, late: bool, recipe: str
) -> e.Inspected:
    found = tuple(
        Defect(name, 0.5 + 0.1 * n, 40.0 * n, 10.0, 40.0 * n + 8.0, 30.0)
        for n, name in enumerate(classes)
    )
    seen = Inspection(
        trigger=1, exposure_ns=now_ns, done_ns=now_ns, ok=True, pose=Pose2D(0.0, 0.0, 0.0),
        defects=found, recipe=recipe, model="m@1", engine="test", timings=Timings(), view="",
    )  # fmt: skip
    return e.Inspected(stamp_ns=now_ns, part=part, inspection=seen, late=late, encoder_m=0.0)


@st.composite
def histories(draw: st.DrawFn) -> list[e.Event]:
    """What a journal may hold: parts in any state, late inspections, overrides by several people,
    alarms, stops and states, new sessions without an end, and a clock that is set back.
    """
    now, session, arrived, parts, held_for = START_NS, 0, 0, list[str](), list[str]()
    events: list[e.Event] = []

    def begin() -> None:
        nonlocal session
        session += 1
        events.append(
            e.SessionStarted(
                stamp_ns=now, session=f"s{session}", recipe="pcb@1", encoder_m=0.0, arrivals=0,
                exposures=0, exits=0, clean=False,
                alarms=draw(st.sampled_from([(), ("belt.jam",)])),
            )
        )  # fmt: skip

    begin()
    for _ in range(draw(st.integers(1, 40))):
        now += draw(st.sampled_from([NS, 400 * NS, 1000 * NS, 90_000 * NS, -5_000 * NS]))
        what = draw(st.integers(0, 13))
        part = draw(st.sampled_from(parts)) if parts else ""
        stamp = {"stamp_ns": now}
        if what <= 2 or not part:
            arrived += 1
            parts.append(f"s{session}-{arrived:05d}")
            events.append(e.Arrived(**stamp, part=parts[-1], index=arrived, encoder_m=0.0, x=0.0))
        elif what <= 4:
            classes = draw(st.lists(st.sampled_from(CLASSES), max_size=3))
            recipe = draw(st.sampled_from(["pcb@1", "pcb@2"]))
            events.append(inspected(part, now, classes, late=draw(st.booleans()), recipe=recipe))
        elif what <= 6:
            kind = draw(st.sampled_from(KINDS))
            by = draw(st.sampled_from(["recipe", "ledger", "kim", "lee"]))
            bin_ = "" if kind is VerdictKind.PASS else draw(st.sampled_from(["scrap", "rework"]))
            events.append(e.Judged(**stamp, part=part, verdict=Verdict(kind, bin_, "=1+1"), by=by))
        elif what == 7:
            parts.remove(part)
            events.append(
                draw(
                    st.sampled_from(
                        [
                            e.Passed(**stamp, part=part, index=1, encoder_m=0.0),
                            e.Purged(**stamp, part=part, person="park"),
                        ]
                    )
                )
            )
        elif what >= 12:
            events.append(
                e.Reassessed(
                    **stamp, part=part, person=draw(st.sampled_from(["kim", "lee"])),
                    verdict=draw(st.sampled_from([VerdictKind.PASS, VerdictKind.REJECT, None])),
                )
            )  # fmt: skip
        elif what == 8:
            told = {"alarm": draw(st.sampled_from(["belt.jam", "camera.lost"]))}
            events.append(
                draw(
                    st.sampled_from(
                        [
                            e.AlarmRaised(**stamp, **told, part="", detail=""),
                            e.AlarmCleared(**stamp, **told),
                            e.AlarmAcknowledged(**stamp, **told, person="kim"),
                        ]
                    )
                )
            )
        elif what == 9 and part in held_for:
            held_for.remove(part)
            events.append(e.BeltReleased(**stamp, part=part, waited_s=0.0005 * len(events)))
        elif what == 9:
            held_for.append(part)
            events.append(e.BeltHeld(**stamp, part=part, cause="wait", ordered=True))
        elif what == 10 and draw(st.booleans()):
            events.append(
                e.Faulted(
                    **stamp, alarm="belt.jam", part="", detail="", purge=draw(st.booleans()),
                    stopped=False, encoder_m=0.0, encoder_valid=True,
                )
            )  # fmt: skip
        elif what == 10:
            events.append(
                e.StateChanged(**stamp, state=draw(st.sampled_from(STATES)), reason="", person="")
            )
        else:
            begin()
    return events


def projected(folder: Path, events: list[e.Event], sizes: list[int]) -> None:
    """Journal and records, the records in transactions of these sizes, again and again."""
    with Journal.open(folder / "journal.db") as journal:
        for event in events:
            journal.append([event])
        projection = Projection.open(folder / "records.db")
        told, at = list(journal.read()), 0
        while at < len(told):
            size = sizes[at % len(sizes)]
            projection.apply(told[at : at + size], journal)
            at += size
        projection.close()


def rebuilt(folder: Path) -> None:
    engine = open_records(folder / "records.db", create=True)
    restart(engine)
    while fill(engine, folder / "journal.db") is not None:
        pass
    engine.dispose()


def counted(folder: Path) -> dict[tuple[Any, ...], Counter[str]]:
    """Parts and defects by quarter, counted one by one in Python from the plain rows."""
    file = folder / "records.db"
    found: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for part, arrived_ns in rows(file, "SELECT id, arrived_ns FROM part"):
        seen = rows(
            file,
            f"SELECT seq, recipe FROM inspection WHERE part = '{part}' AND NOT late ORDER BY seq",
        )
        said = rows(file, f"SELECT kind, \"by\" FROM verdict WHERE part = '{part}' ORDER BY seq")
        own = [kind for kind, by in said if by in ("recipe", "ledger")]
        person = any(by not in ("recipe", "ledger") for _, by in said)
        verdict = said[-1][0] if said else ""
        query = f"SELECT verdict FROM reassessment WHERE part = '{part}' ORDER BY seq"
        after = [word for (word,) in rows(file, query)]
        last = after[-1] if after else ""
        word = last or (verdict if person else "")
        quarter, recipe = arrived_ns // NS // 900 * 900, seen[-1][1] if seen else ""
        found[
            "part",
            quarter,
            recipe,
            own[-1] if own else "",
            verdict,
            person,
            after[-1] if after else "",
        ]["n"] += 1
        classes: Counter[str] = Counter()
        if seen:
            query = f"SELECT class_name FROM defect WHERE inspection = {seen[-1][0]}"
            classes.update(name for (name,) in rows(file, query))
        for name, n in classes.items():
            one = found["class", quarter, recipe, name]
            one["defects"] += n
            one["parts"] += 1
            one["overridden"] += bool(word)
            one["false"] += bool(own and own[-1] != "pass" and word == "pass")
            one["confirmed"] += word == "reject"
    return found


def summed(folder: Path) -> dict[tuple[Any, ...], Counter[str]]:
    """The same from the sums."""
    file = folder / "records.db"
    found: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    query = (
        "SELECT start_s, recipe, own, verdict, overridden, said, parts FROM part_sum "
        "WHERE span = 900"
    )
    for start, recipe, own, verdict, person, said, parts in rows(file, query):
        found["part", start, recipe, own, verdict, bool(person), said]["n"] += parts
    query = (
        "SELECT start_s, recipe, class_name, defects, parts, overridden, false_calls, confirmed "
        "FROM class_sum WHERE span = 900"
    )
    for start, recipe, name, *values in rows(file, query):
        told = zip(("defects", "parts", "overridden", "false", "confirmed"), values, strict=True)
        found["class", start, recipe, name].update(dict(told))
    return found


@settings(max_examples=30, deadline=None)
@given(histories(), st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_sums_are_what_the_parts_come_to(
    tmp_path_factory: pytest.TempPathFactory, events: list[e.Event], sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("data")
    projected(folder, events, sizes)
    assert summed(folder) == counted(folder)
    before = held(folder)
    rebuilt(folder)
    assert held(folder) == before
    for table, measure in (("part_sum", "parts"), ("class_sum", "defects"), ("state_sum", "ns")):
        query = f"SELECT span, sum({measure}) FROM {table} GROUP BY span"
        assert len({total for _, total in rows(folder / "records.db", query)}) <= 1, table
    shutil.rmtree(folder)


def test_a_shift_is_found_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, small_shift().events())
    assert list(verify(tmp_path, lambda items, *_: items)) == []
    with closing(sqlite3.connect(tmp_path / "records.db")) as records, records:
        records.execute("UPDATE part_sum SET parts = parts + 1 WHERE verdict = 'pass'")
    found = [finding.place for finding in verify(tmp_path, lambda items, *_: items)]
    assert found
    assert all(place.startswith("part_sum") for place in found)
    rebuilt(tmp_path)
    assert list(verify(tmp_path, lambda items, *_: items)) == []


def as_version_1(file: Path) -> None:
    """The records as cells of before wrote them."""
    with closing(sqlite3.connect(file)) as records, records:
        for name in [*SUMS, "filling"]:
            records.execute(f"DROP TABLE {name}")
        for name in (
            "alarm_by_name",
            "alarm_standing",
            "alarm_open",
            "evidence_by_content",
            "session_by_start",
        ):
            records.execute(f"DROP INDEX {name}")
        records.execute("DROP INDEX ix_disposition_seq")
        records.execute("ALTER TABLE progress DROP COLUMN stamp_ns")
        records.execute("CREATE INDEX ix_evidence_sha256 ON evidence (sha256)")
        records.execute("CREATE INDEX ix_alarm_log_alarm ON alarm_log (alarm)")
        records.execute("CREATE INDEX ix_session_started_ns ON session (started_ns)")
        records.execute("PRAGMA user_version = 1")


def test_records_of_before_are_brought_up_after_a_copy_while_parts_come(tmp_path: Path) -> None:
    events = small_shift().events()
    half = next(n for n, one in enumerate(events) if isinstance(one, e.Judged)) + 1
    write(tmp_path, events[:half])
    file = tmp_path / "records.db"
    as_version_1(file)
    old = rows(file, "SELECT * FROM part")
    assert is_older(file)
    bring_up(file)
    assert not is_older(file)
    assert rows(tmp_path / "records.db.version-1", "SELECT * FROM part") == old
    assert rows(tmp_path / "records.db.version-1", "PRAGMA user_version") == [(1,)]
    with pytest.raises(Exception, match=r"records\.filling"):
        Archive(tmp_path).parts()
    assert any(one.place == "lines and sums" for one in verify(tmp_path, lambda items, *_: items))
    with Journal.open(tmp_path / "journal.db") as journal:
        for event in events[half:]:
            journal.append([event])
        projection = Projection.open(file)
        projection.catch_up(journal)
        while projection.fill(journal.path) is not None:
            pass
        projection.close()
    assert list(verify(tmp_path, lambda items, *_: items)) == []
    assert len(Archive(tmp_path).parts().rows) == len(rows(file, "SELECT * FROM part"))


def test_an_older_file_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, small_shift().events())
    as_version_1(tmp_path / "records.db")
    archive = Archive(tmp_path)
    for ask in (archive.parts, archive.sessions, archive.gallery, Sums(tmp_path).classes):
        with pytest.raises(Exception, match=r"records\.older"):
            ask()
    assert archive.part("s0-00001") is not None, "what needs no lines is still told"


@given(st.integers(0, 2**33), st.integers(0, 2**28))
def test_ranges_hold_each_quarter_once(since_s: int, lasts_s: int) -> None:
    since, until = quarters(since_s * NS, (since_s + lasts_s) * NS)
    told = list(ranges(since, until))
    assert sum(last - first for _, first, last in told) == until - since
    assert len(told) <= 2 * len(SPANS) - 1
    at = since
    for span, first, last in told:
        assert (first, first % span, last % span) == (at, 0, 0)
        at = last


def test_a_clock_that_was_set_back_hides_no_part(tmp_path: Path) -> None:
    stamps = [START_NS, START_NS + NS, START_NS - 86_400 * NS, START_NS - 86_400 * NS, START_NS]
    start = e.SessionStarted(
        stamp_ns=START_NS, session="s", recipe="r", encoder_m=0, arrivals=0, exposures=0, exits=0,
        clean=True,
    )  # fmt: skip
    parts = [
        e.Arrived(stamp_ns=stamp, part=f"s-{n}", index=n, encoder_m=0.0, x=0.0)
        for n, stamp in enumerate(stamps)
    ]
    projected(tmp_path, [start, *parts], [2])
    archive, found, after = Archive(tmp_path), list[str](), ""
    while True:
        page = archive.parts(PartsAsked(), after, 1)
        found += [row.part for row in page.rows]
        after = page.after
        if not after:
            break
    assert found == ["s-1", "s-4", "s-0", "s-3", "s-2"]
    assert sum(one.parts for one in Sums(tmp_path).parts()) == len(stamps)


def test_time_in_a_fault_is_no_time_in_operation(tmp_path: Path) -> None:
    """The ledger tells a fault with no change of state beside it."""

    def after(seconds: int) -> int:
        return START_NS + seconds * NS

    states = e.CellState
    events = [
        e.SessionStarted(
            stamp_ns=START_NS, session="s", recipe="r", encoder_m=0, arrivals=0, exposures=0,
            exits=0, clean=True,
        ),
        e.StateChanged(stamp_ns=after(0), state=states.RUNNING, reason=""),
        *(
            e.Faulted(
                stamp_ns=after(at), alarm=alarm, part="", detail="", purge=False, stopped=True,
                encoder_m=0.0, encoder_valid=True,
            )
            for at, alarm in ((100, "belt.watchdog"), (110, "belt.jam"))
        ),
        e.StateChanged(stamp_ns=after(160), state=states.STOPPED, reason="", person="kim"),
        e.StateChanged(stamp_ns=after(170), state=states.RUNNING, reason=""),
        e.SessionClosed(stamp_ns=after(200), clean=True, encoder_m=0.0, arrivals=0),
    ]  # fmt: skip
    projected(tmp_path, events, [3])

    def told() -> dict[tuple[str, str], float]:
        return {(one.state, one.reason): one.seconds for one in Sums(tmp_path).states()}

    assert told() == {
        ("running", ""): 130.0, ("faulted", "belt.watchdog"): 60.0, ("stopped", ""): 10.0,
    }  # fmt: skip
    before = told()
    with closing(sqlite3.connect(tmp_path / "records.db")) as records, records:
        records.execute("PRAGMA user_version = 2")
        records.execute("DELETE FROM cell_state WHERE state = 'faulted'")
        records.execute("DELETE FROM alarm_event")
    engine = open_records(tmp_path / "records.db", create=True)
    while fill(engine, tmp_path / "journal.db") is not None:
        pass
    engine.dispose()
    assert told() == before, "records of version 2 are counted anew"


def test_records_of_before_know_that_nobody_has_said_anything(tmp_path: Path) -> None:
    write(tmp_path, small_shift().events())
    file, before = tmp_path / "records.db", held(tmp_path)
    kept = [column.name for column in PartSum.__table__.columns if column.name != "said"]
    with closing(sqlite3.connect(file)) as records, records:
        records.execute("DROP TABLE reassessment")
        records.execute("ALTER TABLE part_line DROP COLUMN said")
        records.execute(f"CREATE TABLE older AS SELECT {', '.join(kept)} FROM part_sum")
        records.execute("DROP TABLE part_sum")
        records.execute("ALTER TABLE older RENAME TO part_sum")
        records.execute("PRAGMA user_version = 3")
    open_records(file, create=True).dispose()
    assert held(tmp_path) == before
    assert list(verify(tmp_path, lambda items, *_: items)) == []
    assert rows(file, "SELECT count(*) FROM filling") == [(0,)], "nothing is made anew"

"""Evidence: named by part and content, never written over, and checked against the records."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cell.control.ledger import events as e
from cell.products import Verdict, VerdictKind
from cell.records.awaited import Awaited
from cell.records.evidence import check_evidence, find_view
from cell.records.evidence_log import recall
from cell.records.images import encoded
from cell.records.keeping import Keeper, digest
from cell.records.limits import Retention
from cell.records.naming import Incoming
from cell.records.projection import Projection
from cell.records.retention import delete, doomed
from cell.records.schema import Evidence, Frame
from tests.cell.evidence_world import DAY_NS, START_NS, Shift, inspected, noise


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "data")
    yield made
    made.close()


def rows(shift: Shift) -> list[Evidence]:
    with Session(shift.projection.engine) as session:
        return list(session.scalars(select(Evidence).order_by(Evidence.seq, Evidence.kind)))


def findings(shift: Shift) -> list[str]:
    found = check_evidence(shift.folder, shift.projection.engine)
    return [f"{x.file} {x.place} {x.what}" for x in found]


def test_every_inspection_has_its_own_picture_although_the_camera_counts_anew(
    shift: Shift,
) -> None:
    names = [shift.part(trigger=trigger, frame=noise(50 + trigger)) for trigger in (1, 2, 3)]
    names += [shift.part(trigger=trigger, frame=noise(60 + trigger)) for trigger in (1, 2, 3)]
    assert shift.keeper.settle(100) == 12
    assert shift.incoming() == []
    assert len(shift.files()) == 12
    for row in rows(shift):
        file = shift.folder / row.path
        assert row.part in names
        assert f"{row.part}-{row.kind}-{row.sha256[:8]}.jpg" == file.name
        assert (digest(file), file.stat().st_size) == (row.sha256, row.bytes)
    for number, name in enumerate(names, start=1):
        (view,) = [x for x in rows(shift) if (x.part, x.kind) == (name, "view")]
        assert (shift.folder / view.path).read_bytes() == encoded(noise(number))
    with Session(shift.projection.engine) as session:
        paths = session.scalars(select(Frame.path)).all()
    assert sorted(str(path) for path in paths) == [f for f in shift.files() if "-frame-" in f]
    assert findings(shift) == []


def test_two_parts_that_look_the_same_have_a_picture_each(shift: Shift) -> None:
    for _ in range(3):
        shift.part(noise(7))
    shift.keeper.settle(2)
    shift.part(noise(7))
    shift.keeper.settle(100)
    assert len(shift.files()) == 4
    assert findings(shift) == []


def test_what_has_the_name_already_stays_as_it_is(shift: Shift) -> None:
    shift.part()
    shift.keeper.settle(100)
    name = shift.part()
    sha256 = rows(shift)[-1].sha256
    taken = (shift.folder / shift.files()[0]).with_name(f"{name}-view-{sha256[:8]}.jpg")
    taken.write_bytes(b"evidence of somebody else")
    shift.keeper.settle(100)
    assert taken.read_bytes() == b"evidence of somebody else"
    kept = rows(shift)[-1]
    assert kept.sha256 in kept.path
    assert digest(shift.folder / kept.path) == sha256
    assert [line.split()[0] for line in findings(shift)] == [str(taken.relative_to(shift.folder))]


def test_an_inspection_that_no_part_claimed_stays_findable_and_is_no_finding(
    shift: Shift,
) -> None:
    shift.part()
    orphan = shift.folder / shift.view(noise(99), START_NS + 5)
    shift.keeper.settle(100)
    shift.keeper.tidy()
    assert shift.incoming() == [orphan]
    assert findings(shift) == []
    orphan.write_bytes(b"changed")
    assert "altered" in findings(shift)[0]


def test_missing_altered_and_foreign_pictures_are_found(shift: Shift) -> None:
    for _ in range(4):
        shift.part()
    shift.keeper.settle(100)
    missing, altered, swapped, _ = (shift.folder / name for name in shift.files())
    missing.unlink()
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")
    swapped.unlink()
    swapped.symlink_to(altered)
    (altered.parent / "holiday.jpg").write_bytes(b"beach")
    found = findings(shift)
    assert len(found) == 4
    for file, words in [
        (missing.name, "missing"),
        (altered.name, "altered"),
        (swapped.name, "no plain file"),
        ("holiday.jpg", "in no record"),
    ]:
        assert any(file in line and words in line for line in found), found


def test_a_view_that_was_lost_before_it_found_its_part_is_missing(shift: Shift) -> None:
    shift.part()
    for file in shift.incoming():
        file.unlink()
    assert "missing" in findings(shift)[0]
    assert shift.keeper.settle(100) == 1
    assert shift.keeper.settle(100) == 0
    assert "missing" in findings(shift)[0]


def test_records_rebuilt_from_the_journal_find_the_pictures_again(shift: Shift) -> None:
    for number in range(3):
        shift.part(frame=noise(70 + number))
    shift.part(at_ns=START_NS - 2 * DAY_NS)
    shift.keeper.settle(100)
    limits = Retention(passed_view_days=1, total_mib=0)
    (old,) = doomed(shift.projection.engine, limits, START_NS)
    delete(shift.folder, shift.projection.engine, [old], START_NS)
    assert findings(shift) == []
    before = [(x.part, x.path, x.sha256, x.bytes) for x in rows(shift)]
    shift.projection.close()
    for file in shift.folder.glob("records.db*"):
        file.unlink()
    shift.projection = Projection.open(shift.folder / "records.db")
    shift.projection.catch_up(shift.journal)
    Keeper(shift.folder, shift.projection.engine).settle(100)
    recall(shift.folder, shift.projection.engine)
    after = [(x.part, x.path, x.sha256, x.bytes) for x in rows(shift)]
    assert after == before
    assert findings(shift) == []


def test_the_date_in_a_path_is_that_of_the_time_zone_then(shift: Shift) -> None:
    shift.part()
    shift.keeper.settle(100)
    shift.projection.close()
    for file in shift.folder.glob("records.db*"):
        file.unlink()
    (shift.folder / "pictures/2023-11-14").rename(shift.folder / "pictures/2023-11-13")
    shift.projection = Projection.open(shift.folder / "records.db")
    shift.projection.catch_up(shift.journal)
    Keeper(shift.folder, shift.projection.engine).settle(100)
    assert findings(shift) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from cell.records import keeping
from cell.records.projection import Projection
folder, when = Path(sys.argv[1]), sys.argv[2]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if when == "after link":
    keeping.sync = lambda path: path.suffix == ".jpg" or die()
elif when == "before unlink":
    Path.unlink = die
projection = Projection.open(folder / "records.db")
keeping.Keeper(folder, projection.engine).settle(100)
"""


@pytest.mark.parametrize("when", ["after link", "before unlink"])
def test_a_kill_while_a_picture_moves_loses_and_doubles_nothing(shift: Shift, when: str) -> None:
    names = [shift.part(frame=noise(9)), shift.part(), shift.part()]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(shift.folder), when], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert shift.incoming(), "the kill came too late to prove anything"
    assert shift.files()
    shift.keeper.settle(100)
    shift.keeper.tidy()
    assert shift.incoming() == []
    assert len(shift.files()) == 4
    assert {x.part for x in rows(shift)} == set(names)
    assert all(os.stat(shift.folder / x).st_nlink == 1 for x in shift.files())
    assert findings(shift) == []


def test_a_view_is_found_in_either_place(shift: Shift) -> None:
    view = shift.view(noise(1), START_NS + 10**9)
    assert find_view(shift.folder, view) == shift.folder / view
    shift.part(view=view, at_ns=START_NS + 10**9)
    shift.keeper.settle(100)
    assert not (shift.folder / view).exists()
    assert find_view(shift.folder, view).read_bytes() == encoded(noise(1))
    assert find_view(shift.folder, "/old/views/b1-000001.jpg") == Path("/old/views/b1-000001.jpg")


def test_journals_of_before_are_read_and_their_pictures_checked(shift: Shift) -> None:
    views = shift.folder / "views"
    views.mkdir()
    for name in ("a-000001.jpg", "a-000002.jpg"):
        (views / name).write_bytes(encoded(noise(1)))
    # The data folder was moved since then.
    for name in ("a-000001.jpg", "a-000001.jpg", "a-000002.jpg", "a-000003.jpg"):
        shift.part(view=f"/somewhere/else/views/{name}")
    assert shift.keeper.settle(100) == 0
    found = findings(shift)
    assert len(found) == 2
    assert "written over" in found[0]
    assert "a-000003.jpg" in found[1]
    assert "missing" in found[1]


def test_names_say_where_they_come_from() -> None:
    picture = Incoming.of("view", 5, b"content")
    assert Incoming.parse(picture.path) == picture
    for other in ("", "/abs/views/x-1.jpg", picture.path.upper(), picture.path + "/../x"):
        assert Incoming.parse(other) is None


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("kind", [VerdictKind.PASS, VerdictKind.REJECT])
def test_a_picture_meets_its_verdict_whichever_comes_first(late: bool, kind: VerdictKind) -> None:
    awaited = Awaited()
    judged = e.Judged(stamp_ns=1, part="p", verdict=Verdict(kind, "", ""), by="ledger")
    events: list[e.Event] = [inspected("p", 7, 5, ""), judged]
    if late:
        events.reverse()
    assert [awaited.hear(event) for event in events] == [None, ("p", (5, 7), kind)]
    assert awaited.hear(judged) is None, "a second verdict keeps no second picture"
    for number in range(300):
        assert awaited.hear(inspected(f"q{number}", number, 5, "")) is None
    assert awaited.hear(replace(judged, part="q0")) is None, "too long ago"
    assert awaited.hear(replace(judged, part="q299")) is not None

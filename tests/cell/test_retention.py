"""Retention: what goes, what stays, and that the records remember what went."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cell.control.ledger import events as e
from cell.records.evidence import check_evidence
from cell.records.limits import Retention
from cell.records.pruning import MOST, Pruner
from cell.records.retention import delete, doomed, orphans
from cell.records.schema import Evidence
from tests.cell.evidence_world import DAY_NS, START_NS, Shift, noise

FOR_EVER = Retention(
    passed_view_days=0, passed_frame_days=0, reject_view_days=0, reject_frame_days=0, total_mib=0
)


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    """Ten days: a passed part and a reject on each, the reject with its frame."""
    made = Shift(tmp_path / "data")
    for day in range(10):
        made.part(at_ns=START_NS + day * DAY_NS)
        made.part(at_ns=START_NS + day * DAY_NS + 1, passed=False, frame=noise(100 + day))
    made.keeper.settle(100)
    yield made
    made.close()


def limits(**changed: float) -> Retention:
    return FOR_EVER.model_copy(update=changed)


def going(shift: Shift, kept: Retention, now_ns: int) -> list[tuple[int, str, bool]]:
    """Day, kind and passed, in the order in which they go."""
    found = doomed(shift.projection.engine, kept, now_ns)
    return [
        ((x.exposure_ns - START_NS) // DAY_NS, x.kind, int(x.part.rpartition("-")[2]) % 2 == 1)
        for x in found
    ]


NOW_NS = START_NS + 10 * DAY_NS


@pytest.mark.parametrize(
    ("changed", "kind", "passed"),
    [
        ({"passed_view_days": 7.5}, "view", True),
        ({"reject_view_days": 7.5}, "view", False),
        ({"reject_frame_days": 7.5}, "frame", False),
    ],
)
def test_each_kind_has_its_age(
    shift: Shift, changed: dict[str, float], kind: str, passed: bool
) -> None:
    assert going(shift, limits(**changed), NOW_NS) == [(day, kind, passed) for day in range(3)]
    assert going(shift, limits(), NOW_NS * 2) == []


def test_all_together_take_no_more_than_allowed(shift: Shift) -> None:
    with Session(shift.projection.engine) as session:
        for row in session.scalars(select(Evidence)):
            row.bytes = 2**20  # 30 MiB in all
        session.commit()
    gone = going(shift, limits(total_mib=25), NOW_NS)
    assert [day for day, *_ in gone] == [0, 0, 0, 1, 1], "oldest first, and no more than needed"
    both = going(shift, limits(total_mib=25, reject_frame_days=6.5), NOW_NS)
    aged = [(day, "frame", False) for day in range(4)]
    assert both == [*aged, (0, "view", True)], "what goes by age makes room, too"


def test_a_part_whose_account_is_open_keeps_its_pictures(shift: Shift) -> None:
    shift.part(at_ns=START_NS, closed=False, passed=False)
    shift.keeper.settle(10)
    assert len(going(shift, limits(reject_view_days=9.5), NOW_NS)) == 1


def test_the_records_say_what_was_deleted_and_stay_clean(shift: Shift) -> None:
    kept = limits(passed_view_days=5)
    pruner = Pruner(shift.folder, shift.projection.engine, kept)
    assert len(pruner.turn(NOW_NS)) == 5
    assert pruner.turn(NOW_NS) == []
    assert len(shift.files()) == 25
    assert list(check_evidence(shift.folder, shift.projection.engine)) == []
    with Session(shift.projection.engine) as session:
        gone = session.scalars(select(Evidence).where(Evidence.pruned_ns.is_not(None))).all()
        assert session.query(Evidence).count() == 30
    assert {row.rule for row in gone} == {"view of a passed part older than 5 days"}
    assert {row.pruned_ns for row in gone} == {NOW_NS}
    assert pruner.turn(NOW_NS + 10 * DAY_NS), "another round begins later"


def test_a_turn_does_little_and_goes_on_in_the_next(shift: Shift) -> None:
    for number in range(2 * MOST):
        shift.part(at_ns=START_NS + number)
    shift.keeper.settle(100)
    pruner = Pruner(shift.folder, shift.projection.engine, limits(passed_view_days=9.5))
    assert [len(pruner.turn(NOW_NS)) for _ in range(4)] == [MOST, MOST, 1, 0]


def test_a_file_in_an_odd_state_is_left_alone(shift: Shift) -> None:
    views = [shift.folder / name for name in shift.files() if "-view-" in name]
    grown, linked, missing = (path for path in views[::2][:3])
    grown.write_bytes(grown.read_bytes() + b"more")
    linked.rename(shift.folder / "elsewhere.jpg")
    linked.symlink_to(shift.folder / "elsewhere.jpg")
    missing.unlink()
    engine = shift.projection.engine
    items = list(doomed(engine, limits(passed_view_days=5.0), NOW_NS))
    gone = delete(shift.folder, engine, items, NOW_NS)
    assert len(items) == 5
    assert len(gone) == 2
    assert grown.exists()
    assert linked.is_symlink()
    assert (shift.folder / "elsewhere.jpg").exists()
    assert len(list(check_evidence(shift.folder, engine))) == 3, "and each is still told"


def test_only_old_pictures_that_nobody_claimed_are_swept(shift: Shift) -> None:
    old = shift.folder / shift.view(noise(900), START_NS)
    young = shift.folder / shift.view(noise(901), START_NS)
    waiting = shift.view(noise(902), START_NS + 77)
    shift.part(view=waiting, at_ns=START_NS + 77)
    foreign = old.with_name("mine.jpg")
    rest = old.with_name(f".{old.name}.123.part")
    for file in (foreign, rest):
        file.write_bytes(b"x")
    now_s = NOW_NS * 1e-9
    for file in (old, shift.folder / waiting, foreign, rest):
        os.utime(file, (now_s - 40 * 86_400,) * 2)
    os.utime(young, (now_s, now_s))
    engine = shift.projection.engine
    items = list(orphans(shift.folder, engine, limits(), now_s))
    assert {shift.folder / item.path for item in items} == {old, rest}
    assert len(delete(shift.folder, engine, items, NOW_NS)) == 2
    assert set(shift.incoming()) == {young, shift.folder / waiting, foreign}


KILLED = """
import os, signal, sys
from pathlib import Path
from cell.records.limits import Retention
from cell.records.pruning import Pruner
from cell.records.store import open_records
folder = Path(sys.argv[1])
pruner = Pruner(folder, open_records(folder / "records.db"), Retention(passed_view_days=5))
Path.unlink = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
pruner.turn(int(sys.argv[2]))
"""


def test_a_kill_before_the_files_go_is_made_up_for(shift: Shift) -> None:
    command = [sys.executable, "-c", KILLED, str(shift.folder), str(NOW_NS)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    engine = shift.projection.engine
    told = list(check_evidence(shift.folder, engine))
    assert len(told) == 5
    assert "noted as deleted" in told[0].what
    Pruner(shift.folder, engine, FOR_EVER).turn(NOW_NS)
    assert list(check_evidence(shift.folder, engine)) == []
    assert len(shift.files()) == 25


def prune(shift: Shift, *options: str) -> dict[str, object]:
    """`cell records prune --json`. The demo's limits: passed parts go, rejects stay."""
    command = [sys.executable, "-m", "cell.faces.cli.main", "records", "prune", "--json"]
    ended = subprocess.run(
        [*command, "--data", str(shift.folder), *options],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    content: dict[str, object] = json.loads(ended.stdout)
    return content


def test_the_command_says_what_would_go_and_then_deletes_it(shift: Shift) -> None:
    size = sum((shift.folder / name).stat().st_size for name in shift.files()) / 2**20
    would = prune(shift, "--dry-run")
    assert len(shift.files()) == 30
    assert would["pictures"] == 30, "the demo's limits, and a shift of years ago"
    assert would["freed_mib"] == pytest.approx(size, abs=0.001)
    did = prune(shift)
    assert did["files"] == would["files"]
    assert shift.files() == []
    assert prune(shift)["pictures"] == 0
    assert list(check_evidence(shift.folder, shift.projection.engine)) == []


def test_the_command_leaves_what_the_journal_may_claim_yet(shift: Shift) -> None:
    orphan = shift.folder / shift.view(noise(5), START_NS)
    os.utime(orphan, (1.0, 1.0))
    shift.journal.append([e.Arrived(stamp_ns=1, part="s1-9", index=9, encoder_m=0.0, x=0.0)])
    assert prune(shift)["records_current"] is False
    assert orphan.exists()


def test_a_folder_without_records_is_refused_and_left_empty(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "cell.faces.cli.main",
        "records",
        "prune",
        "--data",
        str(tmp_path),
    ]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []

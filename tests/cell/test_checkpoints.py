"""A start from a checkpoint is a start from all events, whenever the cell was killed before it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.control.ledger import CellState, Event, Ledger, check
from cell.control.ledger import observations as o
from cell.control.ledger.checkpoint import Checkpoint
from cell.control.supervision import Supervision
from cell.control.watch import Watch
from cell.records import checkpoints
from cell.records.checkpoints import restore, rules
from cell.records.journal import Journal, JournalError
from tests.cell.world import CONFIG, RECIPE, World


class KilledError(Exception):
    """The process ends here."""


class Dying(Journal):
    """A journal whose process is killed before its write number `last`; each file write counts."""

    last, written = 0, 0

    def append(self, events: Sequence[Event]) -> list[int]:
        self._live()
        return super().append(events)

    def keep(self, checkpoint: Checkpoint) -> None:
        self._live()
        super().keep(checkpoint)

    def _live(self) -> None:
        if self.written == self.last:
            raise KilledError
        self.written += 1


@pytest.fixture(scope="module")
def shift() -> World:
    """Passes, removals, a retry, a lost picture, acknowledged alarms and an orderly end."""
    world = World()
    world.inspector_plans.extend(["good", "grab_failed"])
    world.arm_plans.extend(["no_vacuum"])
    world.bring_up()
    for defective in (False, True, True, False):
        world.feed(0.1, defective)
    world.tick(200)
    world.observe(o.NodeDied(stamp_ns=world.now_ns, node="hmi"))
    world.observe(o.Acknowledge(stamp_ns=world.now_ns, alarm="", person="kim"))
    world.finish()
    world.command("stop")
    world.tick(5)
    world.observe(o.Closing(stamp_ns=world.now_ns))
    return world


def supervise(journal: Journal, told: Sequence[o.Observation], every: int) -> None:
    """What the supervisor's process does with the observations."""
    ledger = restore(journal, CONFIG, RECIPE)
    watch = Watch((), lambda _host, _pid: True)
    supervision = Supervision(ledger, journal, watch, lambda _sequence, _event: None, every)
    for observation in told:
        supervision.observe(observation)


def same_as_all_events(path: Path) -> Ledger:
    """The ledger restored from the file, which must be what all its events make."""
    with Journal.open(path) as journal:
        events = [event for _, event in journal.read()]
        ledger = restore(journal, CONFIG, RECIPE)
    assert ledger.desk.state == Ledger.replay(CONFIG, RECIPE, events).desk.state
    return ledger


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(share=st.floats(0.0, 1.0), every=st.integers(1, 60))
def test_killed_between_any_two_writes_nothing_is_lost(
    shift: World, share: float, every: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        with Dying.open(path) as journal:
            journal.last = int(share * 250)
            killed = False
            try:
                supervise(journal, shift.told, every)
            except KilledError:
                killed = True
            written = [event for _, event in journal.read()]
        expected = shift.events()
        assert written == expected[: len(written)]
        assert killed or written == expected
        ledger = same_as_all_events(path)
        assert [event for _, event in Journal.follow(path).read()] == written
        start = replace(shift.told[0], session="next", stamp_ns=shift.now_ns)  # type: ignore[call-arg]
        ledger.observe(start)
        assert ledger.snapshot().state is CellState.PURGE_REQUIRED
        assert check(ledger) == []


WRITER = """
import sys
from pathlib import Path
from cell.control.ledger.codec import decode
from cell.records.journal import Journal
from tests.cell.test_checkpoints import supervise
from tests.cell.world import World
world = World()
world.bring_up()
for defective in (False, True, True, False) * 3:
    world.feed(0.1, defective)
world.tick(400)
journal = Journal.open(Path(sys.argv[1]))
print("ready", flush=True)
supervise(journal, world.told, 3)
print("done", flush=True)
"""


def test_a_process_killed_for_real_leaves_a_sound_checkpoint(tmp_path: Path) -> None:
    rounds = 0
    for number, patience_s in enumerate((0.01, 0.05, 0.15)):
        path = tmp_path / f"{number}.db"
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(patience_s)
        process.send_signal(signal.SIGKILL)
        output = process.communicate()[0]
        rounds += "done" not in output
        same_as_all_events(path)
    assert rounds, "no process was killed at work"


def test_the_end_of_a_session_is_kept_and_spares_the_replay(tmp_path: Path, shift: World) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        supervise(journal, shift.told, 10**6)
        found = journal.checkpoint()
        assert found is not None
        assert found.sequence == len(shift.events())
        with pytest.raises(JournalError, match="reading only"):
            Journal.follow(path).keep(found)
    # Events before the checkpoint are not read again: without them it is still the same ledger.
    with sqlite3.connect(path) as database:
        database.execute("UPDATE events SET type = 'nobody_reads_this' WHERE seq < 10")
    database.close()
    with Journal.open(path) as journal:
        assert restore(journal, CONFIG, RECIPE).desk.state == shift.ledger.desk.state


DAMAGE = {
    "a digit of the state": "UPDATE checkpoint SET state = replace(state, '1', '2')",
    "a state that is cut short": "UPDATE checkpoint SET state = substr(state, 1, 100)",
    "other rules": "UPDATE checkpoint SET rules = 'of another version'",
    "ahead of the events": "UPDATE checkpoint SET seq = seq + 1",
    "behind, by its own word": "UPDATE checkpoint SET seq = seq - 1",
    "none": "DELETE FROM checkpoint",
    "a journal of before": "DROP TABLE checkpoint",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_checkpoint_that_does_not_fit_is_not_believed(
    tmp_path: Path, shift: World, damage: str
) -> None:
    path = tmp_path / "journal.db"
    with Journal.open(path) as journal:
        supervise(journal, shift.told, 50)
    with sqlite3.connect(path) as database:
        database.execute(DAMAGE[damage])
    database.close()
    assert same_as_all_events(path).desk.state == shift.ledger.desk.state
    with Journal.open(path) as journal:
        supervise(journal, [replace(shift.told[0], session="next")], 50)  # type: ignore[call-arg]
        found = journal.checkpoint()
        assert found is not None
        assert found.sequence > len(shift.events()), "the next session begins with a sound one"


def test_without_its_source_nothing_is_kept_or_believed(
    tmp_path: Path, shift: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(rules()) == 64
    monkeypatch.setattr(checkpoints, "rules", lambda: "")
    with Journal.open(tmp_path / "journal.db") as journal:
        supervise(journal, shift.told, 1)
        assert journal.checkpoint() is None
    assert same_as_all_events(tmp_path / "journal.db").desk.state == shift.ledger.desk.state


def test_a_frozen_state_does_not_change_with_the_ledger(shift: World) -> None:
    ledger = Ledger.replay(CONFIG, RECIPE, shift.events()[:100])
    frozen = Checkpoint.of(100, "r", ledger.desk.state)
    later = Ledger.replay(CONFIG, RECIPE, shift.events()[100:], ledger.desk.state)
    assert later.desk.state == shift.ledger.desk.state
    thawed = frozen.thaw("r")
    assert thawed == Ledger.replay(CONFIG, RECIPE, shift.events()[:100]).desk.state
    assert frozen.thaw("other") is None

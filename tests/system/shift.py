"""A shift in simulated time: the real ledger in a small physical world, with stops, faults, breaks
and a person, its journal and records as the cell writes them, and `cell quality summary` beside the
world's own truth. Prints JSON.

python -m tests.system.shift --hours 8
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from cell.config.load import DEMO
from cell.control.ledger import decode
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.records.journal import Journal
from cell.records.projection import Projection
from models.ground.written import write_yaml
from tests.cell.world import HALF_M, SPEED_M_S, TICK_S, World

NS = 10**9
BEGIN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
PITCH_M = 1.2
RUN_TIME_S = PITCH_M / SPEED_M_S
STOP_S = 0.1
"""What the journal may tell otherwise than the belt, at each stop: a few ticks of braking, starting
and hearing of it.
"""
KEPT = 40
WRITE = 5_000


@dataclass(frozen=True)
class Stop:
    """At `at` (share of the shift) the belt comes to stand for `minutes` of an eight-hour shift."""

    at: float
    minutes: float
    reason: str


STOPS = (
    Stop(0.04, 3.0, "stopped"),
    Stop(0.15, 4.5, "process.camera_died"),
    Stop(0.27, 1.5, "belt.watchdog"),
    Stop(0.45, 6.0, "robot.part_dropped"),
    Stop(0.58, 2.5, "stopped"),
    Stop(0.70, 5.0, "process.robot_died"),
    Stop(0.81, 1.0, "belt.watchdog"),
    Stop(0.92, 3.5, "robot.part_dropped"),
)
BREAKS = ((0.375, 0.40625), (0.6875 - 0.0625, 0.6875 - 0.03125))
"""From and to, as shares: two of 15 minutes in eight hours."""


@dataclass
class Truth:
    """What the world knows. Times in ns."""

    standing: Counter[str] = field(default_factory=Counter)
    producing: int = 0
    stops: int = 0
    arrived: dict[int, int] = field(default_factory=dict)
    defective: set[int] = field(default_factory=set)
    ends: dict[int, str] = field(default_factory=dict)


class Shift:
    """A world that works through a shift; what it is done with goes to the journal."""

    def __init__(self, hours: float, journal: Journal) -> None:
        self.begin_ns = int(BEGIN.timestamp()) * NS
        self.length_ns = int(hours * 3600 * NS)
        self.end_ns = self.begin_ns + self.length_ns
        self.scale = hours / 8.0
        self.world = World(now_ns=self.begin_ns, checkpoint_every=10**9)
        self.truth, self._journal, self._number = Truth(), journal, 0
        self._reason, self._until_ns = "", 0
        self._coming = list(STOPS)
        self._standing = True

    def at(self, share: float) -> int:
        """A moment of the shift."""
        return self.begin_ns + int(share * self.length_ns)

    @property
    def breaks(self) -> list[tuple[int, int]]:
        """From and to."""
        return [(self.at(a), self.at(b)) for a, b in BREAKS]

    def planned(self, at_ns: int) -> bool:
        """Whether the shift is at work."""
        inside = self.begin_ns <= at_ns < self.end_ns
        return inside and not any(a <= at_ns < b for a, b in self.breaks)

    def run(self) -> None:
        """All of it, to its orderly end."""
        world = self.world
        world.bring_up()
        while world.now_ns < self.end_ns:
            self._people()
            self._feed()
            world.tick()
            self._account()
        for _ in range(3000):  # what lies on the belt goes through
            if not world.ledger.snapshot().parts:
                break
            if world.ledger.desk.state.cell is not e.CellState.RUNNING:
                self._bring_up()
            world.tick()
            self._look_at_boards()
        world.command("stop")
        world.tick(40)
        world.observe(o.Closing(stamp_ns=world.now_ns))
        self._write(0)

    def _people(self) -> None:
        """Stops as they are planned, and the way back when their time is over."""
        world, now = self.world, self.world.now_ns
        resting = any(a <= now < b for a, b in self.breaks)
        if resting:
            if not self._reason:
                self._reason, self._until_ns = "break", max(b for a, b in self.breaks if a <= now)
                world.command("stop")
            return
        if self._reason and now >= self._until_ns:
            self._reason = ""
        if not self._reason and world.ledger.desk.state.cell is not e.CellState.RUNNING:
            self._bring_up()
        if self._reason or not self._coming or now < self.at(self._coming[0].at):
            return
        if self._coming[0].reason == "robot.part_dropped":
            if not world.arm_plans and world.task is None:
                world.arm_plans.append("dropped")
            if world.ledger.desk.state.cell is e.CellState.RUNNING:
                return  # until the arm has one to drop
        stop = self._coming.pop(0)
        self._reason = stop.reason
        self._until_ns = now + int(stop.minutes * self.scale * 60 * NS)
        self._break(stop.reason)

    def _break(self, reason: str) -> None:
        world = self.world
        match reason:
            case "stopped":
                world.command("stop")
            case "belt.watchdog":
                world.trip_watchdog()
            case "process.camera_died" | "process.robot_died":
                node = reason.removeprefix("process.").removesuffix("_died")
                world.observe(o.NodeDied(stamp_ns=world.now_ns, node=node, detail="simulated"))

    def _bring_up(self) -> None:
        """A step on the way back to production."""
        world = self.world
        match world.ledger.desk.state.cell:
            case e.CellState.PURGE_REQUIRED:
                world.clear_belt()
            case e.CellState.FAULTED:
                world.command("reset")
            case e.CellState.STOPPED:
                world.command("start")
            case _:
                pass

    def _feed(self) -> None:
        """The next part, where there is room before the photo-eye."""
        world = self.world
        waiting = [b for b in world.boards if b.place == "belt" and not b.arrival]
        if not waiting and world.running:
            self._number += 1
            ahead = [b.x0 + world.travel_m for b in world.boards if b.place == "belt"]
            eye = world.ledger.desk.config.photo_eye_x - HALF_M - 0.005
            gap = max(
                0.0, PITCH_M - 2 * HALF_M - max(0.0, min(ahead, default=9.0) - eye - 2 * HALF_M)
            )
            world.feed(PITCH_M - 2 * HALF_M if ahead else gap, self._number % 9 == 0)

    def _account(self) -> None:
        """What the last tick was, as who stands beside the belt sees it."""
        world, truth = self.world, self.truth
        tick = int(TICK_S * NS)
        if world.running != (not self._standing):
            truth.stops += 1
            self._standing = not world.running
        if self.planned(world.now_ns - tick):
            if world.running:
                truth.producing += tick
            else:
                truth.standing[self._reason or "wait"] += tick
        self._look_at_boards()
        if len(world.journal) > WRITE:
            self._write(0)

    def _look_at_boards(self) -> None:
        world, truth = self.world, self.truth
        for board in world.boards:
            if board.arrival and board.arrival not in truth.arrived:
                truth.arrived[board.arrival] = world.now_ns
                if board.defective:
                    truth.defective.add(board.arrival)
            if board.arrival and board.place not in ("belt", "cup"):
                truth.ends[board.arrival] = board.place
        gone = [b for b in world.boards if b.place not in ("belt", "cup")]
        if len(gone) > KEPT:
            forget = {id(b) for b in gone[:-KEPT]}
            world.boards = [b for b in world.boards if id(b) not in forget]
            world.told.clear()

    def _write(self, keep: int) -> None:
        """To the journal, and out of the world's memory."""
        rows = self.world.journal
        done = rows[: len(rows) - keep]
        self._journal.append([decode(kind, data) for kind, data in done])
        del rows[: len(done)]


def configuration(folder: Path, hours: float) -> Path:
    """A calendar with the shift and its breaks."""
    minutes = round(hours * 60)
    clock = lambda m: f"{(6 * 60 + round(m)) // 60 % 24:02d}:{(6 * 60 + round(m)) % 60:02d}"  # noqa: E731
    breaks = [{"begin": clock(a * minutes), "end": clock(b * minutes)} for a, b in BREAKS]
    content = yaml.safe_load(DEMO.read_text())
    content["calibration"] = str((DEMO.parent / content["calibration"]).resolve())
    content["data_dir"] = str(folder)
    content["quality"] = {
        "time_zone": "UTC",
        "run_time_s": RUN_TIME_S,
        "shifts": [
            {"name": "early", "begin": "06:00", "end": clock(minutes), "breaks": breaks},
            {"name": "rest", "begin": clock(minutes), "end": "06:00", "planned": False},
        ],
    }
    file = folder / "cell.yaml"
    file.write_text(write_yaml(content))
    return file


def work(hours: float, folder: Path) -> tuple[Shift, dict[str, Any]]:
    """The shift, and what `cell quality summary` says of it."""
    with Journal.open(folder / "journal.db") as journal:
        shift = Shift(hours, journal)
        shift.run()
    projection = Projection.open(folder / "records.db")
    with Journal.follow(folder / "journal.db") as journal:
        projection.catch_up(journal)
    projection.close()
    config = configuration(folder, hours)
    command = [sys.executable, "-m", "cell.faces.cli.main", "quality", "summary"]
    command += ["--shift", f"{BEGIN:%Y-%m-%d}/early", "--data", str(folder)]
    command += ["--config", str(config), "--json"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return shift, json.loads(told)


def compared(shift: Shift, told: dict[str, Any]) -> dict[str, Any]:
    """The summary beside the truth; `wrong`: what does not agree."""
    truth, oee = shift.truth, told["oee"]
    counted = {n for n, at in truth.arrived.items() if shift.planned(at)}
    good = {n for n in counted if truth.ends.get(n) == "left"}
    real = {
        "planned_busy_ns": shift.length_ns - sum(b - a for a, b in shift.breaks),
        "production_ns": truth.producing,
        "produced": len(counted),
        "good": len(good),
        **{f"standing {reason}": ns for reason, ns in sorted(truth.standing.items())},
    }
    found = {
        **{name: oee[name] for name in ("planned_busy_ns", "production_ns", "produced", "good")},
        **{f"standing {reason}": ns for reason, ns in sorted(oee["standing_ns"].items())},
    }
    slack = {"planned_busy_ns": 0, "produced": 0, "good": 0}
    wide = int(STOP_S * NS) * max(1, truth.stops)
    wrong = [
        name
        for name in sorted({*real, *found})
        if abs(found.get(name, 0) - real.get(name, 0)) > slack.get(name, wide)
    ]
    escaped = sorted(good & truth.defective)
    return {
        "hours": shift.length_ns / 3600 / NS,
        "oee": {k: oee[k] for k in ("availability", "effectiveness", "quality_ratio", "oee")},
        "losses": oee["losses"],
        "told": found,
        "truth": real,
        "stops": truth.stops,
        "slack_s": wide / NS,
        "escaped": escaped,
        "wrong": wrong,
    }


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--hours", type=float, default=8.0)
    hours = words.parse_args().hours
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = compared(*work(hours, Path(folder)))
    print(json.dumps(told | {"took_s": round(time.monotonic() - began, 1)}, indent=2))
    sys.exit(1 if told["wrong"] or told["escaped"] else 0)


if __name__ == "__main__":
    main()

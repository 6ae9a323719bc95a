"""Power cuts: every process of the cell ends at once, at any moment, also while it starts."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from inspection_cell_interfaces.msg import CellState

from cell.launcher.campaign import person
from cell.launcher.campaign.judging import Judge
from cell.launcher.campaign.outcome import Outcome
from cell.launcher.campaign.stand import Stand

STARTING_S = 9.0
PRODUCING_S = 8.0
COUNTS = ("arrived", "passed", "removed", "purged")


@dataclass(frozen=True, slots=True)
class Cut:
    """One power cut. `after_s`: into the start, or into production."""

    number: int
    in_start: bool
    twin_dies: bool
    after_s: float

    @property
    def name(self) -> str:
        """What --only matches."""
        when = "start" if self.in_start else "production"
        twin = "PLC and arm too" if self.twin_dies else "PLC and arm live"
        return f"cut/{self.number} {self.after_s:.1f} s into {when}, {twin}"


def cuts(count: int, seed: int) -> Iterator[Cut]:
    """So many cuts, half of them in the start."""
    random = Random(seed)
    for number in range(1, count + 1):
        in_start = number % 2 == 0
        after_s = random.uniform(0.0, STARTING_S if in_start else PRODUCING_S)
        yield Cut(number, in_start, random.random() < 0.5, after_s)


class _PowerCutError(Exception):
    """The moment has come."""


def carry_out(stand: Stand, judge: Judge, cut: Cut) -> Outcome:
    """Cut a running cell, start it again, and bring it back to production.

    Raises GiveUpError, LaunchError and TwinLostError where the stand is lost.
    """
    outcome, began_s = Outcome(cut.name), time.time()
    if cut.in_start:
        stand.close_cell()
    before = rows(stand.journal)
    told = None
    if cut.in_start:
        _cut_start(stand, cut)
    else:
        told = _cut_production(stand, cut)
    after = rows(stand.journal)
    outcome.law += lost(before, after, told)
    if cut.twin_dies:
        stand.twin.cut()
        stand.twin.start()
        judge.switched_on()
    stand.start_cell(stand.new_session())
    outcome.seen.append(f"{len(after)} events; started as '{stand.state}'")
    outcome.law += lost(after, rows(stand.journal), None)
    outcome.not_recovered = person.back(stand)
    if not outcome.not_recovered:
        outcome.not_recovered = person.produces(stand, stand.last("state_changed"))
    judge.judge(began_s, outcome, ordered=True)
    return outcome


def _cut_start(stand: Stand, cut: Cut) -> None:
    with contextlib.suppress(_PowerCutError):
        stand.start_cell(stand.new_session(), (cut.after_s, _PowerCutError()))
        stand.pause(0.5)  # it was quicker than the cut
    stand.cut_cell()


def _cut_production(stand: Stand, cut: Cut) -> CellState | None:
    stand.pause(cut.after_s)
    told = stand.running_session.link.state()
    stand.cut_cell()
    return told


Rows = list[tuple[int, str, str]]


def rows(journal: Path) -> Rows:
    """What is on the disk, as it is."""
    if not journal.exists():
        return []
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        return database.execute("SELECT seq, type, data FROM events ORDER BY seq").fetchall()


def lost(before: Rows, after: Rows, told: CellState | None) -> list[str]:
    """What was on record, or told to people, and is not on record any more."""
    found = []
    if after[: len(before)] != before:
        found.append("the journal no longer begins with what it held before")
    if [row[0] for row in after] != list(range(1, len(after) + 1)):
        found.append("the journal has a gap")
    if told is not None:
        kept = {name: sum(row[1] == name for row in after) for name in COUNTS}
        found += [
            f"{getattr(told, name)} parts were told as {name}, {kept[name]} are on record"
            for name in COUNTS
            if kept[name] < getattr(told, name)
        ]
    return found

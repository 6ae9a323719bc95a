"""Which cases a campaign tries, in which order, and how long each is thought to take."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from random import Random
from typing import Any, Literal

from cell.launcher.campaign.cases import LONG
from cell.launcher.campaign.cuts import cuts
from cell.launcher.campaign.damage import DAMAGES
from cell.launcher.campaign.disk import NAME as DISK
from cell.launcher.campaign.trials import of_faults, of_table, of_whole

Kind = Literal["trial", "launch", "cut", "disk", "file"]
SECONDS = {"running": 7.5, "stopped": 5.5, "faulted": 6.5, "purge_required": 6.0}
LONG_S = 4.0
FAULT_S, CUT_S, DISK_S, LAUNCH_S, RUN_S, REFUSAL_S = 10.0, 15.0, 20.0, 4.0, 20.0, 3.0
RUNNING = "running"
LAUNCHES = (
    "launch/a second cell beside the first, with a twin of its own",
    "launch/a second cell beside the first, for the same devices",
    "launch/a second cell beside the first, for the same devices and data",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One case. `what` is the table's row that carries it out; `sure`: tried whatever the time."""

    name: str
    kind: Kind
    what: Any
    seconds: float
    sure: bool = True


def plan(seed: int, only: str, number_of_cuts: int, budget_s: float, *, every: bool) -> list[Entry]:
    """The cases that `only` matches, in the order of their trying.

    Without `every` the cases of cells that do not run are a seeded choice that fits the time.
    """
    entries = _all(seed, number_of_cuts, every=every)
    wanted = [entry for entry in entries if fnmatch(entry.name, only)]
    if every or only != "*":
        return wanted
    left = budget_s - sum(entry.seconds for entry in wanted if entry.sure)
    chosen, maybe = set[str](), [entry for entry in wanted if not entry.sure]
    for entry in Random(seed).sample(maybe, len(maybe)):
        if entry.seconds <= left:
            left -= entry.seconds
            chosen.add(entry.name)
    return [entry for entry in wanted if entry.sure or entry.name in chosen]


def _all(seed: int, number_of_cuts: int, *, every: bool) -> list[Entry]:
    table = [
        Entry(t.name, "trial", t, _seconds(t.name, t.state), t.state == RUNNING) for t in of_table()
    ]
    whole = [
        Entry(t.name, "trial", t, SECONDS[t.state] + LONG_S, t.state == RUNNING) for t in of_whole()
    ]
    faults = [Entry(t.name, "trial", t, FAULT_S) for t in of_faults(seed, every_pair=every)]
    return [
        *faults,
        *[entry for entry in table if entry.sure],
        *whole,
        *[entry for entry in table if not entry.sure],
        *[Entry(name, "launch", number, LAUNCH_S) for number, name in enumerate(LAUNCHES)],
        *[Entry(cut.name, "cut", cut, CUT_S) for cut in cuts(number_of_cuts, seed)],
        Entry(DISK, "disk", None, DISK_S),
        *[Entry(f"file/{d.name}", "file", d, REFUSAL_S if d.quick else RUN_S) for d in DAMAGES],
    ]


def _seconds(name: str, state: str) -> float:
    return SECONDS[state] + (LONG_S if any(name.endswith(action) for action in LONG) else 0.0)

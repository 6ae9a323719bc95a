"""How long a supervisor takes to know its past again: python -m tests.cell.bench_start [EVENTS]."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from cell.control.ledger import Event, Ledger
from cell.control.ledger.checkpoint import Checkpoint
from cell.records.checkpoints import EVERY, restore, rules
from cell.records.journal import Journal
from tests.cell.world import CONFIG, RECIPE, World


def shifts(number: int) -> list[Event]:
    """Events of one shift of 60 boards, every third one removed, again and again."""
    world = World()
    world.bring_up()
    for board in range(60):
        world.feed(0.3, board % 3 == 0)
        world.tick(60)
    world.finish()
    once = world.events()
    endless = (renamed(event, turn) for turn in count() for event in once)
    return list(islice(endless, number))


def renamed(event: Event, turn: int) -> Event:
    """The event of another session with other parts."""
    names: dict[str, Any] = {
        name: f"{turn}-{value}"
        for name in ("session", "part")
        if (value := getattr(event, name, ""))
    }
    return replace(event, **names)


def main(number: int) -> None:
    events = shifts(number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        with Journal.open(path) as journal:
            journal.append(events)
            told(f"all {number} events, {path.stat().st_size / 1e6:.0f} MB", journal)
            for behind in (EVERY - 1, 0):
                state = Ledger.replay(CONFIG, RECIPE, events[: number - behind]).desk.state
                before = time.perf_counter()
                journal.keep(Checkpoint.of(number - behind, rules(), state))
                print(f"writing a checkpoint: {1e3 * (time.perf_counter() - before):.1f} ms")
                told(f"a checkpoint and {behind} events", journal)


def told(what: str, journal: Journal) -> None:
    """The quickest of three restorations, and its processor time."""
    taken = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        restore(journal, CONFIG, RECIPE)
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = min(taken)
    print(f"{what}: {1e3 * wall:.1f} ms, processor {1e3 * cpu:.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

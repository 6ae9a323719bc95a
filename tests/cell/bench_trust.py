"""What trusting the journal costs: python -m tests.cell.bench_trust [EVENTS]."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from cell.control.ledger import Ledger
from cell.control.ledger.checkpoint import Checkpoint
from cell.records.agreement import open_journal
from cell.records.checkpoints import EVERY, rules
from cell.records.journal import Journal
from cell.records.verify import verify
from tests.cell.bench_start import shifts
from tests.cell.journals import project, write_version_1
from tests.cell.world import CONFIG, RECIPE

T = TypeVar("T")


def main(number: int) -> None:
    events = shifts(number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "journal.db"
        for batch in (1, 4):
            batches = [events[i : i + batch] for i in range(0, 2000, batch)]
            with Journal.open(folder / f"{batch}.db") as journal:
                timed(f"2000 events by {batch}", partial(list, map(journal.append, batches)))
        with Journal.open(path) as journal:
            journal.append(events)
        timed("opened without a checkpoint", lambda: Journal.open(path).close())
        for behind in (EVERY - 1, 0):
            state = Ledger.replay(CONFIG, RECIPE, events[: number - behind]).desk.state
            with Journal.open(path) as journal:
                journal.keep(Checkpoint.of(number - behind, rules(), state))
            timed(f"opened, checkpoint {behind} behind", lambda: Journal.open(path).close())
        timed("projected", lambda: project(folder))
        timed("opened with its records", lambda: open_journal(folder).close())
        timed("verified", lambda: list(verify(folder, watched)))
        write_version_1(folder / "old.db", events)
        timed("brought to version 2", lambda: Journal.open(folder / "old.db").close())


def watched(items: Iterable[T], what: str, total: int) -> Iterable[T]:
    wall = time.perf_counter()
    yield from items
    print(f"  {what}, {total} events: {time.perf_counter() - wall:.1f} s")


def timed(what: str, work: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    taken, used = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {taken:.3f} s, processor {used:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

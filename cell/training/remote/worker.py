"""A job's process on the other machine: ``python -m cell.training.remote.worker FOLDER``."""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import time
from pathlib import Path

from cell.texts import say
from cell.training.errors import TrainingError
from cell.training.remote.lines import Lines
from cell.training.remote.order import Order, read_order
from models.ground.ending import end_with
from models.ground.errors import UserError


def main(arguments: list[str] | None = None) -> int:
    """Train the model of an order, from its last checkpoint if it has one."""
    parser = argparse.ArgumentParser(prog="python -m cell.training.remote.worker")
    parser.add_argument("folder", type=Path, help="of the order")
    folder: Path = parser.parse_args(arguments).folder
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    lines = Lines(folder)
    try:
        _train(read_order(folder), lines)
    except UserError as error:
        lines.fail(str(error))
        raise
    except (MemoryError, OSError) as error:
        lines.fail(str(error) or "not enough memory")
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        lines.fail(say("training.remote.fault", why=what[:300], log=folder / "log.txt"))
        raise
    return 0


def _train(order: Order, lines: Lines) -> None:
    try:
        from cell.training.detector import Terms, learn
    except ModuleNotFoundError as missing:
        raise TrainingError(say("training.no_torch", why=str(missing))) from None
    mine = sorted(os.sched_getaffinity(0))
    if order.cores:
        mine = mine[-order.cores :]
        os.sched_setaffinity(0, mine)
    terms = Terms(order.place, len(mine), order.min_free_mib, order.device)
    learn(lines, order.job, order.prepared, terms, time.time_ns)


if __name__ == "__main__":
    end_with(main)

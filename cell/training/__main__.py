"""The runner as a program: ``python -m cell.training DATA [--config FILE]``."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import closing
from pathlib import Path

from cell.config import load
from cell.texts import render
from cell.training.book import JobBook
from cell.training.lock import the_runner
from cell.training.remote.away import runner_of
from models.ground.ending import end_with


def main(arguments: list[str] | None = None) -> int:
    """Work off the training jobs of a data folder, and end."""
    parser = argparse.ArgumentParser(prog="python -m cell.training", description=main.__doc__)
    parser.add_argument("data", type=Path, help="the cell's data folder")
    parser.add_argument("--config", type=Path, help="cell configuration (YAML)")
    given = parser.parse_args(arguments)
    own = given.data / "config.yaml"
    config = load(given.config or (own if own.exists() else None))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with the_runner(given.data), closing(JobBook(given.data)) as book:
        runner_of(book, config.training, given.config).work_off()
    return 0


if __name__ == "__main__":
    end_with(main, words=render)

"""A label set inspected by models, in a process of its own behind everything else: ``python -m
cell.promotion.looking OUT --config FILE --parent PID``, with what is wanted as JSON on its input.
Says how far it is, a line each step, and leaves its result in OUT.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TextIO

from cell.config import load
from cell.labels.book import LabelBook
from cell.promotion.errors import PromotionError
from cell.promotion.trying import try_locked
from cell.promotion.tuning import measure
from cell.stores.trouble import told
from cell.training.bounds import Bounds, die_with, keep_to
from models.ground.ending import end_with
from models.ground.errors import UserError

TRY: Final = "try"
"""Two models on the locked share; gives list[Looked]."""
MEASURE: Final = "measure"
"""The model in use on the whole set, for thresholds; gives Measured."""
REFUSED: Final = 2


def main(arguments: list[str] | None = None) -> int:
    """Inspect a label set's pictures by the models that are asked for on the input."""
    parser = argparse.ArgumentParser(
        prog="python -m cell.promotion.looking", description=main.__doc__
    )
    parser.add_argument("out", type=Path, help="file for the result")
    parser.add_argument("--config", type=Path, required=True, help="cell configuration (YAML)")
    parser.add_argument("--parent", type=int, required=True, help="the process that asks")
    given = parser.parse_args(arguments)
    die_with(given.parent)
    config = load(given.config)
    keep_to(Bounds(cores=1, memory_mib=config.promotion.shadow_memory_mib))
    wanted: dict[str, Any] = json.load(sys.stdin)
    # Only progress goes where progress is read, whatever a library prints.
    out, sys.stdout = sys.stdout, sys.stderr
    recipe, name = wanted["recipe"], wanted["label_set"]
    folders = [Path(one) for one in wanted["folders"]]
    watch = Steps(out, rounds=2)
    try:
        with closing(LabelBook.open(config.data_dir, config.labels)) as book:
            members = list(book.members(name))
        found: Any
        if wanted["what"] == TRY:
            pair = folders[0], folders[1]
            found = try_locked(config, recipe, pair, members, name, watch)
        else:
            found = measure(config, recipe, members, watch)
        with told(given.out, PromotionError, (OSError,)):
            given.out.write_bytes(pickle.dumps(found))
    except UserError as error:
        print(json.dumps({"refused": str(error)}), file=out, flush=True)
        return REFUSED
    return 0


class Steps:
    """Says how far the work is that is watched, 0..1 over `rounds` of it."""

    def __init__(self, out: TextIO, rounds: int) -> None:
        self._out, self._rounds, self._before = out, rounds, 0

    def __call__(self, items: Sequence[Any], _: str) -> Iterable[Any]:
        """One round of it."""
        return self._told(items)

    def _told(self, items: Sequence[Any]) -> Iterator[Any]:
        for number, item in enumerate(items):
            yield item
            done = (self._before + (number + 1) / len(items)) / self._rounds
            print(json.dumps({"done": round(done, 4)}), file=self._out, flush=True)
        self._before += 1


if __name__ == "__main__":
    end_with(main, "cell.promotion.looking")

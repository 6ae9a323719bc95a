"""A candidate's own process: ``python -m cell.promotion.shadow.look RECIPE PACKAGE --config FILE
--parent PID``. Reads paths of views, a line each, and says of each what the candidate would do.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import process_time

from cell.config import load
from cell.products.inspector import InspectionSetup, build_inspector
from cell.products.rules import judge
from cell.products.verdict import VerdictKind
from cell.promotion.shadow.answer import Answer
from cell.texts import render
from cell.training.bounds import Bounds, die_with, keep_to
from models.ground.ending import end_with
from vision.errors import InspectionError
from vision.pictures.reading import read_picture
from vision.types import Defect

READY = "ready"
"""The first line: the candidate is loaded."""


def main(arguments: list[str] | None = None) -> int:
    """Say of each view what a model would do."""
    parser = argparse.ArgumentParser(
        prog="python -m cell.promotion.shadow.look", description=main.__doc__
    )
    parser.add_argument("recipe", help="the recipe")
    parser.add_argument("package", type=Path, help="the model's folder")
    parser.add_argument("--config", type=Path, required=True, help="cell configuration (YAML)")
    parser.add_argument("--parent", type=int, required=True, help="the process that asks")
    given = parser.parse_args(arguments)
    die_with(given.parent)
    config = load(given.config)
    keep_to(Bounds(cores=1, memory_mib=config.promotion.shadow_memory_mib))
    setup = build_inspector(config, given.recipe, given.package)
    # Only answers go where answers are read, whatever a library prints.
    out, sys.stdout = sys.stdout, sys.stderr
    print(READY, file=out, flush=True)
    for line in sys.stdin:
        print(say_of(setup, Path(line.rstrip("\n"))).line(), file=out, flush=True)
    setup.engine.close()
    return 0


def say_of(setup: InspectionSetup, view: Path) -> Answer:
    """What the candidate would do with the part on a kept view. Raises EngineError."""
    # Time on the processor: what it waits for, the cell's own inspector would not wait for.
    began = process_time()
    try:
        picture = read_picture(view)
        began = process_time()  # the cell's inspector has its picture in memory
        found, _ = setup.complete.inspect_view(picture)
    except InspectionError as error:
        return Answer(VerdictKind.REJECT, 1e3 * (process_time() - began), trouble=str(error))
    spent = 1e3 * (process_time() - began)
    kind = judge(setup.recipe, found.detections).kind
    plain = tuple(
        Defect(one.class_name, one.score, one.x_min, one.y_min, one.x_max, one.y_max)
        for one in found.detections
    )
    return Answer(kind, spent, setup.engine.name, plain)


if __name__ == "__main__":
    end_with(main, words=render)

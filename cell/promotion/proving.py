"""Whether a package works, found out before it is kept for ever: in a process of its own behind
everything else, for a network that takes all memory, crashes or hangs must not take the page along.
``python -m cell.promotion.proving RECIPE PACKAGE --config FILE --parent PID``
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from cell.config import CellConfig, load
from cell.config.load import dump
from cell.products.inspector import require_works
from cell.promotion.errors import PromotionError
from cell.stores.trouble import told
from cell.texts import say
from cell.training.bounds import Bounds, die_with, keep_to
from models.ground.ending import end_with
from models.ground.errors import UserError
from models.ground.scratch import scratch

REFUSED: Final = 2


def require_proven(config: CellConfig, recipe: str, package: Path) -> None:
    """Let another process read the package and run its network. Raises PromotionError, which says
    what is wrong with it.
    """
    with scratch("prove") as own:
        file = own / "cell.yaml"
        with told(file, PromotionError, (OSError,)):
            dump(config, file)
        why = _tried(config, recipe, package, file)
    if why:
        raise PromotionError(say("promotion.unproven", package=package, recipe=recipe, why=why))


def _tried(config: CellConfig, recipe: str, package: Path, file: Path) -> str:
    """What is wrong, '' where nothing is."""
    words = [sys.executable, "-m", "cell.promotion.proving", recipe, str(package.absolute())]
    words += ["--config", str(file), "--parent", f"{os.getpid()}"]
    patience_s = config.promotion.shadow_patience_s
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, errors="replace", env=Bounds(1, 0).environment(os.environ),
            start_new_session=True, timeout=patience_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return say("shadow.hangs", seconds=patience_s)
    except OSError as error:
        return str(error)
    if not done.returncode:
        return ""
    try:
        return str(json.loads(done.stdout)["refused"])
    except (ValueError, KeyError, TypeError):
        return say("shadow.crashed", code=done.returncode)


def main(arguments: list[str] | None = None) -> int:
    """Try whether a recipe can be inspected by a model package."""
    parser = argparse.ArgumentParser(
        prog="python -m cell.promotion.proving", description=main.__doc__
    )
    parser.add_argument("recipe", help="the recipe")
    parser.add_argument("package", type=Path, help="the model's folder")
    parser.add_argument("--config", type=Path, required=True, help="cell configuration (YAML)")
    parser.add_argument("--parent", type=int, required=True, help="the process that asks")
    given = parser.parse_args(arguments)
    die_with(given.parent)
    config = load(given.config)
    memory_mib = config.promotion.shadow_memory_mib
    keep_to(Bounds(cores=1, memory_mib=memory_mib))
    # Only the answer goes where it is read, whatever a library prints.
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        require_works(config, given.recipe, given.package)
    except UserError as error:
        print(json.dumps({"refused": str(error)}), file=out, flush=True)
        return REFUSED
    except MemoryError:
        why = say("promotion.unproven.memory", most=memory_mib)
        print(json.dumps({"refused": why}), file=out, flush=True)
        return REFUSED
    return 0


if __name__ == "__main__":
    end_with(main)

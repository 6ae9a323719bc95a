"""`python -m tests.api.fuzz [CASES] [SEED]`: many odd and wrong requests to every route."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.api.fuzzing import MODES, filled, fuzz, operations
from tests.api.world import World


def main(cases: int = 100, number: int = 1) -> int:
    """Says of each route what it answered; 1 when a check has found something."""
    begun, total, wrong = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        world = filled(World(Path(folder), parts=9), pictures=20)
        for operation in operations(world):
            name = operation.definition.raw["operationId"]
            try:
                answers = fuzz(world, operation, cases, number)
            except (
                Exception,
                BaseExceptionGroup,
            ) as error:  # a finding; the rest goes on
                wrong += 1
                print(f"{name}: {error}", flush=True)
                continue
            total += answers
            told = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
            print(f"{name:22} {told}", flush=True)
        world.close()
    seconds = time.monotonic() - begun
    print(
        f"{total.total()} requests in {seconds:.0f} s, {len(MODES) * cases} a route: {dict(total)}"
    )
    print(f"{wrong} routes with a finding")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

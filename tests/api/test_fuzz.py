"""A short look by Schemathesis at every route; `python -m tests.api.fuzz` takes longer."""

from __future__ import annotations

from pathlib import Path

from tests.api.fuzzing import filled, fuzz, operations
from tests.api.world import World


def test_no_request_breaks_the_interface(tmp_path: Path) -> None:
    world = filled(World(tmp_path, parts=3))
    tried = {op.definition.raw["operationId"]: fuzz(world, op, 2, 1) for op in operations(world)}
    world.close()
    assert len(tried) > 50
    statuses = {status for answers in tried.values() for status in answers}
    assert {"200", "201", "204", "404", "422"} <= statuses

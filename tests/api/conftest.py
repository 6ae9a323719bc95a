from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.world import World


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A fresh one, with as many parts on record as the module says in PARTS."""
    world = World(tmp_path, parts=getattr(request.module, "PARTS", 0))
    yield world
    world.close()

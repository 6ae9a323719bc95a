"""The first part does not pay for an engine's first run, whatever its recipe expects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from cell.config import load
from cell.products.inspector import InspectionSetup, build_inspector, warm_up
from vision.inspect.sanity import Bounds

STRICT = Bounds((254.0, 255.0), 200.0, (0.99, 1.0), 0.0, 0.0)
"""No picture of anything is like that."""


@pytest.fixture
def setup() -> Iterator[InspectionSetup]:
    made = build_inspector(load(None), "ball_screw")
    with closing(made.engine):
        yield made


def test_the_network_runs_though_a_picture_of_nothing_is_out_of_bounds(
    setup: InspectionSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.complete.bounds = STRICT
    runs, run = list[int](), setup.engine.run

    def counted(*given: Any, **named: Any) -> Any:
        runs.append(1)
        return run(*given, **named)

    monkeypatch.setattr(setup.engine, "run", counted)
    warm_up(setup)
    assert runs
    assert setup.complete.bounds == STRICT

"""A sound data set of every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.sets import WRITERS


@pytest.fixture(params=sorted(WRITERS))
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Name of a format and a folder with a sound set of it."""
    root = tmp_path / "set"
    root.mkdir()
    WRITERS[request.param](root)
    return request.param, root

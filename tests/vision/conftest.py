"""What the vision tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import tiny_model


@pytest.fixture(scope="session")
def package_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model package with the tiny difference detector."""
    return tiny_model.write_package(tmp_path_factory.mktemp("package"))

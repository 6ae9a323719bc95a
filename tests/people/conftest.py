"""What tests of people begin with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.people.roles import Role
from tests.people.world import House, house


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an administrator, an engineer and an operator."""
    folder = tmp_path_factory.mktemp("people")
    with house(folder) as opened:
        opened.add("boss", Role.ADMIN)
        opened.add("kim")
        opened.add("lee", Role.OPERATOR, pin="2580", badge="0004711815")
    return folder


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Iterator[House]:
    """A copy of it, opened."""
    with house(shutil.copytree(furnished, tmp_path / "home")) as opened:
        yield opened

"""What tests of people begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.people.roles import Role
from tests.people.world import House, house


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A cell with an administrator, an engineer and an operator."""
    with house(tmp_path) as opened:
        opened.add("boss", Role.ADMIN)
        opened.add("kim")
        opened.add("lee", Role.OPERATOR, pin="2580", badge="0004711815")
        yield opened

"""A real page process of a cell with accounts, and its visitors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.people.roles import Role
from tests.hmi.conftest import (
    ROOT,
    FakeCell,
    Hmi,
    browser,
    chromium_here,
    end,
    ros_environment,
    until_fixture,
    written,
)
from tests.people.world import PASSWORD, house, shown_around
from tests.web.visiting import Visitor

__all__ = ["browser", "chromium_here", "ros_environment", "until_fixture"]


@pytest.fixture(scope="module")
def people_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    with house(folder) as opened:
        opened.add("boss", Role.ADMIN)
        opened.add("kim", Role.QUALITY)
        opened.add("lee", Role.OPERATOR, pin="2580", badge="0004711815", password=PASSWORD)
    shown_around(folder, "boss", "kim", "lee")
    return folder


@pytest.fixture(scope="module")
def cell_page(ros_environment: dict[str, str], people_folder: Path) -> Iterator[Hmi]:
    """The page of a cell with an administrator, an engineer and an operator."""
    page = Hmi(ros_environment, written(people_folder), "--lang", "en")
    yield page
    end(page.process)


@pytest.fixture(scope="module")
def fake_cell_process(ros_environment: dict[str, str]) -> Iterator[FakeCell]:
    cell = FakeCell(ros_environment)
    yield cell
    cell.close()


@pytest.fixture
def visitor(cell_page: Hmi) -> Iterator[Visitor]:
    """Somebody who has not signed in."""
    with Visitor(cell_page.url) as one:
        yield one


@pytest.fixture(scope="session")
def routes(all_routes: list[tuple[str, str, bool]]) -> list[tuple[str, str]]:
    """Method and path of everything that the application answers to."""
    return [(method, path) for method, path, _ in all_routes]


@pytest.fixture(scope="session")
def all_routes(ros_environment: dict[str, str]) -> list[tuple[str, str, bool]]:
    """The same, with whether a page is built there."""
    import json

    told: Any = subprocess.run(
        [sys.executable, "-m", "tests.web.routes"],
        env=ros_environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    return [tuple(json.loads(line)) for line in told.splitlines()]

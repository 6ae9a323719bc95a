"""The quality pages' server with records of a week, and a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cell.config.load import dump, load
from cell.faces.cli.bench.records.making import make
from tests.hmi.serving import served_by
from tests.quality_pages.pictures import draw
from tests.studio.conftest import browser

__all__ = ["browser"]
PARTS = 9000
SHIFTS = [
    {"name": "early", "begin": "08:00", "end": "16:00"},
    {"name": "late", "begin": "16:00", "end": "00:00"},
    {"name": "night", "begin": "00:00", "end": "08:00", "planned": False},
]
ALL = "period=all"


@dataclass(frozen=True)
class Server:
    url: str
    data: Path


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The pages over `folder/data`."""
    with served_by("tests.quality_pages.app", folder, "/quality/search") as url:
        yield Server(url, folder / "data")


def fill(data: Path, parts: int, *, labelled: bool = True, pictures: int = 0) -> None:
    """Records of so many parts, with pictures of the newest."""
    data.mkdir(parents=True, exist_ok=True)
    for _ in make(data / "records.db", parts, labelled=labelled):
        pass
    draw(data, pictures)


def configure(data: Path) -> None:
    """Shifts, and a planned run time."""
    given = {"quality.shifts": SHIFTS, "quality.time_zone": "Asia/Seoul", "quality.run_time_s": 5.0}
    dump(load(None, {"data_dir": str(data), **given}), data / "config.yaml")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("quality")
    fill(folder / "data", PARTS, pictures=80)
    configure(folder / "data")
    with serving(folder) as served:
        yield served


@pytest.fixture
def pages(browser: Any, server: Server) -> Iterator[Any]:
    """A quality engineer; at the end the browser has complained of nothing."""
    from tests.studio.browsing import Studio

    made = Studio(browser, server.url)
    made.sign_in("kim", "quality")
    made.errors()
    yield made
    assert not made.errors()
    browser.get("about:blank")

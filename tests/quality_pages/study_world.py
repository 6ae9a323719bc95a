"""A data folder with parts, labels of boards, and a browser's way through its study pages."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cell.records.reading.produced import ProducedRow
from tests.hmi.conftest import ROOT, until
from tests.hmi.serving import served_by
from tests.quality.line import GOOD, Line, pit, real_pit
from vision.pictures import read_picture

BOARDS = ROOT / "twin" / "boards" / "pcb"
GOLDENS = ROOT / "cell" / "products" / "data" / "pcb" / "goldens"
LABELLED = 12


def lay(folder: Path) -> None:
    """Twelve labelled boards, half of them with defects, and sixty parts more."""
    line = Line(folder)
    boards, goldens = sorted(BOARDS.glob("*.webp")), sorted(GOLDENS.glob("*.webp"))
    for number in range(LABELLED // 2):
        name = line.part(pit(0.5 + 0.05 * number))
        line.label(name, real_pit(), read_picture(boards[number]))
        line.label(line.part(), GOOD, read_picture(goldens[number]))
    for number in range(60):
        line.part(*([pit(0.9)] if number % 4 == 0 else []))
    line.close()


@contextmanager
def served(folder: Path, port: int | None = None) -> Iterator[str]:
    """The pages over `folder / "data"`; where they are."""
    with served_by("tests.quality_pages.app", folder, "/quality/audits", port=port) as url:
        yield url


def fetched(url: str, path: str, person: str = "kim", role: str = "quality") -> tuple[int, bytes]:
    """Status and body of what this person asks for."""
    asked = urllib.request.Request(f"{url}{path}", headers={"Cookie": f"as={person}; role={role}"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def is_defective(row: ProducedRow) -> bool:
    """What the twin of these tests says of a part: the cell was right."""
    return row.disposition != "passed"


def fill(page: Any, name: str, words: str) -> None:
    """Write into a field, in place of what is there; told to the page as a person's keys are."""
    until(lambda: page.enabled(name), f"{name} can be written in")
    field = page.find(name)[0]
    field.click()
    page.press("Ctrl+a")
    field.send_keys(words)
    page.press("Tab")

"""The cell as an appraiser: the pictures of a study, inspected anew by its recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cell.products.counting import count
from cell.products.inspector import InspectionSetup
from cell.products.rules import verdict_on
from cell.products.verdict import VerdictKind
from cell.quality.studies.book import StudyBook
from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import CELL
from cell.texts import say
from vision.errors import InspectionError
from vision.inspect.files import inspect_file


def judge_all(
    book: StudyBook,
    study: str,
    data_dir: Path,
    setup: InspectionSetup,
    now_ns: Callable[[], int],
) -> int:
    """Judge what the cell has not judged yet; says how many. Broken off, it goes on later.

    Raises StudyError.
    """
    judged = 0
    while (look := book.look(study, CELL)) is not None:
        defective = stops(setup, data_dir / look.file)
        book.judge(study, CELL, look.place, defective, now_ns(), by=str(setup.pin))
        judged += 1
    return judged


def kept_picture(data_dir: Path, file: str) -> bytes:
    """A picture of a study (its file, from the data folder on) as it was kept. Raises StudyError
    where it is gone or cannot be read.
    """
    try:
        return (data_dir / file).read_bytes()
    except OSError:
        raise StudyError(say("quality.study.no_picture", file=file)) from None


def stops(setup: InspectionSetup, picture: Path) -> bool:
    """Whether the cell would not pass the part. What cannot be inspected is not good."""
    if not picture.is_file():
        raise StudyError(say("quality.study.no_picture", file=picture))
    try:
        inspection, _ = inspect_file(picture, None, setup.complete)
    except InspectionError:
        return True
    verdict = verdict_on(setup.recipe, count(setup.recipe, inspection.detections))
    return verdict.kind is not VerdictKind.PASS

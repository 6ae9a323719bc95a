"""What is there before the journey begins: people, a recipe, known parts, and a first model that
has never been shown the new kind of defect.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cell.config import CellConfig, load
from cell.config.labels import LabelsConfig
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.values import About, NewPicture, Said
from cell.people.roles import Role
from cell.training.book import JobBook
from cell.training.values import State
from tests.people.world import house
from tests.studio.loop import discs
from twin.discs import DiscLibrary

LOCKED_GOOD: Final = 300
"""Known good parts, nearly all held apart for the test: the gate's figure of false rejects and of
late answers rests on them.
"""
LEARNT_GOOD, LEARNT_BAD = 60, 60
APART: Final = LabelsConfig(test_share=0.9, validation_share=0.05, review_share=0.0)
MIXED: Final = LabelsConfig(test_share=0.2, validation_share=0.15, review_share=0.0)
FIRST_SET: Final = "first"


def prepare(data: Path, steps: int) -> None:
    """Fill an empty data folder. steps: of the first model's training."""
    file = data / "recipes" / "disc" / "recipe.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(discs.RECIPE, encoding="utf-8")
    config = load(None, {"data_dir": str(data)})
    with house(data, config.people) as home:
        home.add("boss", Role.ADMIN)
        home.add("lee", Role.OPERATOR, pin="2580")
        home.add("kim", Role.QUALITY)
        home.add("sun", Role.QUALITY)
    pictures = data / "known"
    pictures.mkdir()
    usual = DiscLibrary()
    _bring(config, pictures, usual, APART, (LOCKED_GOOD, 1, False), "apart")
    for count, seed, defective in ((LEARNT_GOOD, 2, False), (LEARNT_BAD, 3, True)):
        _bring(config, pictures, usual, MIXED, (count, seed, defective), f"mixed-{seed}")
    book = LabelBook.open(data, MIXED)
    book.freeze(FIRST_SET, "kim", time.time_ns(), only_settled=False)
    book.close()
    shutil.rmtree(pictures)
    _train(data, steps)


def _bring(
    config: CellConfig,
    folder: Path,
    library: DiscLibrary,
    shares: LabelsConfig,
    wanted: tuple[int, int, bool],
    name: str,
) -> None:
    """Labelled parts, frozen at once, so that each has its side for ever."""
    count, seed, defective = wanted
    book = LabelBook.open(config.data_dir, shares)
    try:
        files = list(_labelled(config, folder, library, count, seed, defective))
        book.bring_all_in(files, "kim", time.time_ns())
        book.freeze(name, "kim", time.time_ns(), only_settled=False)
    finally:
        book.close()


def _labelled(
    config: CellConfig, folder: Path, library: DiscLibrary, count: int, seed: int, defective: bool
) -> Iterator[tuple[NewPicture, Said]]:
    about = About(recipe="disc@1.0.0")
    for part, view, yaw in discs.views(config, library, count, seed, defective=defective):
        file = folder / f"{part.picture}-{seed}.jpg"
        file.write_bytes(discs.jpeg(view))
        found = discs.marks(part, yaw)
        shapes = tuple(Shape.of_box(one.kind, *one.box) for one in found)
        said = Said(Judgement.DEFECTIVE if shapes else Judgement.GOOD, shapes)
        yield NewPicture(file, file.name, file.stem, about), said


def _train(data: Path, steps: int) -> None:
    """The first model, where the recipe looks for it."""
    words = ["train", "--set", FIRST_SET, "--recipe", "disc", "--data", str(data)]
    command = [sys.executable, "-m", "cell.faces.cli.main", *words, "--steps", str(steps)]
    subprocess.run(command, check=True)
    jobs = JobBook(data)
    try:
        (job,) = jobs.jobs(1)
        assert job.state is State.DONE, job
        shutil.copytree(data / job.package, data / "models" / "disc")
    finally:
        jobs.close()


def settings(data: Path, **more: Any) -> CellConfig:
    """How the cell of the journey is set up; all else is the demo's."""
    return load(None, {"data_dir": str(data), "recipe": "disc", "labels.test_share": 0.3, **more})

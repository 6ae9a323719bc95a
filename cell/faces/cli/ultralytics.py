"""What `cell train --trainer ultralytics` does: as a job, and on a folder of pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from cell.config import CellConfig
from cell.faces.cli.errors import UsageError
from cell.faces.cli.terminal import terminal
from cell.faces.cli.training import cell_of, say_line, train_set
from cell.training.book import FOLDER
from cell.training.values import Trainer, Wish
from models.ground.writing import write_whole
from vision.lab.data.names import printable
from vision.lab.data.split import Split
from vision.lab.importing.beginning import beginning
from vision.lab.importing.dataset import write_dataset
from vision.lab.importing.learning import LICENCE, Course, learn
from vision.lab.importing.learnt import Learnt, write_learnt
from vision.lab.importing.weights import python_of
from vision.lab.training.picture import Picture, read

WEIGHTS = "weights"
"""Below the jobs' folder, and a run's: what ultralytics has fetched."""
START = "start.txt"
"""In a run's folder: what it began with."""


def chosen_python(config: CellConfig) -> Path | None:
    """The configuration's; None: that of `yolo`."""
    return Path(config.training.python) if config.training.python else None


def ultralytics_set(
    wish: Wish, weights: str | None, python: Path | None, data: Path, follow: bool
) -> None:
    """Queue a job of ultralytics, see that a runner is there, and show it."""
    config = cell_of(data)
    start, own = begun_with(weights, python, config, data / FOLDER / WEIGHTS)
    train_set(
        Wish(
            wish.label_set, wish.recipe, wish.names, wish.steps, wish.seed, wish.side,
            wish.licence, Trainer.ULTRALYTICS, start, str(own),
        ),
        data, follow,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FolderRun:
    """A training on a folder of labelled pictures. parts: `train`, `validation` (which chooses)
    and, where there is one, `test` (which reports); source: what the card says of them; folder: of
    the package.
    """

    parts: Split
    size: tuple[int, int]
    run: Path
    folder: Path
    version: str
    source: Mapping[str, Any]
    licence: str
    epochs: int
    batch: int
    seed: int
    device: str

    def pictures(self, name: str) -> list[Picture]:
        """Those of a split; none where there is no such split."""
        samples = self.parts.of(name) if name in self.parts.names else []
        return [read(sample, self.size) for sample in samples]


def ultralytics_folder(asked: FolderRun, start: str, python: Path) -> None:
    """Train, from the run's last checkpoint if it has one, and write the package."""
    classes, run = asked.parts.data.classes, asked.run
    selection = asked.pictures("validation")
    data = write_dataset(run / "pictures", classes, asked.pictures("train"), selection)
    device = {"auto": "", "cuda": "0"}.get(asked.device, asked.device)
    write_whole(run / START, start)
    course = Course(
        data, start, asked.size, asked.epochs, asked.batch, asked.seed, os.cpu_count() or 1, device
    )  # fmt: skip
    columns = (
        TextColumn("training"), BarColumn(), TextColumn("{task.percentage:.0f} %"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=terminal()) as progress:
        shown = Shown(progress, progress.add_task("", total=1.0))
        version = learn(course, python, run, shown, lambda _line: None)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    how = {
        "trainer": f"ultralytics {version}", "begun_with": Path(start).name,
        "epochs": asked.epochs, "batch": asked.batch, "seed": asked.seed, "imgsz": max(asked.size),
    }  # fmt: skip
    report = asked.pictures("test")
    source = {**asked.source, "report": len(report)}
    learnt = Learnt(
        run / "best.pt", classes, asked.size, selection, report, source, how, asked.licence,
        asked.version, now,
    )  # fmt: skip
    with terminal().status("exporting and measuring"):
        write_learnt(asked.folder, learnt, python, run / "run", lambda _line: None)


@dataclass
class Shown:
    """A run on a bar, a line for each epoch."""

    progress: Progress
    bar: TaskID
    loss: float = 0.0

    def step(self, epoch: int, step: int, steps: int, done: float) -> None:
        """A step is done."""
        del epoch, step, steps
        self.progress.update(self.bar, completed=done)

    def epoch(self, epoch: int, loss: float, spent_s: float, done: float) -> None:
        """An epoch is done."""
        del epoch, spent_s
        self.loss = loss
        self.progress.update(self.bar, completed=done)

    def validated(self, epoch: int, metrics: dict[str, float]) -> None:
        """It was measured."""
        line = f"epoch {epoch}: loss {self.loss:.3f}, mAP50 {metrics['mAP50']:.3f}"
        self.progress.console.print(line, highlight=False, markup=False)


def begun_with(
    weights: str | None, python: Path | None, config: CellConfig, folder: Path
) -> tuple[str, Path]:
    """What it begins with and whose Python learns; says whose licence binds. folder: of what has to
    be fetched. Raises UsageError, ModelError.
    """
    if weights is None:
        raise UsageError(
            "give --weights: a .pt of yours or yolo26n.pt, or yolo26n.yaml to begin with nothing."
        )
    own = _learner(python, config)
    with terminal(stderr=True).status(f"trying {printable(weights)} in ultralytics"):
        return beginning(weights, own, folder), own


def gone_on_with(run: Path, python: Path | None, config: CellConfig) -> tuple[str, Path]:
    """The same of a run that is resumed. Raises UsageError for one of another trainer."""
    kept = run / START
    if not kept.is_file():
        raise UsageError(f"{run} is no run of ultralytics: leave --trainer out, or see --out.")
    return kept.read_text(encoding="utf-8"), _learner(python, config)


def _learner(python: Path | None, config: CellConfig) -> Path:
    own = python_of(python or chosen_python(config)).absolute()
    say_line(f"Licence: {LICENCE}.")
    return own

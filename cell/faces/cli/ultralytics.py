"""What `cell train --trainer ultralytics` does: as a job, and on a folder of pictures."""

from __future__ import annotations

from pathlib import Path

from cell.config import CellConfig
from cell.faces.cli.errors import UsageError
from cell.faces.cli.terminal import terminal
from cell.faces.cli.training import cell_of, say_line, train_set
from cell.training.book import FOLDER
from cell.training.values import Trainer, Wish
from vision.lab.data.names import printable
from vision.lab.importing.beginning import beginning
from vision.lab.importing.learning import LICENCE
from vision.lab.importing.weights import python_of

WEIGHTS = "weights"
"""Below the jobs' folder: what ultralytics has fetched."""


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


def begun_with(
    weights: str | None, python: Path | None, config: CellConfig, folder: Path
) -> tuple[str, Path]:
    """What it begins with and whose Python learns; says whose licence binds. Raises UsageError,
    ModelError.
    """
    if weights is None:
        raise UsageError(
            "give --weights: a .pt of yours or yolo26n.pt, or yolo26n.yaml to begin with nothing."
        )
    own = python_of(python or chosen_python(config)).absolute()
    say_line(f"Licence: {LICENCE}.")
    with terminal(stderr=True).status(f"trying {printable(weights)} in ultralytics"):
        return beginning(weights, own, folder), own

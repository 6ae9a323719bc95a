"""ultralytics' training, asked from outside: this text runs in the user's own environment.

Argument: what is wanted, as JSON (`vision.lab.importing.learning.Course`). Output: a line of JSON
for each thing that happened, among what ultralytics says. After each epoch two checkpoints are
kept, each whole or not at all: `last.pt`, from which a run that was broken off goes on, and
`best.pt`, the one that found most on the pictures that choose.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

EVERY_S = 0.3


def main() -> None:
    """Train to the end."""
    told = json.loads(sys.argv[1])
    die_with(told["parent"])
    import torch
    from ultralytics import YOLO, __version__, settings

    settings.update({"sync": False})
    folder = Path(told["folder"])
    kept = folder / "last.pt"
    resumed = kept.is_file()
    epochs = epochs_of(torch.load(kept, map_location="cpu", weights_only=False)) if resumed else 0
    if epochs:
        say(begun={"epoch": epochs, "epochs": epochs, "steps": 1})
    else:
        model = YOLO(str(kept) if resumed else told["start"])
        following = Following(folder, told["threads"])
        for event in ("on_train_start", "on_train_batch_end", "on_model_save"):
            model.add_callback(event, getattr(following, event))
        again = {"resume": str(kept)} if resumed else {}
        model.train(**told["settings"], **again)
    say(done=__version__)


def die_with(parent: int) -> None:
    """End when the process that asked for this ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(137)


def epochs_of(checkpoint: dict[str, Any]) -> int:
    """How many there were, where nothing is left to learn after this one; else 0."""
    epochs = int(checkpoint["train_args"]["epochs"])
    return epochs if checkpoint["epoch"] + 1 >= epochs else 0


def say(**told: Any) -> None:
    """A line of its own, even behind a bar that ultralytics draws."""
    print("\n" + json.dumps({"cell": told}), flush=True)


class Following:
    """Hears of a run what ultralytics tells its callbacks."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.folder, self.threads = folder, threads
        self.epoch, self.step, self.told_s = -1, 0, 0.0

    def on_train_start(self, trainer: Any) -> None:
        """ultralytics has just given itself as many threads as the computer has cores."""
        import torch

        torch.set_num_threads(self.threads)
        steps = len(trainer.train_loader)
        say(begun={"epoch": trainer.start_epoch, "epochs": trainer.epochs, "steps": steps})

    def on_train_batch_end(self, trainer: Any) -> None:
        """A step is done."""
        self.step = self.step + 1 if trainer.epoch == self.epoch else 1
        self.epoch = trainer.epoch
        if time.monotonic() - self.told_s >= EVERY_S:
            self.told_s = time.monotonic()
            say(step={"epoch": self.epoch, "step": self.step})

    def on_model_save(self, trainer: Any) -> None:
        """An epoch is done, measured, and written."""
        if trainer.best_fitness == trainer.fitness:
            keep(trainer.best, self.folder / "best.pt")
        keep(trainer.last, self.folder / "last.pt")
        # A mean of each kind of loss: by name in newer versions, else one after another.
        kinds = trainer.tloss
        losses = kinds.values() if isinstance(kinds, dict) else kinds.reshape(-1)
        loss = sum(float(one) for one in losses)
        found = float(trainer.metrics.get("metrics/mAP50(B)", 0.0))
        say(epoch={"epoch": trainer.epoch + 1, "loss": loss, "mAP50": found})


def keep(made: Path, place: Path) -> None:
    """Copy a checkpoint that is complete over the one of before."""
    fresh = place.with_suffix(".part")
    shutil.copyfile(made, fresh)
    with open(fresh, "rb") as file:
        os.fsync(file.fileno())
    os.replace(fresh, place)


if __name__ == "__main__":
    main()

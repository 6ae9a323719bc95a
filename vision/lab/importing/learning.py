"""A network trained by ultralytics, in the user's own environment and in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import ModelError
from vision.lab.importing.weights import environment, plain, reason
from vision.lab.training.watching import Watch

PROGRAM: Final = Path(__file__).with_name("learner.py")
LICENCE: Final = (
    "ultralytics and the networks trained with it are AGPL-3.0: whoever passes one on, or offers "
    "others its use over a network, gives the source of what is built on it under the same "
    "licence, or holds a licence of another kind from Ultralytics"
)
KEPT: Final = 20
"""Last words of ultralytics, of which a fault's reason is told."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """What is learnt, and how. data: data.yaml; start: weights (.pt), or the plan of a network
    (.yaml) that begins with nothing; size: width, height [px]; device: as ultralytics calls it.
    """

    data: Path
    start: str
    size: tuple[int, int]
    epochs: int
    batch: int
    seed: int
    threads: int = 1
    device: str = "cpu"

    def told(self, folder: Path) -> dict[str, Any]:
        """As the learner takes it; ultralytics trains on squares, which hold the picture."""
        return {
            "folder": str(folder.absolute()),
            "start": self.start,
            "threads": self.threads,
            "parent": os.getpid(),
            "settings": {
                "data": str(self.data.absolute()), "imgsz": max(self.size), "epochs": self.epochs,
                "batch": self.batch, "seed": self.seed, "device": self.device, "workers": 0,
                "deterministic": True, "amp": False, "plots": False, "patience": 0,
                "save_dir": str((folder / "run").absolute()), "exist_ok": True, "verbose": False,
            },
        }  # fmt: skip


def learn(course: Course, python: Path, folder: Path, watch: Watch, tell: Tell) -> str:
    """Train in `folder`, from its last checkpoint if it has one; the model is then `best.pt` there.

    tell: hears each line that ultralytics says. Gives ultralytics' version. Raises MemoryError
    where it had too little, ModelError with its last words, and what `watch` raises; whatever
    happens, the process has ended then.
    """
    program = PROGRAM.read_text(encoding="utf-8")
    command = [str(python), "-c", program, json.dumps(course.told(folder))]
    hearing = Hearing(watch, course.epochs)
    last: list[str] = []
    # Threads that spin while they wait slow everything down on a busy computer.
    own = environment(folder) | {"OMP_WAIT_POLICY": "PASSIVE"}
    with subprocess.Popen(
        command, cwd=folder, env=own, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if not hearing.hear(line) and (words := plain(line)):
                    last = [*last, words][-KEPT:]
                    tell(words)
        except BaseException:
            process.kill()
            raise
    if hearing.version and process.returncode == 0 and (folder / "best.pt").is_file():
        return hearing.version
    raise _fault(python, process.returncode, last)


class Hearing:
    """What the learner says, told to whoever watches."""

    def __init__(self, watch: Watch, epochs: int) -> None:
        self._watch, self._epochs, self._steps = watch, epochs, 1
        self._begun_s = time.monotonic()
        self.version = ""
        """Of ultralytics, as soon as it has come to the end."""

    def hear(self, line: str) -> bool:
        """Whether this line was the learner's own; others are ultralytics'."""
        if not line.startswith('{"cell": '):
            return False
        for what, told in json.loads(line)["cell"].items():
            getattr(self, f"_{what}")(told)
        return True

    def _begun(self, told: dict[str, Any]) -> None:
        self._epochs, self._steps = told["epochs"], max(1, told["steps"])
        self._watch.step(told["epoch"], 0, self._steps, self._share(told["epoch"], 0))

    def _step(self, told: dict[str, Any]) -> None:
        epoch, step = told["epoch"], told["step"]
        self._watch.step(epoch, step, self._steps, self._share(epoch, step))

    def _epoch(self, told: dict[str, Any]) -> None:
        spent = time.monotonic() - self._begun_s
        epoch = told["epoch"]
        self._watch.epoch(epoch, told["loss"], spent, self._share(epoch, 0))
        self._watch.validated(epoch, {"mAP50": told["mAP50"]})

    def _done(self, version: str) -> None:
        self.version = version

    def _share(self, epoch: int, step: int) -> float:
        return min(1.0, (epoch + step / self._steps) / max(1, self._epochs))


def _fault(python: Path, code: int, last: list[str]) -> Exception:
    said = " ".join(last)
    if "allocate memory" in said or "MemoryError" in said or "bad_alloc" in said:
        return MemoryError(said[-200:])
    if code < 0:
        return ModelError(
            f"ultralytics in {python} was ended from outside (signal {-code}), for lack of memory "
            "or by a person: look at the computer, then go on"
        )
    why = reason(last, code)
    return ModelError(
        f"ultralytics in {python} did not finish the training ({why:.200}): mend that there, then "
        "go on"
    )

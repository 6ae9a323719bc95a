"""ultralytics' `predict` as a process that is asked picture by picture, to be compared with."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from models.errors import ModelError
from vision.engines.selfcheck import Found
from vision.lab.importing.weights import HOW, environment
from vision.nets.imported.export import Export

PROGRAM = Path(__file__).with_name("predictor.py")


@dataclass(frozen=True, slots=True)
class Answer:
    """What `predict` found in a picture, and how long it took [ms]."""

    found: Found
    ms: float


class Rival:
    """`with Rival(...) as rival:` starts the process and ends it.

    python: one that has ultralytics. folder: takes what it writes. Raises ModelError where it does
    not start, or ends.
    """

    def __init__(
        self, export: Export, python: Path, folder: Path, least: float, overlap: float
    ) -> None:
        width, height = export.size
        self._command = [
            str(python), "-c", PROGRAM.read_text(encoding="utf-8"), str(export.path.resolve()),
            str(least), str(overlap), json.dumps([height, width]), export.task,
        ]  # fmt: skip
        self._folder = folder
        self._python = python
        self.version = ""

    def __enter__(self) -> Self:
        with (self._folder / "predict.log").open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, env=environment(self._folder, one_thread=True),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        try:
            told = self._heard()
        except BaseException:
            self._end()
            raise
        self.version = f"ultralytics {told['version']}, onnxruntime {told['onnxruntime']}"
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _fault: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self._end()

    def predict(self, picture: Path) -> Answer:
        """What it finds in a picture file. Raises ModelError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{picture}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        told = self._heard()
        boxes = np.asarray(told["boxes"], np.float32).reshape(-1, 4)
        scores = np.asarray(told["scores"], np.float32)
        return Answer(Found(boxes, scores, np.asarray(told["classes"], np.int64)), told["ms"])

    def _heard(self) -> dict[str, Any]:
        """The next line of JSON; what the libraries print between is passed over."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                told: dict[str, Any] = json.loads(line)
                return told
        raise self._ended()

    def _ended(self) -> ModelError:
        said = (
            (self._folder / "predict.log").read_text(encoding="utf-8", errors="replace").split("\n")
        )
        last = next((line for line in reversed(said) if line.strip()), "no word")
        return ModelError(f"ultralytics in {self._python} does not answer ({last:.200}): {HOW}")

    def _end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        self._process.wait()

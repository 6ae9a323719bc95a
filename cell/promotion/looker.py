"""A label set inspected beside the line, as the one that wants to know sees it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cell.config import CellConfig
from cell.config.load import dump
from cell.people.person import SignedIn
from cell.products.lookup import load_inspection_parts
from cell.promotion.errors import PromotionError
from cell.promotion.evidence import Looked
from cell.promotion.looking import MEASURE, TRY
from cell.promotion.model import Model
from cell.promotion.registry import Registry
from cell.promotion.tuning import Measured
from cell.stores.trouble import told
from cell.texts import say
from cell.training.bounds import Bounds
from models.ground.scratch import scratch

LOG: Final = "looking.txt"


class Looker:
    """One look at a time may be under way; it is ended by `close`. done: how far it is, 0..1. Call
    `measure` and `try_it` off the event loop: they take minutes.
    """

    def __init__(self, config: CellConfig) -> None:
        self._config = config
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()
        self._last: tuple[object, Measured] | None = None
        self.done = 0.0

    @property
    def busy(self) -> bool:
        """Whether one is under way."""
        return self._process is not None

    def close(self) -> None:
        """End the look that is under way; whoever waits for it gets a PromotionError."""
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()

    def measure(self, recipe: str, label_set: str) -> Measured:
        """What thresholds can be chosen from. What was measured last is not measured again while
        recipe and model are the same. Raises PromotionError, with the look's own words;
        RecipeError, ModelError.
        """
        parts = load_inspection_parts(self._config, recipe)
        key = recipe, label_set, parts.recipe.stamp, parts.identity
        if self._last is None or self._last[0] != key:
            found = self._look(MEASURE, recipe, label_set, ())
            assert isinstance(found, Measured)
            self._last = key, found
        return self._last[1]

    def try_it(
        self, registry: Registry, model: Model, label_set: tuple[str, str], by: SignedIn,
        clock: Callable[[], int],
    ) -> int:  # fmt: skip
        """Let a model and the one that judges look at a set's locked share, and take down what they
        say; at how many pictures. label_set: name and fingerprint. Raises PromotionError,
        ModelError, RegistryError.
        """
        match = registry.match(model)
        active = registry.find(match.active, model.recipe)
        folders = registry.folder(active), registry.folder(model)
        looked: list[Looked] = self._look(TRY, model.recipe, label_set[0], folders)
        registry.note_look(match, label_set, looked, by, clock())
        return len(looked)

    def _look(self, what: str, recipe: str, label_set: str, folders: Sequence[Path]) -> Any:
        if not self._turn.acquire(blocking=False):
            raise PromotionError(say("promotion.looks_already"))
        place = Path(tempfile.gettempdir())
        try:
            with (
                told(place, PromotionError, (OSError,)),
                scratch("look") as own,
            ):
                out, config = own / "result", own / "cell.yaml"
                dump(self._config, config)
                packages = [str(one) for one in folders]
                want = {"what": what, "recipe": recipe, "label_set": label_set, "folders": packages}
                self._run(out, config, json.dumps(want))
                return pickle.loads(out.read_bytes())
        finally:
            self._process, self.done = None, 0.0
            self._turn.release()

    def _run(self, out: Path, config: Path, wanted: str) -> None:
        words = [sys.executable, "-m", "cell.promotion.looking", str(out)]
        words += ["--config", str(config), "--parent", f"{os.getpid()}"]
        log = self._config.data_dir / LOG
        with told(log, PromotionError, (OSError,)), log.open("ab") as errors:
            process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                env=Bounds(1, 0).environment(os.environ),
                start_new_session=True,  # Ctrl-C is for the one that asks
            )
        self._process, refused = process, ""
        assert process.stdin is not None
        assert process.stdout is not None
        with process:
            with suppress(BrokenPipeError):
                process.stdin.write(wanted)
                process.stdin.close()
            for line in process.stdout:
                try:
                    said = json.loads(line)
                except ValueError:
                    continue  # killed in the middle of a word: its exit code tells that
                self.done = said.get("done", self.done)
                refused = said.get("refused", refused)
        if process.returncode:
            why = refused or say("promotion.look_ended", code=process.returncode, log=log)
            raise PromotionError(why)

"""The fastest engine of this machine that passes the model package's self-check.

Each engine that can run here is checked against the reference and timed over a few pictures. The
choice is kept beside the built engines, and holds until the model, the machine or an installed
version changes; with it a start costs one check.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.package import ModelError, ModelPackage
from vision.engines.base import Engine, Tensor
from vision.engines.cache import cache_folder, write_whole
from vision.engines.machine import identity
from vision.engines.opening import open_engine
from vision.engines.selfcheck import as_batch, load_check
from vision.errors import EngineError, PluginError

log = logging.getLogger(__name__)

RUNS: Final = 5
LEAST_GAIN: Final = 0.1
"""A later candidate must be this much faster than an earlier one, or noise would choose."""


class AutoConfig(BaseModel):
    """What the choice may choose from."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    threads: int = Field(
        1,
        ge=1,
        le=64,
        title="Threads",
        description="Threads of one inference on the CPU; more than the free cores is slower.",
        json_schema_extra={"unit": "1"},
    )
    precision: Literal["f32", "reduced"] = Field(
        "f32",
        title="Precision",
        description="reduced: also bf16 on the CPU and fp16 on the GPU, if the self-check agrees.",
        json_schema_extra={"unit": "1"},
    )
    cache: Path | None = Field(
        None,
        title="Cache",
        description="Folder of built engines and the choice; empty: ~/.cache/inspection-cell/"
        "engines.",
        json_schema_extra={"unit": "1"},
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry point of inspection_cell.engines and its options."""

    engine: str
    options: dict[str, Any]

    @property
    def label(self) -> str:
        """For people and for the record of the choice."""
        return " ".join([self.engine, str(self.options.get("precision", ""))]).strip()


class AutoEngine:
    """Runs the chosen engine. Raises EngineError when none here agrees with the reference.

    `milliseconds` says what each candidate took, `refused` why others were left out; both are
    those of the day when the choice was made.
    """

    Config: ClassVar[type[AutoConfig]] = AutoConfig

    def __init__(self, config: AutoConfig, model: Path) -> None:
        try:
            package = ModelPackage.load(model.parent)
        except ModelError as error:
            raise EngineError(str(error)) from error
        load_check(package)  # without one, nothing may be chosen
        path = (
            cache_folder(config.cache)
            / f"choice-{identity(package, config.threads, config.precision)}.json"
        )
        self.milliseconds: dict[str, float] = {}
        self.refused: dict[str, str] = {}
        self._engine = self._remembered(config, package, path) or self._choose(
            config, package, path
        )
        self.name = self._engine.name

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""
        return self._engine.input_shape

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W); `changed` as Engine has it. Raises
        EngineError.
        """
        return self._engine.run(batch, changed)

    def close(self) -> None:
        """Release memory. Safe to call twice."""
        self._engine.close()

    def _remembered(self, config: AutoConfig, package: ModelPackage, path: Path) -> Engine | None:
        """The engine chosen before, if it still agrees."""
        try:
            record = _Record.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            log.warning("%s is damaged: the engines are measured again", path)
            return None
        self.milliseconds, self.refused = record.milliseconds, record.refused
        for candidate in candidates(config):
            if candidate.label == record.choice:
                try:
                    return open_engine(candidate.engine, candidate.options, package)
                except (EngineError, PluginError) as error:
                    log.warning("%s: the engines are measured again", error)
        return None

    def _choose(self, config: AutoConfig, package: ModelPackage, path: Path) -> Engine:
        self.milliseconds, self.refused = {}, {}
        ready: dict[str, Engine] = {}
        for candidate in candidates(config):
            try:
                ready[candidate.label] = open_engine(candidate.engine, candidate.options, package)
            except (EngineError, PluginError) as error:
                self.refused[candidate.label] = str(error)
        if not ready:
            reasons = "; ".join(f"{label}: {why}" for label, why in self.refused.items())
            raise EngineError(f"No engine here can run {package.identity}. {reasons}")
        best = ""
        try:
            best = self._fastest(ready, package)
        finally:
            for label, engine in ready.items():
                if label != best:
                    engine.close()
        record = _Record(choice=best, milliseconds=self.milliseconds, refused=self.refused)
        write_whole(path, record.model_dump_json(indent=1).encode())
        log.warning("Engine %s chosen: %s ms", best, self.milliseconds)
        return ready[best]

    def _fastest(self, ready: dict[str, Engine], package: ModelPackage) -> str:
        """Which engine takes least; what fails while it is timed is refused, too."""
        batch = as_batch(load_check(package))
        least = dict.fromkeys(ready, float("inf"))
        for _ in range(RUNS):
            for label in list(least):  # in turn, so that a slow moment hits them all
                start = perf_counter()
                try:
                    ready[label].run(batch)
                except EngineError as error:
                    self.refused[label] = str(error)
                    del least[label]
                    continue
                # The fastest run counts: what else the machine does only ever adds.
                least[label] = min(least[label], (perf_counter() - start) * 1e3)
        if not least:
            raise EngineError(f"No engine here can run {package.identity}: {self.refused}")
        self.milliseconds = {label: round(value, 2) for label, value in least.items()}
        best = next(iter(least))
        for label in least:
            if self.milliseconds[label] < (1.0 - LEAST_GAIN) * self.milliseconds[best]:
                best = label
        return best


class _Record(BaseModel):
    """A choice on disk."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    choice: str
    milliseconds: dict[str, float]
    refused: dict[str, str]


def candidates(config: AutoConfig) -> list[Candidate]:
    """What may be chosen, the reference first."""
    cpu, kept = {"threads": config.threads}, {"cache": config.cache}
    found = [
        Candidate("onnxruntime", cpu),
        Candidate("openvino", cpu | {"precision": "f32"}),
        Candidate("tensorrt", kept | {"precision": "f32"}),
        Candidate("onnxruntime_cuda", {}),
    ]
    if config.precision == "reduced":
        found.append(Candidate("openvino", cpu | {"precision": "bf16"}))
        found.append(Candidate("tensorrt", kept | {"precision": "fp16"}))
    return found

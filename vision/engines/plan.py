"""Built TensorRT engines as files that say what they were built for.

A file is one line of magic, one line of JSON (the key and the SHA-256 of the rest), the engine.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from vision.engines.cache import write_whole
from vision.errors import EngineError

MAGIC: Final = b"inspection-cell engine 2\n"
ANY_GPU: Final = "any"
"""GPU name of engines that were built for a compute capability, without the GPU."""

BUILT: Final = "batch 1, strongly typed, boxes in f32"
"""How `trt_build` builds; another way of building needs other words here."""


@dataclass(frozen=True, slots=True)
class PlanKey:
    """All that a built engine depends on."""

    model_sha256: str
    builder: str
    version: str
    gpu: str
    compute: str
    precision: str
    built: str = BUILT

    def file_name(self) -> str:
        """Name in the cache. A newer TensorRT takes the older one's place."""
        gpu = re.sub(r"[^a-z0-9]+", "-", self.gpu.lower()).strip("-")
        return (
            f"{self.model_sha256[:16]}-{gpu}-sm{self.compute.replace('.', '')}-{self.builder}-"
            f"{self.precision}.plan"
        )

    def differences(self, wanted: PlanKey) -> list[str]:
        """In words, what keeps an engine with this key from serving `wanted`."""
        words = {
            "model_sha256": "model",
            "builder": "builder",
            "version": "version",
            "gpu": "GPU",
            "compute": "compute capability",
            "precision": "precision",
            "built": "way of building",
        }
        found = []
        for name, word in words.items():
            mine, other = getattr(self, name), getattr(wanted, name)
            if mine != other and not (name == "gpu" and mine == ANY_GPU):
                found.append(f"{word} {mine[:24]}, needed {other[:24]}")
        return found


def model_digest(model: Path) -> str:
    """SHA-256 of a model's file, in hex. Raises EngineError."""
    try:
        return hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise EngineError(
            f"{model} cannot be read ({error.strerror}): install the model package again"
        ) from error


def write_plan(path: Path, key: PlanKey, engine: bytes) -> None:
    """Write a built engine, all or nothing. Raises EngineError."""
    header = asdict(key) | {"sha256": hashlib.sha256(engine).hexdigest()}
    write_whole(path, MAGIC + json.dumps(header).encode() + b"\n" + engine)


def read_plan(path: Path, wanted: PlanKey) -> bytes:
    """The engine in the file. Raises EngineError when it is damaged, or built for anything else."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EngineError(f"The built engine {path} cannot be read: {error.strerror}") from error
    broken = f"The built engine {path} is damaged or no engine of this project: build it again"
    if not content.startswith(MAGIC):
        raise EngineError(broken)
    line, _, engine = content[len(MAGIC) :].partition(b"\n")
    try:
        header = json.loads(line)
        key = PlanKey(**{field.name: str(header[field.name]) for field in fields(PlanKey)})
        digest = header["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(broken) from error
    if hashlib.sha256(engine).hexdigest() != digest:
        raise EngineError(broken)
    if differences := key.differences(wanted):
        raise EngineError(
            f"The built engine {path} does not serve here ({'; '.join(differences)}): build it "
            "again on this machine"
        )
    return engine

"""What this machine computes with, by name."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from models.package import ModelPackage
from models.selfcheck import key_of

PACKAGES: Final = ("onnxruntime", "onnxruntime-gpu", "openvino", "tensorrt", "tensorrt-rtx")


def cpu_name() -> str:
    """The processor as it calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def gpu_names() -> list[str]:
    """NVIDIA GPUs that the driver shows, without starting it."""
    names = []
    for path in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        lines = path.read_text(encoding="utf-8").splitlines()
        names += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return names


def identity(package: ModelPackage, threads: int, precision: str) -> str:
    """What the fastest engine depends on, as a short name."""
    facts = [
        package.card.sha256,
        key_of(package.card),
        cpu_name(),
        *gpu_names(),
        threads,
        precision,
    ]
    facts += [f"{name} {_version(name)}" for name in PACKAGES]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

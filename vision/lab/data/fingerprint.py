"""Which pictures and labels something was trained or measured on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from vision.lab.data.types import Sample


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 over names, pictures, masks and labels, whatever their order or format."""
    whole = hashlib.sha256()
    for sample in sorted(samples, key=lambda one: one.name):
        whole.update(sample.name.encode() + b"\0")
        for path in (sample.image, sample.golden, sample.mask):
            whole.update(b"-" if path is None else hashlib.sha256(path.read_bytes()).digest())
        whole.update(sample.boxes.astype("<f4").tobytes() + sample.labels.astype("<i8").tobytes())
    return whole.hexdigest()

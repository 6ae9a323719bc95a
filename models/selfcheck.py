"""The self-check of a model package: one input and what the reference engine made of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.ground.writing import write_whole
from models.package import ModelError

FILE: Final = "selfcheck.npz"
LARGEST_BYTES: Final = 200 * 1024
DAMAGED: Final = (
    OSError, ValueError, TypeError, KeyError, EOFError, RuntimeError, OverflowError, MemoryError,
    SyntaxError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy and the ZIP format raise for an .npz that is not whole."""

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """An input with its expected output. Boxes are x1, y1, x2, y2 in input pixels.

    picture (channels, height, width) uint8 is the input times 255. boxes (n, 4), scores (n,) and
    classes (n,) are the decoded detections above `floor`. cells (m,) are places of the raw
    output's last axis, sample (4 + classes, m) what stands there.
    """

    model_sha256: str
    reference: str
    picture: NDArray[np.uint8]
    floor: float
    boxes: Floats
    scores: Floats
    classes: Whole
    cells: Whole
    sample: Floats

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it from a model package. Raises ModelError."""
        path = folder / FILE
        try:
            with np.load(path, allow_pickle=False) as content:
                values = {field.name: content[field.name] for field in fields(cls)}
            plain = {
                "model_sha256": str(values["model_sha256"]),
                "reference": str(values["reference"]),
                "floor": float(values["floor"]),
            }
        except FileNotFoundError as error:
            raise ModelError(
                f"{path} is not there: without it no engine can be checked; write it with "
                f"python -m vision.engines.selfcheck {folder}"
            ) from error
        except DAMAGED as error:
            raise ModelError(
                f"{path} is damaged ({error}); install the model package again"
            ) from error
        return cls(**(values | plain))

    def save(self, folder: Path) -> Path:
        """Write it into a model package. Raises ModelError when it is too large, WriteError."""
        path = folder / FILE
        file = io.BytesIO()
        np.savez_compressed(file, **{f.name: getattr(self, f.name) for f in fields(self)})
        if file.tell() > LARGEST_BYTES:
            raise ModelError(
                f"{path} would be larger than {LARGEST_BYTES} bytes: sample fewer cells"
            )
        write_whole(path, file.getvalue())
        return path

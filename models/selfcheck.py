"""The self-check of a model package: one input and what the reference engine made of it."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.card import ModelCard
from models.ground.writing import write_whole
from models.package import ModelError

FILE: Final = "selfcheck.npz"
LARGEST_BYTES: Final = 16 << 20
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
    output's last axis, sample (4 + classes, m) what stands there; none where the order does not
    count. key: of all that the detections depend on beside the network, see `key_of`; '' in
    checks of older packages.
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
    key: str = ""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it from a model package. Raises ModelError."""
        path = folder / FILE
        try:
            with np.load(path, allow_pickle=False) as content:
                names = [f.name for f in fields(cls) if f.name != "key" or "key" in content]
                values = {name: content[name] for name in names}
            plain = {
                "model_sha256": str(values["model_sha256"]),
                "reference": str(values["reference"]),
                "key": str(values.get("key", "")),
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
                f"{path} would be larger than {LARGEST_BYTES >> 20} MiB: take smaller pictures"
            )
        write_whole(path, file.getvalue())
        return path


def key_of(card: ModelCard) -> str:
    """What of a card decides how the network's output is read, as a short name. Thresholds do not:
    a check has a floor of its own.
    """
    facts = [
        card.classes, card.input.shape, card.input.channels, card.nms_iou, card.nms_across_classes,
        card.best_class_only, card.settle, card.output.masks and card.output.masks.model_dump(),
    ]  # fmt: skip
    if card.output.turned is not None:  # not in checks from before there were any
        facts.append(card.output.turned.model_dump())
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

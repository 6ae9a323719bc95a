"""Labelled pictures as a data set of ultralytics: images/, labels/, data.yaml."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import cv2

from models.ground.writing import write_whole
from vision.lab.data.types import DataError
from vision.lab.training.picture import Picture

FILE: Final = "data.yaml"
KINDS: Final = ("train", "val")


def write_dataset(
    folder: Path, classes: Sequence[str], train: Iterable[Picture], val: Iterable[Picture]
) -> Path:
    """Write it anew into `folder`, and give its data.yaml. Pictures are numbered: whatever they are
    called at home, none takes another's place. Raises WriteError, DataError.
    """
    _make(folder)
    for kind, pictures in zip(KINDS, (train, val), strict=True):
        for number, picture in enumerate(pictures):
            _write(folder, f"{kind}/{number:06d}", picture)
    told = {
        "path": str(folder.absolute()),
        **{kind: f"images/{kind}" for kind in KINDS},
        "names": dict(enumerate(classes)),
    }
    # JSON is YAML, and leaves no doubt about names such as `no` or `1`.
    write_whole(folder / FILE, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return folder / FILE


def _make(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        for kind in KINDS:
            for what in ("images", "labels"):
                (folder / what / kind).mkdir(parents=True)
    except OSError as error:
        raise DataError(
            f"{folder}: {error.strerror}; see to space and permissions, then train again"
        ) from None


def _write(folder: Path, name: str, picture: Picture) -> None:
    _, content = cv2.imencode(".png", picture.image)
    write_whole(folder / "images" / f"{name}.png", content.tobytes(), durable=False)
    lines = "".join(f"{line}\n" for line in _lines(picture))
    write_whole(folder / "labels" / f"{name}.txt", lines, durable=False)


def _lines(picture: Picture) -> Iterable[str]:
    """Class, then middle and size of the box as shares of the picture; a box without a size, which
    ultralytics would refuse, is left out.
    """
    height, width = picture.image.shape
    for (x1, y1, x2, y2), label in zip(picture.boxes.tolist(), picture.labels, strict=True):
        if x2 > x1 and y2 > y1:
            middle = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
            size = (x2 - x1) / width, (y2 - y1) / height
            yield " ".join([f"{int(label)}", *(f"{share:.6f}" for share in (*middle, *size))])

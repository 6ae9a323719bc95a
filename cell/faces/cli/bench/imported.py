"""An imported network in the cell beside ultralytics' `predict`, on the same pictures in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from cell.faces.cli.bench.inspection import WARM_UP
from cell.faces.cli.errors import UsageError
from cell.faces.cli.progress import watched
from cell.lab.samples import scaled
from models.package import ModelPackage
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.engines.selfcheck import Deviation, Found, between
from vision.errors import InspectionError
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry
from vision.inspect.sanity import Bounds
from vision.lab.importing.classes import Kept
from vision.lab.importing.package import Origin, stage
from vision.lab.importing.rival import Rival
from vision.lab.importing.weights import python_of
from vision.nets.imported.export import Export
from vision.pictures import find_pictures, read_picture
from vision.types import Image, Inspection

ANY_LOOK = Bounds((0.0, 255.0), 0.0, (0.0, 1.0), 1.0, 1.0)
"""Whatever a picture looks like, it is looked at: `predict` has no such check."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What was found: pictures, how many detections each side has, the greatest differences, and
    milliseconds of `predict` and of whole inspections, a value for each picture and round.
    """

    pictures: int
    ours: int
    theirs: int
    worst: Deviation
    worst_picture: str
    predict_ms: tuple[float, ...]
    inspect_ms: tuple[float, ...]
    version: str

    @property
    def ratio(self) -> float:
        """Median of a whole inspection as a multiple of that of `predict`."""
        return float(np.median(self.inspect_ms) / np.median(self.predict_ms))


@dataclass(frozen=True, slots=True)
class Trial:
    """How it is compared: most pictures, times that each is taken, least score, overlap."""

    images: int
    repeat: int
    score: float
    iou: float


def compare(
    network: Path, pictures: Path, python: Path | None, folder: Path, trial: Trial
) -> Beside:
    """Import a file into `folder` and look at each picture on both sides, in turn.

    Both are given the same grey view in the network's size. Raises ModelError, UsageError.
    """
    export, python = Export.read(network), python_of(python)
    least, iou = trial.score, trial.iou
    names = tuple(f"{index} {name}" for index, name in enumerate(export.names))
    kept = Kept(tuple(range(len(names))), names)
    views = _views(_pictures_of(pictures, trial.images), export.size)
    origin = Origin(export, kept, export.size, dict.fromkeys(names, least), iou)
    package = ModelPackage.load(stage(folder / "package", origin, "", [view for _, view in views]))
    part = PartGeometry((0.1, 0.1), 0.001, 0.0)
    cv2.setNumThreads(1)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    inspector = Inspector(package, engine, None, None, part, export.size, least, ANY_LOOK)
    files = []
    for number, (_, view) in enumerate(views):
        files.append(folder / f"{number}.png")
        cv2.imwrite(str(files[-1]), view)
    worst, at, ours, theirs = Deviation(0.0, 0.0), "", 0, 0
    predicted, inspected = list[float](), list[float]()
    with Rival(export, python, folder, least, iou) as rival:
        for file, (_, view) in list(zip(files, views, strict=True))[:WARM_UP]:
            rival.predict(file)
            inspector.inspect_view(view)
        for turn in watched(range(trial.repeat * len(views)), "both in turn"):
            (source, view), file = views[turn % len(views)], files[turn % len(views)]
            answer = rival.predict(file)
            began = perf_counter()
            inspection, _ = inspector.inspect_view(view)
            inspected.append((perf_counter() - began) * 1e3)
            predicted.append(answer.ms)
            if turn >= len(views):
                continue
            own = _found(inspection, names)
            off = between(answer.found, own, least)
            ours, theirs = ours + len(own.scores), theirs + len(answer.found.scores)
            if max(off.box_px, 50 * off.score) > max(worst.box_px, 50 * worst.score):
                at = source.name
            worst = Deviation(max(worst.box_px, off.box_px), max(worst.score, off.score))
        version = rival.version
    engine.close()
    return Beside(len(views), ours, theirs, worst, at, tuple(predicted), tuple(inspected), version)


def _pictures_of(folder: Path, most: int) -> list[Path]:
    """At most so many pictures of a folder, spread evenly. Raises UsageError."""
    files = find_pictures(folder) if folder.is_dir() else []
    if not files:
        raise UsageError(f"{folder} holds no pictures: give a folder of some.")
    return [files[i] for i in np.linspace(0, len(files) - 1, min(most, len(files))).astype(int)]


def _views(files: Sequence[Path], size: tuple[int, int]) -> list[tuple[Path, Image]]:
    views = []
    for file in files:
        try:
            view = read_picture(file)
        except InspectionError as error:
            raise UsageError(str(error)) from None
        views.append((file, view if view.shape == size[::-1] else scaled(view, size)))
    return views


def _found(inspection: Inspection, names: Sequence[str]) -> Found:
    defects = inspection.detections
    boxes = [(d.x_min, d.y_min, d.x_max, d.y_max) for d in defects]
    return Found(
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.asarray([d.score for d in defects], np.float32),
        np.asarray([names.index(d.class_name) for d in defects], np.int64),
    )

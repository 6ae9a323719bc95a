"""Every labelled picture through the recipe's real inspector, and what came of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cell.evaluation.samples import read_canonical
from cell.inspection import InspectionSetup
from cell.recipe.verdict import Defect
from vision.data.types import DataError, Sample
from vision.engines.base import Engine, Tensor
from vision.errors import InspectionError
from vision.evaluate.matching import Found
from vision.inspect.golden import Golden
from vision.nets.decode import Floats, decode
from vision.training.camera import CELL, degrade
from vision.training.deeppcb import SIZE
from vision.types import Affine, Image, Inspection

LEAST: Final = 0.01
"""Detections are followed down to this score; average precision needs the doubtful ones, too."""
LIMIT: Final = 1000
SEED: Final = 7

Watch = Callable[[Sequence[Any], str], Iterable[Any]]


@dataclass(frozen=True, eq=False)
class Seen:
    """One inspected picture. Boxes lie in the picture's own frame [px of the canonical size].

    good: nothing is wrong with the part. golden: it is a golden picture taken as a good part.
    customary: suppression within each class; as_run: as the cell suppresses. other: findings of
    what is no class of the detector. trouble: why it could not be inspected, '' if it was.
    """

    name: str
    image: Path
    reference: Path | None
    good: bool
    golden: bool
    customary: Found
    as_run: Found
    other: tuple[Defect, ...] = ()
    trouble: str = ""
    total_ms: float = 0.0
    mask: Path | None = None
    heat: Floats | None = None

    def defects(self, classes: Sequence[str]) -> tuple[Defect, ...]:
        """What the cell's rules judge, down to the least score."""
        run = self.as_run
        return self.other + tuple(
            Defect(classes[which], float(score), *(float(edge) for edge in box))
            for box, score, which in zip(run.boxes, run.scores, run.classes, strict=True)
        )

    @property
    def score(self) -> float:
        """How defective the part looks: its highest score of all."""
        others = (defect.score for defect in self.other)
        return max([float(self.as_run.scores.max(initial=0.0)), *others])


class Listening:
    """An engine that keeps its last output, so that it can be read down to any score."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.output: Tensor = np.zeros((0, 0), np.float32)

    def run(self, batch: Tensor) -> Tensor:
        """As the engine's own."""
        result = self._engine.run(batch)
        self.output = result.copy()
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@dataclass(frozen=True, eq=False)
class Bench:
    """An inspector made ready for measuring. table: the model's index of each class of the data,
    None when the labels' classes are not the model's.
    """

    setup: InspectionSetup
    ear: Listening
    table: NDArray[np.int64] | None
    resize: bool = False
    library: Any = field(default=None)

    @classmethod
    def of(cls, setup: InspectionSetup, table: NDArray[np.int64] | None, resize: bool) -> Bench:
        """Put an ear to the inspector's engine."""
        ear = Listening(setup.inspector.engine)
        setup.inspector.engine = ear
        return cls(setup, ear, table, resize, setup.inspector.goldens)

    @property
    def classes(self) -> tuple[str, ...]:
        """The model's classes."""
        return self.setup.inspector.model.card.classes

    def tested(self, sample: Sample) -> Seen:
        """Inspect a sample's picture against its own golden picture, or the recipe's."""
        image = self._read(sample.image)
        reference = None if sample.golden is None else self._read(sample.golden)
        truth = self._scaled_truth(sample)
        labels = np.zeros(0, np.int64) if self.table is None else self.table[sample.labels]
        boxes = truth if len(labels) else np.zeros((0, 4), np.float32)
        return self._look(
            sample, sample.name, image, reference, (boxes, labels), sample.good, False
        )

    def golden(self, sample: Sample) -> Seen:
        """Take a sample's golden picture for a good part, as the cell's camera would see it."""
        assert sample.golden is not None
        reference = self._read(sample.golden)
        image = degraded(reference, sample.golden.name)
        nothing = (np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
        name = f"{sample.name} golden"
        return self._look(sample, name, image, reference, nothing, True, True)

    def _read(self, path: Path) -> Image:
        return read_canonical(path, self.setup.inspector.canonical, resize=self.resize)

    def _scaled_truth(self, sample: Sample) -> Floats:
        width, height = self.setup.inspector.canonical
        ratio = (width / sample.size[1], height / sample.size[0]) * 2
        return (sample.boxes * np.asarray(ratio, np.float32)).astype(np.float32)

    def _look(
        self,
        sample: Sample,
        name: str,
        image: Image,
        reference: Image | None,
        truth: tuple[Floats, NDArray[np.int64]],
        good: bool,
        golden: bool,
    ) -> Seen:
        inspector = self.setup.inspector
        # The data's golden picture may be one of the recipe's, too: only one of them may stand.
        inspector.goldens = self.library if reference is None else None
        own = None if reference is None else Golden.of(sample.name, reference)
        shown = sample.golden if golden and sample.golden is not None else sample.image
        told: dict[str, Any] = {
            "name": name,
            "image": shown,
            "reference": sample.golden,
            "good": good,
            "golden": golden,
            "mask": None if golden else sample.mask,
        }
        try:
            inspection, _ = inspector.inspect_view(image, own)
        except InspectionError as error:
            nothing = Found(
                np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), *truth
            )
            return Seen(**told, customary=nothing, as_run=nothing, trouble=str(error))
        return Seen(
            **told,
            customary=self._found(inspection, truth, across=False),
            as_run=self._found(inspection, truth, across=inspector.model.card.nms_across_classes),
            other=tuple(
                Defect(d.class_name, d.score, d.box.x_min, d.box.y_min, d.box.x_max, d.box.y_max)
                for d in inspection.detections
                if d.class_name not in self.classes
            ),
            total_ms=inspection.timings.total_ms,
        )

    def _found(
        self, inspection: Inspection, truth: tuple[Floats, NDArray[np.int64]], *, across: bool
    ) -> Found:
        card = self.setup.inspector.model.card
        boxes, scores, classes = decode(
            self.ear.output[0], LEAST, card.nms_iou, across_classes=across, limit=LIMIT
        )
        return Found(moved_back(boxes, inspection.from_view), scores, classes, *truth)


def moved_back(boxes: Floats, matrix: Affine) -> Floats:
    """Boxes [n, 4] of an aligned view as boxes of the picture it was drawn from.

    The transform is close to a shift, so each side goes where its middle goes.
    """
    a, b, c, d, e, f = matrix
    x1, y1, x2, y2 = boxes.T
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    sides = [a * x1 + b * y + c, d * x + e * y1 + f, a * x2 + b * y + c, d * x + e * y2 + f]
    return np.stack(sides, axis=1).astype(np.float32)


def degraded(golden: Image, name: str) -> Image:
    """A golden picture as the cell's camera would see the board; the same for a name.

    Other sizes than the one the camera is modelled for are scaled there and back.
    """
    square = golden
    if golden.shape != (SIZE, SIZE):
        square = np.asarray(cv2.resize(golden, (SIZE, SIZE)), np.uint8)
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    seen, _, _ = degrade(square, square, np.zeros((0, 4), np.float32), rng, CELL)
    if golden.shape != (SIZE, SIZE):
        seen = np.asarray(cv2.resize(seen, golden.shape[::-1]), np.uint8)
    return seen


def inspect_all(bench: Bench, samples: Sequence[Sample], watch: Watch) -> list[Seen]:
    """Inspect every sample, and each golden picture once as a good part. Raises DataError,
    EngineError.
    """
    jobs = list(_jobs(bench, samples))
    return [job() for job in watch(jobs, "inspecting")]


def _jobs(bench: Bench, samples: Sequence[Sample]) -> Iterator[Callable[[], Seen]]:
    done: set[Path] = set()
    for sample in samples:
        yield partial(bench.tested, sample)
        if sample.golden is not None and sample.golden not in done:
            done.add(sample.golden)
            yield partial(bench.golden, sample)


def check_parts(seen: Sequence[Seen], root: Path) -> None:
    """Refuse data that cannot tell escapes or false rejects. Raises DataError."""
    for wanted, what in ((True, "good"), (False, "defective")):
        if not any(one.good is wanted for one in seen):
            raise DataError(
                f"{root}: has no {what} parts, so parts cannot be counted; add some, or measure "
                "the detections alone with --detections-only"
            )

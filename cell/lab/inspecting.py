"""Every labelled picture through the recipe's real inspector, and what came of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cell.lab.samples import class_table, read_canonical
from cell.products.inspector import InspectionSetup
from cell.texts import render
from models.anomaly import AnomalyPackage
from models.package import ModelPackage
from vision.anomaly.inspector import TaughtInspector
from vision.errors import InspectionError
from vision.inspect.golden import Golden, GoldenLibrary
from vision.inspect.raw import Heat, Raw
from vision.lab.data.types import DataError, DataSet, Sample
from vision.lab.evaluation.matching import Found
from vision.lab.training.camera import CELL, degrade
from vision.lab.training.deeppcb import SIZE
from vision.nets.decode import Floats, decode, decode_as, in_view
from vision.types import NOT_MOVED, Affine, Defect, Image, Inspection

LEAST: Final = 0.01
"""Detections are followed down to this score; average precision needs the doubtful ones, too."""
LIMIT: Final = 1000
SEED: Final = 7

NOTHING: Final = (np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))
"""Boxes, scores and classes of no detection."""

Watch = Callable[[Sequence[Any], str], Iterable[Any]]


@dataclass(frozen=True, eq=False)
class Seen:
    """One inspected picture. Boxes lie in the picture's own frame [px of the canonical size].

    good: nothing is wrong with the part. golden: it is a golden picture taken as a good part.
    customary: suppression within each class; as_run: as the cell suppresses. in_view: the boxes of
    `as_run` where the cell sees them, in the view aligned to the golden picture. to_view: leads
    there. other: findings of what is no class of the detector. aside: findings that the recipe
    leaves out for their size or place. heat: of a recipe with an anomaly model. trouble: why it
    could not be inspected, '' if it was. excused: it is labelled defective, but good by the
    recipe's rules.
    """

    name: str
    image: Path
    reference: Path | None
    good: bool
    golden: bool
    customary: Found
    as_run: Found
    in_view: Floats
    to_view: Affine = NOT_MOVED
    other: tuple[Defect, ...] = ()
    aside: tuple[Defect, ...] = ()
    trouble: str = ""
    total_ms: float = 0.0
    mask: Path | None = None
    heat: Heat | None = None
    excused: bool = False

    def defects(self, classes: Sequence[str]) -> tuple[Defect, ...]:
        """What the cell's rules judge, down to the least score."""
        run = self.as_run
        found = defects_of(self.in_view, run.scores, run.classes, classes)
        return (*self.other, *found, *self.aside)

    def true_defects(self, classes: Sequence[str]) -> tuple[Defect, ...]:
        """The labelled defects as the cell's rules would judge them, found with certainty."""
        run = self.as_run
        sure = np.ones(len(run.truth), np.float32)
        return defects_of(moved(run.truth, self.to_view), sure, run.labels, classes)

    @property
    def score(self) -> float:
        """How defective the part looks: its highest score of all."""
        others = [defect.score for defect in self.other]
        hottest = 0.0 if self.heat is None else self.heat.score
        return max([float(self.as_run.scores.max(initial=0.0)), hottest, *others])


def defects_of(
    boxes: Floats, scores: Floats, which: NDArray[np.int64], classes: Sequence[str]
) -> tuple[Defect, ...]:
    """Boxes [n, 4] with scores [n] and classes [n] as what the rules judge."""
    return tuple(
        Defect(classes[index], float(score), *(float(edge) for edge in box))
        for box, score, index in zip(boxes, scores, which, strict=True)
    )


@dataclass(frozen=True, eq=False)
class Bench:
    """An inspector made ready for measuring.

    detector: the model that names defects, None for a recipe with an anomaly model alone. taught:
    the anomaly model, where there is one. table: the detector's index of each class of the data,
    None when the labels' classes are not its own.
    """

    setup: InspectionSetup
    detector: ModelPackage | None
    taught: AnomalyPackage | None
    table: NDArray[np.int64] | None
    resize: bool

    @classmethod
    def of(cls, setup: InspectionSetup, data: DataSet, resize: bool) -> Bench:
        """Raises DataError when data and model differ."""
        whole = setup.complete
        known = whole.known if isinstance(whole, TaughtInspector) else whole
        detector = None if known is None else known.model
        taught = whole.taught.model if isinstance(whole, TaughtInspector) else None
        table = class_table(data, () if detector is None else detector.card.classes)
        return cls(setup, detector, taught, table, resize)

    @property
    def classes(self) -> tuple[str, ...]:
        """The detector's classes; none without a detector."""
        return () if self.detector is None else self.detector.card.classes

    @property
    def models(self) -> dict[str, Any]:
        """Identity, and what tells the files of the models apart."""
        told: dict[str, Any] = {"identity": self.setup.model}
        if self.detector is not None:
            told["sha256"] = self.detector.card.sha256
        if self.taught is not None:
            told["anomaly_sha256"] = self.taught.card.sha256
        return told

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
        return read_canonical(path, self.setup.recipe.canonical_px, resize=self.resize)

    def _scaled_truth(self, sample: Sample) -> Floats:
        width, height = self.setup.recipe.canonical_px
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
        # The data's golden picture may be one of the recipe's, too: only one of them may stand.
        own = None if reference is None else GoldenLibrary([Golden(sample.name, reference)])
        raw = Raw()
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
            inspection, _ = self.setup.complete.inspect_view(image, goldens=own, raw=raw)
        except InspectionError as error:
            nothing = Found(*NOTHING, *truth)
            return Seen(
                **told,
                customary=nothing,
                as_run=nothing,
                in_view=NOTHING[0],
                trouble=render(str(error)),
            )
        as_run, in_view = self._found(inspection, raw, truth, across=True)
        return Seen(
            **told,
            customary=self._found(inspection, raw, truth, across=False)[0],
            as_run=as_run,
            in_view=in_view,
            to_view=inverse(inspection.from_view),
            other=tuple(d for d in inspection.detections if d.class_name not in self.classes),
            total_ms=inspection.timings.total_ms,
            heat=raw.heat,
        )

    def _found(
        self,
        inspection: Inspection,
        raw: Raw,
        truth: tuple[Floats, NDArray[np.int64]],
        *,
        across: bool,
    ) -> tuple[Found, Floats]:
        """What the detector saw, and its boxes in the aligned view. across: as the cell runs,
        suppression as the model's card says; else within each class.
        """
        if self.detector is None or raw.output is None:
            return Found(*NOTHING, *truth), NOTHING[0]
        card, output = self.detector.card, raw.output[0]
        if across:
            boxes, scores, classes = decode_as(card, output, LEAST, limit=LIMIT)
        else:
            boxes, scores, classes = decode(
                output, LEAST, card.nms_iou, across_classes=False, settled=card.settle, limit=LIMIT
            )
        boxes = in_view(boxes, card)
        return Found(moved(boxes, inspection.from_view), scores, classes, *truth), boxes


def inverse(matrix: Affine) -> Affine:
    """The way back."""
    square = np.vstack([np.reshape(matrix, (2, 3)), [0.0, 0.0, 1.0]])
    return tuple(float(value) for value in np.linalg.inv(square)[:2].ravel())


def moved(boxes: Floats, matrix: Affine) -> Floats:
    """Boxes [n, 4] of an aligned view as boxes of the picture it was drawn from, or the other way.

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
            excused = sum(one.excused for one in seen)
            why = f" ({excused} labelled so are good by the recipe's rules)" if excused else ""
            raise DataError(
                f"{root}: has no {what} parts{why}, so parts cannot be counted; add some, or "
                "measure the detections alone with --detections-only"
            )

"""Does an engine compute what the reference computed? Also writes the answer for new packages.

Command line: ``python -m vision.engines.selfcheck PACKAGE`` writes `selfcheck.npz` into a package.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.files import seal
from models.ground.ending import end_with
from models.package import ModelError, ModelPackage
from models.selfcheck import FILE, SelfCheck, key_of
from vision.engines.base import Engine, Tensor
from vision.errors import EngineError
from vision.nets.channels import stack
from vision.nets.decode import MOST_BOXES, Floats, decode_as, iou_matrix
from vision.nets.masks import table_of

MOST_BOX_PX: Final = 1.0
MOST_SCORE: Final = 0.02
LEAST_IOU: Final = 0.5
"""Boxes that overlap less are not the same detection."""
FLOOR: Final = 0.3
FLOORS: Final = np.round(np.arange(0.1, 0.91, 0.01), 2)
CLEAR: Final = 0.05  # reference scores keep this far from the floor
SEEDS: Final = 40
ENOUGH: Final = 4  # detections
CELLS: Final = 256


@dataclass(frozen=True, slots=True)
class Deviation:
    """Greatest differences between an engine and the reference; `box_px` of detections only."""

    box_px: float
    score: float

    @property
    def accepted(self) -> bool:
        """Whether the cell may trust the engine. NaN is not accepted."""
        return self.box_px <= MOST_BOX_PX and self.score <= MOST_SCORE


def verify(engine: Engine, package: ModelPackage) -> Deviation | None:
    """Run the package's self-check on an engine; None where the package brings none.

    Raises EngineError when the engine disagrees with the reference, ModelError when the check
    itself is damaged or belongs to another model.
    """
    if not (package.folder / FILE).is_file():
        return None
    check = load_check(package)
    found = measure(engine, package, check)
    if not found.accepted:
        raise EngineError(
            f"{engine.name} does not compute what {check.reference} computed with "
            f"{package.identity}: boxes differ by up to {found.box_px:.2f} px (allowed "
            f"{MOST_BOX_PX}), scores by up to {found.score:.3f} (allowed {MOST_SCORE}). Take "
            "another engine or precision, or install this one again"
        )
    return found


def load_check(package: ModelPackage) -> SelfCheck:
    """The package's self-check. Raises ModelError when it is missing or of another model."""
    check = SelfCheck.load(package.folder)
    if check.model_sha256 != package.card.sha256:
        raise ModelError(
            f"{package.folder / FILE} belongs to another network than {package.onnx.name}: install "
            f"the package again, or write it with python -m vision.engines.selfcheck "
            f"{package.folder}"
        )
    if check.key and check.key != key_of(package.card):
        raise ModelError(
            f"{package.folder / FILE} was made with another card (classes, input, overlap or boxes "
            "were changed since): install the package again, or write the check anew with "
            f"python -m vision.engines.selfcheck {package.folder}"
        )
    return check


def as_batch(check: SelfCheck) -> Tensor:
    """The check's input, (1, channels, height, width)."""
    return np.asarray(check.picture[None] / np.float32(255.0), np.float32)


def measure(engine: Engine, package: ModelPackage, check: SelfCheck) -> Deviation:
    """How far an engine is from the reference. Raises EngineError when it cannot run the input."""
    output = table_of(package.card, engine.run(as_batch(check))[0])
    if output.shape[0] != check.sample.shape[0] or check.cells.max(initial=0) >= output.shape[1]:
        raise EngineError(
            f"{engine.name} gives an output of {output.shape} for {package.identity}: it runs "
            "another model than the package's"
        )
    raw = _raw_deviation(check, output)
    there = Found(check.boxes, check.scores, check.classes)
    here = Found(*decode_as(package.card, output, check.floor))
    pairs = between(there, here, check.floor)
    # np.max keeps a NaN, which is then not accepted.
    return Deviation(
        float(np.max([raw.box_px, pairs.box_px])), float(np.max([raw.score, pairs.score]))
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Detections: boxes [n, 4] px, scores [n], classes [n]."""

    boxes: Floats
    scores: Floats
    classes: NDArray[np.int64]


def _raw_deviation(check: SelfCheck, output: Floats) -> Deviation:
    off = np.abs(output[:, check.cells] - check.sample)
    sure = check.sample[4:].max(axis=0, initial=0.0) >= check.floor
    boxes = off[:4, sure]
    return Deviation(
        float(boxes.max()) if boxes.size else 0.0, float(off[4:].max()) if off.size else 0.0
    )


def between(these: Found, those: Found, floor: float) -> Deviation:
    """Each detection of one side against one of the same class on the other side, those that agree
    best first: where boxes are alike, their scores tell which is which.

    One without a counterpart counts with its height over the floor.
    """
    box_px = score = 0.0
    near = iou_matrix(these.boxes, those.boxes) >= LEAST_IOU
    rows, columns = np.nonzero(near & (these.classes[:, None] == those.classes[None]))
    boxes = np.abs(these.boxes[rows] - those.boxes[columns]).max(axis=1, initial=0.0)
    scores = np.abs(these.scores[rows] - those.scores[columns])
    left, right = set(range(len(these.scores))), set(range(len(those.scores)))
    for pair in np.argsort(np.maximum(boxes / MOST_BOX_PX, scores / MOST_SCORE), kind="stable"):
        i, j = int(rows[pair]), int(columns[pair])
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            box_px, score = max(box_px, float(boxes[pair])), max(score, float(scores[pair]))
    alone = [these.scores[i] for i in left] + [those.scores[j] for j in right]
    return Deviation(box_px, max([score, *(float(s) - floor for s in alone)]))


def write_selfcheck(folder: Path, pictures: Iterable[NDArray[np.uint8]] | None = None) -> SelfCheck:
    """Write `selfcheck.npz` into a package whose network and card are there, and list the package's
    files in its card; also gives the self-check.

    pictures: inputs (channels, height, width), of which the one with most clear detections is kept;
    None: drawn boards, of which the first with enough of them is. The reference is ONNX Runtime on
    the CPU in f32. Raises ModelError, EngineError.
    """
    from vision.engines.onnx import OnnxConfig, OnnxEngine

    package = ModelPackage.load(folder, whole=False)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    enough = ENOUGH if pictures is None else MOST_BOXES
    best: SelfCheck | None = None
    for picture in _drawn(engine, package) if pictures is None else pictures:
        check = _reference(engine, package, picture)
        if best is None or len(check.scores) > len(best.scores):
            best = check
        if len(best.scores) >= enough:
            break
    engine.close()
    assert best is not None  # there is a picture
    best.save(folder)
    seal(folder)
    return best


def _drawn(engine: Engine, package: ModelPackage) -> Iterator[NDArray[np.uint8]]:
    _, _, height, width = engine.input_shape
    for seed in range(SEEDS):
        golden, board = synthetic_pair(height, width, seed)
        yield stack(package.card.input.channels, board, golden)


def _reference(engine: Engine, package: ModelPackage, picture: NDArray[np.uint8]) -> SelfCheck:
    """What the reference finds in one picture, or nothing where it is not sure."""
    card = package.card
    output = table_of(
        card, engine.run(np.asarray(picture[None] / np.float32(255.0), np.float32))[0]
    )
    floor = clear_floor(decode_as(card, output, FLOORS[0])[1])
    boxes, scores, classes = decode_as(card, output, floor)
    cells = _cells(output) if card.nms_iou is not None else np.zeros(0, np.int64)
    return SelfCheck(
        card.sha256, engine.name, picture, floor, boxes, scores, classes, cells, output[:, cells],
        key_of(card),
    )  # fmt: skip


def _cells(output: Tensor) -> NDArray[np.int64]:
    """Places that are kept of an output [4 + classes, places]: some everywhere, the strongest."""
    spread = np.linspace(0, output.shape[1] - 1, min(CELLS, output.shape[1])).astype(np.int64)
    strong = np.argsort(-output[4:].max(axis=0), kind="stable")[: CELLS // 4].astype(np.int64)
    return np.union1d(spread, strong)


def clear_floor(scores: Floats) -> float:
    """A least score, near the usual one, that none of these comes close to: so near a floor,
    detections may come and go. 1 where there is none, for a check without detections.
    """
    for floor in sorted(FLOORS, key=lambda value: abs(value - FLOOR)):
        if not (np.abs(scores - floor) < CLEAR).any():
            return float(floor)
    return 1.0


def synthetic_pair(
    height: int, width: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A drawn board without and with defects, (height, width) each: tracks, pads, faults."""
    rng = np.random.default_rng(seed)
    golden = np.zeros((height, width), np.uint8)
    edge = min(40, height // 4, width // 4)
    tracks = np.arange(edge, height - edge, 64)
    for row in tracks:
        cv2.line(golden, (20, int(row)), (width - 20, int(row)), 255, int(rng.integers(12, 22)))
    for x, y in rng.integers(edge, (width - edge, height - edge), (10, 2)):
        cv2.circle(golden, (int(x), int(y)), 18, 255, -1)
    board = golden.copy()
    places = rng.integers(edge, width - edge, 4)
    for x, track in zip(places, rng.permutation(tracks), strict=False):
        spot, y = int(x), int(track)
        kind = int(rng.integers(4))
        if kind == 0:
            cv2.rectangle(board, (spot - 6, y - 16), (spot + 6, y + 16), 0, -1)
        elif kind == 1:
            cv2.circle(board, (spot, y), 5, 0, -1)
        elif kind == 2:
            cv2.circle(board, (spot, y + 32), 9, 255, -1)
        else:
            cv2.rectangle(board, (spot - 6, y), (spot + 6, y + 64), 255, -1)
    soft = [np.asarray(cv2.GaussianBlur(p, (0, 0), 1.0), np.uint8) for p in (golden, board)]
    return soft[0], soft[1]


def main(arguments: list[str] | None = None) -> int:
    """Write a package's self-check with ONNX Runtime as the reference."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.engines.selfcheck", description=main.__doc__
    )
    parser.add_argument("package", type=Path, help="folder of the model package")
    folder = parser.parse_args(arguments).package
    check = write_selfcheck(folder)
    size = (folder / FILE).stat().st_size
    print(f"{folder / FILE}: {len(check.scores)} detections, {size} bytes, by {check.reference}")
    return 0


if __name__ == "__main__":
    end_with(main)

"""Command line: ``python -m vision.anomaly.measure --data DIR``.

How well teaching finds defects in a data set of pictures with masks in which all pictures of one
part share a group: no group is on both sides of a split, so that no part is tested that was taught
under another light. Settings are chosen on the validation half (`--half validation`) and reported
on the test half.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.anomaly import FeaturePackage
from vision.anomaly.graph import head_columns
from vision.anomaly.memory import Floats
from vision.anomaly.teach import ENOUGH, STEP, PatchReader, Settings, as_input, learn
from vision.data.open import open_data
from vision.data.types import DataError, Sample
from vision.evaluate.ranking import PixelTally, auroc
from vision.inspect.pictures import read_picture

MASK: Final = 127
HALVES: Final = ("validation", "test")
TAUGHT_SHARE: Final = 0.6
"""Of the groups with nothing but good pictures; the rest is halved between the tests."""


@dataclass(frozen=True, slots=True)
class Split:
    """Good pictures to teach from, and two halves to test on."""

    teach: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    test: tuple[Sample, ...]


def split_by_group(
    samples: Sequence[Sample], seed: int, same: Sequence[Sequence[str]] = ()
) -> Split:
    """Divide the groups at random; those with defects go to the halves in turn, class by class.

    same: groups that show the same part and stay together.
    """
    first = {name: several[0] for several in same for name in several}
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(first.get(sample.group, sample.group), []).append(sample)
    kinds: dict[tuple[int, ...], list[str]] = {}
    for name in sorted(groups):
        labels = {int(label) for sample in groups[name] for label in sample.labels}
        kinds.setdefault(tuple(sorted(labels)), []).append(name)
    rng = np.random.default_rng(seed)
    parts: tuple[list[Sample], list[Sample], list[Sample]] = ([], [], [])
    turn = 0
    for kind in sorted(kinds):
        names = kinds[kind]
        rng.shuffle(names)
        taught = round(TAUGHT_SHARE * len(names)) if not kind else 0
        for place, name in enumerate(names):
            half = 0 if place < taught else 1 + (place + turn) % 2
            parts[half].extend(groups[name])
        turn += len(names) if kind else 0
    return Split(*(tuple(part) for part in parts))


class Eyes:
    """Looks at pictures of any size, each as large as it is times `scale`."""

    def __init__(self, scale: float) -> None:
        self._features = FeaturePackage.load()
        self._scale = scale
        self._readers: dict[tuple[int, int], PatchReader] = {}
        self.columns = head_columns(self._features)

    def open(self, sample: Sample) -> Floats:
        """The picture as the network takes it, (height, width) in 0..1."""
        picture = read_picture(sample.image)
        height, width = (max(2, round(n * self._scale / STEP)) * STEP for n in picture.shape)
        return np.asarray(as_input(picture, (width, height))[0, 0], np.float32)

    def look(self, picture: Floats) -> tuple[Floats, tuple[int, int]]:
        """As `PatchReader.look`."""
        size = (picture.shape[1], picture.shape[0])
        if size not in self._readers:
            self._readers[size] = PatchReader(self._features, size)
        return self._readers[size].look(picture)


@dataclass(frozen=True, slots=True)
class Bench:
    """What is taught and tested, and how."""

    eyes: Eyes
    split: Split
    tested: tuple[Sample, ...]
    settings: Settings


def prepare(
    data: Path,
    settings: Settings,
    half: str,
    seed: int = 0,
    every: int = 1,
    scale: float = 1.0,
    same: Sequence[Sequence[str]] = (),
) -> Bench:
    """Read the data set. Raises DataError.

    every: take only each n-th picture, to try settings quickly. scale: of every picture's size.
    same: groups that show the same part.
    """
    split = split_by_group(open_data(data).samples, seed, same)
    split = Split(*(part[::every] for part in (split.teach, split.validation, split.test)))
    tested = split.test if half == "test" else split.validation
    return Bench(Eyes(scale), split, tested, settings)


def measure(bench: Bench, taught: Sequence[Sample]) -> dict[str, float]:
    """Figures of a judge made from these good pictures."""
    eyes = bench.eyes
    began = time.process_time()
    learned = learn([eyes.open(one) for one in taught], eyes.look, eyes.columns, bench.settings)
    spent = time.process_time() - began
    tally = PixelTally()
    scores, bad = [], []
    for sample in bench.tested:
        heat = learned.judge.heat(*eyes.look(eyes.open(sample)))
        mask = _mask(sample)
        tally.add(np.asarray(cv2.resize(heat, mask.shape[::-1]), np.float32), mask)
        scores.append(heat.max())
        bad.append(not sample.good)
    each, defective = np.array(scores, np.float32), np.array(bad)
    limit = learned.bound.threshold
    figures = {
        "taught": float(len(taught)),
        "processor_seconds": spent,
        "image_auroc": auroc(each, defective),
        "pixel_auroc": tally.auroc(),
        "pixel_ap": tally.average_precision(),
        "false_rejects": float((each[~defective] >= limit).mean()),
        "escapes": float((each[defective] < limit).mean()),
    }
    figures |= _by_class(bench, each, defective)
    print(json.dumps(_rounded(figures)), file=sys.stderr, flush=True)  # a run takes a while
    return figures


def _by_class(bench: Bench, scores: Floats, defective: Any) -> dict[str, float]:
    names = np.array([Path(sample.name).parts[0] for sample in bench.tested])
    figures = {}
    for name in sorted(set(names[defective])):
        among = ~defective | (names == name)
        figures[f"image_auroc_{name}"] = auroc(scores[among], defective[among])
    return figures


def _mask(sample: Sample) -> NDArray[np.bool_]:
    if sample.mask is None or sample.good:
        return np.zeros(read_picture(sample.image).shape, bool)
    return np.asarray(read_picture(sample.mask) > MASK)


def report(bench: Bench, draws: int, every_good: bool, shots: int = ENOUGH) -> dict[str, Any]:
    """Figures from all good pictures, if asked, and from a few, averaged over draws."""
    few = []
    for draw in range(draws):
        rng = np.random.default_rng(100 + draw)
        chosen = rng.choice(len(bench.split.teach), shots, replace=False)
        few.append(measure(bench, [bench.split.teach[k] for k in chosen]))
    mean = {name: float(np.mean([one[name] for one in few])) for name in few[0]} if few else {}
    return {
        "settings": asdict(bench.settings),
        "pictures": {
            "teach": len(bench.split.teach),
            "tested_good": sum(sample.good for sample in bench.tested),
            "tested_defective": sum(not sample.good for sample in bench.tested),
        },
        "all": _rounded(measure(bench, bench.split.teach)) if every_good else {},
        f"few_mean_of_{draws}": _rounded(mean),
        "few_image_auroc": [round(one["image_auroc"], 4) for one in few],
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure teaching on a data set with masks and groups."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.anomaly.measure", description=main.__doc__
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", choices=HALVES, default="test")
    parser.add_argument("--scale", type=float, default=1.0, help="of the pictures' size")
    parser.add_argument("--memory", type=int, default=Settings().memory)
    parser.add_argument("--steps", type=int, default=Settings().steps)
    parser.add_argument("--spoilt", type=int, default=Settings().spoilt)
    parser.add_argument("--draws", type=int, default=3, help="of 20 good pictures")
    parser.add_argument("--few", action="store_true", help="do not teach from all good pictures")
    parser.add_argument(
        "--same", action="append", default=[], help="groups that show the same part, such as 3,7"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the split")
    parser.add_argument("--every", type=int, default=1, help="take only each n-th picture")
    given = parser.parse_args(arguments)
    settings = replace(Settings(), memory=given.memory, steps=given.steps, spoilt=given.spoilt)
    cv2.setNumThreads(1)
    began = time.monotonic()
    try:
        bench = prepare(
            given.data,
            settings,
            given.half,
            given.seed,
            given.every,
            given.scale,
            [several.split(",") for several in given.same],
        )
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    figures = report(bench, given.draws, not given.few)
    figures["half"], figures["seconds"] = given.half, round(time.monotonic() - began)
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Command line: ``python -m vision.lab.teaching.measure --data DIR``.

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
from models.ground.ending import end_with
from vision.anomaly.memory import Floats
from vision.lab.data.marked import read_mask
from vision.lab.data.open import open_data
from vision.lab.data.types import Sample
from vision.lab.evaluation.ranking import PixelTally, auroc
from vision.lab.teaching.graph import patch_graph
from vision.lab.teaching.scales import Scales, hold_out
from vision.lab.teaching.teach import ENOUGH, MIRRORED, PatchReader, Settings
from vision.lab.teaching.threshold import bound
from vision.pictures import read_picture

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


@dataclass(frozen=True, slots=True)
class Bench:
    """Patches (looks, scales, places, c) of every picture, and the samples that are tested."""

    patches: dict[str, NDArray[np.float16]]
    grid: tuple[int, int]
    split: Split
    tested: tuple[Sample, ...]
    settings: Settings


def prepare(
    data: Path,
    settings: Settings,
    half: str,
    seed: int = 0,
    every: int = 1,
    same: Sequence[Sequence[str]] = (),
    ungrouped: bool = False,
) -> Bench:
    """Read the data set and look at each picture, squeezed to a square. Raises DataError.

    every: take only each n-th picture, to try settings quickly. same: groups that show the same
    part. ungrouped: every picture is a group.
    """
    opened = open_data(data, accept_losses=True)
    for finding in opened.findings:
        if finding.lost:
            print(f"left out: {finding.text}", file=sys.stderr)
    samples = opened.samples
    if ungrouped:
        samples, same = tuple(replace(sample, group=sample.name) for sample in samples), ()
    split = split_by_group(samples, seed, same)
    split = Split(*(part[::every] for part in (split.teach, split.validation, split.test)))
    tested = split.test if half == "test" else split.validation
    size = (settings.side, settings.side)
    graph, grid = patch_graph(
        FeaturePackage.load(), settings.taps, size, settings.equalise, settings.pools
    )
    reader = PatchReader(graph, size)
    patches = {
        sample.name: reader.looks(read_picture(sample.image), mirrored).astype(np.float16)
        for part, mirrored in ((split.teach, True), (tested, False))
        for sample in part
    }
    return Bench(patches, grid, split, tested, settings)


def measure(bench: Bench, taught: Sequence[Sample], threshold: bool) -> dict[str, float]:
    """Figures of a memory made from these good pictures. threshold: also what it does in use."""
    looks = 2 if len(taught) <= MIRRORED else 1
    good = np.stack([bench.patches[sample.name][:looks] for sample in taught]).astype(np.float32)
    settings = bench.settings
    held_out = hold_out(
        good,
        bench.grid,
        settings.folds,
        settings.memory,
        settings.seed,
        by_place=settings.by_place,
    )
    known = Scales.of(good, held_out, settings.memory, settings.seed)
    tally = PixelTally()
    scores, bad = [], []
    for sample in bench.tested:
        heat = known.heat(bench.patches[sample.name][0].astype(np.float32), bench.grid)
        mask = _mask(sample, bench.settings.side)
        tally.add(np.asarray(cv2.resize(heat, mask.shape[::-1]), np.float32), mask)
        scores.append(heat.max())
        bad.append(not sample.good)
    each, defective = np.array(scores, np.float32), np.array(bad)
    figures = {
        "taught": float(len(taught)),
        "image_auroc": auroc(each, defective),
        "pixel_auroc": tally.auroc(),
        "pixel_ap": tally.average_precision(),
    }
    if threshold:
        limit = bound(held_out.scores).threshold
        figures["false_rejects"] = float((each[~defective] >= limit).mean())
        figures["escapes"] = float((each[defective] < limit).mean())
    return figures | _by_class(bench, each, defective)


def _by_class(bench: Bench, scores: Floats, defective: Any) -> dict[str, float]:
    names = np.array([Path(sample.name).parts[0] for sample in bench.tested])
    figures = {}
    for name in sorted(set(names[defective])):
        among = ~defective | (names == name)
        figures[f"image_auroc_{name}"] = auroc(scores[among], defective[among])
    return figures


def _mask(sample: Sample, side: int) -> Any:
    if sample.mask is None or sample.good:
        return np.zeros((side, side), bool)
    mask = read_mask(sample.mask).marked.astype(np.uint8)
    return cv2.resize(mask, (side, side), interpolation=cv2.INTER_NEAREST) > 0


def report(bench: Bench, draws: int = 3, shots: int = ENOUGH) -> dict[str, Any]:
    """Figures from all good pictures, and from a few, averaged over draws."""
    few = []
    for draw in range(draws):
        rng = np.random.default_rng(100 + draw)
        chosen = rng.choice(len(bench.split.teach), shots, replace=False)
        few.append(measure(bench, [bench.split.teach[k] for k in chosen], threshold=True))
    mean = {name: float(np.mean([one[name] for one in few])) for name in few[0]}
    return {
        "settings": asdict(bench.settings),
        "pictures": {
            "teach": len(bench.split.teach),
            "tested_good": sum(sample.good for sample in bench.tested),
            "tested_defective": sum(not sample.good for sample in bench.tested),
        },
        "all": _rounded(measure(bench, bench.split.teach, threshold=False)),
        f"few_mean_of_{draws}": _rounded(mean),
        "few_image_auroc": [round(one["image_auroc"], 4) for one in few],
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure teaching on a data set with masks and groups."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.lab.teaching.measure", description=main.__doc__
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", choices=HALVES, default="test")
    parser.add_argument("--side", type=int, default=Settings().side, help="multiple of 32 [px]")
    parser.add_argument("--taps", default=",".join(Settings().taps))
    parser.add_argument("--pools", default=",".join(map(str, Settings().pools)))
    parser.add_argument("--memory", type=int, default=Settings().memory)
    parser.add_argument("--equalise", action="store_true", help="same greys in every picture")
    parser.add_argument("--alike", action="store_true", help="all places of the map alike")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="of the split")
    parser.add_argument("--every", type=int, default=1, help="take only each n-th picture")
    parser.add_argument(
        "--ungrouped",
        action="store_true",
        help="divide by picture, not by part: leaks; only to compare with figures found that way",
    )
    parser.add_argument(
        "--same", action="append", default=[], help="groups that show one part, by commas"
    )
    given = parser.parse_args(arguments)
    settings = replace(
        Settings(),
        side=given.side,
        taps=tuple(given.taps.split(",")),
        pools=tuple(int(pool) for pool in given.pools.split(",")),
        memory=given.memory,
        equalise=given.equalise,
        by_place=not given.alike,
    )
    cv2.setNumThreads(1)
    began = time.monotonic()
    same = [several.split(",") for several in given.same]
    bench = prepare(
        given.data, settings, given.half, given.seed, given.every, same, given.ungrouped
    )
    figures = report(bench, given.draws)
    figures["half"], figures["seconds"] = given.half, round(time.monotonic() - began)
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    end_with(main)

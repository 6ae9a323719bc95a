"""Teaching: from a few pictures of good parts to a judge and a threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from models.anomaly import FeaturePackage
from vision.anomaly.graph import STRIDE, head_columns, heat_graph, patch_graph
from vision.anomaly.head import Head, Places
from vision.anomaly.invent import spoil
from vision.anomaly.judge import Judge
from vision.anomaly.memory import CANDIDATES, Floats, Memory
from vision.anomaly.threshold import CONFIDENCE, COVERAGE, Bound, bound
from vision.errors import InspectionError
from vision.types import Image

FEWEST: Final = 10
ENOUGH: Final = 20
SIDE: Final = 512
"""Pictures are looked at with their longer side this long, unless told otherwise [px]."""
STEP: Final = 32
"""The feature network halves a picture five times."""
PLACES: Final = 60
"""Spoilt and sound places each that the head learns from a picture."""
SPOILT: Final = 0.15
"""Share of a place that a defect covers from which it is spoilt; less counts as neither."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, steps done and steps in all."""
Look = Callable[[Floats], tuple[Floats, tuple[int, int]]]
"""A picture (height, width) in 0..1, sides multiples of 32 -> patches (places, c), grid (h, w)."""


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to teach.

    side: longer side of the picture that the network sees [px]; memory: most patches kept; spoilt:
    pictures with invented defects at least, `most_of_one` of each good one at most; steps: of the
    head's training; folds: parts into which the good pictures are divided for the threshold.
    """

    side: int = SIDE
    memory: int = 2000
    spoilt: int = 400
    most_of_one: int = 12
    steps: int = 700
    folds: int = 4
    coverage: float = COVERAGE
    confidence: float = CONFIDENCE
    seed: int = 1

    def network_size(self, canonical: tuple[int, int]) -> tuple[int, int]:
        """Width and height that the network sees of a canonical view (width, height)."""
        shrink = self.side / max(canonical)
        width, height = (max(2, round(length * shrink / STEP)) * STEP for length in canonical)
        return width, height


QUICK: Final = Settings(memory=600, spoilt=60, steps=80, folds=2)
"""To try something out: several times faster, less sure."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A judge, its threshold, and the score of each good picture by a judge made without it."""

    judge: Judge
    bound: Bound
    scores: Floats


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned, as a network."""

    model: onnx.ModelProto
    input_shape: tuple[int, int, int, int]
    output_shape: tuple[int, int, int, int]
    judge: Judge
    bound: Bound
    scores: Floats
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of a good picture and its spoilt copies: patches for the memory, places."""

    memory: NDArray[np.float16]
    places: tuple[Places, ...]


class PatchReader:
    """Turns pictures of one size into patches."""

    def __init__(self, features: FeaturePackage, size: tuple[int, int]) -> None:
        self.graph, self.grid = patch_graph(features, size)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = ort.InferenceSession(
            self.graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def look(self, picture: Floats) -> tuple[Floats, tuple[int, int]]:
        """Patches (places, c) of a picture (height, width) in 0..1, and their grid (h, w)."""
        patches = self._session.run(None, {"images": picture[None, None]})[0]
        return np.asarray(patches, np.float32), self.grid


def as_input(picture: Image, size: tuple[int, int]) -> Floats:
    """A picture as the network takes it, [1, 1, height, width] in 0..1."""
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small[None, None] / np.float32(255.0), np.float32)


def teach(
    pictures: Sequence[Image],
    features: FeaturePackage,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Taught:
    """Learn what is good from pictures of one size (height, width).

    Raises InspectionError for fewer than FEWEST pictures.
    """
    settings = settings or Settings()
    if len(pictures) < FEWEST:
        raise InspectionError(
            f"{len(pictures)} good pictures are too few to know what varies: take at least "
            f"{FEWEST}, better {ENOUGH}, of different good parts"
        )
    height, width = pictures[0].shape
    size = settings.network_size((width, height))
    reader = PatchReader(features, size)
    good = [as_input(picture, size)[0, 0] for picture in pictures]
    learned = learn(good, reader.look, head_columns(features), settings, progress)
    model, output = heat_graph(reader.graph, reader.grid, learned.judge)
    return Taught(
        model, (1, 1, size[1], size[0]), output, learned.judge, learned.bound, learned.scores,
        settings,
    )  # fmt: skip


def learn(
    good: Sequence[Floats],
    look: Look,
    columns: int,
    settings: Settings,
    progress: Progress = silent,
) -> Learned:
    """Learn from good pictures (height, width) in 0..1. columns: of the patches, for the head."""
    copies = min(settings.most_of_one, -(-settings.spoilt // len(good)))
    folds = np.random.default_rng(settings.seed).permutation(len(good)) % settings.folds
    steps = len(good) * (copies + 2) + (settings.folds + 1) * len(good) * copies
    done, seen = 0, []
    for number in range(len(good)):
        progress("looking at good pictures, and at defects drawn on them", done, steps)
        seen.append(_see(number, good, look, columns, copies, settings))
        done += copies + 1
    apart: dict[int, tuple[Floats, Floats]] = {}
    for fold in range(settings.folds):
        progress("testing on pictures left out", done, steps)
        others = (one for one, its in zip(seen, folds, strict=True) if its != fold)
        judge = _judge(others, columns, settings)
        for k in np.flatnonzero(folds == fold).tolist():
            apart[k] = judge.parts(*look(good[k]))
        done += len(good) * copies
    progress("remembering", done, steps)
    held_out = [apart[k] for k in range(len(good))]
    judge = _judge(seen, columns, settings).calibrated(held_out)
    scores = np.array([judge.together(*parts).max() for parts in held_out], np.float32)
    progress("done", steps, steps)
    return Learned(judge, bound(scores, settings.coverage, settings.confidence), scores)


def _judge(seen: Iterable[_Seen], columns: int, settings: Settings) -> Judge:
    known = tuple(seen)
    patches = np.concatenate([one.memory for one in known]).astype(np.float32)
    memory = Memory.of(patches, settings.memory, settings.seed)
    places = [places for one in known for places in one.places]
    return Judge(Head.of(places, settings.steps, settings.seed), memory, columns)


def _see(
    number: int,
    good: Sequence[Floats],
    look: Look,
    columns: int,
    copies: int,
    settings: Settings,
) -> _Seen:
    """Places of a good picture and of its copies with defects drawn on them."""
    rng = np.random.default_rng((settings.seed, number))
    picture = good[number]
    patches, _ = look(picture)
    some = rng.permutation(len(patches))
    kept = patches[some[: max(50, CANDIDATES // len(good))], columns:].astype(np.float16)
    sound = np.zeros(len(patches), bool)
    places = [_places(patches[:, :columns], some[: 2 * PLACES], sound)]
    for _ in range(copies):
        other = picture if rng.random() < 0.5 else good[int(rng.integers(len(good)))]
        spoilt, mask = spoil(picture, other, rng)
        patches, (h, w) = look(spoilt)
        cover = mask.reshape(h, STRIDE, w, STRIDE).mean(axis=(1, 3)).ravel()
        bad = rng.permutation(np.flatnonzero(cover > SPOILT))[:PLACES]
        fine = rng.permutation(np.flatnonzero(cover == 0.0))[:PLACES]
        places.append(_places(patches[:, :columns], np.r_[bad, fine], cover > 0.0))
    return _Seen(kept, tuple(places))


def _places(patches: Floats, chosen: NDArray[np.int64], spoilt: NDArray[np.bool_]) -> Places:
    return Places(patches[chosen].astype(np.float16), patches.mean(axis=0), spoilt[chosen])

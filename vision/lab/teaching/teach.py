"""Teaching: from a few pictures of good parts to a memory and a threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort

from models.anomaly import FeaturePackage
from vision.anomaly.input import as_input
from vision.anomaly.memory import Floats
from vision.errors import InspectionError
from vision.lab.teaching.defects import Defects, Marked, learn_defects
from vision.lab.teaching.graph import heat_graph, patch_graph
from vision.lab.teaching.items import Item
from vision.lab.teaching.scales import Scales, hold_out
from vision.lab.teaching.threshold import CONFIDENCE, COVERAGE, Bound, bound
from vision.types import Image

FEWEST: Final = 10
ENOUGH: Final = 20
SIDE: Final = 384
"""Pictures are looked at with their longer side this long, unless told otherwise [px]."""
MIRRORED: Final = 100
"""Up to so many pictures are remembered mirrored, too; more of them vary enough by themselves."""
STEP: Final = 32
"""The feature network halves a picture five times."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, steps done and steps in all."""


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to teach.

    taps: outputs of the feature network; pools: each scale averages them over so many places in a
    square (odd), finest first; memory: most patches kept of the finest scale; side: longer side of
    the picture that the network sees [px]; equalise: bring every picture to the same mean and
    spread of greys; by_place: tell each place of the map against what is usual there; folds: groups
    into which the good parts are divided for the threshold; sees: width and height that the
    network sees whatever the view's, None: as `side` says.
    """

    taps: tuple[str, ...] = ("f16", "f32")
    pools: tuple[int, ...] = (3, 11)
    memory: int = 2000
    side: int = SIDE
    equalise: bool = False
    by_place: bool = True
    folds: int = 5
    coverage: float = COVERAGE
    confidence: float = CONFIDENCE
    seed: int = 1
    sees: tuple[int, int] | None = None

    def network_size(self, canonical: tuple[int, int]) -> tuple[int, int]:
        """Width and height that the network sees of a canonical view (width, height)."""
        if self.sees is not None:
            return self.sees
        shrink = self.side / max(canonical)
        width, height = (max(2, round(length * shrink / STEP)) * STEP for length in canonical)
        return width, height


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned. scores: of each good picture, by what was learned without its part.
    defects: what labelled defects look like, None without such; labelled: so many pictures of them,
    of `labelled_parts` parts.
    """

    model: onnx.ModelProto
    input_shape: tuple[int, int, int, int]
    output_shape: tuple[int, int, int, int]
    known: Scales
    bound: Bound
    scores: Floats
    settings: Settings
    defects: Defects | None = None
    labelled: int = 0
    labelled_parts: int = 0


class PatchReader:
    """Turns pictures into patches (scales, places, c)."""

    def __init__(self, graph: onnx.ModelProto, size: tuple[int, int]) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = ort.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._size = size

    def read(self, picture: Image) -> Floats:
        """Patches of a picture of any size."""
        return np.asarray(
            self._session.run(None, {"images": as_input(picture, self._size)})[0], np.float32
        )

    def looks(self, picture: Image, mirrored: bool) -> Floats:
        """Patches (looks, scales, places, c): as the picture is, and from left to right."""
        flipped = [np.ascontiguousarray(picture[:, ::-1])] if mirrored else []
        return np.stack([self.read(look) for look in (picture, *flipped)])


def teach(
    pictures: Sequence[Image],
    features: FeaturePackage,
    settings: Settings | None = None,
    progress: Progress = silent,
    parts: Sequence[str] | None = None,
    labelled: Sequence[Item] = (),
) -> Taught:
    """Learn what is good from pictures of one size (height, width).

    parts: name of the part that each picture shows; None: each one shows another. labelled:
    defective pictures whose defects somebody marked, of other parts. Raises InspectionError for
    fewer than FEWEST parts.
    """
    settings = settings or Settings()
    numbers = None if parts is None else np.unique(parts, return_inverse=True)[1]
    different = len(pictures) if parts is None else len(set(parts))
    if different < FEWEST:
        shown = "pictures" if parts is None else f"parts (on {len(pictures)} pictures)"
        raise InspectionError(
            f"{different} different good {shown} are too few to know what varies: take at "
            f"least {FEWEST}, better {ENOUGH}, of different good parts"
        )
    height, width = pictures[0].shape
    size = settings.network_size((width, height))
    graph, grid = patch_graph(features, settings.taps, size, settings.equalise, settings.pools)
    reader = PatchReader(graph, size)
    steps = len(pictures) + settings.folds + 1
    seen = []
    for number, picture in enumerate(pictures):
        progress("looking at good pictures", number, steps)
        seen.append(reader.looks(picture, len(pictures) <= MIRRORED))
    good = np.stack(seen)
    held_out = hold_out(
        good,
        grid,
        settings.folds,
        settings.memory,
        settings.seed,
        numbers,
        settings.by_place,
        lambda fold: progress("testing on pictures left out", len(good) + fold, steps),
    )
    progress("remembering", steps - 1, steps)
    known = Scales.of(good, held_out, settings.memory, settings.seed)
    heats, defects = held_out.heats, None
    if labelled:
        marked = mark(labelled, reader, known, grid)
        defects, further = learn_defects(good, marked, grid, numbers, held_out.fold_of)
        heats = heats + further
    scores = np.asarray(heats.max(axis=(1, 2)), np.float32)
    limit = bound(scores, settings.coverage, settings.confidence, numbers)
    model, output = heat_graph(graph, grid, known, defects)
    progress("done", steps, steps)
    shape = (1, 1, size[1], size[0])
    whose = len({one.part for one in labelled})
    return Taught(
        model, shape, output, known, limit, scores, settings, defects, len(labelled), whose
    )


def mark(
    labelled: Sequence[Item], reader: PatchReader, known: Scales, grid: tuple[int, int]
) -> list[Marked]:
    """Labelled pictures as they are learned from. Raises InspectionError."""
    marked = []
    for one in labelled:
        patches = reader.read(one.read())
        marked.append(Marked(patches, known.heat(patches, grid), one.marked(grid)))
    return marked

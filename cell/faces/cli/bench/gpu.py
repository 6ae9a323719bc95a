"""Times on a GPU: engines, whole inspections, and the same network in PyTorch."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Final

import numpy as np

from calibration.camera import CameraModel
from cell.faces.cli.bench.inspection import WARM_UP, Times, camera_frames, golden_views
from cell.products.inspector import InspectionSetup
from vision.engines.base import Tensor
from vision.engines.selfcheck import as_batch, load_check
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry

BATCHES: Final = (1, 8)
ENGINES: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("onnxruntime", {}),
    ("onnxruntime_cuda", {}),
    ("onnxruntime_cuda", {"tf32": True}),
    ("tensorrt", {"precision": "f32"}),
    ("tensorrt", {"precision": "fp16"}),
)
FIVE_MP: Final = (2448, 2048)
Work = tuple[str, str, Callable[[int], Any]]
"""Engine, what is done, and a call that does it for the i-th time."""


@dataclass(frozen=True, slots=True)
class Row:
    """Times of one kind of work."""

    times: Times
    pictures: int
    """How many are in one sample; the milliseconds are those of all of them."""


def measure_gpu(work: Sequence[tuple[int, Work]], repeat: int) -> list[Row]:
    """Each kind of work (pictures, work) `repeat` times, one kind after the other: other work in
    between would let a GPU's clock fall.
    """
    rows = []
    for pictures, (engine, what, call) in work:
        for i in range(WARM_UP):
            call(i)
        samples = []
        for i in range(repeat):
            start = perf_counter()
            call(i)
            samples.append((perf_counter() - start) * 1e3)
        rows.append(Row(Times(engine, what, tuple(samples)), pictures))
    return rows


def work_of(setup: InspectionSetup, images: int) -> Iterator[tuple[int, Work]]:
    """Engine and whole inspections of canonical views and of 5 MP pictures, 1 and 8 at a time.

    The cell's engines take one picture a call, so that eight of them are eight calls.
    """
    small, large, views, frames = _inspectors(setup, images)
    batch, engine = as_batch(load_check(small.model)), setup.engine

    def one(call: Callable[[Any], Any], given: Sequence[Any]) -> Callable[[int], Any]:
        return lambda i: call(given[i % len(given)])

    calls = (
        ("engine, picture in and boxes out", one(engine.run, [batch])),
        ("whole inspection, canonical view", one(small.inspect_view, views)),
        ("whole inspection, 5 MP picture", one(large.inspect_frame, frames)),
    )
    for what, call in calls:
        for count in BATCHES:
            yield count, (engine.name, what, _times(call, count))


def _times(call: Callable[[int], Any], count: int) -> Callable[[int], Any]:
    return lambda i: [call(count * i + k) for k in range(count)]


def _inspectors(
    setup: InspectionSetup, images: int
) -> tuple[Inspector, Inspector, Sequence[Any], Sequence[Any]]:
    """For views and for 5 MP pictures, and both kinds of picture."""
    small = setup.inspector
    goldens, camera = small.goldens, small.camera
    assert goldens is not None
    assert camera is not None
    part = setup.recipe.part
    geometry = PartGeometry(part.size_m, part.thickness_m, part.inset_m)
    big = five_mp(camera)
    large = Inspector(
        small.model, setup.engine, goldens, big, geometry, small.canonical, bounds=small.bounds
    )
    views = golden_views(goldens, images)
    return small, large, views, camera_frames(views, big, geometry)


def five_mp(camera: CameraModel) -> CameraModel:
    """The same camera with a sensor of 2448 x 2048 px behind the same lens: finer pixels."""
    width, height = FIVE_MP
    finer = width / camera.width
    (fx, fy), (cx, cy) = camera.focal, camera.centre
    middle = cy * finer + (height - camera.height * finer) / 2
    return replace(
        camera, width=width, height=height, focal=(fx * finer, fy * finer),
        centre=(cx * finer, middle),
    )  # fmt: skip


def torch_work(setup: InspectionSetup) -> Iterator[tuple[int, Work]]:
    """The board detector in PyTorch on the GPU, as written and compiled; its convolutions round to
    TF32, PyTorch's default. Its weights are random, which changes no time. Nothing where PyTorch
    or its GPU is missing.
    """
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        return
    if not torch.cuda.is_available():
        return
    from vision.nets.pairnet import Deployed, PairNet

    card = setup.inspector.model.card
    height, width = card.input.shape[2:]
    net = Deployed(PairNet(len(card.classes)), int(height), int(width)).cuda().eval()
    picture = as_batch(load_check(setup.inspector.model))
    for name, made in (("eager", net), ("compiled", torch.compile(net, mode="reduce-overhead"))):
        for count in BATCHES:
            batch = np.ascontiguousarray(np.repeat(picture, count, axis=0))
            engine = f"torch-{torch.__version__}-{torch.cuda.get_device_name(0)}-tf32-{name}"
            yield count, (engine, "engine, picture in and boxes out", _torch_call(made, batch))


def _torch_call(net: Any, batch: Tensor) -> Callable[[int], Any]:
    torch = importlib.import_module("torch")
    pinned = torch.from_numpy(batch).pin_memory()

    def call(_: int) -> Any:
        with torch.inference_mode():
            return net(pinned.cuda(non_blocking=True)).cpu()

    return call

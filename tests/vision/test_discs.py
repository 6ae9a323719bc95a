"""Round parts: found by their rim, refused when they are none, seen as the square about them."""

from __future__ import annotations

import re
from collections.abc import Callable

import bench
import cv2
import numpy as np
import pytest

from calibration.geometry import Pose2D
from cell.texts import render
from twin.discs import DiscLibrary
from vision.errors import InspectionError
from vision.inspect.disc import coarse_rim
from vision.inspect.golden import Golden, turn_of
from vision.inspect.locate import PartLocator
from vision.inspect.numbers import halve
from vision.inspect.part import PartGeometry, masked
from vision.inspect.rectify import Rectifier
from vision.inspect.synthesis import camera_picture
from vision.inspect.turning import turned
from vision.types import Image

DISC = PartGeometry((0.08, 0.08), 0.003, 0.001, round=True)
CANONICAL = (640, 640)


def locator(part: PartGeometry = DISC) -> PartLocator:
    return PartLocator(bench.camera(), part)


def shot(pose: Pose2D, number: int = 7, *more: Pose2D) -> Image:
    disc = DiscLibrary().part(number)
    return bench.shoot(*((disc, place) for place in (pose, *more)), number=number)


def test_twelve_discs_are_placed_alike_to_a_hundredth_of_a_millimetre() -> None:
    rng, off = np.random.default_rng(4), []
    for number in range(12):
        pose = bench.place(
            -1.0 + rng.uniform(-0.008, 0.008), rng.uniform(-0.01, 0.01), rng.uniform(-15, 15)
        )
        found = locator().locate(shot(pose, number)).pose
        off.append(((found.x - pose.x) * 1e3, (found.y - pose.y) * 1e3))
        assert found.yaw == 0.0
    assert np.hypot(*np.mean(off, axis=0)) < 0.1  # the true camera stands half a pixel off
    assert np.std(off, axis=0).max() < 0.01


def test_a_view_is_the_square_about_the_disc_with_its_face_alone() -> None:
    view = Rectifier(bench.camera(), DISC, CANONICAL)
    image = shot(bench.place(-0.996, 0.004, 9))
    seen = view.rectify(image, locator().locate(image))
    painted = DiscLibrary().part(7).image.astype(float)
    y, x = np.mgrid[:640, :640] - 319.5
    beside = np.hypot(x, y) > 322
    face = np.hypot(x, y) < 318
    assert len(np.unique(seen[beside])) == 1
    assert abs(float(seen[beside][0]) - seen[face].mean()) < 1.5
    assert seen[face].min() > 60  # no belt in it
    hub = np.hypot(x, y) < 0.40 * 320
    assert seen[hub].mean() - seen[face & ~hub].mean() > 5
    assert painted.shape == (624, 624)


def square(size_m: float) -> Image:
    view = np.full((640, 640), 200, np.uint8)
    return camera_picture(
        view, bench.camera(), PartGeometry((size_m, size_m), 0.003, 0.001), bench.place(), 1
    )


def drawn(change: Callable[[Image], object], part: PartGeometry = DISC) -> Image:
    """A plain disc of 80 mm, changed in the camera's picture."""
    view = np.full((640, 640), 200, np.uint8)
    image = camera_picture(view, bench.camera(), part, bench.place(), 1)
    change(image)
    return image


def oval(image: Image) -> None:
    height, width = image.shape
    squeezed = cv2.resize(image, (width, round(0.975 * height)))
    image[:] = 35
    image[15 : 15 + len(squeezed)] = squeezed


REFUSED: dict[str, tuple[Callable[[], Image], str]] = {
    "empty belt": (lambda: bench.shoot(), "No part in the picture"),
    "cut off": (lambda: shot(bench.place(-1.115)), "cut off"),
    "two": (lambda: shot(bench.place(-1.05), 7, bench.place(-0.94)), "2 parts in one picture"),
    "touching": (
        lambda: shot(bench.place(-1.039), 7, bench.place(-0.961)), "times the part's area"
    ),
    "a square of the diameter": (lambda: square(0.080), "times the part's area"),
    "a square of the area": (lambda: square(0.0709), "not round"),
    "oval": (lambda: drawn(oval), "not round"),
    "a segment is missing": (
        lambda: drawn(lambda image: cv2.rectangle(image, (0, 0), (1920, 345), 35, -1)), "not round"
    ),
    "covered": (
        lambda: drawn(lambda image: cv2.rectangle(image, (500, 580), (1500, 620), 35, -1)),
        "parts in one picture|area|not round|not clear",
    ),
    "smaller": (
        lambda: drawn(lambda _: None, PartGeometry((0.078, 0.078), 0.003, 0.001, True)),
        "measures 78.0 mm across, the recipe says 80.0 mm",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_such_disc_is_refused(case: str) -> None:
    picture, words = REFUSED[case]
    with pytest.raises(InspectionError) as caught:
        locator().locate(picture())
    assert re.search(words, render(str(caught.value)))


def test_a_nick_in_the_rim_is_left_to_the_detector() -> None:
    image = drawn(lambda image: cv2.circle(image, (960, 305), 14, 35, -1))
    plain = locator().locate(drawn(lambda _: None)).pose
    found = locator().locate(image).pose
    assert np.hypot(found.x - plain.x, found.y - plain.y) < 2e-5


def test_the_circle_through_points_that_lie_closer_on_one_side() -> None:
    angles = np.concatenate([np.linspace(0.0, 1.0, 200), np.linspace(1.02, 6.26, 300)])
    points = np.stack([0.7 + 0.04 * np.cos(angles), -0.2 + 0.04 * np.sin(angles)], axis=1)
    rim = coarse_rim(points, 1e-4)
    assert rim.centre == pytest.approx((0.7, -0.2), abs=1e-6)
    assert rim.diameter_m == pytest.approx(0.08, abs=3e-6)


def marked() -> Image:
    """A face that looks the same in no two directions."""
    face = np.full((640, 640), 190, np.uint8)
    cv2.circle(face, (430, 200), 40, 60, -1)
    cv2.rectangle(face, (150, 300), (260, 340), 90, -1)
    return masked(face, DISC.artwork(CANONICAL))


@pytest.mark.parametrize("yaw_deg", [0.0, 37.3, -120.0, 179.0])
def test_a_disc_is_turned_as_its_golden_sample_lies(yaw_deg: float) -> None:
    golden = Golden("marked", marked())
    other = Golden("other", np.flipud(marked()).copy())
    image = camera_picture(
        golden.image, bench.camera(), DISC, bench.place(-1.002, 0.003, yaw_deg), 3
    )
    located = locator().locate(image)
    view = Rectifier(bench.camera(), DISC, CANONICAL)
    turn = turn_of(view.rectify_half(halve(image), located), [other, golden])
    upright = turned(located.part_to_belt, turn)
    cos, sin = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
    assert upright[:2, :2] == pytest.approx(np.array([[cos, -sin], [sin, cos]]), abs=0.005)

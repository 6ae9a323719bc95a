"""Rendered frames: geometry true to the model, repeatable, and looking as they should."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.camera import CameraModel
from calibration.cell import load_calibration
from calibration.geometry import Float, Pose2D
from twin.boards import BoardLibrary
from twin.product import BALL_SCREW_CARRIER, PCB, Variant
from twin.render import PlacedPart, Scene, part_corners, render_frame, true_camera
from twin.render.optics import PlaneView
from vision.types import Image

ROOT = Path(__file__).resolve().parents[2]
TOP_M = 0.0016


@pytest.fixture(scope="module")
def camera() -> CameraModel:
    return load_calibration(ROOT / "calibration/demo_cell.json").camera.model()


@pytest.fixture(scope="module")
def scene(camera: CameraModel) -> Scene:
    return Scene(camera, seed=4)


@pytest.fixture(scope="module")
def board() -> Variant:
    library = BoardLibrary(ROOT / "cell/products/data/pcb/goldens", ROOT / "twin/boards/pcb")
    return library.draw(np.random.default_rng(3), defective=True)


def sample(picture: Image, points: Float) -> Float:
    """Grey values at points (N, 2) [px]."""
    x, y = points.astype(np.float32).reshape(-1, 1, 2).transpose(2, 0, 1)
    grey = [
        cv2.remap(picture, x[n : n + 30000], y[n : n + 30000], cv2.INTER_LINEAR)
        for n in range(0, len(x), 30000)  # OpenCV's limit on rows
    ]
    return np.concatenate(grey).astype(np.float64).ravel()


def edge_points(picture: Image, start: Float, end: Float) -> Float:
    """Where the picture crosses from belt to board along normals of the line start-end (N, 2)."""
    along = (end - start) / np.linalg.norm(end - start)
    outward = np.array([along[1], -along[0]])
    steps = np.arange(-6.0, 6.01, 0.1)
    found = []
    for share in np.linspace(0.08, 0.92, 60):
        foot = start + share * (end - start)
        profile = sample(picture, foot + steps[:, None] * outward)
        level = (profile[:20].mean() + profile[-20:].mean()) / 2
        crossing = int(np.flatnonzero((profile[:-1] - level) * (profile[1:] - level) <= 0)[0])
        before, after = profile[crossing] - level, profile[crossing + 1] - level
        found.append(foot + (steps[crossing] + 0.1 * before / (before - after)) * outward)
    return np.array(found)


def line_through(points: Float) -> Float:
    """Homogeneous line (3,) fitted to points."""
    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle)
    return np.array([*axes[1], -axes[1] @ middle])


def measured_corners(picture: Image, near: Float, camera: CameraModel) -> Float:
    """The board's corners (4, 2) [px] as crossings of its measured edges.

    The lens bends an edge by some tenths of a pixel, so lines are fitted to undistorted points.
    """
    sides = []
    for i in range(4):
        edge = edge_points(picture, near[i], near[(i + 1) % 4])
        sides.append(line_through(camera.undistort_rays(edge)))
    corners = np.array([np.cross(sides[i - 1], sides[i]) for i in range(4)])
    return camera.distort_rays(corners[:, :2] / corners[:, 2:])


@pytest.mark.parametrize("speed", [0.0, 0.3])
@pytest.mark.parametrize(
    "pose",
    [
        Pose2D(-1.0, 0.0, 0.0),
        Pose2D(-0.998, 0.009, math.radians(12)),
        Pose2D(-1.004, -0.008, math.radians(-15)),
    ],
)
def test_board_lies_where_the_model_says(
    scene: Scene, camera: CameraModel, board: Variant, pose: Pose2D, speed: float
) -> None:
    picture = render_frame(scene, [PlacedPart(board, pose)], 0.3, speed, number=1)
    expected = camera.belt_to_image(part_corners(PCB, pose), TOP_M)
    assert np.abs(measured_corners(picture, expected, camera) - expected).max() < 0.1


@pytest.mark.parametrize("yaw_deg", [-14.0, 0.0, 9.0])
def test_artwork_is_upright_and_in_place(
    scene: Scene, camera: CameraModel, board: Variant, yaw_deg: float
) -> None:
    """Rectified by the model alone, the picture shows the artwork to a fraction of a pixel."""
    pose = Pose2D(-1.001, 0.004, math.radians(yaw_deg))
    picture = render_frame(scene, [PlacedPart(board, pose)], 1.7, 0.3, number=2)
    columns, rows = np.meshgrid(np.arange(640), np.arange(640))
    x = (columns.ravel() + 0.5) / 6400 - 0.05
    y = 0.05 - (rows.ravel() + 0.5) / 6400
    on_belt = (np.column_stack([x, y, np.ones(x.size)]) @ pose.matrix().T)[:, :2]
    view = sample(picture, camera.belt_to_image(on_belt, TOP_M)).reshape(640, 640)
    shift, _ = cv2.phaseCorrelate(view, board.image.astype(np.float64))
    assert math.hypot(*shift) < 0.15
    assert np.corrcoef(view.ravel(), board.image.ravel())[0, 1] > 0.95
    assert view[board.image > 250].mean() == pytest.approx(200, abs=15)
    assert view[board.image < 5].mean() == pytest.approx(70, abs=12)


def test_same_arguments_same_picture(scene: Scene, camera: CameraModel, board: Variant) -> None:
    placed = [PlacedPart(board, Pose2D(-1.0, 0.0, 0.1))]
    first = render_frame(scene, placed, 0.5, 0.3, number=7)
    assert first.shape == (1200, 1920)
    assert first.dtype == np.uint8
    assert np.array_equal(first, render_frame(Scene(camera, seed=4), placed, 0.5, 0.3, number=7))
    assert not np.array_equal(first, render_frame(scene, placed, 0.5, 0.3, number=8))
    assert not np.array_equal(
        first, render_frame(Scene(camera, seed=5), placed, 0.5, 0.3, number=7)
    )


def test_belt_is_dark_noisy_and_moves(scene: Scene) -> None:
    still = [render_frame(scene, [], 0.2, 0.0, number=n).astype(float) for n in range(2)]
    assert 25 < still[0].mean() < 45
    noise = (still[0] - still[1])[500:700, 860:1060].std() / math.sqrt(2)
    assert noise == pytest.approx(2.5, abs=0.4)
    travelled = scene.belt_picture(0.2 + 0.010)
    crop = scene.belt_picture(0.2)[400:800, 600:1200]
    _, _, _, place = cv2.minMaxLoc(cv2.matchTemplate(travelled, crop, cv2.TM_CCOEFF_NORMED))
    assert place[0] - 600 == pytest.approx(76.6, abs=2)
    assert place[1] - 400 == pytest.approx(0, abs=2)


def test_boards_out_of_view_change_nothing(scene: Scene, board: Variant) -> None:
    far = [PlacedPart(board, Pose2D(-0.6, 0.0, 0.0)), PlacedPart(board, Pose2D(0.5, 0.0, 0.0))]
    assert np.array_equal(
        render_frame(scene, far, 0.2, 0.3, number=3), render_frame(scene, [], 0.2, 0.3, number=3)
    )


def test_neighbour_is_seen_at_the_edge(scene: Scene, board: Variant) -> None:
    near = [
        PlacedPart(board, Pose2D(-1.0, 0.0, 0.0)),
        PlacedPart(board, Pose2D(-1.16, 0.0, 0.0)),
    ]
    picture = render_frame(scene, near, 0.2, 0.3, number=3)
    assert picture[400:800, :100].mean() > 60


def test_view_of_a_plane_is_exact(scene: Scene, camera: CameraModel) -> None:
    rng = np.random.default_rng(0)
    rows, columns = rng.integers(0, 1200, 400), rng.integers(0, 1920, 400)
    view: PlaneView = scene.plane(TOP_M)
    seen = np.column_stack([view.x[rows, columns], view.y[rows, columns]]).astype(np.float64)
    pixels = camera.belt_to_image(seen, TOP_M)
    assert np.abs(pixels - np.column_stack([columns, rows])).max() < 2e-3


@pytest.mark.parametrize("seed", range(4))
def test_true_camera_is_off_by_what_was_asked(camera: CameraModel, seed: int) -> None:
    points = np.array([[-1.0, 0.0], [-1.05, 0.05], [-0.95, -0.05]])
    off = true_camera(camera, 0.2, seed).belt_to_image(points) - camera.belt_to_image(points)
    assert np.linalg.norm(off[0]) == pytest.approx(0.2, abs=0.02)
    assert np.linalg.norm(off, axis=1).max() < 0.4
    assert np.allclose(
        true_camera(camera, 0.0, seed).belt_to_image(points), camera.belt_to_image(points)
    )


def test_a_smaller_camera_works_too(camera: CameraModel, board: Variant) -> None:
    small = replace(camera, width=960, height=600, focal=(2300.0, 2300.0), centre=(481.0, 298.0))
    placed = [PlacedPart(board, Pose2D(-1.0, 0.0, 0.0))]
    assert render_frame(Scene(small, seed=1), placed, 0.0, 0.3, number=0).shape == (600, 960)


@pytest.mark.parametrize("yaw_deg", [0.0, -13.0])
def test_a_carrier_is_drawn_by_its_own_measures(
    scene: Scene, camera: CameraModel, yaw_deg: float
) -> None:
    """Corners where 168 x 72 mm say, a bright rim of 4 mm, and a picture of 160 x 64 mm."""
    picture = np.full((256, 640), 90, np.uint8)
    picture[:, 600:] = 30  # at the end that leads
    pose = Pose2D(-1.002, 0.003, math.radians(yaw_deg))
    variant = Variant(BALL_SCREW_CARRIER, "drawn", picture, ())
    frame = render_frame(scene, [PlacedPart(variant, pose)], 0.3, 0.2, number=1)
    sides = np.array([[-0.084, -0.036], [0.084, -0.036], [0.084, 0.036], [-0.084, 0.036]])
    turned = (np.column_stack([sides, np.ones(4)]) @ pose.matrix().T)[:, :2]
    expected = camera.belt_to_image(turned, TOP_M)
    assert np.abs(measured_corners(frame, expected, camera) - expected).max() < 0.1
    inside = np.array([[0.082, 0.0], [0.0, -0.034], [0.0, 0.0], [0.0795, 0.0], [0.0695, 0.0]])
    spots = (np.column_stack([inside, np.ones(5)]) @ pose.matrix().T)[:, :2]
    greys = [
        frame[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].mean()
        for x, y in camera.belt_to_image(spots, TOP_M)
    ]
    assert greys == pytest.approx([170, 170, 90, 30, 90], rel=0.08, abs=4)

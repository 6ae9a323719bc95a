"""The camera model agrees with OpenCV and with itself."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.camera import CameraModel
from calibration.cell import CellCalibration
from calibration.geometry import Float, Pose, Pose2D

HEIGHTS = (0.0, 0.0016, 0.05)


@pytest.fixture(scope="module")
def camera(demo_cell: CellCalibration) -> CameraModel:
    return demo_cell.camera.model()


@pytest.mark.parametrize("z", HEIGHTS)
def test_round_trips(camera: CameraModel, z: float) -> None:
    pixels = np.random.default_rng(1).uniform((0, 0), (1919, 1199), (500, 2))
    belt = camera.image_to_belt(pixels, z)
    assert np.abs(camera.belt_to_image(belt, z) - pixels).max() < 1e-6
    again = camera.image_to_belt(camera.belt_to_image(belt, z), z)
    assert np.abs(again - belt).max() < 1e-10


@settings(max_examples=60, deadline=None)
@given(
    tilt=st.tuples(*[st.floats(-0.4, 0.4)] * 3),
    distortion=st.tuples(
        st.floats(-0.2, 0.2), st.floats(-0.1, 0.1), *[st.floats(-1e-3, 1e-3)] * 2, st.just(0.0)
    ),
    height=st.floats(0.2, 2.0),
)
def test_any_mild_camera_round_trips(
    tilt: tuple[float, ...], distortion: tuple[float, float, float, float, float], height: float
) -> None:
    turn, _ = cv2.Rodrigues(np.array(tilt))
    looking_down: Float = np.asarray(turn, np.float64) @ np.diag([1.0, -1.0, -1.0])
    pose = Pose(looking_down, np.array([-1.0, 0.1, height]))
    camera = CameraModel(1280, 1024, (1700.0, 1702.0), (642.0, 508.0), distortion, pose)
    pixels = np.array([[0.0, 0.0], [1279, 0], [640, 512], [1279, 1023], [0, 1023], [3.5, 700.25]])
    assert (
        np.abs(camera.belt_to_image(camera.image_to_belt(pixels, 0.01), 0.01) - pixels).max() < 1e-3
    )


def test_projection_is_opencvs(camera: CameraModel) -> None:
    points = np.random.default_rng(2).uniform((-1.1, -0.07, 0.0), (-0.9, 0.07, 0.03), (200, 3))
    to_camera = camera.pose.inverse()
    rotation, _ = cv2.Rodrigues(to_camera.rotation)
    expected, _ = cv2.projectPoints(
        points, rotation, to_camera.translation, camera.matrix(), np.array(camera.distortion)
    )
    assert np.abs(camera.project(points) - expected.reshape(-1, 2)).max() < 1e-8


@pytest.mark.parametrize("z", HEIGHTS)
def test_homography_is_the_camera_without_its_lens(camera: CameraModel, z: float) -> None:
    ideal = replace(camera, distortion=(0.0, 0.0, 0.0, 0.0, 0.0))
    points = np.random.default_rng(3).uniform((-1.1, -0.07), (-0.9, 0.07), (50, 2))
    mapped = np.column_stack([points, np.ones(50)]) @ camera.plane_homography(z).T
    assert np.abs(mapped[:, :2] / mapped[:, 2:] - ideal.belt_to_image(points, z)).max() < 1e-8


def test_demo_camera_sees_the_belt_upright(camera: CameraModel) -> None:
    """Image x runs along the belt's travel and image y to the right of it; about 8 px/mm."""
    origin, along, left = camera.belt_to_image(np.array([[-1.0, 0.0], [-0.99, 0.0], [-1.0, 0.01]]))
    assert along[0] - origin[0] == pytest.approx(76.6, abs=1.0)
    assert left[1] - origin[1] == pytest.approx(-76.6, abs=1.0)
    assert abs(origin - (camera.width / 2, camera.height / 2)).max() < 10.0
    assert camera.scale_at((-1.0, 0.0)) == pytest.approx(7660, abs=60)


@pytest.mark.parametrize("yaw_deg", [-15.0, 0.0, 15.0])
@pytest.mark.parametrize("y", [-0.01, 0.01])
def test_demo_camera_sees_every_board_whole(camera: CameraModel, yaw_deg: float, y: float) -> None:
    half = 0.054
    corners = np.array([[-half, -half, 1], [half, -half, 1], [half, half, 1], [-half, half, 1]])
    for x in (-1.01, -0.99):
        on_belt = (corners @ Pose2D(x, y, math.radians(yaw_deg)).matrix().T)[:, :2]
        pixels = camera.belt_to_image(on_belt, 0.0016)
        assert pixels.min() > 8
        assert (pixels.max(axis=0) < (camera.width - 8, camera.height - 8)).all()


def test_points_out_of_sight_are_refused(camera: CameraModel) -> None:
    with pytest.raises(ValueError, match="behind the camera"):
        camera.project(np.array([[0.0, 0.0, 1.0]]))
    level = replace(camera, pose=Pose(np.diag([1.0, 1.0, 1.0]), camera.pose.translation))
    with pytest.raises(ValueError, match="does not see the plane"):
        level.image_to_belt(np.array([[960.0, 600.0]]))


def test_no_points_give_no_points(camera: CameraModel) -> None:
    assert camera.image_to_belt(np.zeros((0, 2))).shape == (0, 2)
    assert camera.belt_to_image(np.zeros((0, 2))).shape == (0, 2)

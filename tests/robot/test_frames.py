"""The tree of frames and its URDF against the closed form that plans, read by MuJoCo's parser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.cell import CellCalibration, load_calibration
from calibration.geometry import Pose
from robot.motion.frames import JOINTS, OPTICAL, ROOT, bin_frame, poses, quaternion, tree
from robot.motion.kinematics import ArmKinematics
from robot.motion.urdf import rpy, urdf
from tests.site import SITE, site_file

NEAR_M = 1e-5
NEAR_RAD = 1e-5
ANGLES = st.lists(st.floats(-2.0 * math.pi, 2.0 * math.pi), min_size=6, max_size=6)
ELSEWHERE = {
    "robot_base.position": [0.05, -0.5, 0.02],
    "robot_base.rotation_vector": [0.2, -0.15, 1.1],
    "tool.length": 0.2,
}


@pytest.fixture(scope="module", params=["as built", "leaning"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> CellCalibration:
    if request.param == "as built":
        return SITE
    path: Path = site_file(tmp_path_factory.mktemp("site"), ELSEWHERE)
    return load_calibration(path)


@pytest.fixture(scope="module")
def parsed(site: CellCalibration) -> mujoco.MjModel:
    # MuJoCo would melt fixed links into their parents; its own element says that it must not.
    kept = '<mujoco><compiler fusestatic="false" discardvisual="false"/></mujoco></robot>'
    return mujoco.MjModel.from_xml_string(urdf(site).replace("</robot>", kept))


def by_mujoco(model: mujoco.MjModel, angles: Sequence[float]) -> dict[str, Pose]:
    data = mujoco.MjData(model)
    for name, angle in zip(JOINTS, angles, strict=True):
        data.qpos[model.joint(name).qposadr[0]] = angle
    mujoco.mj_kinematics(model, data)
    names = [model.body(i).name for i in range(model.nbody)]
    return {n: Pose(data.xmat[i].reshape(3, 3), data.xpos[i]) for i, n in enumerate(names)}


def same(one: Pose, other: Pose) -> None:
    assert np.linalg.norm(one.translation - other.translation) < NEAR_M
    assert np.abs(one.rotation - other.rotation).max() < NEAR_RAD


@given(angles=ANGLES)
@settings(deadline=None, max_examples=200)
def test_the_urdf_carries_the_cup_where_motions_are_planned(
    site: CellCalibration, parsed: mujoco.MjModel, angles: list[float]
) -> None:
    planned = ArmKinematics.of(site).forward(np.array(angles))
    read = by_mujoco(parsed, angles)
    told = poses(tree(site), angles)
    same(read["tcp"], planned)
    same(told["tcp"], planned)
    for name, pose in told.items():
        if name != ROOT:
            same(read[name], pose)


def test_every_place_of_the_site_is_a_frame(site: CellCalibration) -> None:
    frames = poses(tree(site), [0.0] * 6)
    same(frames[OPTICAL], site.camera.pose.pose())
    same(frames["base"], site.robot_base.pose())
    for name, place in site.bins.items():
        x, y, _ = place.drop
        assert np.allclose(frames[bin_frame(name)].translation, [x, y, place.rim_z])
    assert np.allclose(frames["belt"].translation, [site.belt.x_start, 0.0, 0.0])


def test_axes_are_those_of_the_standards() -> None:
    """REP-103: a body's x looks ahead; REP-199: the flange's x comes out of it."""
    frames = poses(tree(SITE), [0.1, -1.0, 1.2, -0.4, 0.3, 0.2])
    body, optical = frames["camera_link"].rotation, frames[OPTICAL].rotation
    assert np.allclose(body[:, 0], optical[:, 2])
    assert np.allclose(body[:, 2], -optical[:, 1])
    assert np.allclose(frames["flange"].rotation[:, 0], frames["tool0"].rotation[:, 2])
    same(frames["tool0"], frames["wrist_3_link"])
    assert np.allclose(frames["base_link"].rotation, frames["base"].rotation @ np.diag([-1, -1, 1]))


def test_the_tree_has_one_root_and_no_frame_twice(site: CellCalibration) -> None:
    seen = [ROOT]
    for joint in tree(site):
        assert joint.parent in seen
        assert joint.child not in seen
        seen.append(joint.child)


@given(st.tuples(*[st.floats(-math.pi, math.pi)] * 3), st.sampled_from((None, 1.0, -1.0)))
def test_roll_pitch_yaw_and_quaternions_say_the_same_rotation(
    turned: tuple[float, float, float], upright: float | None
) -> None:
    roll, pitch, yaw = turned
    pitch = pitch if upright is None else upright * math.pi / 2
    rotation = turned_by((roll, pitch, yaw))
    assert np.allclose(turned_by(rpy(rotation)), rotation, atol=1e-8)
    matrix = np.zeros(9)
    x, y, z, w = quaternion(rotation)
    mujoco.mju_quat2Mat(matrix, np.array([w, x, y, z]))
    assert np.allclose(matrix.reshape(3, 3), rotation, atol=1e-9)


def turned_by(angles: tuple[float, float, float]) -> np.ndarray:
    """Rotation matrix of roll, pitch and yaw, by the definition."""
    (cr, cp, cy), (sr, sp, sy) = np.cos(angles), np.sin(angles)
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    about_y = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    about_z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)

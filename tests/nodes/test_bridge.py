"""The bridge as other ROS 2 programs hear it: frames, description, joints, detections, camera."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import mujoco
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from inspection_cell_interfaces.msg import Defect, FrameHandle, Inspection, RobotState
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo, CompressedImage, JointState
from std_msgs.msg import Header, String
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from calibration.geometry import Pose
from cell.config import dump, load
from cell.nodes.bridge import TF, TF_STATIC
from cell.nodes.standard import camera_info
from cell.nodes.topics import LATCHED, LATEST, RELIABLE, stamped, to_ns
from robot.motion.frames import JOINTS, OPTICAL, ROOT
from robot.motion.kinematics import ArmKinematics
from tests.site import SITE

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 91
PREFIX = "cell2/"
STAMP_NS = 1_700_000_000_123_456_789
ANGLES = [0.3, -1.2, 1.7, -0.4, 0.9, 2.0]


def hear(listener: Listener, kind: Any, topic: str, qos: QoSProfile) -> list[Any]:
    """Every message on a topic, the newest last."""
    heard: list[Any] = []
    listener.node.create_subscription(kind, topic, heard.append, qos)
    return heard


def place_of(transforms: dict[str, Any], child: str) -> Pose:
    """A frame's pose in the root, by following its parents as tf2 does."""
    pose = Pose.identity()
    while child in transforms:
        told = transforms[child]
        t, q = told.transform.translation, told.transform.rotation
        turned = np.zeros(9)
        mujoco.mju_quat2Mat(turned, np.array([q.w, q.x, q.y, q.z]))
        pose = Pose(turned.reshape(3, 3), np.array([t.x, t.y, t.z])) @ pose
        child = told.header.frame_id
    assert child == PREFIX + ROOT
    return pose


def test_frames_joints_and_detections_are_told(bench: Bench, listener: Listener) -> None:
    config = bench.config("bridge")
    dump(load(config, {"ros.frame_prefix": PREFIX}), config)
    process = bench.start("-m", "cell.nodes.bridge", "--ros-args", "-p", f"config:={config}")
    listener.active(bench, "bridge")

    # Who comes after the first word hears it, too.
    fixed = hear(listener, TFMessage, "/tf_static", TF_STATIC)
    description = hear(listener, String, "/cell/robot_description", LATCHED)
    moving = hear(listener, TFMessage, "/tf", TF)
    joints = hear(listener, JointState, "/cell/joint_states", RELIABLE)
    found = hear(listener, Detection2DArray, "/cell/inspector/detections", RELIABLE)
    listener.until(lambda: fixed and description, bench)
    assert description[0].data.count("<joint ") == len(fixed[0].transforms) + len(JOINTS)

    robot = listener.node.create_publisher(RobotState, "/cell/robot/state", LATEST)
    inspector = listener.node.create_publisher(Inspection, "/cell/inspector/inspection", RELIABLE)
    listener.until(
        lambda: robot.get_subscription_count() and inspector.get_subscription_count(), bench
    )
    header = stamped(STAMP_NS)
    lost = RobotState(header=header, connected=False)
    known = RobotState(header=header, connected=True, position=ANGLES, velocity=[0.5] * 6)

    def told() -> bool:
        robot.publish(lost)
        robot.publish(known)
        return bool(moving and joints)

    listener.until(told, bench)
    assert all(list(message.position) == ANGLES for message in joints), "no zeros of a lost arm"
    assert (list(joints[0].name), to_ns(joints[0].header.stamp)) == (list(JOINTS), STAMP_NS)
    assert list(joints[0].velocity) == [0.5] * 6
    transforms = {t.child_frame_id: t for m in (fixed[0], moving[0]) for t in m.transforms}
    assert {to_ns(t.header.stamp) for t in moving[0].transforms} == {STAMP_NS}
    planned = ArmKinematics.of(SITE).forward(np.array(ANGLES))
    for frame, pose in (("tcp", planned), (OPTICAL, SITE.camera.pose.pose())):
        seen = place_of(transforms, PREFIX + frame)
        assert np.linalg.norm(seen.translation - pose.translation) < 1e-5
        assert np.abs(seen.rotation - pose.rotation).max() < 1e-5

    dent = Defect(class_name="dent", score=0.75, x_min=10.0, y_min=20.0, x_max=40.0, y_max=30.0)
    inspector.publish(Inspection(header=header, trigger=6, ok=False))
    inspector.publish(Inspection(header=header, trigger=7, ok=True, defects=[dent]))
    listener.until(lambda: found, bench)
    (one,) = found[0].detections
    assert one.id == "7-0", "what was not inspected has no detections"
    assert (one.bbox.center.position.x, one.bbox.center.position.y) == (25.0, 25.0)
    assert (one.bbox.size_x, one.bbox.size_y) == (30.0, 10.0)
    assert one.results[0].hypothesis.class_id == "dent"
    assert one.results[0].hypothesis.score == 0.75
    assert process.poll() is None


def test_a_picture_comes_with_its_camera(bench: Bench, listener: Listener) -> None:
    config = bench.config("camera")
    dump(load(config, {"ros.frame_prefix": PREFIX}), config)
    pictures = hear(
        listener, CompressedImage, "/cell/camera/image/compressed", qos_profile_sensor_data
    )
    infos = hear(listener, CameraInfo, "/cell/camera/camera_info", qos_profile_sensor_data)
    told = hear(listener, DiagnosticArray, "/diagnostics", RELIABLE)
    handles = hear(listener, FrameHandle, "/cell/camera/frame", RELIABLE)
    bench.start("-m", "cell.nodes.camera", "--ros-args", "-p", f"config:={config}")
    listener.active(bench, "camera")
    count = iter(range(1, 10_000))

    def taken() -> bool:
        bench.pulse(next(count))
        return bool(pictures and infos)

    listener.until(taken, bench)
    pairs = {to_ns(i.header.stamp): i for i in infos}
    listener.until(lambda: any(to_ns(p.header.stamp) in pairs for p in pictures), bench)
    picture = next(p for p in pictures if to_ns(p.header.stamp) in pairs)
    info = pairs[to_ns(picture.header.stamp)]
    assert picture.header.frame_id == info.header.frame_id == PREFIX + OPTICAL
    assert (info.width, info.height) == (960, 600)
    # Of the same exposure; it comes by a topic of its own, and so perhaps later.
    listener.until(lambda: picture.header in [handle.header for handle in handles], bench)
    listener.until(lambda: told, bench)
    (status,) = told[0].status
    assert status.name.endswith("camera")
    assert status.hardware_id
    assert status.level in (DiagnosticStatus.OK, DiagnosticStatus.WARN)


@pytest.mark.parametrize(("width", "height"), [(1920, 1200), (960, 600)])
def test_camera_info_projects_as_the_camera_does(width: int, height: int) -> None:
    camera = SITE.camera.model()
    info = camera_info(camera, width, height, Header())
    point = np.array([[SITE.stations.camera_x + 0.03, 0.04, 0.0]])
    x, y, z = camera.pose.inverse().apply(point)[0]
    seen, _ = cv2.projectPoints(
        np.array([[x, y, z]]),
        np.zeros(3),
        np.zeros(3),
        np.array(info.k).reshape(3, 3),
        np.array(info.d),
    )
    scale = width / camera.width
    wanted = (camera.project(point)[0] + 0.5) * scale - 0.5
    assert math.dist(seen.ravel().tolist(), wanted.tolist()) < 1e-6

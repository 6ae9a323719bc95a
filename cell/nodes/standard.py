"""The cell in messages of ROS 2's standard types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion, Transform, TransformStamped, Vector3
from inspection_cell_interfaces.msg import Inspection, RobotState
from sensor_msgs.msg import CameraInfo, JointState
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import (
    BoundingBox2D,
    Detection2D,
    Detection2DArray,
    ObjectHypothesis,
    ObjectHypothesisWithPose,
    Point2D,
    Pose2D,
)

from calibration.camera import CameraModel
from robot.motion.frames import JOINTS, Joint, quaternion

VIEW = "canonical_view"
"""Where boxes of detections lie: the part's view [px], which is no frame of /tf."""


def fixed(tree: Iterable[Joint], prefix: str, stamp: Time) -> TFMessage:
    """What never moves, for /tf_static."""
    joints = (joint for joint in tree if not joint.turns)
    return TFMessage(transforms=[_transform(joint, 0.0, prefix, stamp) for joint in joints])


def moving(tree: Iterable[Joint], angles: Sequence[float], prefix: str, stamp: Time) -> TFMessage:
    """The arm's links at these joint angles [rad], base to tip, for /tf."""
    turning = (joint for joint in tree if joint.turns)
    return TFMessage(
        transforms=[
            _transform(joint, angle, prefix, stamp)
            for joint, angle in zip(turning, angles, strict=True)
        ]
    )


def joint_state(state: RobotState) -> JointState:
    """The arm's joints, stamped as its controller's state is."""
    return JointState(
        header=Header(stamp=state.header.stamp),
        name=JOINTS,
        position=state.position,
        velocity=state.velocity,
    )


def camera_info(camera: CameraModel, width: int, height: int, header: Header) -> CameraInfo:
    """The camera as it is for pictures of `width` x `height` [px], made smaller evenly."""
    across, down = width / camera.width, height / camera.height
    fx, fy = camera.focal[0] * across, camera.focal[1] * down
    # Pixels are counted by their middles: the left edge of the picture lies at -0.5.
    cx = (camera.centre[0] + 0.5) * across - 0.5
    cy = (camera.centre[1] + 0.5) * down - 0.5
    return CameraInfo(
        header=header,
        width=width,
        height=height,
        distortion_model="plumb_bob",
        d=list(camera.distortion),
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def detections(seen: Inspection, prefix: str) -> Detection2DArray:
    """The defects of an inspection; boxes in the part's canonical view [px]."""
    header = Header(stamp=seen.header.stamp, frame_id=f"{prefix}{VIEW}")
    return Detection2DArray(
        header=header,
        detections=[
            Detection2D(
                header=header,
                id=f"{seen.trigger}-{number}",
                results=[
                    ObjectHypothesisWithPose(
                        hypothesis=ObjectHypothesis(
                            class_id=defect.class_name, score=float(defect.score)
                        )
                    )
                ],
                bbox=BoundingBox2D(
                    center=Pose2D(
                        position=Point2D(
                            x=(defect.x_min + defect.x_max) / 2.0,
                            y=(defect.y_min + defect.y_max) / 2.0,
                        )
                    ),
                    size_x=float(defect.x_max - defect.x_min),
                    size_y=float(defect.y_max - defect.y_min),
                ),
            )
            for number, defect in enumerate(seen.defects)
        ],
    )


def _transform(joint: Joint, angle: float, prefix: str, stamp: Time) -> TransformStamped:
    pose = joint.at(angle)
    x, y, z = pose.translation.tolist()
    qx, qy, qz, qw = quaternion(pose.rotation)
    return TransformStamped(
        header=Header(stamp=stamp, frame_id=f"{prefix}{joint.parent}"),
        child_frame_id=f"{prefix}{joint.child}",
        transform=Transform(
            translation=Vector3(x=x, y=y, z=z), rotation=Quaternion(x=qx, y=qy, z=qz, w=qw)
        ),
    )

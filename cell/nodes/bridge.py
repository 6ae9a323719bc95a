"""The bridge's node: the cell in ROS 2's standard types, for tools that know no others.

It only listens to the other nodes. The cell does not need it: its death stops nothing.
"""

from __future__ import annotations

from inspection_cell_interfaces.msg import Inspection, RobotState
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2DArray

from cell.config.stations import site_of
from cell.nodes import standard
from cell.nodes.base import CellNode
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.topics import LATCHED, LATEST, RELIABLE, to_time
from robot.motion.frames import Joint, tree
from robot.motion.urdf import urdf

TF = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
TF_STATIC = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL
)
"""As tf2_ros sends both; who listens later gets the fixed frames, too."""


class BridgeNode(CellNode):
    """Tells frames, the robot's description and joints, and detections."""

    def __init__(self) -> None:
        super().__init__("bridge")
        known = self.config.ros.model_copy(update={"frame_prefix": self.frame_prefix})
        self._prefix = declare(self, known).frame_prefix or ""
        self._tree: tuple[Joint, ...] = ()
        self._counts = {"joint_states": 0, "detections": 0}

    def set_up(self) -> None:
        site = site_of(self.config)
        self._tree = tree(site)
        self._urdf = urdf(site)
        self._fixed = self.create_publisher(TFMessage, "/tf_static", TF_STATIC)
        self._moving = self.create_publisher(TFMessage, "/tf", TF)
        self._description = self.create_publisher(String, "robot_description", LATCHED)
        self._joints = self.create_publisher(JointState, "joint_states", RELIABLE)
        self._detections = self.create_publisher(Detection2DArray, "inspector/detections", RELIABLE)

    def begin(self) -> None:
        stamp = to_time(self.now_ns())
        self._fixed.publish(standard.fixed(self._tree, self._prefix, stamp))
        self._description.publish(String(data=self._urdf))
        self.create_subscription(RobotState, "robot/state", self._on_robot, LATEST)
        self.create_subscription(Inspection, "inspector/inspection", self._on_inspection, RELIABLE)

    def details(self) -> dict[str, object]:
        return {"frame_prefix": self._prefix, **self._counts}

    def _on_robot(self, state: RobotState) -> None:
        if not state.connected:
            return  # where the arm is, nobody knows now
        self._counts["joint_states"] += 1
        if self._joints.get_subscription_count():
            self._joints.publish(standard.joint_state(state))
        if self._moving.get_subscription_count():
            stamp = state.header.stamp
            self._moving.publish(standard.moving(self._tree, state.position, self._prefix, stamp))

    def _on_inspection(self, seen: Inspection) -> None:
        if not seen.ok:
            return  # not inspected: an empty list would say that nothing was found
        self._counts["detections"] += 1
        self._detections.publish(standard.detections(seen, self._prefix))


if __name__ == "__main__":
    run(BridgeNode)

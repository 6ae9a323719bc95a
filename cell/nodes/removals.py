"""The robot's node's messages in the robot's words, and back."""

from __future__ import annotations

from inspection_cell_interfaces.action import RemovePart
from inspection_cell_interfaces.msg import BeltState, RobotState
from sensor_msgs.msg import JointState

from cell.nodes.topics import to_ns
from cell.products.recipe import PartGeometry
from cell.texts import for_ros
from robot.base import BeltSample
from robot.motion.frames import JOINTS
from robot.motion.workpiece import Workpiece
from robot.service import RemovalFeedback, RemovalRequest, RemovalResult, RobotSnapshot


def request(goal: RemovePart.Goal) -> RemovalRequest:
    """What the supervisor wants removed."""
    return RemovalRequest(
        part=goal.part,
        bin=goal.bin,
        encoder_m=goal.encoder_m,
        x=goal.x,
        y=goal.y,
        yaw=goal.yaw,
        deadline_encoder_m=goal.deadline_encoder_m,
        shape=Workpiece(
            goal.length, goal.width, goal.thickness, goal.mass, (goal.grip_x, goal.grip_y)
        ),
    )


def workpiece(part: PartGeometry) -> Workpiece:
    """A recipe's part in the robot's words."""
    return Workpiece(*part.size_m, part.thickness_m, part.mass_kg, part.grip_m)


def feedback(step: RemovalFeedback) -> RemovePart.Feedback:
    """How far a removal is."""
    return RemovePart.Feedback(phase=step.phase, off_belt=step.off_belt, wait_s=step.wait_s)


def belt_sample(state: BeltState) -> BeltSample:
    """The belt's node's message in the robot's words."""
    return BeltSample(
        stamp_ns=to_ns(state.header.stamp),
        encoder_m=state.encoder_m,
        speed_m_s=state.speed_m_s,
        commanded_speed_m_s=state.commanded_speed_m_s,
        running=state.running,
        authority_m=state.authority_m,
        at_authority=state.at_authority,
        watchdog_tripped=state.watchdog_tripped,
        emergency_stop=state.emergency_stop,
        vacuum_ok=state.vacuum_ok,
        arrivals=state.arrivals,
        exposures=state.exposures,
        exits=state.exits,
    )


def result(done: RemovalResult) -> RemovePart.Result:
    """The end of a removal."""
    return RemovePart.Result(
        removed=done.removed,
        reason=done.reason,
        message=done.message,
        cycle_s=done.cycle_s,
        grip_encoder_m=done.grip_encoder_m,
        grip_position=list(done.grip_position),
    )


def robot_state(state: RobotSnapshot) -> RobotState:
    """The arm as its controller reports it, without the header."""
    return RobotState(
        connected=state.connected,
        mode=state.mode,
        busy=state.busy,
        position=list(state.position),
        velocity=list(state.velocity),
        tcp_position=list(state.tcp_position),
        part=state.part,
        phase=state.phase,
        vacuum_ok=state.vacuum_ok,
        message=for_ros(state.message),
    )


def joint_state(state: RobotSnapshot) -> JointState:
    """The arm's joints for robot_state_publisher and RViz, without the header."""
    return JointState(name=JOINTS, position=list(state.position), velocity=list(state.velocity))

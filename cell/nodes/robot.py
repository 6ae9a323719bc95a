"""The robot's node: one action, which lifts one part off the moving belt and drops it into its
bin.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from inspection_cell_interfaces.action import RemovePart
from inspection_cell_interfaces.msg import BeltState, MotionPermit, RobotState
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from cell.config.stations import site_of
from cell.nodes import removals
from cell.nodes.base import CellNode
from cell.nodes.ownership import Claim, Owner, device
from cell.nodes.parameters import declare
from cell.nodes.permit import TOPIC as PERMIT
from cell.nodes.permit import PermitHolder
from cell.nodes.prepared import PreparingService
from cell.nodes.process import run
from cell.nodes.topics import LATEST, RELIABLE
from cell.nodes.workers import Sign, Worker
from cell.products.loading import RecipeError
from cell.products.lookup import load_inspection_parts
from cell.products.pin import Pin
from cell.texts import for_ros, render, say
from models.ground.written import fit
from robot.base import RobotError
from robot.motion.frames import ROOT
from robot.service import RemovalService
from vision.plugins import load_plugin

STATE_HZ = 20.0


class RobotNode(CellNode):
    """Owns the arm and the gripper; a removal runs in a thread of its own, so that it can be
    cancelled.
    """

    def __init__(self) -> None:
        super().__init__("robot")
        self.section = declare(
            self,
            self.config.robot,
            {
                "arm.options": ("arm.driver", "inspection_cell.arms"),
                "gripper.options": ("gripper.driver", "inspection_cell.grippers"),
            },
        )
        self._service: RemovalService | None = None
        self._permit = PermitHolder()
        self._busy = threading.Lock()
        self._recovering = threading.Event()
        self._claim = Claim()

    def set_up(self) -> None:
        arm = load_plugin("inspection_cell.arms", self.section.arm.driver)
        gripper = load_plugin("inspection_cell.grippers", self.section.gripper.driver)
        config = fit(arm.Config, self.section.arm.options)
        name = device(self.section.arm.driver, config.model_dump())
        self._claim = Claim.take({"arm": name}, Owner.me("robot node", self.config.data_dir))
        self._service = RemovalService(
            arm(config),
            gripper(fit(gripper.Config, self.section.gripper.options)),
            self.section.motion,
            site_of(self.config),
        )
        self._service.connect()
        self._states = self.create_publisher(RobotState, "robot/state", LATEST)
        self._joints = self.create_publisher(JointState, "robot/joint_states", LATEST)
        self.create_subscription(BeltState, "belt/state", self._on_belt, LATEST)
        self.create_subscription(MotionPermit, PERMIT, self._permit.note, RELIABLE)
        self.create_service(Trigger, "robot/recover", self._on_recover)
        PreparingService(self, self._prepare, lambda: None)
        self._action = ActionServer(
            self,
            RemovePart,
            "robot/remove_part",
            execute_callback=self._execute,
            goal_callback=self._on_goal,
            cancel_callback=lambda _goal: CancelResponse.ACCEPT,
        )

    def begin(self) -> None:
        self.create_timer(1.0 / STATE_HZ, self._tell)

    def end_workers(self) -> None:
        if self._service is not None:
            self._service.interrupt()  # the arm stays where it is, instead of going home first
        super().end_workers()

    def tear_down(self) -> None:
        service, self._service = self._service, None
        if service is not None:
            service.close()
        self._claim.close()

    def signs(self) -> Iterable[Sign]:
        service = self._service
        return (*super().signs(), *(service.threads() if service is not None else ()))

    def _prepare(self, name: str, wanted: str) -> None:
        """Whether the cup and the bins suit a recipe's part; nothing is kept of it."""
        parts = load_inspection_parts(self.config, name, pinned=Pin.parse(wanted).package)
        recipe = parts.recipe
        if str(parts.pin) != wanted:
            raise RecipeError(say("recipe.other_content", recipe=recipe.identity))
        assert self._service is not None
        self._service.require_feasible(removals.workpiece(recipe.part), recipe.bins)

    def _on_belt(self, state: BeltState) -> None:
        if self._service is not None and state.connected:
            self._service.push_belt(removals.belt_sample(state))

    def _on_goal(self, _goal: RemovePart.Goal) -> GoalResponse:
        ready = self.lifecycle == "active" and not self._busy.locked()
        return GoalResponse.ACCEPT if ready else GoalResponse.REJECT

    async def _execute(self, handle: ServerGoalHandle) -> RemovePart.Result:
        """Wait for the thread that does the work, without blocking the executor."""
        done: Future = Future(executor=self.executor)
        self.start_worker("removal", lambda w: self._remove(handle, done, w), once=True)
        result: RemovePart.Result = await done
        if result.reason == "canceled":
            handle.canceled()
        elif result.removed:
            handle.succeed()
        else:
            handle.abort()
        return result

    def _remove(self, handle: ServerGoalHandle, done: Future, worker: Worker) -> None:
        with self._busy:
            done.set_result(self._removed(handle, worker))

    def _removed(self, handle: ServerGoalHandle, worker: Worker) -> RemovePart.Result:
        assert self._service is not None
        goal = handle.request

        def unwanted() -> bool:
            lapsed = self._permit.lapsed(goal.part, goal.attempt)
            return worker.told or lapsed or bool(handle.is_cancel_requested)

        if not self._permit.await_removal(goal.part, goal.attempt):
            message = say("arm.not_ordered", part=goal.part)
            self.get_logger().warning(render(message))
            return RemovePart.Result(removed=False, reason="not_ordered", message=for_ros(message))
        try:
            done = self._service.remove(
                removals.request(goal),
                lambda step: handle.publish_feedback(removals.feedback(step)),
                unwanted,
            )
        except RobotError as error:
            return RemovePart.Result(removed=False, reason="error", message=for_ros(str(error)))
        result = removals.result(done)
        if result.reason == "canceled" and not handle.is_cancel_requested:
            result.reason = "lapsed"  # nobody called it back; its order was not repeated
        return result

    def _on_recover(
        self, _request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        """A person says that the cause of the stop is gone. It takes seconds: RobotState tells."""
        response.success = not self._recovering.is_set()
        response.message = "recovering" if response.success else "recovering already"
        if response.success:
            self._recovering.set()
            self.start_worker("recover", self._recover, once=True)
        return response

    def _recover(self, _: Worker) -> None:
        assert self._service is not None
        try:
            if self._permit.await_recovery():
                self._service.recover()
            else:
                self.get_logger().warning("no person ordered the arm back: nothing moved")
        except RobotError as error:
            self.get_logger().error(render(str(error)))
        finally:
            self._recovering.clear()

    def _tell(self) -> None:
        assert self._service is not None
        now_ns = self.now_ns()
        state = self._service.state()
        self.problem = state.message
        message = removals.robot_state(state)
        message.header = self.header(now_ns, ROOT)
        self._states.publish(message)
        joints = removals.joint_state(state)
        joints.header = self.header(now_ns)
        self._joints.publish(joints)


if __name__ == "__main__":
    run(RobotNode)

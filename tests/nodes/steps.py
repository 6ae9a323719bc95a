"""One real node taken through steps in every order, wrong ones and failing ones among them.

Usage: steps.py NODE CONFIG. Ends with an AssertionError where the node is not as it should be.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import rclpy
from cycles import KINDS, NODES
from inspection_cell_interfaces.msg import FrameHandle, Inspection
from lifecycle_msgs.srv import ChangeState
from rclpy.experimental import EventsExecutor
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from cell.nodes.base import CellNode
from cell.nodes.inspector import InspectorNode


class Walk:
    """A node that is asked for steps as a lifecycle manager asks."""

    def __init__(self, node: CellNode) -> None:
        self.node = node
        self.executor = EventsExecutor()
        self.executor.add_node(node)

    def turn(self, seconds: float = 0.05) -> None:
        """Let the node work."""
        self.executor.spin_until_future_complete(Future(), timeout_sec=seconds)

    def step(self, label: str) -> bool:
        """Whether the step was taken."""
        request = ChangeState.Request()
        request.transition.label = label
        callback = self.node._service_change_state.callback
        taken = bool(callback(request, ChangeState.Response()).success)
        self.turn()
        return taken

    def held(self) -> tuple[dict[str, int], list[str]]:
        """What the node has, and the threads there are."""
        entities = {kind: len(list(getattr(self.node, kind))) for kind in KINDS}
        return entities, sorted(thread.name for thread in threading.enumerate())

    def must(self, steps: str, state: str) -> None:
        """Take the steps; those with a '-' before them are refused."""
        for label in steps.split():
            wanted = not label.startswith("-")
            assert self.step(label.lstrip("-")) is wanted, (label, self.node.problem)
        assert self.node.lifecycle == state, self.node.lifecycle


def failing(step: Callable[[], None]) -> Callable[[], None]:
    """The step, which then fails, when it has taken everything."""

    def fail() -> None:
        step()
        raise ZeroDivisionError("the test's own fault")

    return fail


def any_order(walk: Walk) -> None:
    """Right and wrong steps."""
    new = walk.held()
    walk.must("-activate -deactivate -cleanup configure", "inactive")
    configured = walk.held()
    walk.must("-configure -deactivate activate", "active")
    active = walk.held()
    walk.must("-activate -cleanup -configure deactivate -deactivate", "inactive")
    assert walk.held() == configured
    walk.must("activate", "active")
    assert walk.held() == active
    walk.must("deactivate cleanup -cleanup", "unconfigured")
    assert walk.held() == new


def failing_steps(walk: Walk) -> None:
    """A step that fails gives back what it had taken, and may be tried again."""
    node, new = walk.node, walk.held()
    set_up, begin = node.set_up, node.begin
    node.set_up = failing(set_up)  # type: ignore[method-assign]
    walk.must("-configure", "unconfigured")
    assert walk.held() == new
    assert "internal error" in node.problem
    node.set_up = set_up  # type: ignore[method-assign]
    walk.must("configure", "inactive")
    configured = walk.held()
    node.begin = failing(begin)  # type: ignore[method-assign]
    walk.must("-activate", "inactive")
    assert walk.held() == configured
    node.begin = begin  # type: ignore[method-assign]
    walk.must("activate", "active")
    assert "internal error" not in node.problem
    walk.must("deactivate cleanup", "unconfigured")


def queued_work(walk: Walk, node: InspectorNode) -> None:
    """What waited when the inspector was halted is not inspected after it was activated again."""
    seen: list[int] = []

    def slowly(handle: Any, _setup: Any) -> Inspection:
        time.sleep(0.3)
        seen.append(handle.trigger)
        return Inspection()

    node._inspect = slowly  # type: ignore[method-assign]
    walk.must("configure activate", "active")
    for trigger in (1, 2, 3):
        node._on_frame(FrameHandle(trigger=trigger, ok=True))
    walk.must("deactivate", "inactive")
    node._on_frame(FrameHandle(trigger=4, ok=True))
    walk.must("activate", "active")
    node._on_frame(FrameHandle(trigger=5, ok=True))
    while 5 not in seen:
        walk.turn()
    assert seen == [1, 5]
    walk.must("deactivate cleanup", "unconfigured")


def main() -> None:
    """All of it, then a shutdown from the active state."""
    name, config = sys.argv[1:]
    arguments = ["--ros-args", "-p", f"config:={config}", "-p", "autostart:=false"]
    rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    node = NODES[name]()
    walk = Walk(node)
    walk.turn(0.3)
    new = walk.held()
    any_order(walk)
    failing_steps(walk)
    if isinstance(node, InspectorNode):
        queued_work(walk, node)
    walk.must("configure activate", "active")
    walk.must("shutdown", "finalized")
    assert walk.held() == new
    walk.must("-configure -activate -shutdown", "finalized")
    assert not node.fatal.done()
    node.destroy_node()
    rclpy.shutdown()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

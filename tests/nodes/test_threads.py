"""A node whose work has died or hangs does not look well: each kind of node, with real devices."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from inspection_cell_interfaces.msg import FrameHandle
from lifecycle_msgs.srv import ChangeState
from std_srvs.srv import Trigger

from cell.nodes.process import LAST_S
from cell.nodes.topics import RELIABLE
from vision.frames import FrameRing
from vision.types import FrameMeta

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 52
DEATHS = {
    "grab": ("camera", "its thread 'grab' ended: ZeroDivisionError"),
    "inspect": ("inspector", "its thread 'inspect' ended: ZeroDivisionError"),
    "motion": ("robot", "its thread 'motion' ended: ZeroDivisionError"),
    "gripper": ("robot", "its thread 'gripper' ended: ZeroDivisionError"),
    "recover": ("robot", "its thread 'recover' ended: ZeroDivisionError"),
    "poll": ("belt", "its thread 'belt' ended: ZeroDivisionError"),
    "lease": ("supervisor", "internal error"),
    "turn": ("recorder", "internal error"),
}
BY_THEMSELVES = ("motion", "gripper", "poll", "lease", "turn")
"""These strike without anybody's doing, perhaps before the node has told that it is active."""
HANGS = {"grab hangs": "camera", "inspect hangs": "inspector", "motion hangs": "robot"}


@pytest.fixture
def ring(bench: Bench) -> Iterator[FrameRing]:
    made = FrameRing(bench.ring, 4, 1200, 1920)
    yield made
    made.close()


def start(bench: Bench, listener: Listener, fault: str, node: str) -> object:
    """The node with its fault; active and given something to do, where the fault waits for that."""
    config = bench.config(node)
    script = __file__.replace("test_threads.py", "faulty.py")
    process = bench.start(script, fault, "--ros-args", "-p", f"config:={config}")
    if fault in BY_THEMSELVES:
        return process
    listener.active(bench, node)
    if node == "camera":
        bench.pulse(1)
    if fault == "recover":
        client = listener.node.create_client(Trigger, "/cell/robot/recover")
        listener.until(client.service_is_ready, bench)
        client.call_async(Trigger.Request())
    return process


def show(bench: Bench, listener: Listener, ring: FrameRing) -> None:
    """A picture for the inspector."""
    ring.pixels(0)[:] = np.zeros((1200, 1920), np.uint8)
    frame = ring.publish(0, FrameMeta(1, time.time_ns(), time.time_ns()))
    handles = listener.node.create_publisher(FrameHandle, "/cell/camera/frame", RELIABLE)
    listener.until(handles.get_subscription_count, bench)
    handles.publish(
        FrameHandle(
            trigger=1, ok=True, ring=ring.name, slot=0, sequence=frame.sequence, height=1200,
            width=1920,
        )
    )  # fmt: skip


@pytest.mark.parametrize("fault", list(DEATHS))
def test_a_node_ends_with_the_work_that_died(
    bench: Bench, listener: Listener, fault: str, request: pytest.FixtureRequest
) -> None:
    node, words = DEATHS[fault]
    process = start(bench, listener, fault, node)
    if node == "inspector":
        show(bench, listener, request.getfixturevalue("ring"))
    assert process.wait(60) == 1, bench.words()
    last = [line for line in bench.words().splitlines() if line.startswith("error: ")]
    assert len(last) == 1
    assert last[0].startswith(f"error: {node}: ")
    assert words in last[0]
    assert "the test's own fault" in bench.words()  # with the traceback that tells where


@pytest.mark.parametrize("fault", list(HANGS))
def test_work_that_hangs_shows_and_does_not_keep_the_process(
    bench: Bench, listener: Listener, fault: str, request: pytest.FixtureRequest
) -> None:
    node = HANGS[fault]
    process = start(bench, listener, fault, node)
    if node == "inspector":
        show(bench, listener, request.getfixturevalue("ring"))
    listener.until(
        lambda: listener.beat is not None and "has not got on for" in listener.beat.message, bench
    )
    assert not listener.beat.healthy
    assert listener.beat.lifecycle == "active"
    process.send_signal(signal.SIGTERM)
    assert process.wait(3 * LAST_S) == 1
    assert "did not end within" in bench.words()


def test_a_node_that_cannot_be_deactivated_in_order_ends(bench: Bench, listener: Listener) -> None:
    process = start(bench, listener, "halt fails", "belt")
    client = listener.node.create_client(ChangeState, "/cell/belt/change_state")
    listener.until(client.service_is_ready, bench)
    request = ChangeState.Request()
    request.transition.label = "deactivate"
    client.call_async(request)
    assert process.wait(60) == 1, bench.words()
    assert "ZeroDivisionError" in bench.words()
    assert bench.plc.holding[0] == 0  # the PLC was let go of all the same

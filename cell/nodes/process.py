"""One node as one process: from its start to a clean end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

import cv2
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.signals import SignalHandlerOptions

from cell.launcher.child import REFUSED
from cell.nodes.base import STARTUP_ERRORS, CellNode

LAST_S = 6.0
"""A node that was told to end ends after this long at the latest."""


def run(factory: Callable[[], CellNode]) -> NoReturn:
    """Run one node as this process until SIGINT or SIGTERM, then end the process.

    Exit code 0; 1 when it failed while running; 2 when it cannot run as configured.
    """
    cv2.setNumThreads(1)  # processes share the cores; OpenCV's thread pool would fight over them
    code = _spin(factory)
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is let go of; unloading ROS's libraries would only take most of a second more.
    os._exit(code)


def _spin(factory: Callable[[], CellNode]) -> int:
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = factory()
    except STARTUP_ERRORS as error:
        print(f"error: {error}", file=sys.stderr)
        rclpy.shutdown()
        return REFUSED
    executor = EventsExecutor()
    executor.add_node(node)

    def end(*_: object) -> None:
        # A device that does not let go must not keep the process.
        threading.Timer(LAST_S, os._exit, (1,)).start()
        if not node.fatal.done():
            node.fatal.set_result("")

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    node.bring_up()
    try:
        # EventsExecutor.spin() spins without delivering (rclpy 7.1); waiting for a future works.
        while not node.fatal.done():
            executor.spin_until_future_complete(node.fatal, timeout_sec=86400.0)
    except ExternalShutdownException:
        pass
    except STARTUP_ERRORS as error:
        node.fail(str(error))  # such as an event that cannot be written any more
    finally:
        if node.lifecycle == "active":
            node.halt()
        node.tear_down()
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown()
    message = node.fatal.result() if node.fatal.done() else ""
    if message:
        print(f"error: {message}", file=sys.stderr)
        return REFUSED if node.refused else 1
    return 0

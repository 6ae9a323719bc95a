"""One node as one process: from its start to an end that leaves nothing behind."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import cv2
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.signals import SignalHandlerOptions

from cell.nodes.arguments import require_none
from cell.nodes.base import CellNode
from cell.nodes.gate import pass_gate
from cell.nodes.leftovers import sweep
from cell.nodes.parameters import unknown
from cell.nodes.plain_log import log_in_words
from cell.texts import render
from models.ground.ending import REFUSED
from models.ground.errors import UserError

SHARED_MEMORY = "/dev/shm/"
LAST_S = 6.0
"""A node that was told to end ends after this long at the latest."""


def run(factory: Callable[[], CellNode]) -> NoReturn:
    """Run one node as this process until SIGINT or SIGTERM, then end the process.

    Exit code 0; 1 when it failed while running; 2 when it cannot run as configured.
    """
    cv2.setNumThreads(1)  # processes share the cores; OpenCV's thread pool would fight over them
    code = _spin(factory)
    # Fast DDS takes its shared memory back when the last reference to the node is gone.
    gc.collect()
    held = shared_memory()
    if held:
        kind = "warning" if code else "error"  # the error that led here has been told already
        print(f"{kind}: shared memory was not given back: {', '.join(held)}", file=sys.stderr)
        sys.exit(code or 1)
    sys.stdout.flush()
    sys.stderr.flush()
    # Nothing is left to give back; unloading the libraries would only take a quarter second more.
    os._exit(code)


def shared_memory() -> list[str]:
    """Names in /dev/shm that this process holds: what it has mapped, and the locks of Fast DDS.

    A segment of Fast DDS that it only has mapped is another process's; its owner holds the lock
    beside it. The tracer's are the whole machine's.
    """
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    paths = {line[line.index(SHARED_MEMORY) :] for line in maps if SHARED_MEMORY in line}
    names = {path.removeprefix(SHARED_MEMORY).removesuffix(" (deleted)") for path in paths}
    mapped = {name for name in names if not name.startswith(("lttng-ust", "fastrtps_"))}
    return sorted(mapped | _fast_dds_locks())


def _fast_dds_locks() -> set[str]:
    locks = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # it is closed meanwhile
            name = os.readlink(descriptor).removesuffix(" (deleted)")
            if name.startswith(f"{SHARED_MEMORY}fastrtps_"):
                locks.add(name.removeprefix(SHARED_MEMORY))
    return locks


def _spin(factory: Callable[[], CellNode]) -> int:
    try:
        require_none(sys.argv)
    except UserError as error:
        print(f"error: {render(str(error))}", file=sys.stderr)
        return REFUSED
    log_in_words()
    pass_gate()
    sweep()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = factory()
    except UserError as error:
        print(f"error: {render(str(error))}", file=sys.stderr)
        rclpy.shutdown()
        return REFUSED
    for warning in unknown(node):
        node.get_logger().warning(warning)
    executor = EventsExecutor()
    executor.add_node(node)

    def end(*_: object) -> None:
        _last_resort(node.role)
        if not node.fatal.done():
            node.fatal.set_result("")

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    try:
        node.bring_up()
        # EventsExecutor.spin() spins without delivering (rclpy 7.1); waiting for a future works.
        while not node.fatal.done():
            executor.spin_until_future_complete(node.fatal, timeout_sec=86400.0)
    except ExternalShutdownException:
        pass
    except UserError as error:
        node.fail(str(error))  # such as an event that cannot be written any more
    except Exception:
        traceback.print_exc()
        node.fail(f"{node.role}: internal error, see the traceback above.")
    _last_resort(node.role)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # told once is enough, and `end` holds the node
    message = node.fatal.result() if node.fatal.done() else ""
    if not node.let_go():
        message = message or node.problem
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown()
    if message:
        print(f"error: {render(message)}", file=sys.stderr)
        return REFUSED if node.refused else 1
    return 0


def _last_resort(name: str) -> None:
    """A device or a thread that does not let go must not keep the process."""

    def give_up() -> None:
        threads = [t.name for t in threading.enumerate() if not isinstance(t, threading.Timer)]
        print(
            f"error: {name} did not end within {LAST_S:.0f} s and was cut off: what did not let go "
            f"is among its threads ({', '.join(threads)}), whose places follow",
            file=sys.stderr,
        )
        faulthandler.dump_traceback(all_threads=True)
        sys.stderr.flush()
        os._exit(1)

    timer = threading.Timer(LAST_S, give_up)
    timer.daemon = True
    timer.start()

"""Two cells in one ROS domain, each in its namespace: neither hears of the other.

python -m tests.system.two_cells --parts 50
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import rclpy
from inspection_cell_interfaces.msg import NodeStatus, PartEvent
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from cell.launcher.env import environment
from cell.launcher.visiting import visiting
from cell.nodes.bridge import TF, TF_STATIC
from cell.nodes.topics import RELIABLE

SPACES = ("/one", "/two")
SHARED = {"/parameter_events", "/rosout", "/diagnostics", "/tf", "/tf_static"}
"""Topics that all of a ROS domain share; frames tell by their names whose they are."""


class Ears:
    """Hears both cells, and looks who is connected with whom."""

    def __init__(self) -> None:
        with visiting():
            rclpy.init(args=[])
            self.node = Node("ears", namespace="/ears")
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self.processes: dict[str, set[int]] = defaultdict(set)
        self.parts: dict[str, set[str]] = defaultdict(set)
        self.mixed: set[str] = set()
        self.seen: dict[str, set[str]] = defaultdict(set)
        for space in SPACES:
            self._listen(space)
        self.frames: set[str] = set()
        self.node.create_subscription(TFMessage, "/tf", self._frames, TF)
        self.node.create_subscription(TFMessage, "/tf_static", self._frames, TF_STATIC)

    def _frames(self, message: Any) -> None:
        for told in message.transforms:
            self.frames |= {told.header.frame_id, told.child_frame_id}

    def _listen(self, space: str) -> None:
        def beat(message: Any) -> None:
            self.processes[space].add(message.pid)

        def part(message: Any) -> None:
            self.parts[space].update({message.part} - {""})

        self.node.create_subscription(NodeStatus, f"{space}/node_status", beat, RELIABLE)
        self.node.create_subscription(PartEvent, f"{space}/supervisor/part_event", part, RELIABLE)

    def turn(self) -> None:
        """Hear for a moment, and look at every topic's ends."""
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            self._executor.spin_once(timeout_sec=0.1)
        for topic, _ in self.node.get_topic_names_and_types():
            if topic in SHARED:
                continue
            ends = [
                *self.node.get_publishers_info_by_topic(topic),
                *self.node.get_subscriptions_info_by_topic(topic),
            ]
            # Whoever is just being discovered has no namespace yet.
            named = {end.node_namespace for end in ends if end.node_namespace.startswith("/")}
            spaces = named - {"/ears"}
            for space in spaces:
                self.seen[space].add(topic)
            if any(not topic.startswith(f"{space}/") for space in spaces):
                self.mixed.add(f"{topic}: {sorted(spaces)}")

    def close(self) -> None:
        """Leave."""
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown()


def start(folder: Path, number: int, parts: int, domain: int) -> subprocess.Popen[bytes]:
    """One cell with its twin, as a person starts it."""
    words = [
        "run", "--headless", "--parts", str(parts), "--seed", str(number), "--domain", str(domain),
        "--namespace", SPACES[number], "--host", f"127.0.{domain}.{number + 1}",
        "--data", str(folder), "--report", str(folder / "report.json"),
    ]  # fmt: skip
    command = [sys.executable, "-m", "cell.faces.cli.main", *words]
    with (folder.parent / f"{number}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)


def main() -> int:
    """Exit code 0 where both cells have kept their law, and neither has heard of the other."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parts", type=int, default=50)
    asked.add_argument("--domain", type=int, default=90)
    given = asked.parse_args()
    env = environment(given.domain)
    os.environ.update({k: v for k, v in env.items() if k.startswith(("ROS_", "FASTRTPS_"))})
    with tempfile.TemporaryDirectory(prefix="two-cells-") as place:
        folders = [Path(place) / space.strip("/") for space in SPACES]
        for folder in folders:
            folder.mkdir()
        runs = [start(f, i, given.parts, given.domain) for i, f in enumerate(folders)]
        ears = Ears()
        try:
            while any(run.poll() is None for run in runs):
                ears.turn()
        finally:
            for run in runs:
                run.terminate()
                run.wait()
            ears.close()
        return judge(ears, folders, [run.returncode for run in runs], given.parts)


def judge(ears: Ears, folders: list[Path], codes: list[int], parts: int) -> int:
    """Say what was seen; 0 where it is as it should be."""
    one, two = SPACES
    wrong: list[str] = [f"connected across: {mixed}" for mixed in sorted(ears.mixed)]
    if ears.processes[one] & ears.processes[two] or ears.parts[one] & ears.parts[two]:
        wrong.append("a process or a part speaks in both namespaces")
    trees = {s: {f[len(s) :] for f in ears.frames if f"/{f}".startswith(f"{s}/")} for s in SPACES}
    print(f"frames: {', '.join(f'{len(trees[s])} of {s}' for s in SPACES)}")
    if not trees[one] or trees[one] != trees[two] or len(ears.frames) != 2 * len(trees[one]):
        wrong.append(f"frames that are not one tree for each cell: {sorted(ears.frames)}")
    for space, folder, code in zip(SPACES, folders, codes, strict=True):
        log = (folder.parent / f"{SPACES.index(space)}.log").read_text(errors="replace")
        if code:
            wrong.append(f"{space} ended with {code}:\n{log}")
            continue
        told = json.loads((folder / "report.json").read_text())["parts"]
        print(
            f"{space}: {len(ears.seen[space])} topics, {len(ears.processes[space])} processes, "
            f"{len(ears.parts[space])} parts heard of, {told}"
        )
        if told["arrived"] != parts or len(ears.parts[space]) > parts:
            wrong.append(f"{space} has seen parts that are not its own")
        if len(ears.seen[space]) < 10:
            wrong.append(f"of {space} only {sorted(ears.seen[space])} were seen")
    for what in wrong:
        print(f"WRONG: {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Who watches the cell's processes joins ROS without shared memory, and is heard nevertheless."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from cell.launcher.env import environment
from cell.launcher.visiting import visiting

DOMAIN = 59
ALONE = """
import contextlib, json, os, sys, time
import rclpy
from rclpy.executors import SingleThreadedExecutor
from std_srvs.srv import Trigger
from cell.launcher.visiting import visiting

before = dict(os.environ)
with visiting() if sys.argv[1] == "visitor" else contextlib.nullcontext():
    rclpy.init(args=[])
    node = rclpy.create_node("one")
assert dict(os.environ) == before
maps = open("/proc/self/maps").read()
print(json.dumps("fastrtps_port" in maps), flush=True)
node.create_service(Trigger, f"/{sys.argv[1]}", lambda _, answer: answer)
other = {"visitor": "node", "node": "visitor"}[sys.argv[1]]
client = node.create_client(Trigger, f"/{other}")
heard = client.wait_for_service(timeout_sec=60.0)
print(json.dumps(heard), flush=True)
sys.stdin.read()
node.destroy_node()
rclpy.shutdown()
"""


def begin(who: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ALONE, who],
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> object:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_a_visitor_has_no_shared_memory_and_hears_and_is_heard() -> None:
    env = environment(DOMAIN)
    both = [begin("visitor", env), begin("node", env)]
    try:
        assert [told(each) for each in both] == [False, True]
        assert [told(each) for each in both] == [True, True]
    finally:
        for each in both:
            each.communicate(timeout=60)
    assert [each.returncode for each in both] == [0, 0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET"),
        ("ROS_STATIC_PEERS", "192.0.2.7"),
        ("FASTRTPS_DEFAULT_PROFILES_FILE", "/etc/plant.xml"),
        ("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp"),
    ],
)
def test_what_people_chose_counts(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, given in (environment(DOMAIN) | {name: value}).items():
        monkeypatch.setenv(key, given)
    before = dict(os.environ)
    with visiting():
        assert dict(os.environ) == before

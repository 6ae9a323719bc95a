"""What layouts open on, real nodes offer: by name, by type, and in a quality that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from cell.nodes.topics import RELIABLE
from tests.cli.test_ros_layouts import analyzer_of_nodes, matches, rviz, subscribed

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 62
WORDS = {"Best Effort": ReliabilityPolicy.BEST_EFFORT, "Reliable": ReliabilityPolicy.RELIABLE}


@pytest.fixture
def running(bench: Bench, listener: Listener) -> None:
    """The nodes that tell of the cell in standard types."""
    config = bench.config("camera")
    for node in ("camera", "bridge"):
        bench.start("-m", f"cell.nodes.{node}", "--ros-args", "-p", f"config:={config}")
    for node in ("camera", "bridge"):
        listener.active(bench, node)


@pytest.mark.usefixtures("running")
def test_layouts_open_on_what_the_nodes_offer(bench: Bench, listener: Listener) -> None:
    heard: dict[str, Any] = {}

    def hear(message: DiagnosticArray) -> None:
        heard.update({status.name: (message, status) for status in message.status})

    listener.node.create_subscription(DiagnosticArray, "/diagnostics", hear, RELIABLE)
    for topic, kind in sorted(subscribed()):
        listener.until(lambda topic=topic: listener.node.count_publishers(topic), bench)
        kinds = dict(listener.node.get_topic_names_and_types())[topic]
        assert kinds == [kind.replace("/", "/msg/")], topic
    for display in rviz():
        for place in (key for key in display if key.endswith("Topic")):
            wanted = display[place]
            for writer in listener.node.get_publishers_info_by_topic(wanted["Value"]):
                offers, asks = writer.qos_profile, WORDS[wanted["Reliability Policy"]]
                best = ReliabilityPolicy.BEST_EFFORT
                assert asks == best or offers.reliability == ReliabilityPolicy.RELIABLE
                if wanted["Durability Policy"] == "Transient Local":
                    assert offers.durability == DurabilityPolicy.TRANSIENT_LOCAL
    listener.until(lambda: {"cell: camera", "cell: bridge"} <= set(heard), bench)
    analyzer = analyzer_of_nodes()
    levels = (DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR)
    for name, (message, status) in heard.items():
        assert matches(analyzer, name)
        assert name in analyzer["expected"]
        assert status.level in levels
        assert status.hardware_id
        assert message.header.stamp.sec, "the aggregator warns of one without"

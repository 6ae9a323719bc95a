"""Layouts for RViz, Foxglove and the aggregator open on topics that the page of ROS has, with
the types that their displays and panels take. tests/nodes/test_layouts_live.py asks real nodes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from cell.config.processes import TABLE

ROS = Path(__file__).parents[2] / "docs" / "ros"
PAGE = (ROS.parent / "ros.md").read_text(encoding="utf-8")
NAMESPACE = "/cell/"


def documented() -> set[str]:
    """Every topic of the page, by its whole name."""
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    return {name if name.startswith("/") else NAMESPACE + name for name in names}


def strings(value: Any) -> list[str]:
    """Every string in a tree."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


RVIZ = {
    "rviz_default_plugins/Grid": {},
    "rviz_default_plugins/RobotModel": {"Description Topic": "std_msgs/String"},
    "rviz_default_plugins/TF": {},
    # It finds the transport in the topic's last name, and subscribes to that alone.
    "rviz_default_plugins/Image": {"Topic": "sensor_msgs/CompressedImage"},
}
"""Display classes of rviz_default_plugins (plugins_description.xml), what each subscribes to."""
RVIZ_OTHERS = {
    "rviz_common/Displays", "rviz_default_plugins/Interact", "rviz_default_plugins/MoveCamera",
    "rviz_default_plugins/Measure", "rviz_default_plugins/Orbit",
}  # fmt: skip
PANELS = {
    "3D": {}, "Image": {"imageTopic": "sensor_msgs/CompressedImage",
                        "calibrationTopic": "sensor_msgs/CameraInfo"},
    "Plot": {"value": "sensor_msgs/JointState"}, "RawMessages": {"topicPath": ""},
    "DiagnosticSummary": {"topicToRender": "diagnostic_msgs/DiagnosticArray"},
}  # fmt: skip
"""Panels of Foxglove, and where in their settings topics of which type stand; '' takes any."""


def type_of(topic: str) -> str:
    """The type that the page of ROS gives a topic, '' for one that it does not have."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("| `") and topic.removeprefix(NAMESPACE) in re.findall(
            r"`([^`]+)`", cells[1]
        ):
            return cells[2].split(",")[0]
    return ""


def rviz() -> list[dict[str, Any]]:
    """RViz's displays."""
    manager = yaml.safe_load((ROS / "cell.rviz").read_text(encoding="utf-8"))
    shown: list[dict[str, Any]] = manager["Visualization Manager"]["Displays"]
    return shown


def subscribed() -> set[tuple[str, str]]:
    """Every topic that RViz and Foxglove open on, with its type."""
    found = {
        (display[place]["Value"], kind)
        for display in rviz()
        for place, kind in RVIZ[display["Class"]].items()
    }
    layout = json.loads((ROS / "foxglove.json").read_text(encoding="utf-8"))["configById"]
    for panel, settings in layout.items():
        for place, kind in PANELS[panel.partition("!")[0]].items():
            for topic in placed(settings, place):
                name = topic.partition(".")[0]
                found.add((name, kind or type_of(name)))
        for layer in settings.get("layers", {}).values():
            if "topic" in layer:
                found.add((layer["topic"], "std_msgs/String"))
    return found


def placed(value: Any, name: str) -> list[str]:
    """Every value of this name in a tree."""
    if isinstance(value, dict):
        mine = [value[name]] if name in value else []
        return mine + [found for item in value.values() for found in placed(item, name)]
    return [f for item in value for f in placed(item, name)] if isinstance(value, list) else []


def test_each_topic_of_a_layout_has_its_type_on_the_page() -> None:
    topics = subscribed()
    assert len(topics) == 6
    for topic, kind in topics:
        assert type_of(topic) == kind, topic


def test_foxglove_shows_topics_that_there_are() -> None:
    layout = json.loads((ROS / "foxglove.json").read_text(encoding="utf-8"))
    topics = {text.split(".")[0] for text in strings(layout["configById"]) if text[:1] == "/"}
    assert len(topics) == 6
    assert topics <= documented()
    shown = [text for text in strings(layout["layout"]) if "!" in text]
    assert sorted(shown) == sorted(layout["configById"])


def test_rviz_shows_topics_that_there_are_by_classes_that_it_has() -> None:
    whole = yaml.safe_load((ROS / "cell.rviz").read_text(encoding="utf-8"))
    manager = whole["Visualization Manager"]
    assert manager["Global Options"]["Fixed Frame"] == "cell"
    for display in rviz():
        named = {key for key in display if key.endswith("Topic")}
        assert named == set(RVIZ[display["Class"]]), display["Name"]
        # RViz of ROS 2 has no such setting: it went with ROS 1's.
        assert "Transport Hint" not in display
    others = [*whole["Panels"], *manager["Tools"], *manager["Views"].values()]
    assert {other["Class"] for other in others} == RVIZ_OTHERS
    topics = {topic for topic, _ in subscribed()}
    assert {"/cell/robot_description", "/cell/camera/image/compressed"} <= topics


def matches(analyzer: dict[str, Any], name: str) -> bool:
    """Whether diagnostic_aggregator's GenericAnalyzer takes a status of this name.

    Source: ros/diagnostics, generic_analyzer.cpp, `match` (in this order: regex, expected,
    startswith, contains).
    """
    assert analyzer["type"] == "diagnostic_aggregator/GenericAnalyzer"
    return (
        any(re.fullmatch(pattern, name) for pattern in analyzer.get("regex", ()))
        or name in analyzer.get("expected", ())
        or any(name.startswith(start) for start in analyzer.get("startswith", ()))
        or any(part in name for part in analyzer.get("contains", ()))
    )


def analyzer_of_nodes() -> dict[str, Any]:
    """The one analyzer of the file for diagnostic_aggregator."""
    parameters = yaml.safe_load((ROS / "diagnostics.yaml").read_text(encoding="utf-8"))
    settings = parameters["analyzers"]["ros__parameters"]  # the node of the aggregator is so called
    assert settings["path"] == "Inspection cell"
    found: dict[str, Any] = settings["cell"]
    return found


def test_the_aggregator_takes_what_each_node_says_and_misses_who_is_silent() -> None:
    analyzer = analyzer_of_nodes()
    names = {f"cell: {process.name}" for process in TABLE if process.is_node}
    assert all(matches(analyzer, name) for name in names)
    assert not matches(analyzer, "cell2: belt"), "another cell's, which has a file of its own"
    assert not matches(analyzer, "ntpd: clock")
    assert set(analyzer["expected"]) == names
    # Each is read as this type, and ends the aggregator if it is another one.
    assert isinstance(analyzer["timeout"], float)
    assert isinstance(analyzer["path"], str)
    # With a prefix removed, an expected name is not found again, and counts as missing.
    assert not {"remove_prefix", "find_and_remove_prefix"} & set(analyzer)
    (start,) = analyzer["startswith"]
    assert f"`{start}NODE`" in PAGE

"""Layouts for RViz, Foxglove and the aggregator open on topics that the cell's page of ROS has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

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


def test_foxglove_shows_topics_that_there_are() -> None:
    layout = json.loads((ROS / "foxglove.json").read_text(encoding="utf-8"))
    topics = {text.split(".")[0] for text in strings(layout["configById"]) if text[:1] == "/"}
    assert len(topics) == 6
    assert topics <= documented()
    placed = [text for text in strings(layout["layout"]) if "!" in text]
    assert sorted(placed) == sorted(layout["configById"])


def test_rviz_shows_topics_that_there_are() -> None:
    manager = yaml.safe_load((ROS / "cell.rviz").read_text(encoding="utf-8"))[
        "Visualization Manager"
    ]
    assert manager["Global Options"]["Fixed Frame"] == "cell"
    topics = {
        item["Value"] + ("/compressed" if shown.get("Transport Hint") == "compressed" else "")
        for shown in manager["Displays"]
        for key, item in shown.items()
        if key.endswith("Topic")
    }
    assert len(topics) == 2
    assert topics <= documented()


def test_the_aggregator_asks_for_names_that_nodes_have() -> None:
    parameters = yaml.safe_load((ROS / "diagnostics.yaml").read_text(encoding="utf-8"))
    (start,) = parameters["analyzers"]["ros__parameters"]["cell"]["startswith"]
    assert f"`{start}NODE`" in PAGE

"""Whoever says when or where says it in a header, as standard tools look for it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from cell.client.convert import heartbeat
from cell.nodes.topics import stamped, to_ns

ROOT = Path(__file__).parents[2]
MESSAGES = sorted((ROOT / "interfaces/inspection_cell_interfaces/msg").glob("*.msg"))
PARTS = {
    "Advisory", "Alarm", "Bin", "ClosedPart", "Defect", "Feed", "FeedSignals", "Order",
    "PartOnBelt",
}  # fmt: skip
"""They travel inside others, whose header is theirs."""
TOPICS = re.compile(r"^\| `[\w/`, ]+ \| (\w+)[^|]* \| (none|`\w+`)[^|]* \|", re.MULTILINE)


def fields(name: str) -> dict[str, str]:
    """The fields of one of our messages, with their types."""
    module = importlib.import_module("inspection_cell_interfaces.msg")
    message: Any = getattr(module, name)
    return dict(message.get_fields_and_field_types())


@pytest.mark.parametrize("file", MESSAGES, ids=lambda file: file.stem)
def test_a_message_has_a_header_and_no_stamp_beside_it(file: Path) -> None:
    known = fields(file.stem)
    assert ("header" in known) is (file.stem not in PARTS)
    assert not {"stamp", "frame_id"} & set(known)
    if file.stem not in PARTS:
        assert next(iter(known.items())) == ("header", "std_msgs/Header"), "before all else"


def test_the_page_of_ros_names_the_frame_of_each() -> None:
    page = (ROOT / "docs/ros.md").read_text(encoding="utf-8").partition("## Our own types")[2]
    told = {kind for kind, _ in TOPICS.findall(page)}
    assert told == {file.stem for file in MESSAGES} - PARTS


def test_a_stamp_is_the_same_on_both_sides() -> None:
    at_ns = 1_700_000_000_123_456_789
    header = stamped(at_ns, "cell2/belt")
    assert (to_ns(header.stamp), header.frame_id) == (at_ns, "cell2/belt")
    status: Any = importlib.import_module("inspection_cell_interfaces.msg").NodeStatus(
        header=header
    )
    assert heartbeat(status).stamp_s == pytest.approx(at_ns * 1e-9)

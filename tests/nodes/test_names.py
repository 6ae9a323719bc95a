"""Names are relative: whoever starts a node says where they lie."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cell.config import CellConfig, ConfigError, load
from cell.config.namespace import NAMESPACE, absolute, frame_prefix

ROOT = Path(__file__).parents[2]
MAKERS = {
    "create_publisher", "create_subscription", "create_service", "create_client", "listen",
    "ActionClient", "ActionServer", "Topic", "Node",
}  # fmt: skip
SHARED = {"/diagnostics", "/tf", "/tf_static"}
"""One for all robots of a domain, by ROS's own custom; frames have a prefix of their own."""


def absolute_names(source: str) -> list[str]:
    """Names that begin with a slash, where something of ROS is made."""
    found = []
    for call in (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)):
        maker = call.func.attr if isinstance(call.func, ast.Attribute) else call.func
        name = maker if isinstance(maker, str) else getattr(maker, "id", "")
        if name in MAKERS:
            given = (*call.args, *(k.value for k in call.keywords))
            found += [text for word in given for text in _texts(word)]
    return [w for w in found if isinstance(w, str) and w.startswith("/") and w not in SHARED]


def _texts(word: ast.expr) -> list[object]:
    """A literal, or how an f-string begins."""
    first = word.values[0] if isinstance(word, ast.JoinedStr) and word.values else word
    return [first.value] if isinstance(first, ast.Constant) else []


def test_a_name_with_a_slash_is_found() -> None:
    assert absolute_names('node.create_client(Kind, f"/cell/{name}/x")') == ["/cell/"]
    assert absolute_names('Node("hmi", namespace="/cell")') == ["/cell"]
    assert absolute_names('node.create_client(Kind, "belt/state")') == []


@pytest.mark.parametrize("room", ["cell", "launch"])
def test_no_name_of_ros_is_absolute(room: str) -> None:
    told = {
        str(file.relative_to(ROOT)): names
        for file in (ROOT / room).rglob("*.py")
        if (names := absolute_names(file.read_text(encoding="utf-8")))
    }
    assert told == {}


@pytest.mark.parametrize(
    ("given", "below", "whole"),
    [
        ("/cell2", "/", "/cell2"),
        ("cell2", "/", "/cell2"),
        ("cell", "/plant/line_1", "/plant/line_1/cell"),
        ("/cell", "/plant", "/cell"),
        ("/", "/", "/"),
    ],
)
def test_a_namespace_without_a_slash_lies_below(given: str, below: str, whole: str) -> None:
    assert absolute(given, below) == whole


@pytest.mark.parametrize("given", ["", "a-b", "/a//b", "/a/", "1st", "/cell 2", "a" * 101])
def test_what_ros_takes_for_no_namespace_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"namespace|longer"):
        absolute(given)
    with pytest.raises(ConfigError, match="namespace"):
        load(None, {"namespace": given})


def test_a_configuration_knows_its_namespace() -> None:
    assert CellConfig.model_fields["namespace"].default == NAMESPACE == load(None).namespace
    assert load(None, {"namespace": "cell2"}).namespace == "/cell2"


@pytest.mark.parametrize(
    ("namespace", "before"), [("/cell", ""), ("/cell2", "cell2/"), ("/a/b", "a/b/"), ("/", "")]
)
def test_frames_of_two_cells_differ(namespace: str, before: str) -> None:
    assert frame_prefix(namespace) == before

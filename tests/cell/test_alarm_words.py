"""What stands in an alarm is said in its reader's language; foreign words are shown as such."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.control.alarms import alarm_text
from cell.control.ledger import observations as o
from cell.nodes.death import judge
from cell.texts import for_ros, languages, render
from models.ground.text import Text, pieces, say
from tests.cell.world import World

ROOT = Path(__file__).parents[2]
DRIVERS = ("robot/arms", "robot/belts", "robot/grippers", "robot/motion", "vision/cameras")
OFFLINE = ("robot/motion/bound.py", "robot/motion/reach.py")
"""Asked when a site is planned, and by `cell doctor`; no alarm tells of them."""
TOLD = ("ArmError", "BeltError", "BeltSilentError", "CameraError", "GripperError", "LineError",
        "MotionError", "RefusedError", "RobotError", "_FailedError", "GrabFailed")  # fmt: skip


def files() -> Iterator[Path]:
    for room in DRIVERS:
        yield from (ROOT / room).rglob("*.py")
    yield from (ROOT / "robot/service.py", ROOT / "cell/control/watch.py")
    yield from (ROOT / "cell/control/ledger").rglob("*.py")


def sentences(tree: ast.AST) -> Iterator[ast.Call]:
    """Errors and faults that are given words as they stand in the code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name in ("fault", "alarm"):
            given = [k.value for k in node.keywords if k.arg == "detail"] + node.args[2:]
        elif name not in (*TOLD, "Death"):
            continue
        plain = [
            one
            for one in given
            if isinstance(one, ast.JoinedStr)
            or (isinstance(one, ast.Constant) and " " in str(one.value))
        ]
        if plain:
            yield node


def test_no_driver_and_no_rule_says_a_sentence_of_its_own() -> None:
    found = {
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in files()
        if str(file.relative_to(ROOT)) not in OFFLINE
        for call in sentences(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert not found


@pytest.mark.parametrize("code", ['ArmError("it is not there")', 'ArmError(f"no {x}")',
                                  'desk.fault("a.b", detail=f"{x} s")'])  # fmt: skip
def test_the_search_finds_what_it_looks_for(code: str) -> None:
    assert list(sentences(ast.parse(code)))


def test_what_the_ledger_adds_is_said_in_each_language() -> None:
    world = World()
    world.observe(o.NodeDied(stamp_ns=world.now_ns, node="camera", detail=say("died.gone")))
    told = world.ledger.desk.state.alarms.active()[0].text
    assert "its process is gone" in render(told, "en")
    assert "프로세스가 사라짐" in render(told, "ko")
    assert "process is gone" not in render(told, "ko")


@pytest.mark.parametrize(
    ("detail", "english", "korean"),
    [
        (
            say("camera.failed", serial="123", words=say("device.words", words="Grab timed out")),
            "(Camera 123 failed: Grab timed out. Check",
            "(카메라 123 고장: 원문 “Grab timed out”. 전원",
        ),
        ("Sensor blown", "(Sensor blown)", "(원문: “Sensor blown”)"),
        (say("detail.node", node="camera"), "(camera)", "(카메라)"),
        (
            say("detail.removal_said", removal="too_late", message=say("pick.too_late")),
            "(too late: the part has passed",
            "(늦음: 부품이",
        ),
        (say("detail.removal", removal="flew away"), "(flew away)", "(flew away)"),
        ("camera: " + say("camera.not_open"), "(camera: The camera is not", "(camera: 카메라가"),
    ],
)
def test_foreign_words_are_shown_as_foreign(detail: str, english: str, korean: str) -> None:
    told = alarm_text("camera.disconnected", detail)
    assert english in render(told, "en")
    assert korean in render(told, "ko")
    assert render(for_ros(told), "ko") == render(told, "ko")


@pytest.mark.parametrize("lang", languages())
def test_a_dead_process_is_told_of_in_each_language(lang: str) -> None:
    death = judge(-9, "")
    assert [type(piece) for piece in pieces(death.told)] == [Text]
    assert "9" in render(death.told, lang)
    assert (render(death.told, lang) == death.how) == (lang == "en")

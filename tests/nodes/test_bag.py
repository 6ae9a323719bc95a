"""Bags: read by an independent decoder, played to what the page hears, and never to a live cell."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from inspection_cell_interfaces.msg import BeltCommand, CellState, RobotState
from mcap.reader import make_reader
from mcap.writer import Writer
from mcap_ros2.decoder import DecoderFactory
from tf2_msgs.msg import TFMessage

from cell.client.bag import BagError, definition
from cell.client.recording import Recording
from cell.client.replaying import channels, messages, replay
from cell.client.running import RunningCell
from cell.config.namespace import NAMESPACE
from cell.nodes.bridge import TF_STATIC
from cell.nodes.topics import LATCHED, LATEST, stamped

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 63
TOPICS = ("/cell/supervisor/state", "/cell/robot/state", "/cell/belt/command", "/tf_static")


def say(listener: Listener) -> Callable[[int], None]:
    """A cell that says one thing of each kind; what it returns says so again."""
    create = listener.node.create_publisher
    state = create(CellState, "/cell/supervisor/state", LATCHED)
    robot = create(RobotState, "/cell/robot/state", LATEST)
    command = create(BeltCommand, "/cell/belt/command", LATEST)
    static = create(TFMessage, "/tf_static", TF_STATIC)
    static.publish(TFMessage())

    def again(number: int) -> None:
        state.publish(CellState(state="running", recipe="pcb@1", arrived=number))
        robot.publish(RobotState(connected=True, header=stamped(number), position=[0.5] * 6))
        command.publish(BeltCommand(run=True))

    return again


@pytest.fixture
def bag(bench: Bench, listener: Listener, tmp_path: Path) -> Path:
    """What a cell said, whole; nobody speaks any more."""
    file = tmp_path / "shift.mcap"
    again = say(listener)
    with Recording(file) as recording:
        deadline = time.monotonic() + 60.0
        number = 0
        while min((recording.messages.get(t, 0) for t in TOPICS), default=0) < 1 or number < 20:
            number += 1
            again(number)
            recording.listen(0.05)
            assert time.monotonic() < deadline, recording.messages
    for publisher in list(listener.node.publishers):
        if publisher.topic_name in TOPICS:
            listener.node.destroy_publisher(publisher)
    assert bench.started == []
    return file


def decoded(file: Path) -> dict[str, list[Any]]:
    """Every message by its topic, by a decoder that knows only what the file says."""
    found: dict[str, list[Any]] = {}
    with file.open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        assert reader.get_header().profile == "ros2"
        for _, channel, _, message in reader.iter_decoded_messages():
            found.setdefault(channel.topic, []).append(message)
    return found


def test_a_bag_is_read_by_others_and_played_to_the_page(bag: Path) -> None:
    told = decoded(bag)
    assert set(TOPICS) <= set(told)
    assert told["/cell/supervisor/state"][-1].recipe == "pcb@1"
    assert list(told["/cell/robot/state"][-1].position) == [0.5] * 6

    player = subprocess.Popen(
        [sys.executable, "-m", "cell.faces.cli.main", "bag", "play", str(bag), "--rate", "0.5"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with RunningCell(DOMAIN, NAMESPACE) as page:
            orders: list[BeltCommand] = []
            page._node.create_subscription(BeltCommand, "/cell/belt/command", orders.append, LATEST)
            deadline = time.monotonic() + 60.0
            while page.view().cell is None or page.view().robot is None:
                page.listen(0.1)
                assert time.monotonic() < deadline
            shown = page.view()
            assert shown.cell is not None
            assert (shown.cell.state, shown.cell.recipe) == ("running", "pcb@1")
            out, _ = player.communicate(timeout=60)
            page.listen(0.2)
            assert orders == [], "what lets a belt run is not said again"
    finally:
        player.kill()
        player.wait()
    assert player.returncode == 0
    number = sum(len(m) for topic, m in told.items() if topic != "/cell/belt/command")
    assert out.split()[0] == str(number)


def test_nothing_is_played_where_a_cell_speaks(bag: Path, listener: Listener) -> None:
    again = say(listener)
    again(1)
    with pytest.raises(BagError, match="speaks on /cell"):
        replay(bag, 1.0)


def test_a_bag_of_one_cell_is_played_as_another(listener: Listener, tmp_path: Path) -> None:
    """Two cells in a domain: one is recorded, and played in a third namespace."""
    writers = [
        listener.node.create_publisher(CellState, f"/{name}/supervisor/state", LATCHED)
        for name in ("one", "two")
    ]
    writers.append(listener.node.create_publisher(TFMessage, "/tf_static", TF_STATIC))
    for writer, message in zip(writers, (CellState(), CellState(), TFMessage()), strict=True):
        writer.publish(message)
    file = tmp_path / "one.mcap"
    with Recording(file, "/one") as bag:
        deadline = time.monotonic() + 60.0
        while bag.messages != {"/one/supervisor/state": 1, "/tf_static": 1}:
            bag.listen(0.1)
            assert time.monotonic() < deadline, bag.messages
    for writer in writers:
        listener.node.destroy_publisher(writer)
    heard: list[CellState] = []
    listener.node.create_subscription(CellState, "/three/supervisor/state", heard.append, LATCHED)
    player = subprocess.Popen(
        [sys.executable, "-m", "cell.faces.cli.main", "bag", "play", str(file), "--namespace",
         "three"],
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60.0
        while not heard:
            listener.executor.spin_once(timeout_sec=0.1)
            assert time.monotonic() < deadline
        assert player.wait(60) == 0
    finally:
        player.kill()
        player.wait()


@pytest.fixture
def small(tmp_path: Path) -> bytes:
    """A bag of some messages, written without ROS."""
    file = tmp_path / "whole.mcap"
    with file.open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile="ros2")
        schema = writer.register_schema("std_msgs/msg/String", "ros2msg", b"string data")
        channel = writer.register_channel("/words", "cdr", schema)
        for number in range(50):
            data = b"\0\1\0\0\5\0\0\0" + f"{number:04d}".encode() + b"\0"
            writer.add_message(channel, number, data, number)
        writer.finish()
    return file.read_bytes()


def another(version: str, tmp_path: Path) -> Path:
    """A bag of beats as a cell with this definition of them wrote it."""
    file = tmp_path / "other.mcap"
    with file.open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile="ros2")
        kind = "inspection_cell_interfaces/msg/Advisory"
        schema = writer.register_schema(kind, "ros2msg", version.encode())
        channel = writer.register_channel("/cell/beats", "cdr", schema)
        writer.add_message(channel, 1, b"\0\1\0\0" + b"\1\0\0\0\0\0\0\0" * 2, 1)
        writer.finish()
    return file


def test_messages_of_another_version_are_not_said(tmp_path: Path) -> None:
    now = definition("inspection_cell_interfaces/msg/Advisory")
    assert "string alarm" in now
    assert replay(another(f"# a remark\n\n{now}", tmp_path), 100.0) == 1
    for version in (now.replace("string alarm", "string name"), "uint8 more\n" + now, ""):
        with pytest.raises(BagError, match="as another version of the cell has it"):
            replay(another(version, tmp_path), 100.0)


@pytest.mark.parametrize("cut", [0, 8, 100, 0.5, 0.99])
def test_a_file_that_is_no_whole_bag_is_one_line(small: bytes, tmp_path: Path, cut: float) -> None:
    broken = tmp_path / "cut.mcap"
    broken.write_bytes(small[: math.floor(cut if cut >= 1 else cut * len(small))])
    _refused(broken)


def test_damaged_messages_are_one_line(small: bytes, tmp_path: Path) -> None:
    broken = tmp_path / "cut.mcap"
    # Inside the one chunk, which is what lies first.
    broken.write_bytes(small[:120] + b"\xff" * 16 + small[136:])
    _refused(broken)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    _refused(tmp_path / "cut.mcap")


def _refused(broken: Path) -> None:
    with pytest.raises(BagError) as told:
        for _ in (*channels(broken), *messages(broken)):
            pass
    assert "cut.mcap" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_bag_is_never_written_over(tmp_path: Path) -> None:
    there = tmp_path / "old.mcap"
    there.write_bytes(b"mine")
    with pytest.raises(BagError, match="cannot be written"), Recording(there):
        pass
    assert there.read_bytes() == b"mine"

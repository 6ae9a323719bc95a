"""The belt's process alone: a command by itself moves no belt, and it outlives a silent PLC."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from inspection_cell_interfaces.msg import BeltCommand, BeltState, CellState, NodeStatus

from cell.config.namespace import NAMESPACE
from cell.config.processes import TABLE
from cell.launcher.ports import free_port
from cell.nodes.death import Kind, judge
from cell.nodes.topics import LATCHED, LATEST, RELIABLE, stamped
from robot.belts.register_map import Control, Holding
from tests.robot.plc import HandPlc, serving
from tests.system.graph import Peer, demo_config, join

DOMAIN = 56
BELT = next(process for process in TABLE if process.name == "belt")


class Stranger(Peer):
    """Publishes commands, and the cell's state where it is told to."""

    def __init__(self, plc: HandPlc) -> None:
        super().__init__("stranger", DOMAIN)
        self.plc = plc
        self.readings = 0
        self.connected = False
        self.beats: list[NodeStatus] = []
        self.state = ""
        self._commands = self.node.create_publisher(BeltCommand, "/cell/belt/command", LATEST)
        self._states = self.node.create_publisher(CellState, "/cell/supervisor/state", LATCHED)
        self.node.create_subscription(BeltState, "/cell/belt/state", self._count, LATEST)
        self.node.create_subscription(NodeStatus, "/cell/node_status", self.beats.append, RELIABLE)
        self.node.create_timer(0.05, self._publish)

    def told_to_run(self) -> bool:
        """Whether the PLC was ever told to run."""
        writes = [words for at, words in self.plc.writes if at == Holding.CONTROL]
        return any(words[0] & Control.RUN for words in writes)

    def _publish(self) -> None:
        now = stamped(time.time_ns())
        self._commands.publish(BeltCommand(header=now, run=True, speed_m_s=0.2, authority_m=9.0))
        if self.state:
            self._states.publish(CellState(header=now, state=self.state))

    def _count(self, message: BeltState) -> None:
        self.readings += 1
        self.connected = message.connected


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    env = join(DOMAIN, monkeypatch)
    plc = HandPlc()
    plc.ticking = True
    with serving(plc) as port:
        config = demo_config(tmp_path, belt={"options": {"host": "127.0.0.1", "port": port}})
        with (tmp_path / "belt.log").open("w") as log:
            process = subprocess.Popen(
                BELT.command(config, NAMESPACE), env=env, stdout=log, stderr=log
            )
        made = Stranger(plc)
        yield made
        made.close()
        process.terminate()
        assert process.wait(30) == 0


def test_a_command_alone_moves_no_belt(stranger: Stranger) -> None:
    stranger.until(lambda: stranger.readings > 0)
    for state in ("", "unknown", "stopped", "faulted", "purge_required"):
        stranger.state = state
        seen = stranger.readings
        stranger.until(lambda seen=seen: stranger.readings > seen + 40)  # type: ignore[misc]
        assert not stranger.told_to_run(), state
    stranger.state = "running"
    stranger.until(stranger.told_to_run)


def test_the_process_outlives_a_silent_plc(stranger: Stranger) -> None:
    stranger.state = "running"
    stranger.until(lambda: stranger.connected and stranger.told_to_run())
    stranger.until(lambda: bool(stranger.beats) and stranger.beats[-1].healthy)
    boot = stranger.beats[-1].boot_id
    stranger.plc.silent = True
    stranger.until(lambda: not stranger.connected)
    for _ in range(3):
        stranger.beats.clear()
        stranger.until(lambda: len(stranger.beats) > 4)  # it speaks while it waits for the PLC
        assert not stranger.beats[-1].healthy
        assert "no answer" in stranger.beats[-1].message
    stranger.plc.silent = False
    writes = len(stranger.plc.writes)
    stranger.until(lambda: stranger.connected and len(stranger.plc.writes) > writes + 3)
    stranger.until(lambda: stranger.beats[-1].healthy)
    assert {beat.boot_id for beat in stranger.beats} == {boot}


def test_a_plc_that_is_switched_off_at_the_start_is_no_wrong_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = join(DOMAIN, monkeypatch)
    config = demo_config(
        tmp_path, belt={"options": {"host": "127.0.0.1", "port": free_port("127.0.0.1")}}
    )
    ended = subprocess.run(
        BELT.command(config, NAMESPACE), env=env, capture_output=True, text=True, check=False
    )
    death = judge(ended.returncode, ended.stdout + ended.stderr)
    assert death.kind is Kind.AWAY, ended.stderr
    assert not death.at_once, "the run goes on and tries again"
    assert "127.0.0.1" in death.words

"""The belt's node: polls the PLC, passes on its edges, renews its lease only while the supervisor
renews ours. A PLC that falls silent is asked until it answers again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from inspection_cell_interfaces.msg import BeltCommand, BeltEvent, BeltState, CellState

from cell.config.stations import belt_options
from cell.control.ledger.desk import MOVING
from cell.nodes.base import CellNode
from cell.nodes.neighbours import feed_message, wish_of
from cell.nodes.ownership import Claim, Owner, device
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.topics import LATEST, RELIABLE, to_ns
from cell.nodes.workers import Sign
from cell.texts import render, say
from models.ground.written import fit
from robot.base import Belt, BeltEdge, BeltError, BeltSample, BeltSilentError, EdgeKind, FeedingBelt
from robot.belts.polled import PolledBelt
from robot.motion.frames import BELT
from vision.plugins import load_plugin

KINDS = {
    EdgeKind.ARRIVAL: BeltEvent.ARRIVAL,
    EdgeKind.EXPOSURE: BeltEvent.EXPOSURE,
    EdgeKind.EXIT: BeltEvent.EXIT,
}
STALE_COMMAND_NS = 400_000_000
"""A command older than this renews nothing: the supervisor is late or dead, and the PLC stops the
belt.
"""
STALE_STATE_NS = 1_000_000_000
"""The cell's own word that it runs holds for this long; it comes five times a second."""


class BeltNode(CellNode):
    """Owns the connection to the belt PLC."""

    def __init__(self) -> None:
        super().__init__("belt")
        self.section = declare(
            self,
            self.config.belt,
            {"options": ("driver", "inspection_cell.belts")},
            # the supervisor orders the speed, and declares it; the scale stands in the calibration
            without=("speed_m_s", "options.counts_per_metre"),
        )
        self._belt: Belt | None = None
        self._command: BeltCommand | None = None
        self._cell: CellState | None = None
        self._sample: BeltSample | None = None
        self._polled: PolledBelt | None = None
        self._lost = ""
        self._claim = Claim()

    def set_up(self) -> None:
        driver = load_plugin("inspection_cell.belts", self.section.driver)
        config = fit(driver.Config, belt_options(self.config, self.section.options))
        name = device(self.section.driver, config.model_dump())
        self._claim = Claim.take({"belt": name}, Owner.me("belt node", self.config.data_dir))
        self._belt = driver(config)
        assert self._belt is not None
        self._belt.connect()
        self._states = self.create_publisher(BeltState, "belt/state", LATEST)
        self._events = self.create_publisher(BeltEvent, "belt/event", RELIABLE)
        self.create_subscription(BeltCommand, "belt/command", self._on_command, LATEST)
        self.create_subscription(CellState, "supervisor/state", self._on_cell, RELIABLE)

    def begin(self) -> None:
        assert self._belt is not None
        self._polled = PolledBelt(
            self._belt, self.section.poll_hz, self._renew, self._heard, self._silent
        )
        self._polled.start()

    def halt(self) -> None:
        polled, self._polled = self._polled, None
        if polled is not None:
            polled.close()

    def tear_down(self) -> None:
        belt, self._belt = self._belt, None
        self._command = self._sample = self._cell = None  # of no account after the next start
        self._lost = ""
        if belt is not None:
            belt.close()
        self._claim.close()

    def details(self) -> dict[str, object]:
        sample = self._sample
        if sample is None:
            return {"connected": False}
        return {
            "connected": not self._lost,
            "encoder_m": sample.encoder_m,
            "running": sample.running,
        }

    def signs(self) -> Iterable[Sign]:
        polled = self._polled
        return (*super().signs(), *(polled.threads() if polled is not None else ()))

    def _on_command(self, command: BeltCommand) -> None:
        changed = self._command is None or _urgent(command) != _urgent(self._command)
        self._command = command
        if changed and self._polled is not None:
            self._polled.renew_soon()

    def _on_cell(self, state: CellState) -> None:
        self._cell = state

    def _may_run(self) -> bool:
        """Whether the cell itself says that it is meant to move: a command alone moves no belt."""
        cell, now = self._cell, self.now_ns()
        return (
            cell is not None
            and cell.state in MOVING
            and now - to_ns(cell.header.stamp) < STALE_STATE_NS
        )

    # The following is called in the thread that asks the PLC.
    def _heard(self, sample: BeltSample, edges: list[BeltEdge]) -> None:
        if self._lost:
            print("The belt PLC answers again.", file=sys.stderr, flush=True)
        self._sample, self._lost, self.problem = sample, "", ""
        for edge in edges:
            self._events.publish(self._event(edge))
        self._states.publish(self._state(sample, connected=True))

    def _silent(self, error: BeltError) -> None:
        if not self._lost or not isinstance(error, BeltSilentError):
            print(f"error: {render(str(error))}", file=sys.stderr, flush=True)
        self._lost = self.problem = str(error)
        if self._sample is not None:
            self._states.publish(self._state(self._sample, connected=False))

    def _renew(self) -> None:
        command = self._command
        if self._belt is None or command is None:
            return
        if self.now_ns() - to_ns(command.header.stamp) > STALE_COMMAND_NS:
            return
        if command.run and not self._may_run():
            # No renewal at all: the PLC stops by itself, and its interlock keeps the belt standing.
            self.problem = say("plc.stray_command")
            return
        self._belt.refresh(
            run=command.run,
            speed_m_s=command.speed_m_s,
            authority_m=command.authority_m,
            arm_trigger=command.arm_trigger,
            lights=command.stack_light,
            purge=command.purge_request,
            trigger_travel_m=command.trigger_travel_m,
        )
        if isinstance(self._belt, FeedingBelt):
            self._belt.signal(wish_of(command))

    def _state(self, sample: BeltSample, *, connected: bool) -> BeltState:
        return BeltState(
            header=self.header(sample.stamp_ns, BELT),
            encoder_m=sample.encoder_m,
            speed_m_s=sample.speed_m_s,
            commanded_speed_m_s=sample.commanded_speed_m_s,
            running=sample.running,
            authority_m=sample.authority_m,
            at_authority=sample.at_authority,
            watchdog_tripped=sample.watchdog_tripped,
            emergency_stop=sample.emergency_stop,
            vacuum_ok=sample.vacuum_ok,
            connected=connected,
            arrivals=sample.arrivals,
            exposures=sample.exposures,
            exits=sample.exits,
            device_s=sample.device_s,
            feed=feed_message(sample.feed),
        )

    def _event(self, edge: BeltEdge) -> BeltEvent:
        return BeltEvent(
            kind=KINDS[edge.kind],
            header=self.header(edge.stamp_ns, BELT),
            index=edge.index,
            encoder_m=edge.encoder_m,
        )


def _urgent(command: BeltCommand) -> tuple[bool, ...]:
    """What belt and other machines hear of at once when it changes."""
    return (command.run, command.ready_for_parts, command.feed_permitted)


if __name__ == "__main__":
    run(BeltNode)

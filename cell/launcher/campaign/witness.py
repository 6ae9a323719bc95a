"""Who sees it: a thread that samples belt and arm at the twin, and what the cell says meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from inspection_cell_interfaces.msg import CellState

from cell.launcher.campaign.account import Events, holds, removals
from cell.launcher.campaign.verdict import Order, Sample, Told, Track
from cell.launcher.control import Control, TwinLostError
from cell.nodes.topics import to_ns

PERIOD_S = 0.05


class Witness:
    """Samples from `start` to `stop`; `orders` are noted by whoever gives them."""

    def __init__(self, host: str, state: Callable[[], CellState | None]) -> None:
        self._control, self._state = Control(host), state
        self._samples: list[Sample] = []
        self._told: list[Told] = []
        self._orders: list[Order] = []
        self._life, self._clock_s = 0, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="witness", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. Safe to call twice."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        self._control.close()

    def note(self, order: Order) -> None:
        """A person gave an order."""
        self._orders.append(order)

    def track(self, since_s: float, events: Events, *, ordered: bool) -> Track:
        """What happened from `since_s` on; `ordered`: belt and arm had an order then."""
        return Track(
            samples=[sample for sample in list(self._samples) if sample.at_s >= since_s],
            orders=[order for order in list(self._orders) if order.answered_s >= since_s],
            told=[word for word in list(self._told) if word.at_s >= since_s],
            holds=holds(events),
            removals=removals(events),
            ordered=ordered,
        )

    def _watch(self) -> None:
        while not self._end.wait(PERIOD_S):
            self._hear()
            try:
                self._see(self._control.ask("state"))
            except TwinLostError:  # it has no power; nothing moves that could be seen
                continue

    def _see(self, answer: dict[str, Any]) -> None:
        self._life += answer["time_s"] < self._clock_s  # its clock began anew
        self._clock_s = answer["time_s"]
        self._samples.append(sample(answer, self._life))

    def _hear(self) -> None:
        state = self._state()
        if state is not None and (not self._told or self._told[-1].state != state.state):
            at_s = to_ns(state.header.stamp) * 1e-9
            self._told.append(Told(at_s, state.state))


def sample(answer: dict[str, Any], life: int) -> Sample:
    """The control socket's `state` as a sample of now."""
    belt = answer["belt"]
    return Sample(
        at_s=time.time(),
        travel_m=belt["travel_m"],
        speed_m_s=belt["speed_m_s"],
        joints=tuple(answer["arm"]["q"]),
        at_authority=belt["at_authority"],
        life=life,
    )

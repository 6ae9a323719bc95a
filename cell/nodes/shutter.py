"""When to release a camera that is triggered by software: as each part reaches it."""

from __future__ import annotations

import math
from collections import deque

from inspection_cell_interfaces.msg import BeltCommand, BeltEvent, BeltState

from cell.nodes.base import CellNode
from cell.nodes.topics import LATEST, RELIABLE, to_ns

STALE_NS = 200_000_000
"""A belt that was silent for longer is not reckoned on."""


class Shutter:
    """Counts the belt's travel from each arrival at the photo-eye to the camera: as far as the
    belt's command says, which is the product's.

    The releases come late by the belt's polling and the scheduler, some milliseconds; where the
    belt really was then is what the PLC latches with the exposure.
    """

    def __init__(self, node: CellNode) -> None:
        self._node, self._travel_m = node, math.inf
        self._due: deque[float] = deque(maxlen=64)
        self._belt: BeltState | None = None
        node.create_subscription(BeltEvent, "belt/event", self._on_edge, RELIABLE)
        node.create_subscription(BeltState, "belt/state", self._on_belt, LATEST)
        node.create_subscription(BeltCommand, "belt/command", self._on_command, LATEST)

    def take(self) -> bool:
        """Whether a part is at the camera now; true once for each part."""
        belt = self._belt
        if belt is None or not self._due:
            return False
        age_ns = self._node.now_ns() - to_ns(belt.header.stamp)
        if not belt.connected or age_ns > STALE_NS:
            return False
        if belt.encoder_m + belt.speed_m_s * age_ns * 1e-9 < self._due[0]:
            return False
        self._due.popleft()
        return True

    def _on_command(self, command: BeltCommand) -> None:
        self._travel_m = command.trigger_travel_m

    def _on_edge(self, message: BeltEvent) -> None:
        if message.kind == BeltEvent.ARRIVAL:
            self._due.append(message.encoder_m + self._travel_m)

    def _on_belt(self, message: BeltState) -> None:
        if self._belt is not None and message.encoder_m < self._belt.encoder_m - 0.01:
            self._due.clear()  # the PLC began to count anew
        self._belt = message

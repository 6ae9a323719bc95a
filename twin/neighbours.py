"""The PLC's part towards the machines before (infeed) and after (outfeed) the cell: registers 15 to
19 and 10 to 14 of docs/architecture.md. Pure: times come in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WIRED = 0x000F
"""All four signals are there: to the infeed, from it, to the outfeed, from it."""
PART_AVAILABLE, OUTFEED_READY, READY_OUT, PERMITTED_OUT, HELD = (1 << n for n in range(8, 13))
READY, PERMITTED, COUNTS = 1 << 0, 1 << 1, 1 << 2
FEED, PASSED, REMOVED = 10, 11, 13
"""Holding registers."""
PULSE_S = 0.1
"""A pulse lasts this long, and so does the pause after it."""
MOST_PULSES = 255
"""Counters that went further than this, or back, are those of another journal: they begin anew."""


@dataclass(slots=True)
class Pulses:
    """An output that gives one pulse for each part that is counted; `told`: pulses begun."""

    told: int = 0
    high: bool = False
    pulses: int = 0
    _until: float = 0.0

    def follow(self, wanted: int, time: float, *, begins: bool) -> None:
        """Catch up with the counter `wanted`; begins: it is the first one after power-up."""
        ahead = (wanted - self.told) & 0xFFFF_FFFF
        if begins or ahead > MOST_PULSES:
            self.told, ahead = wanted, 0
        if time < self._until:
            return
        if self.high:
            self.high, self._until = False, time + PULSE_S
        elif ahead:
            self.told, self.pulses = (self.told + 1) & 0xFFFF_FFFF, self.pulses + 1
            self.high, self._until = True, time + PULSE_S


@dataclass(slots=True)
class Neighbours:
    """Wires to both machines. `wired`: whether there are any.

    Inputs: `part_available` of the infeed, `outfeed_ready` of the outfeed. Outputs: `ready`,
    `permitted`, and the two pulses. `held`: the belt stands, since a part has met the exit-eye
    while the outfeed was not ready.
    """

    wired: bool = False
    part_available: bool = False
    outfeed_ready: bool = False
    ready: bool = False
    permitted: bool = False
    held: bool = False
    passed: Pulses = field(default_factory=Pulses)
    removed: Pulses = field(default_factory=Pulses)
    _counts: bool = False

    def cycle(self, holding: list[int], time: float, *, safe: bool, exit_eye: bool) -> None:
        """One cycle [s]. safe: the cell is alive and nothing has stopped its belt by force."""
        if not self.wired:
            return
        order = holding[FEED] if safe else 0
        self.permitted = bool(order & PERMITTED)
        self.ready = self.permitted and bool(order & READY)
        self.held = self.held and exit_eye and not self.outfeed_ready
        counts = bool(holding[FEED] & COUNTS)
        for pulses, at in ((self.passed, PASSED), (self.removed, REMOVED)):
            wanted = holding[at] << 16 | holding[at + 1]
            begins = counts and not self._counts
            pulses.follow(wanted if counts else pulses.told, time, begins=begins)
        self._counts = self._counts or counts

    def exit_edge(self) -> None:
        """A part's leading edge is at the exit-eye: it goes on only into a ready machine."""
        if self.wired and not self.outfeed_ready:
            self.held = True

    def registers(self) -> list[int]:
        """Input registers 15 to 19."""
        if not self.wired:
            return [0] * 5
        bits = (
            (self.part_available, PART_AVAILABLE),
            (self.outfeed_ready, OUTFEED_READY),
            (self.ready, READY_OUT),
            (self.permitted, PERMITTED_OUT),
            (self.held, HELD),
        )
        word = WIRED | sum(bit for on, bit in bits if on)
        told = (self.passed.told, self.removed.told)
        return [word, *(half for n in told for half in (n >> 16, n & 0xFFFF))]

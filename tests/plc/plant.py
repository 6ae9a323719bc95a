"""A belt around the reference program: drive, encoder, eyes with touch probes, parts, camera."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.plc.st.compiler import Program, load

TEXT = (Path(__file__).parents[2] / "docs" / "plc" / "cell.st").read_text(encoding="utf-8")
SCALE = 20_000.0
"""Encoder counts a metre, as in the program's text."""
EYES_APART_M = 1.92
PART_M = 0.108


@dataclass
class Plant:
    """Everything that is wired to the PLC. `step` is one cycle of the PLC; metres, seconds.

    `fronts`: leading edges of parts, belt travel from the photo-eye; lag_s: the belt follows a new
    set-point this much later.
    """

    program: Program = field(default_factory=lambda: load(TEXT))
    cycle_ns: int = 1_953_125
    """A 512th of a second: exact as a binary fraction, too, so other clocks agree to the bit."""
    lag_s: float = 0.0
    travel: float = 0.0
    speed: float = 0.0
    fronts: list[float] = field(default_factory=list)
    closed: bool = True
    vacuum: bool = False
    purge_button: bool = False
    part_available: bool = False
    outfeed_ready: bool = True
    latched: list[tuple[str, int]] = field(default_factory=list)
    """Edges of the last step: which, and the encoder [counts]."""
    camera_pulses: int = 0
    passed_pulses: int = 0
    removed_pulses: int = 0
    _due: list[float] = field(default_factory=list)
    _high: dict[str, bool] = field(default_factory=dict)

    @property
    def holding(self) -> list[int]:
        """Holding registers."""
        words: list[int] = self.program.io.holding_registers
        return words

    @property
    def inputs(self) -> list[int]:
        """Input registers."""
        words: list[int] = self.program.io.input_registers
        return words

    @property
    def counts(self) -> int:
        """What the encoder's counter holds."""
        return math.floor(self.travel * SCALE)

    def put(self, gap_m: float = 0.05) -> None:
        """Lay a part on the belt, its leading edge this far before the photo-eye."""
        self.fronts.append(-gap_m)

    def write(self, address: int, words: list[int]) -> None:
        """A request of a Modbus client."""
        self.holding[address : address + len(words)] = words

    def step(self) -> None:
        """The belt moves for one cycle, then the program runs once."""
        io, dt = self.program.io, self.cycle_ns * 1e-9
        self._due.append(io.drive_speed * 1e-4)
        if len(self._due) > round(self.lag_s / dt):
            speed = self._due.pop(0)
            self.travel += 0.5 * (self.speed + speed) * dt
            before, self.speed = self.speed, speed
            moved = 0.5 * (before + speed) * dt
        else:
            moved = self.speed * dt
            self.travel += moved
        self.latched = []
        self._eyes(moved)
        io.cycle_ns, io.encoder, io.belt_speed = self.cycle_ns, self.counts, round(self.speed * 1e4)
        io.safety_closed, io.vacuum, io.purge_button = self.closed, self.vacuum, self.purge_button
        io.part_available, io.outfeed_ready = self.part_available, self.outfeed_ready
        self.program.cycle()
        self.camera_pulses += self._rises("camera_pulse")
        self.passed_pulses += self._rises("part_passed")
        self.removed_pulses += self._rises("part_removed")

    @property
    def outputs(self) -> Any:
        """The program's global variables."""
        return self.program.io

    def expose(self) -> None:
        """The camera's line ExposureActive rises; it is seen in the next cycle."""
        self._exposed = True

    _exposed: bool = False

    def _eyes(self, moved: float) -> None:
        io = self.program.io
        self.fronts = [front + moved for front in self.fronts]
        for name, at in (("arrival", 0.0), ("exit", EYES_APART_M)):
            for front in self.fronts:
                if front - moved < at <= front:
                    self._latch(name, math.floor((self.travel - (front - at)) * SCALE))
        io.photo_eye = any(0.0 <= front <= PART_M for front in self.fronts)
        io.exit_eye = any(0.0 <= front - EYES_APART_M <= PART_M for front in self.fronts)
        if self._exposed:
            self._exposed = False
            self._latch("exposure", self.counts)
        self.fronts = [front for front in self.fronts if front < EYES_APART_M + 2 * PART_M]

    def _latch(self, name: str, counts: int) -> None:
        io = self.program.io
        setattr(io, f"{name}_edges", (getattr(io, f"{name}_edges") + 1) & 0xFFFF)
        setattr(io, f"{name}_latch", counts)
        self.latched.append((name, counts))

    def _rises(self, output: str) -> bool:
        now = bool(getattr(self.program.io, output))
        before, self._high[output] = self._high.get(output, False), now
        return now and not before

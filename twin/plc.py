"""The belt PLC: what its program does each cycle, behind the registers of docs/architecture.md."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

from twin.belt import BeltDrive, Order
from twin.neighbours import Neighbours

IDENTITY = 0x1C01
RING = 8
WATCHDOG_S = 0.5
AUTHORITY_BAND_M = 0.002
"""The belt stands `at authority` within this much of it."""

RUN, ARM_TRIGGER, PURGE_LAMP = 1 << 0, 1 << 1, 1 << 3
CONTROL, SPEED, AUTHORITY, TRIGGER_TRAVEL, WATCHDOG, LIGHTS, EJECTOR = 0, 1, 2, 4, 6, 7, 8
HOLDING_COUNT, INPUT_COUNT = 15, 144
NEIGHBOURS = 15
SCALE, EYES_APART = 140, 142


class Edge(Enum):
    """A latched input: index of its counter and of its ring among the input registers."""

    ARRIVAL = (7, 20)
    EXPOSURE = (9, 60)
    EXIT = (11, 100)


@dataclass(slots=True)
class Inputs:
    """What is wired to the PLC's inputs."""

    vacuum: bool = False
    purge_button: bool = False
    photo_eye: bool = False
    exit_eye: bool = False
    emergency_stop: bool = False


@dataclass(slots=True)
class Plc:
    """State of the PLC; `cycle` runs its program once. Metres here, counts on the wire.

    `counts_per_m`: of the encoder. `eyes_apart_m`: belt travel from photo-eye to exit-eye.
    `interlocked`: why it stopped a belt that was told to run; it runs again only after a command
    that lets go of `run` (restart interlock, IEC 60204-1, 9.2.3.4.2).
    """

    drive: BeltDrive
    counts_per_m: float
    eyes_apart_m: float
    inputs: Inputs = field(default_factory=Inputs)
    neighbours: Neighbours = field(default_factory=Neighbours)
    holding: list[int] = field(default_factory=lambda: [0] * HOLDING_COUNT)
    time: float = 0.0
    encoder_offset: float = 0.0
    tripped: bool = True
    interlocked: str = ""
    at_authority: bool = False
    authority_stops: int = 0
    _fed: float = 0.0
    _counts: dict[Edge, int] = field(default_factory=lambda: dict.fromkeys(Edge, 0))
    _rings: dict[Edge, list[tuple[int, int]]] = field(
        default_factory=lambda: {edge: [(0, 0)] * RING for edge in Edge}
    )
    _awaiting_exposure: list[float] = field(default_factory=list)

    @property
    def encoder(self) -> float:
        """Encoder reading [m]."""
        return self.drive.travel + self.encoder_offset

    @property
    def ejector(self) -> bool:
        """True while the vacuum is asked for."""
        return self.holding[EJECTOR] != 0

    @property
    def purge_lamp(self) -> bool:
        """True while the lamp asks a person to clear the belt."""
        return bool(self.holding[CONTROL] & PURGE_LAMP)

    def write(self, address: int, values: list[int]) -> None:
        """A client wrote holding registers."""
        old = self.holding[WATCHDOG]
        self.holding[address : address + len(values)] = values
        if self.holding[WATCHDOG] != old:
            self._fed, self.tripped = self.time, False
        if not self.holding[CONTROL] & RUN:
            self.interlocked = ""

    def cycle(self, dt: float) -> None:
        """Advance the drive and the watchdog by dt [s]."""
        self.time += dt
        if self.time - self._fed > WATCHDOG_S:
            self.tripped = True
        run = bool(self.holding[CONTROL] & RUN)
        if run and (self.tripped or self.inputs.emergency_stop) and not self.interlocked:
            self.interlocked = "watchdog" if self.tripped else "emergency stop"
        remaining = self._remaining()
        safe_stop = self.tripped or self.inputs.emergency_stop or bool(self.interlocked)
        self.neighbours.cycle(
            self.holding, self.time, safe=not safe_stop, exit_eye=self.inputs.exit_eye
        )
        run = run and not self.neighbours.held
        speed = self.holding[SPEED] * 1e-4
        self.drive.step(Order(run, speed, remaining, safe_stop), dt)
        held = run and not safe_stop and self.drive.stands() and remaining < AUTHORITY_BAND_M
        if held and not self.at_authority:
            self.authority_stops += 1
        self.at_authority = held

    def latch(self, edge: Edge, encoder: float, time: float) -> None:
        """An input's edge: keep encoder [m] and clock [s] in its ring."""
        number = self._counts[edge]
        self._rings[edge][number % RING] = (round(encoder * self.counts_per_m), int(time * 1e3))
        self._counts[edge] = number + 1
        if edge is Edge.ARRIVAL:
            self._awaiting_exposure.append(encoder)
        elif edge is Edge.EXIT:
            self.neighbours.exit_edge()

    def due_triggers(self, before: float) -> list[float]:
        """Encoder values [m] of the triggers that fell due since the encoder read `before`."""
        if not self._awaiting_exposure:
            return []
        travel = self._long(TRIGGER_TRAVEL) / self.counts_per_m
        now = self.encoder
        due = [latch for latch in self._awaiting_exposure if latch + travel <= now]
        if not due:
            return []
        self._awaiting_exposure = [latch for latch in self._awaiting_exposure if latch not in due]
        if not self.holding[CONTROL] & ARM_TRIGGER:
            return []
        return [min(max(latch + travel, before), now) for latch in due]

    def count(self, edge: Edge) -> int:
        """Edges since power-up."""
        return self._counts[edge]

    def input_registers(self) -> list[int]:
        """All input registers as they read now."""
        registers = [0] * INPUT_COUNT
        registers[0] = IDENTITY
        _put(registers, 1, int(self.time * 1e3))
        _put(registers, 3, math.floor(self.encoder * self.counts_per_m))
        registers[5] = round(self.drive.speed * 1e4) & 0xFFFF
        registers[6] = self._status()
        _put(registers, 13, self.authority_stops)
        registers[NEIGHBOURS : NEIGHBOURS + 5] = self.neighbours.registers()
        _put(registers, SCALE, round(self.counts_per_m))
        _put(registers, EYES_APART, round(self.eyes_apart_m * self.counts_per_m))
        for edge in Edge:
            counter, ring = edge.value
            _put(registers, counter, self._counts[edge])
            for slot, (encoder, clock) in enumerate(self._rings[edge]):
                _put(registers, ring + 4 * slot, encoder)
                _put(registers, ring + 4 * slot + 2, clock)
        return registers

    def _status(self) -> int:
        inputs = self.inputs
        bits = (
            not self.drive.stands(),
            self.at_authority,
            self.tripped or self.interlocked == "watchdog",
            inputs.emergency_stop or self.interlocked == "emergency stop",
            inputs.vacuum,
            inputs.purge_button,
            inputs.photo_eye,
            inputs.exit_eye,
        )
        return sum(1 << index for index, bit in enumerate(bits) if bit)

    def _remaining(self) -> float:
        """Travel up to the authority [m]. Both are counted in 32 bits, which run over: the shorter
        way round is meant.
        """
        counts = self._long(AUTHORITY) - self.encoder * self.counts_per_m
        return ((counts + (1 << 31)) % (1 << 32) - (1 << 31)) / self.counts_per_m

    def _long(self, address: int) -> int:
        value = self.holding[address] << 16 | self.holding[address + 1]
        return value - (1 << 32) if value & 1 << 31 else value


def _put(registers: list[int], address: int, value: int) -> None:
    """A 32-bit value, high word first."""
    registers[address] = value >> 16 & 0xFFFF
    registers[address + 1] = value & 0xFFFF

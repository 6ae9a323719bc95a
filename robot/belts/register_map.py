"""Registers of the belt PLC (Modbus TCP, unit 1), as docs/architecture.md lays them down."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

UNIT: Final = 1
DEFAULT_PORT: Final = 5020
IDENTITY: Final = 0x1C01
SPEED_PER_COUNT: Final = 1e-4
"""Speeds are in 0.1 mm/s: metres per second of one register count."""
WATCHDOG_TIMEOUT_S: Final = 0.5
RING_ENTRIES: Final = 8
"""Edges that each ring remembers; entry n (from 1) lives at slot (n - 1) mod 8."""
RING_ENTRY_REGISTERS: Final = 4
RING_REGISTERS: Final = RING_ENTRIES * RING_ENTRY_REGISTERS


class Input(IntEnum):
    """Addresses of input registers; 32-bit values take two, high word first."""

    IDENTITY = 0
    CLOCK_MS = 1
    ENCODER = 3
    SPEED = 5
    STATUS = 6
    ARRIVALS = 7
    EXPOSURES = 9
    EXITS = 11
    AUTHORITY_STOPS = 13
    ARRIVAL_RING = 20
    EXPOSURE_RING = 60
    EXIT_RING = 100
    SCALE = 140
    EYES_APART = 142


STATE_REGISTERS: Final = 15
"""Input registers 0 to 14: state and counters, read in one request."""
INPUT_REGISTERS: Final = Input.EXIT_RING + RING_REGISTERS
FACT_REGISTERS: Final = 4
"""Input registers from `SCALE` on: how the PLC was built; a PLC may have none of them."""


class Status(IntFlag):
    """Bits of input register `STATUS`."""

    RUNNING = 1 << 0
    AT_AUTHORITY = 1 << 1
    WATCHDOG_TRIPPED = 1 << 2
    EMERGENCY_STOP = 1 << 3
    VACUUM = 1 << 4
    PURGE_BUTTON = 1 << 5
    PHOTO_EYE_BLOCKED = 1 << 6
    EXIT_EYE_BLOCKED = 1 << 7


class Holding(IntEnum):
    """Addresses of holding registers."""

    CONTROL = 0
    SPEED = 1
    AUTHORITY = 2
    TRIGGER_TRAVEL = 4
    WATCHDOG = 6
    STACK_LIGHT = 7
    EJECTOR = 8


BELT_REGISTERS: Final = 8
"""Holding registers 0 to 7: written by the belt node alone, in one request."""
HOLDING_REGISTERS: Final = 9


class Control(IntFlag):
    """Bits of holding register `CONTROL`; bit 2 is reserved."""

    RUN = 1 << 0
    ARM_TRIGGER = 1 << 1
    PURGE_LAMP = 1 << 3


def to_words(value: int) -> tuple[int, int]:
    """A 32-bit value (signed or unsigned) as two registers, high word first."""
    return (value >> 16) & 0xFFFF, value & 0xFFFF


def unsigned32(high: int, low: int) -> int:
    """Two registers as an unsigned 32-bit value."""
    return (high << 16) | low


def signed32(high: int, low: int) -> int:
    """Two registers as a signed 32-bit value."""
    value = unsigned32(high, low)
    return value - (1 << 32) if value & 0x8000_0000 else value


def signed16(word: int) -> int:
    """One register as a signed 16-bit value."""
    return word - (1 << 16) if word & 0x8000 else word

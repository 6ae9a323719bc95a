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
    FEED = 15
    PASSED_TOLD = 16
    REMOVED_TOLD = 18
    ARRIVAL_RING = 20
    EXPOSURE_RING = 60
    EXIT_RING = 100
    SCALE = 140
    EYES_APART = 142


STATE_REGISTERS: Final = 15
"""Input registers 0 to 14: state and counters, read in one request."""
FEED_REGISTERS: Final = 5
"""Input registers 15 to 19: the machines before and after the cell. They are read in the same
request where there are any; a PLC without such signals has none of them, or 0 in the first.
"""
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


class FeedStatus(IntFlag):
    """Bits of input register `FEED`: the first four say what is wired, the others how it stands.

    A broken wire reads as 0, which is the safe word of each signal.
    """

    INFEED = 1 << 0
    INFEED_TELLS = 1 << 1
    OUTFEED = 1 << 2
    OUTFEED_TELLS = 1 << 3
    PART_AVAILABLE = 1 << 8
    OUTFEED_READY = 1 << 9
    READY = 1 << 10
    PERMITTED = 1 << 11
    HELD = 1 << 12


WIRED: Final = 0x000F
"""The bits of `FeedStatus` that say which signals there are."""


class Holding(IntEnum):
    """Addresses of holding registers."""

    CONTROL = 0
    SPEED = 1
    AUTHORITY = 2
    TRIGGER_TRAVEL = 4
    WATCHDOG = 6
    STACK_LIGHT = 7
    EJECTOR = 8
    FEED = 10
    PASSED = 11
    REMOVED = 13


BELT_REGISTERS: Final = 8
"""Holding registers 0 to 7: written by the belt node alone, in one request."""
HOLDING_REGISTERS: Final = 15
"""Registers 10 to 14 only where `FEED` of the input registers says that there are signals."""


class Control(IntFlag):
    """Bits of holding register `CONTROL`; bit 2 is reserved."""

    RUN = 1 << 0
    ARM_TRIGGER = 1 << 1
    PURGE_LAMP = 1 << 3


class Feed(IntFlag):
    """Bits of holding register `FEED`. The PLC passes the first two on only while its watchdog is
    fed; it counts parts for the machine after the cell from the counters that it sees first with
    `COUNTS`.
    """

    READY = 1 << 0
    PERMITTED = 1 << 1
    COUNTS = 1 << 2


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

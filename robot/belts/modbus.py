"""The belt PLC over Modbus TCP (register map: docs/architecture.md)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from models.ground.text import say
from robot.base import (
    BeltEdge,
    BeltError,
    BeltFacts,
    BeltSample,
    BeltSilentError,
    EdgeKind,
    FeedSignals,
    FeedWish,
)
from robot.belts import register_map as plc
from robot.belts.clock import ClockMap, Unwrapped
from robot.belts.feed_words import feed_signals, feed_words
from robot.belts.modbus_line import LineError, ModbusLine, RefusedError
from robot.belts.register_map import Control, Holding, Input, Status
from robot.settings import Settings, setting

_RINGS = (
    (EdgeKind.ARRIVAL, Input.ARRIVALS, Input.ARRIVAL_RING),
    (EdgeKind.EXPOSURE, Input.EXPOSURES, Input.EXPOSURE_RING),
    (EdgeKind.EXIT, Input.EXITS, Input.EXIT_RING),
)
_HALF = 1 << 31
_PATIENCE_S = 1.0
"""How long `connect` goes on asking a PLC that does not answer."""
_PAUSE_S = 0.05
_CLOCK_SLACK_S = 1.0
"""Over a reconnection the PLC's clock may seem to have lost this much: answers come late."""
_TELL_AGAIN_S = 1.0
"""What other machines are to be told is written anew this often, for whoever has forgotten it."""
_ROUNDING_MS = 5
"""A latch may be stamped this much after the clock that was read with it: a PLC may keep the two
in timers of its own. A slot that a younger edge has taken is newer by a whole ring of edges."""


class ModbusBeltConfig(Settings):
    """Where the PLC is and how long it may take to answer."""

    host: str = setting("127.0.0.1", "PLC host", "Address of the belt PLC")
    port: int = setting(plc.DEFAULT_PORT, "PLC port", "Modbus TCP port", gt=0, le=65535)
    timeout_s: float = setting(
        0.1,
        "Timeout",
        "Longest wait for an answer; then the request is repeated on a fresh connection. Several "
        "must fit into the 0.5 s after which the PLC's watchdog stops the belt",
        "s",
        gt=0,
        le=0.2,
    )
    counts_per_metre: float = setting(
        ...,
        "Encoder scale",
        "Encoder counts for each metre of travel, which the cell's node takes from the calibration",
        "counts/m",
        gt=0,
    )


class ModbusBelt:
    """The belt behind a Modbus TCP PLC. Use from one thread.

    Lost connections are opened anew by the next call; travel, clock and edges go on over them, as
    long as the PLC has not been restarted meanwhile.
    """

    Config = ModbusBeltConfig

    def __init__(
        self,
        config: ModbusBeltConfig,
        now_ns: Callable[[], int] = time.time_ns,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._scale = config.counts_per_metre
        self._monotonic_s = monotonic_s
        self._now_ns = now_ns
        self._line = ModbusLine(config.host, config.port, config.timeout_s)
        self._beat = 0
        self._commanded_m_s = self._authority_m = 0.0
        self._forget()

    def _forget(self) -> None:
        self._clock = ClockMap()
        self._encoder = Unwrapped()
        self._seen: dict[EdgeKind, int] | None = None
        self._clock_ms: int | None = None
        self._connection, self._heard_s = 0, 0.0
        self._broken = ""
        self._feeds: bool | None = None
        self._told: list[int] = []
        self._told_s = 0.0

    def connect(self) -> None:
        """Connect, check the identity; edges from before are not reported. Raises BeltError."""
        self._line.close()
        self._forget()
        give_up_s = self._monotonic_s() + _PATIENCE_S
        while True:
            try:
                self.read()
                return
            except BeltSilentError:
                if self._monotonic_s() > give_up_s:
                    raise
            time.sleep(_PAUSE_S)

    def read(self) -> tuple[BeltSample, list[BeltEdge]]:
        """A sample and every edge since the last read, oldest first. Raises BeltError."""
        self._require_whole()
        words = self._inputs(0, self._state_registers)
        received_ns = self._now_ns()
        self._check_identity(words[Input.IDENTITY])
        clock_ms = _u32(words, Input.CLOCK_MS)
        counts = {kind: _u32(words, counter) for kind, counter, _ in _RINGS}
        self._check_same_power_up(clock_ms, counts)
        self._clock.update(clock_ms, received_ns)
        travel = self._encoder.update(plc.signed32(*words[Input.ENCODER : Input.ENCODER + 2]))
        edges = self._new_edges(counts, clock_ms)
        status = Status(words[Input.STATUS] & 0xFF)
        sample = BeltSample(
            stamp_ns=self._clock.host_ns(clock_ms),
            encoder_m=travel / self._scale,
            speed_m_s=plc.signed16(words[Input.SPEED]) * plc.SPEED_PER_COUNT,
            commanded_speed_m_s=self._commanded_m_s,
            running=Status.RUNNING in status,
            authority_m=self._authority_m,
            at_authority=Status.AT_AUTHORITY in status,
            watchdog_tripped=Status.WATCHDOG_TRIPPED in status,
            emergency_stop=Status.EMERGENCY_STOP in status,
            vacuum_ok=Status.VACUUM in status,
            arrivals=counts[EdgeKind.ARRIVAL],
            exposures=counts[EdgeKind.EXPOSURE],
            exits=counts[EdgeKind.EXIT],
            device_s=self._clock.device_s(clock_ms),
            feed=self._feed(words),
        )
        return sample, edges

    def refresh(
        self,
        run: bool,
        speed_m_s: float,
        authority_m: float,
        arm_trigger: bool,
        lights: int,
        purge: bool,
        trigger_travel_m: float,
    ) -> None:
        """Renew the lease: registers 0 to 7 in one request. Raises BeltError."""
        self._require_whole()
        self._beat = (self._beat + 1) & 0xFFFF
        control = (
            (Control.RUN if run else 0)
            | (Control.ARM_TRIGGER if arm_trigger else 0)
            | (Control.PURGE_LAMP if purge else 0)
        )
        speed = min(round(max(speed_m_s, 0.0) / plc.SPEED_PER_COUNT), 0x7FFF)
        self._write(
            [
                int(control),
                speed,
                *plc.to_words(round(authority_m * self._scale)),
                *plc.to_words(round(trigger_travel_m * self._scale)),
                self._beat,
                lights & 0xFFFF,
            ]
        )
        self._commanded_m_s = speed * plc.SPEED_PER_COUNT if run else 0.0
        self._authority_m = authority_m

    def signal(self, wish: FeedWish) -> None:
        """Registers 10 to 14, when they change and each second. Raises BeltError."""
        self._require_whole()
        words, now_s = feed_words(wish), self._monotonic_s()
        if self._feeds and (words != self._told or now_s - self._told_s >= _TELL_AGAIN_S):
            self._write(words, Holding.FEED)
            self._told, self._told_s = words, now_s

    def facts(self) -> BeltFacts:
        """What the PLC says of how it was built; nothing is written. Raises BeltError."""
        try:
            self._check_identity(self._inputs(Input.IDENTITY, 1)[0])
            try:
                words = self._inputs(Input.SCALE, plc.FACT_REGISTERS)
            except BeltSilentError:  # it has just answered: these it does not have
                return BeltFacts()
        finally:
            self._line.close()
        scale, apart = plc.unsigned32(*words[:2]), plc.unsigned32(*words[2:])
        return BeltFacts(float(scale), apart / scale) if scale else BeltFacts()

    def close(self) -> None:
        """Stop the belt if the PLC still answers, and disconnect. Safe to call twice."""
        if self._clock_ms is not None and not self._broken:
            with contextlib.suppress(BeltError):  # the PLC's own watchdog stops the belt
                if self._feeds:
                    self._write([0], Holding.FEED)
                self._write([0, 0])
        self._line.close()
        self._forget()

    def _require_whole(self) -> None:
        if self._broken:
            raise BeltError(self._broken)

    def _break(self, why: str) -> BeltError:
        """What is known of the belt does not hold any more: nothing is done before `connect`."""
        self._line.close()
        self._broken = why
        return BeltError(self._broken)

    def _said(self, what: str, **values: object) -> str:
        """What went wrong, with where the PLC is."""
        return say(f"plc.{what}", host=self._config.host, port=self._config.port, **values)

    def _check_identity(self, identity: int) -> None:
        if identity != plc.IDENTITY:
            raise self._break(
                self._said("other_device", identity=identity, wanted=int(plc.IDENTITY))
            )

    def _check_same_power_up(self, clock_ms: int, counts: dict[EdgeKind, int]) -> None:
        """A clock or a counter that goes back means that the PLC has been restarted; so does a
        clock that is no older than the silence, and did not go on with it.
        """
        now_s, before_ms, before_s = self._monotonic_s(), self._clock_ms, self._heard_s
        reconnected = self._connection != self._line.connections
        self._clock_ms, self._heard_s = clock_ms, now_s
        self._connection = self._line.connections
        if before_ms is None:
            return
        gone_ms = (clock_ms - before_ms) % (1 << 32)
        silent_s = now_s - before_s
        young = clock_ms / 1000.0 < silent_s + _CLOCK_SLACK_S
        began_anew = young and gone_ms / 1000.0 < silent_s - _CLOCK_SLACK_S
        counter_back = self._seen is not None and any(
            counts[kind] < seen for kind, seen in self._seen.items()
        )
        if gone_ms > _HALF or counter_back or (reconnected and began_anew):
            raise self._break(self._said("restarted"))

    def _new_edges(self, counts: dict[EdgeKind, int], clock_ms: int) -> list[BeltEdge]:
        seen = self._seen or counts
        words = {  # when the PLC does not answer here, the next read asks for the same edges
            kind: self._inputs(ring, plc.RING_REGISTERS)
            for kind, _, ring in _RINGS
            if 0 < counts[kind] - seen[kind] <= plc.RING_ENTRIES
        }
        self._seen = counts
        edges: list[BeltEdge] = []
        for kind, _, _ in _RINGS:
            new = range(seen[kind] + 1, counts[kind] + 1)
            edges += self._ring(kind, words.get(kind, []), new, clock_ms)
        return sorted(edges, key=lambda edge: edge.stamp_ns)

    def _ring(
        self, kind: EdgeKind, words: list[int], indices: range, clock_ms: int
    ) -> list[BeltEdge]:
        """The edges with these running numbers. Raises BeltError when the ring has lost some."""
        edges = []
        for index in indices if words else ():
            at = (index - 1) % plc.RING_ENTRIES * plc.RING_ENTRY_REGISTERS
            latched = self._encoder.near(plc.signed32(words[at], words[at + 1]))
            edge_ms = plc.unsigned32(words[at + 2], words[at + 3])
            if _ROUNDING_MS < (edge_ms - clock_ms) % (1 << 32) < _HALF:
                break  # a younger edge has taken the slot since the counters were read
            stamp_ns = self._clock.host_ns(edge_ms)
            edges.append(BeltEdge(kind, index, latched / self._scale, stamp_ns))
        if len(edges) < len(indices):
            raise BeltError(
                self._said(
                    "edges_lost", edges=len(indices), kind=say(f"plc.{kind}"), kept=plc.RING_ENTRIES
                )
            )
        return edges

    @property
    def _state_registers(self) -> int:
        """How many a reading takes; asks once whether there are those of other machines."""
        if self._feeds is None:
            self._feeds = self._has_feed()
        return plc.STATE_REGISTERS + (plc.FEED_REGISTERS if self._feeds else 0)

    def _has_feed(self) -> bool:
        try:
            words = self._line.inputs(Input.FEED, plc.FEED_REGISTERS)
        except RefusedError:
            return False
        except LineError as error:
            raise BeltSilentError(self._said("of_belt", why=error)) from error
        return bool(words[0] & plc.WIRED)

    def _feed(self, words: list[int]) -> FeedSignals | None:
        return feed_signals(words[Input.FEED :]) if self._feeds else None

    def _inputs(self, address: int, count: int) -> list[int]:
        try:
            return self._line.inputs(address, count)
        except LineError as error:
            raise BeltSilentError(self._said("of_belt", why=error)) from error

    def _write(self, words: list[int], address: int = Holding.CONTROL) -> None:
        try:
            self._line.write(address, words)
        except LineError as error:
            raise BeltSilentError(self._said("of_belt", why=error)) from error


def _u32(words: list[int], address: int) -> int:
    return plc.unsigned32(words[address], words[address + 1])

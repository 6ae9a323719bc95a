"""The bench of a belt's contract: its rig, and how the node drives it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from models.ground.contract import (
    Found,
    cannot,
    require,
)
from models.ground.contract_config import ConfigRules
from robot.base import Belt, BeltEdge, BeltSample, BeltSilentError, EdgeKind

T = TypeVar("T")
SPEED_M_S = 0.1
FAR_M = 50.0
NEAR_M = 0.004
STAMP_S = 0.1
CALL_S = 0.1
SILENT_S = 0.5
STOP_S = 2.0
PATIENCE_S = 2.0
"""A silence that may be the machine's own."""
ORDER = (EdgeKind.ARRIVAL, EdgeKind.EXPOSURE, EdgeKind.ARRIVAL, EdgeKind.EXIT, EdgeKind.ARRIVAL)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the device has understood of the last `refresh`: SI units."""

    run: bool
    speed_m_s: float
    authority_m: float
    arm_trigger: bool
    lights: int
    purge: bool
    trigger_travel_m: float


class BeltRig:
    """A bench with one belt. `driver` and `config` are needed; a rule that needs more than the
    bench can do is skipped. At the beginning of each rule the belt stands and nothing is cut.
    """

    driver: Any
    """The driver's class."""

    def config(self) -> Any:
        """Options of a belt that is there; the same each time."""
        raise NotImplementedError

    def travel(self) -> float:
        """Where the belt really is [m], by what it has moved; its zero is of no account."""
        cannot("travel")

    def edge(self, kind: EdgeKind) -> None:  # noqa: ARG002
        """Let one edge happen now."""
        cannot("edge")

    def ordered(self) -> Ordered:
        """What the device has understood of the last `refresh`."""
        cannot("ordered")

    def hang_up(self) -> None:
        """End every connection to the device; it takes new ones."""
        cannot("hang_up")

    def cut(self) -> None:
        """The device answers no more."""
        cannot("cut")

    def mend(self) -> None:
        """It answers again."""
        cannot("mend")

    def restart(self) -> None:
        """Switch the device off and on: clock, travel and counters begin anew."""
        cannot("restart")

    def near_the_end(self) -> None:
        """Put the encoder's counter to less than 0.1 m before its highest value."""
        cannot("near_the_end")

    def emergency_stop(self, pressed: bool) -> None:  # noqa: ARG002
        """Press or release the emergency stop."""
        cannot("emergency_stop")

    def absent(self) -> Any:
        """Options of a belt that is not there."""
        cannot("absent")


class BeltRules(ConfigRules):
    """What each rule begins with."""

    @pytest.fixture
    def belt(self, rig: BeltRig) -> Iterator[Belt]:
        """A connected belt; stopped and closed at the end."""
        made: Belt = rig.driver(rig.config())
        again(made.connect)
        yield made
        made.close()


def again(call: Callable[[], T]) -> T:
    """What `call` gives; over a short silence, of which nothing is lost, it is repeated as the node
    repeats it.
    """
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call()
        except BeltSilentError:
            if time.monotonic() > end_s:
                raise


def read(belt: Belt) -> tuple[BeltSample, list[BeltEdge]]:
    """A reading."""
    return again(belt.read)


def order(belt: Belt, *, run: bool = True, authority_m: float | None = None) -> None:
    """One renewal of the lease, with an authority far off unless said [m]."""
    far_m = read(belt)[0].encoder_m + FAR_M if authority_m is None else authority_m
    again(lambda: belt.refresh(run, SPEED_M_S, far_m, False, 0, False, 0.3))


def drive(
    belt: Belt,
    *,
    until: Callable[[BeltSample], bool] | None = None,
    seen: Callable[[BeltSample], None] = lambda _: None,
    for_s: float = 0.0,
    authority_m: float | None = None,
) -> list[BeltEdge]:
    """Let the belt run as the node does, until so, or for so long; the edges that came. Raises
    Found where it does not come to `until` within 10 s.
    """
    sample, edges = read(belt)
    far_m = sample.encoder_m + FAR_M if authority_m is None else authority_m
    order(belt, run=False, authority_m=far_m)  # lets go of an interlock
    time.sleep(0.05)
    end_s = time.monotonic() + (10.0 if until is not None else for_s)
    while True:
        # A busy machine may let the watchdog trip: then the order is given anew.
        order(belt, run=not sample.watchdog_tripped, authority_m=far_m)
        sample, new = read(belt)
        edges += new
        seen(sample)
        if until is not None and until(sample):
            return edges
        if time.monotonic() > end_s:
            require(until is None, f"with an order to run for 10 s the belt came to {sample}")
            return edges
        time.sleep(0.02)


def undisturbed(belt: Belt, for_s: float) -> list[BeltSample]:
    """Samples of a belt that ran for so long, and that no watchdog stopped meanwhile."""
    for _ in range(8):
        samples: list[BeltSample] = []
        drive(belt, seen=samples.append, for_s=for_s)
        if not any(sample.watchdog_tripped for sample in samples[5:]):
            return samples
    raise Found("this machine is too busy: the watchdog stopped the belt each time")


def stand(belt: Belt) -> None:
    """Stop it. Raises Found when it goes on."""
    end_s = time.monotonic() + STOP_S
    while True:
        order(belt, run=False)
        if not read(belt)[0].running:
            return
        require(time.monotonic() < end_s, f"{STOP_S:g} s after the order to stop it still runs")
        time.sleep(0.02)


def heard(belt: Belt, count: int) -> list[BeltEdge]:
    """Edges as they come, over silences, until there are so many or 3 s have passed."""
    edges: list[BeltEdge] = []
    end_s = time.monotonic() + 3.0
    while len(edges) < count and time.monotonic() < end_s:
        edges += read(belt)[1]
        time.sleep(0.02)
    return edges


def named(kinds: Any) -> str:
    return ", ".join(str(kind) for kind in kinds) or "nothing"

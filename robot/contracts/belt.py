"""The rules of a belt. Subclass `BeltContract` and give it a rig: docs/extend.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from models.ground.contract import (
    Found,
    cannot,
    check_nothing_stays,
    refused,
    require,
    timely,
    wait_for,
)
from models.ground.contract_config import ConfigRules
from robot.base import Belt, BeltEdge, BeltError, BeltSample, BeltSilentError, EdgeKind

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


class BeltContract(ConfigRules):
    """What the cell relies on of a belt."""

    @pytest.fixture
    def belt(self, rig: BeltRig) -> Iterator[Belt]:
        """A connected belt; stopped and closed at the end."""
        made: Belt = rig.driver(rig.config())
        again(made.connect)
        yield made
        made.close()

    def test_a_belt_that_is_not_there_is_told(self, rig: BeltRig) -> None:
        """`connect` to a belt that is not there raises BeltError with a remedy, in time.

        Why: the line stands on the operator's page.
        Do: name the address, and say what to check: power, network cable, configuration.
        """
        belt: Belt = rig.driver(rig.absent())
        refused(BeltError, belt.connect, "connect to a belt that is not there", 10.0)
        belt.close()

    def test_connecting_moves_nothing(self, rig: BeltRig, belt: Belt) -> None:
        """`connect` and `read` do not let the belt run.

        Why: nothing moves without an order that a person gave in this session.
        Do: write nothing to the device before the first `refresh`.
        """
        before_m = rig.travel()
        for _ in range(20):
            sample, _ = read(belt)
            require(not sample.running, "the belt runs, and nobody has ordered it")
            time.sleep(0.02)
        require(abs(rig.travel() - before_m) < 0.001, "the belt moved, and nobody has ordered it")

    def test_travel_is_in_metres(self, rig: BeltRig, belt: Belt) -> None:
        """`encoder_m` grows by as many metres as the belt moves on.

        Why: the robot meets a part where the encoder has carried it.
        Do: divide the counts by `counts_per_metre` of the options, which come from the calibration.
        """
        start_m, began_m = read(belt)[0].encoder_m, rig.travel()
        drive(belt, until=lambda sample: sample.encoder_m > start_m + 0.15)
        stand(belt)
        read_m, real_m = read(belt)[0].encoder_m - start_m, rig.travel() - began_m
        require(
            abs(read_m - real_m) < NEAR_M,
            f"the belt moved by {real_m:.4f} m, encoder_m by {read_m:.4f} m",
        )

    def test_speed_is_signed_and_in_metres_a_second(self, belt: Belt) -> None:
        """`speed_m_s` is the change of `encoder_m`, with its sign.

        Why: the robot reckons ahead with it, and the ledger compares it with the travel.
        Do: check unit and sign of the device's register; belts may run backwards by hand.
        """
        samples = undisturbed(belt, 1.5)
        steady = [s for s in samples if s.stamp_ns - samples[0].stamp_ns > 0.7e9]
        first, last = steady[0], steady[-1]
        passed_s = (last.stamp_ns - first.stamp_ns) / 1e9
        real_m_s = (last.encoder_m - first.encoder_m) / passed_s
        told_m_s = sum(s.speed_m_s for s in steady) / len(steady)
        require(
            abs(told_m_s - real_m_s) < 0.2 * SPEED_M_S,
            f"the encoder moves at {real_m_s:+.3f} m/s, speed_m_s says {told_m_s:+.3f}",
        )
        require(abs(real_m_s - SPEED_M_S) < 0.3 * SPEED_M_S, f"it runs at {real_m_s:+.3f} m/s")

    def test_a_stamp_is_the_system_clock(self, belt: Belt) -> None:
        """`stamp_ns` is the system clock at which `encoder_m` was true, and grows.

        Why: pictures, belt and arm are brought together by this clock.
        Do: map the device's clock to `time.time_ns()`, or stamp the middle of the request.
        """
        last_ns = 0
        for _ in range(10):
            before_ns = time.time_ns()
            sample, _ = read(belt)
            after_ns = time.time_ns()
            early_s = (before_ns - sample.stamp_ns) / 1e9
            late_s = (sample.stamp_ns - after_ns) / 1e9
            require(early_s < STAMP_S, f"stamp_ns lies {early_s:.3f} s before the request")
            require(late_s < STAMP_S, f"stamp_ns lies {late_s:.3f} s after the answer")
            require(sample.stamp_ns > last_ns, "stamp_ns does not grow from reading to reading")
            last_ns = sample.stamp_ns
            time.sleep(0.02)

    def test_the_devices_clock_goes(self, belt: Belt) -> None:
        """`device_s` is the device's own clock in seconds, or 0 where it has none.

        Why: by it the ledger tells a jump of the encoder from a delay of the network.
        Do: continue it over its end; give 0, not the host's clock, where the device has none.
        """
        first, _ = read(belt)
        time.sleep(0.5)
        second, _ = read(belt)
        if first.device_s == second.device_s == 0.0:
            return
        gone_s = second.device_s - first.device_s
        passed_s = (second.stamp_ns - first.stamp_ns) / 1e9
        require(
            abs(gone_s - passed_s) < 0.1, f"in {passed_s:.2f} s device_s went on by {gone_s:.2f} s"
        )

    def test_every_edge_comes_once_and_in_order(self, rig: BeltRig, belt: Belt) -> None:
        """`read` gives each edge once, oldest first, each kind numbered without a gap.

        Why: an edge is a part; one too few passes uninspected, one too many rejects another's.
        Do: compare the device's counters with those of the last reading; sort by their clock.
        """
        read(belt)
        for kind in ORDER:
            rig.edge(kind)
            time.sleep(0.03)
        edges = heard(belt, len(ORDER))
        require([e.kind for e in edges] == list(ORDER), f"the order was {_names(ORDER)}, it gave "
                f"{_names(e.kind for e in edges)}")  # fmt: skip
        for kind in EdgeKind:
            numbers = [edge.index for edge in edges if edge.kind is kind]
            require(
                numbers == list(range(numbers[0], numbers[0] + len(numbers))),
                f"edges of kind {kind} have the numbers {numbers}",
            )
        _, again = read(belt)
        require(not again, f"{len(again)} edges came a second time")

    def test_the_counters_are_those_of_the_edges(self, rig: BeltRig, belt: Belt) -> None:
        """`arrivals`, `exposures` and `exits` are the numbers of the newest edges.

        Why: the ledger counts by them whether it has heard of each.
        Do: take both from one reading of the device.
        """
        read(belt)
        for kind in EdgeKind:
            rig.edge(kind)
        edges = heard(belt, len(EdgeKind))
        sample, _ = read(belt)
        told = {
            EdgeKind.ARRIVAL: sample.arrivals,
            EdgeKind.EXPOSURE: sample.exposures,
            EdgeKind.EXIT: sample.exits,
        }
        for edge in edges:
            require(
                told[edge.kind] == edge.index,
                f"the newest {edge.kind} has number {edge.index}, its counter says "
                f"{told[edge.kind]}",
            )

    def test_edges_of_before_are_not_told(self, rig: BeltRig) -> None:
        """Edges from before `connect` are not reported.

        Why: the belt's contents are unknown then, and a person clears it.
        Do: take the counters at `connect` for seen.
        """
        rig.edge(EdgeKind.ARRIVAL)
        belt: Belt = rig.driver(rig.config())
        again(belt.connect)
        _, edges = read(belt)
        belt.close()
        require(not edges, f"{len(edges)} edges from before connect were reported")

    def test_an_edge_tells_where_the_belt_was(self, rig: BeltRig, belt: Belt) -> None:
        """An edge carries the encoder and the time at which it happened, not those of the reading.

        Why: the robot grips by it, to a millimetre, at 0.2 m/s.
        Do: have the device latch encoder and clock at the edge; a poll is 4 mm late.
        """
        start_m, began_m = read(belt)[0].encoder_m, rig.travel()
        happened: list[tuple[float, int]] = []

        def cause(sample: BeltSample) -> None:
            if not happened and sample.encoder_m > start_m + 0.03:
                before_m, now_ns = rig.travel(), time.time_ns()
                rig.edge(EdgeKind.ARRIVAL)
                happened.append(((before_m + rig.travel()) / 2 - began_m, now_ns))
                time.sleep(0.25)  # the next reading comes 25 mm later

        edges = drive(belt, seen=cause, for_s=1.2)
        require(len(edges) == 1, f"one edge happened, {len(edges)} came")
        at_m, now_ns = happened[0]
        off_m = edges[0].encoder_m - start_m - at_m
        off_s = (edges[0].stamp_ns - now_ns) / 1e9
        require(abs(off_m) < NEAR_M, f"it is told {off_m * 1e3:+.1f} mm from where it was")
        require(abs(off_s) < STAMP_S, f"it is told {off_s:+.3f} s from when it was")

    def test_no_edge_is_lost_with_a_connection(self, rig: BeltRig, belt: Belt) -> None:
        """Edges that happen while the connection is down come afterwards, each once.

        Why: a loose cable must not cost a part its identity.
        Do: have the device keep the last edges; on a new connection go on from the counters.
        """
        read(belt)
        rig.edge(EdgeKind.ARRIVAL)
        rig.hang_up()
        for kind in (EdgeKind.EXPOSURE, EdgeKind.ARRIVAL):
            rig.edge(kind)
            time.sleep(0.03)
        edges = heard(belt, 3)
        due = [EdgeKind.ARRIVAL, EdgeKind.EXPOSURE, EdgeKind.ARRIVAL]
        require([e.kind for e in edges] == due, f"it gave {_names(e.kind for e in edges)}")

    def test_no_edge_is_lost_over_a_silence(self, rig: BeltRig, belt: Belt) -> None:
        """A silent device raises BeltSilentError within 0.5 s; its edges come afterwards.

        Why: BeltSilentError says that nothing is lost: the node asks again before the watchdog
        stops the belt.
        Do: a time limit of 0.1 s for each request; count an edge as seen when it was returned.
        """
        read(belt)
        rig.cut()
        try:
            refused(BeltSilentError, belt.read, "read of a silent device", SILENT_S)
            rig.edge(EdgeKind.ARRIVAL)
        finally:
            rig.mend()
        edges = heard(belt, 1)
        require(len(edges) == 1, f"one edge happened, {len(edges)} came")

    def test_edges_are_all_there_or_an_error(self, rig: BeltRig, belt: Belt) -> None:
        """Where more edges happened than the device keeps, BeltError says so.

        Why: parts of which nothing is known lie on the belt; a person must clear it.
        Do: raise BeltError when the counter went on further than the edges that can be read.
        """
        read(belt)
        for _ in range(40):
            rig.edge(EdgeKind.ARRIVAL)
        edges: list[BeltEdge] = []
        try:
            for _ in range(5):
                edges += read(belt)[1]
        except BeltSilentError as error:
            raise Found("it raised BeltSilentError, which says that nothing is lost") from error
        except BeltError:
            return
        require(len(edges) == 40, f"40 edges happened, {len(edges)} came, and no error")

    def test_travel_goes_on_over_the_counters_end(self, rig: BeltRig) -> None:
        """`encoder_m` goes on over the end of the device's counter.

        Why: the counter runs over after some shifts; a jump stops the cell.
        Do: add up differences, taken modulo the counter's size and signed.
        """
        rig.near_the_end()
        belt: Belt = rig.driver(rig.config())
        again(belt.connect)
        start_m, began_m = read(belt)[0].encoder_m, rig.travel()
        drive(belt, until=lambda sample: sample.encoder_m > start_m + 0.15)
        stand(belt)
        read_m, real_m = read(belt)[0].encoder_m - start_m, rig.travel() - began_m
        belt.close()
        require(real_m > 0.1, f"the rig's belt moved by {real_m:.3f} m alone")
        require(
            abs(read_m - real_m) < NEAR_M,
            f"the belt moved by {real_m:.4f} m, encoder_m by {read_m:.4f} m",
        )

    def test_a_restart_is_told(self, rig: BeltRig, belt: Belt) -> None:
        """A device that was switched off and on raises BeltError until `connect`.

        Why: its travel began anew; what lies on the belt is unknown.
        Do: a clock or counter that went back means a restart; refuse everything until `connect`.
        """
        rig.edge(EdgeKind.ARRIVAL)
        heard(belt, 1)
        rig.restart()

        def told() -> bool:
            try:
                belt.read()
            except BeltSilentError:
                return False
            except BeltError:
                return True
            return False

        wait_for(told, 5.0, "the device was restarted, and no BeltError came")
        error = refused(BeltError, belt.read, "read after a restart")
        require(
            not isinstance(error, BeltSilentError), "after a restart it says that nothing is lost"
        )
        refused(
            BeltError,
            lambda: belt.refresh(False, 0.0, 0.0, False, 0, False, 0.3),
            "refresh after a restart",
        )
        again(belt.connect)
        read(belt)

    def test_it_runs_and_stops_by_order(self, belt: Belt) -> None:
        """`refresh` with `run` lets the belt run, without `run` stops it.

        Why: it is the one way in which the cell moves the belt.
        Do: write the whole command in each `refresh`.
        """
        drive(belt, until=lambda sample: sample.running)
        stand(belt)

    def test_the_order_arrives_whole(self, rig: BeltRig, belt: Belt) -> None:
        """Each value of `refresh` reaches the device, all of them together.

        Why: a speed that comes before its authority lets a reject pass.
        Do: write all values in one request.
        """
        here_m = read(belt)[0].encoder_m
        again(lambda: belt.refresh(False, 0.12, here_m + 0.5, True, 0b0110, True, 0.354))
        told = wait_for(rig.ordered, STOP_S, "nothing arrived")
        same = (
            abs(told.speed_m_s - 0.12) < 0.001
            and abs(told.authority_m - here_m - 0.5) < 0.001
            and abs(told.trigger_travel_m - 0.354) < 0.001
            and (told.run, told.arm_trigger, told.lights, told.purge) == (False, True, 6, True)
        )
        require(same, f"ordered at {here_m:.3f} m, the device understood {told}")

    def test_a_sample_repeats_what_was_ordered(self, belt: Belt) -> None:
        """`commanded_speed_m_s` and `authority_m` are those of the last `refresh`.

        Why: the robot reckons with them how the belt will brake.
        Do: keep them when a `refresh` has gone through; speed is 0 where `run` was not ordered.
        """
        authority_m = read(belt)[0].encoder_m + 0.4
        for run in (True, False):
            order(belt, run=run, authority_m=authority_m)
            sample, _ = read(belt)
            due_m_s = SPEED_M_S if run else 0.0
            require(
                abs(sample.commanded_speed_m_s - due_m_s) < 0.001
                and abs(sample.authority_m - authority_m) < 0.001,
                f"ordered were {due_m_s} m/s up to {authority_m:.3f} m; it repeats "
                f"{sample.commanded_speed_m_s:.3f} m/s up to {sample.authority_m:.3f} m",
            )

    def test_the_authority_is_kept(self, belt: Belt) -> None:
        """The belt stops by itself at or before its movement authority, and says so.

        Why: no part with an open reject may pass the last safe position.
        Do: have the device brake; authority is travel, in the encoder's own count.
        """
        limit_m = read(belt)[0].encoder_m + 0.1
        drive(belt, authority_m=limit_m, until=lambda sample: sample.at_authority)
        for _ in range(10):
            order(belt, authority_m=limit_m)
            sample, _ = read(belt)
            over_m = sample.encoder_m - limit_m
            require(over_m < 0.001, f"it went {over_m * 1e3:.1f} mm past its authority")
            time.sleep(0.03)
        require(sample.at_authority, "it stands at its authority, and does not say so")

    def test_the_watchdog_stops_the_belt(self, belt: Belt) -> None:
        """Without `refresh` the belt stops within a second, although it is read.

        Why: when the node that decides is dead, no part may move on.
        Do: renew the lease in `refresh` alone, never in `read` or in a thread of the driver.
        """
        drive(belt, until=lambda sample: sample.running)
        until_s = time.monotonic() + 1.5
        while time.monotonic() < until_s:
            sample, _ = read(belt)
            time.sleep(0.03)
        require(not sample.running, "1.5 s after the last refresh the belt still runs")
        require(sample.watchdog_tripped, "the watchdog stopped the belt, and the sample is silent")

    def test_after_a_watchdog_stop_it_waits(self, belt: Belt) -> None:
        """After a watchdog stop the belt runs only when `run` was let go once.

        Why: a late command must not start a belt that people reach into (IEC 60204-1, 9.2.3.4.2).
        Do: leave the interlock to the device, and do not acknowledge it by yourself.
        """
        drive(belt, until=lambda sample: sample.running)
        time.sleep(1.2)
        until_s = time.monotonic() + 0.6
        while time.monotonic() < until_s:
            order(belt)
            require(not read(belt)[0].running, "it started again without `run` having been let go")
            time.sleep(0.03)
        order(belt, run=False)
        time.sleep(0.1)
        drive(belt, until=lambda sample: sample.running)

    def test_close_stops_the_belt(self, rig: BeltRig, belt: Belt) -> None:
        """`close` stops a running belt at once.

        Why: a node that ends in order does not leave the stop to the watchdog.
        Do: write a command without `run` before you disconnect; ignore that it fails.
        """
        drive(belt, until=lambda sample: sample.running)
        belt.close()
        time.sleep(0.3)  # the watchdog would take 0.5 s and more
        before_m = rig.travel()
        time.sleep(0.1)
        moved_m = rig.travel() - before_m
        require(moved_m < 0.0005, f"0.3 s after close it still moves, {moved_m * 1e3:.1f} mm more")

    def test_the_emergency_stop_is_told(self, rig: BeltRig, belt: Belt) -> None:
        """`emergency_stop` is True while the button is pressed, although nothing runs.

        Why: people are told why nothing starts.
        Do: read the device's own input for it.
        """
        rig.emergency_stop(True)
        try:
            wait_for(
                lambda: read(belt)[0].emergency_stop, STOP_S, "the button is pressed, not told"
            )
        finally:
            rig.emergency_stop(False)
        order(belt, run=False)
        wait_for(
            lambda: not read(belt)[0].emergency_stop, STOP_S, "the button was released, not told"
        )

    def test_calls_keep_their_time(self, belt: Belt) -> None:
        """`read` and `refresh` take less than 0.1 s.

        Why: the lease is renewed 20 times and the belt read 50 times a second in one thread.
        Do: read everything in one request; do not wait for the device to move.
        """
        took = []
        for _ in range(20):
            began_s = time.monotonic()
            read(belt)
            order(belt, run=False)
            took.append((time.monotonic() - began_s) / 2)
        half = sorted(took)[len(took) // 2]
        require(half < CALL_S, f"half of the calls took longer than {half:.3f} s")

    def test_close_may_come_at_any_time(self, rig: BeltRig) -> None:
        """`close` before `connect`, and twice, does nothing; `connect` may follow.

        Why: the node closes whatever a failed start has left, and connects again.
        Do: keep what is open in fields that are None otherwise.
        """
        belt: Belt = rig.driver(rig.config())
        belt.close()
        again(belt.connect)
        belt.close()
        belt.close()
        again(belt.connect)
        read(belt)
        belt.close()

    def test_any_thread_may_call(self, belt: Belt) -> None:
        """One call at a time, and not always from the same thread.

        Why: the node connects and closes in one thread and asks in another.
        Do: keep nothing that belongs to a thread, such as an event loop, between two calls.
        """
        timely(belt.read, "read")
        timely(lambda: order(belt, run=False), "refresh")
        timely(belt.close, "close")

    def test_nothing_stays_behind(self, rig: BeltRig) -> None:
        """After `close` no thread and no open file is left.

        Why: the node is started again after each fault.
        Do: end and join your threads in `close`, and close the connection.
        """

        def life() -> None:
            belt: Belt = rig.driver(rig.config())
            again(belt.connect)
            read(belt)
            belt.close()

        check_nothing_stays(life)


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


def _names(kinds: Any) -> str:
    return ", ".join(str(kind) for kind in kinds) or "nothing"

"""The rules of readings and of the connection."""

from __future__ import annotations

import time

from models.ground.contract import (
    check_nothing_stays,
    refused,
    require,
    timely,
    wait_for,
)
from robot.base import Belt, BeltError, BeltSilentError, EdgeKind
from robot.contracts.belt_bench import (
    CALL_S,
    NEAR_M,
    SPEED_M_S,
    STAMP_S,
    STOP_S,
    BeltRig,
    BeltRules,
    again,
    drive,
    heard,
    order,
    read,
    stand,
    undisturbed,
)


class BeltReadings(BeltRules):
    """The rules of readings and of the connection."""

    def test_a_belt_that_is_not_there_is_told(self, rig: BeltRig) -> None:
        """`connect` to a belt that is not there raises BeltError with a remedy, in time.

        Why: the line stands on the operator's page.
        Do: name the address, and say what to check: power, network cable, configuration.
        """
        belt: Belt = rig.driver(rig.absent())
        refused(BeltError, belt.connect, "connect to a belt that is not there", 10.0)
        belt.close()

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

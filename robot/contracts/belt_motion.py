"""The rules of motion: orders, authority, watchdog."""

from __future__ import annotations

import time

from models.ground.contract import (
    require,
    wait_for,
)
from robot.base import Belt
from robot.contracts.belt_bench import (
    SPEED_M_S,
    STOP_S,
    BeltRig,
    BeltRules,
    again,
    drive,
    order,
    read,
    stand,
)


class BeltMotion(BeltRules):
    """The rules of motion: orders, authority, watchdog."""

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

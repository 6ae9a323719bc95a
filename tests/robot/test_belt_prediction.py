"""Clock mapping and belt prediction on synthetic readings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.belts.clock import ClockMap, Unwrapped
from robot.motion.belt_predictor import BeltMotion, BeltPredictor

RAMP = 1.0


def test_late_answers_do_not_move_the_clock() -> None:
    rng = np.random.default_rng(0)
    clock, offset_ns = ClockMap(), 1_700_000_000_123_456_789
    errors = []
    for n in range(600):
        true_ms = 20.0 * n * (1.0 + 20e-6)  # crystals differ by 20 ppm
        delay_ms = 0.3 + rng.exponential(5.0)
        clock.update(int(true_ms), offset_ns + int((20.0 * n + delay_ms) * 1e6))
        if n > 50:
            errors.append((clock.host_ns(int(true_ms)) - offset_ns) * 1e-6 - 20.0 * n)
    assert np.abs(errors).max() < 1.6  # grain of 1 ms, least delay of 0.3 ms


@given(st.integers(-(1 << 40), 1 << 40), st.lists(st.integers(-(1 << 30), 1 << 30), max_size=20))
def test_a_counter_that_runs_over_goes_on(start: int, steps: list[int]) -> None:
    counter, value = Unwrapped(), start
    first = counter.update(start & 0xFFFFFFFF)
    for step in steps:
        value += step
        assert counter.update(value & 0xFFFFFFFF) - first == value - start


@pytest.mark.parametrize(
    ("motion", "time", "travel", "speed"),
    [
        (BeltMotion(0.0, 1.0, 0.2, 0.2, RAMP), 2.0, 1.4, 0.2),
        (BeltMotion(0.0, 1.0, 0.2, 0.0, RAMP), 2.0, 1.02, 0.0),
        (BeltMotion(0.0, 1.0, 0.0, 0.2, RAMP), 1.2, 1.0 + 0.02 + 0.2, 0.2),
        (BeltMotion(0.0, 0.0, 0.2, 0.2, RAMP, stop_at=0.5), 9.0, 0.5, 0.0),
        (BeltMotion(0.0, 0.0, 0.0, 0.2, RAMP, stop_at=0.01), 9.0, 0.01, 0.0),
        (BeltMotion(0.0, 0.0, 0.2, 0.2, RAMP, stop_at=0.01), 9.0, 0.01, 0.0),
        (BeltMotion(0.0, 3.0, 0.0, 0.2, RAMP, stop_at=2.0), 9.0, 3.0, 0.0),
        (BeltMotion(5.0, 1.0, 0.2, 0.0, RAMP), 4.5, 0.9, 0.2),
    ],
)
def test_the_belt_ramps_and_brakes(
    motion: BeltMotion, time: float, travel: float, speed: float
) -> None:
    state = motion.at(time)
    assert state.travel == pytest.approx(travel)
    assert state.speed == pytest.approx(speed)


SPEEDS = st.floats(0.0, 0.3)


@given(SPEEDS, SPEEDS, st.floats(0.0, 1.0) | st.just(math.inf), st.floats(0.0, 5.0))
def test_motion_is_continuous_and_keeps_its_authority(
    speed: float, target: float, spare: float, time: float
) -> None:
    stop_at = speed**2 / (2 * RAMP) + spare
    motion = BeltMotion(0.0, 0.0, speed, target, RAMP, stop_at)
    now, soon = motion.at(time), motion.at(time + 1e-4)
    assert soon.travel - now.travel == pytest.approx(1e-4 * now.speed, abs=1e-6)
    assert now.travel <= stop_at + 1e-9
    assert now.speed >= -1e-9


def test_prediction_holds_to_a_fraction_of_a_millimetre_under_jitter() -> None:
    rng = np.random.default_rng(1)
    predictor, errors = BeltPredictor(RAMP), []
    for n in range(300):
        true_s = 0.02 * n
        stamp_s = true_s + rng.uniform(-0.001, 0.0005)
        travel = round(0.2 * true_s * 20_000) / 20_000
        predictor.update(stamp_s, travel, 0.2 + rng.normal(0.0, 1e-4), 0.2)
        if n > 50:
            errors.append(predictor.motion().at(true_s + 0.5).travel - 0.2 * (true_s + 0.5))
    assert np.abs(errors).max() < 0.0008


def test_a_stop_is_followed_and_old_samples_are_ignored() -> None:
    predictor = BeltPredictor(RAMP)
    for n in range(100):
        predictor.update(0.02 * n, 0.004 * n, 0.2, 0.2)
    predictor.update(1.0, 0.0, 0.0, 0.0)
    assert predictor.motion().at(1.98).travel == pytest.approx(0.396, abs=1e-4)
    predictor.update(2.0, 0.4, 0.2, 0.0)
    assert predictor.motion().at(3.0).travel == pytest.approx(0.42, abs=1e-3)
    assert predictor.fresh(2.4)
    assert not predictor.fresh(2.6)


def test_before_the_first_sample_there_is_no_motion() -> None:
    with pytest.raises(LookupError):
        BeltPredictor(RAMP).motion()


@pytest.mark.parametrize("period_s", [1e-6, 2e-5, 1e-4, 1e-3, 5e-3])
def test_a_stamp_that_stepped_back_does_not_make_the_belt_race(period_s: float) -> None:
    predictor = BeltPredictor(RAMP)
    for k in range(100):
        predictor.update(k * 0.02, k * 0.004, 0.2, 0.2)
    # The PLC's clock was found to be 60 ms earlier than believed: travel is ahead of the stamp.
    late = 99 * 0.02 + period_s
    predictor.update(late, 99 * 0.004 + 0.012, 0.2, 0.2)
    ahead = predictor.motion().at(late + 0.4)
    assert ahead.speed == pytest.approx(0.2, abs=0.03)
    assert ahead.travel == pytest.approx(99 * 0.004 + 0.012 + 0.08, abs=0.025)


@pytest.mark.parametrize("apart_s", [1e-9, 1e-7, 1e-6, 1e-5])
def test_a_reading_that_comes_twice_does_not_make_the_belt_race(apart_s: float) -> None:
    predictor = BeltPredictor(RAMP)
    for k in range(100):
        predictor.update(k * 0.02, k * 0.004, 0.2, 0.2)
    stamp, travel = 100 * 0.02, 100 * 0.004 + 0.0018  # a little ahead: part of it is left over
    predictor.update(stamp, travel, 0.2, 0.2)
    predictor.update(stamp + apart_s, travel, 0.2, 0.2)
    assert predictor.motion().at(stamp + 0.4).speed == pytest.approx(0.2, abs=0.01)

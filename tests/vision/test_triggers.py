"""Trigger numbers and exposure times."""

from __future__ import annotations

import numpy as np
import pytest

from vision.cameras.clock import DeviceClock
from vision.cameras.triggers import TriggerCount


@pytest.mark.parametrize(
    ("numbers", "spent", "missed"),
    [
        ([0, 1, 2], 3, [0, 0, 0]),
        ([41, 42, 45], 5, [0, 0, 2]),
        ([65534, 65535, 1, 2], 4, [0, 0, 0, 0]),  # GigE block numbers wrap past zero
        ([7, None, 9, 10], 4, [0, None, 0, 0]),  # a failed buffer carries no number
        ([5, 90_000, 90_002], 4, [0, 0, 1]),  # the device counts anew
    ],
)
def test_trigger_count(numbers: list[int | None], spent: int, missed: list[int | None]) -> None:
    count = TriggerCount()
    found = [count.unnumbered() if n is None else count.numbered(n) for n in numbers]
    assert found == missed
    assert count.spent == spent


def test_device_clock_sheds_transport_jitter() -> None:
    rng = np.random.default_rng(1)
    clock = DeviceClock(200)
    device = np.arange(300) * 50_000_000
    truth = device + 1_000_000_000_000
    arrival = truth + 3_000_000 + rng.exponential(5_000_000, 300).astype(int)
    mapped = [clock.host_ns(int(d), int(a)) for d, a in zip(device, arrival, strict=True)]
    error = np.array(mapped[200:]) - truth[200:] - 3_000_000
    assert np.abs(error).max() < 200_000  # ns; the arrivals jitter by milliseconds

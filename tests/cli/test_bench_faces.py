"""The figures of `cell bench faces`: what they say of parts and blocks that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell.faces.cli.bench.faces.figures import Block, cost, growth, percentiles, to_pixel
from cell.faces.cli.verbs.bench_faces import missed

S = 10**9
GOOD = {
    "load": {"errors": 0},
    "pixel": {"parts": 10, "p95_ms": 200.0},
    "cost": {"interval_95": [-2.0, 3.0]},
    "growth": {"parts": 100, "heap_mib": {"first": 5.0, "last": 5.1, "change_percent": 2.0}},
}


def line(change: float, noise: float = 0.02) -> tuple[list[Block], dict[str, tuple[int, float]]]:
    """Blocks of 40 parts, pages in every second pair first; with them it takes `change` longer."""
    rng = np.random.default_rng(1)
    blocks, judged = [], {}
    for number in range(8):
        pages = 10 * ((number + number // 2 + 1) % 2)
        begin = number * 100 * S
        blocks.append(Block(begin, begin + 100 * S, pages))
        for part in range(40):
            took = 100.0 * (1 + change * (pages > 0)) * (1 + noise * rng.standard_normal())
            judged[f"{number}-{part}"] = begin + part * S, took
    return blocks, judged


@pytest.mark.parametrize("change", [0.0, 0.04, 0.2])
def test_what_pages_cost_is_found_within_its_interval(change: float) -> None:
    told = cost(*line(change))
    low, high = told["interval_95"]
    assert told["pairs"] == 4
    assert low <= 100 * change <= high
    assert high - low < 4


def test_a_drift_of_the_machine_is_not_taken_for_the_pages() -> None:
    blocks, judged = line(0.0)
    slower = {part: (at, ms * (1 + at / (800 * S))) for part, (at, ms) in judged.items()}
    low, high = cost(blocks, slower)["interval_95"]
    assert low < 0 < high


def test_without_parts_nothing_is_claimed() -> None:
    assert cost(line(0.0)[0], {})["interval_95"] is None
    assert missed(GOOD | {"cost": cost([], {})})


def test_from_the_event_to_the_pixel_of_parts_that_have_both() -> None:
    shown = {"a": 5 * S + 250_000_000, "b": 9 * S, "c": 1}
    assert to_pixel(shown, {"a": (5 * S, 90.0), "d": (1, 2.0)}) == [250.0]
    assert percentiles([]) == {"p50_ms": 0.0, "p95_ms": 0.0}


@given(st.lists(st.floats(1.0, 9.0), min_size=3, max_size=40))
def test_what_does_not_rise_has_not_grown(values: list[float]) -> None:
    falling = [{"heap_mib": one} for one in sorted(values, reverse=True)]
    assert growth(falling)["heap_mib"]["change_percent"] <= 0.0


def test_what_leaks_has_grown() -> None:
    leaking = [{"heap_mib": 5.0 + 0.1 * number} for number in range(60)]
    told = growth(leaking)["heap_mib"]
    assert told["change_percent"] > 10


@pytest.mark.parametrize(
    "change",
    [
        {"load": {"errors": 1}},
        {"pixel": {"parts": 10, "p95_ms": 301.0}},
        {"pixel": {"parts": 0, "p95_ms": 0.0}},
        {"cost": {"interval_95": [1.0, 6.0]}},
        {"growth": {"nodes": {"first": 300.0, "last": 400.0, "change_percent": 33.0}}},
    ],
)
def test_each_limit_can_be_missed(change: dict) -> None:
    assert missed(GOOD) == []
    assert len(missed(GOOD | change)) == 1

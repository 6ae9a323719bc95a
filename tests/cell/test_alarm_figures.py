"""How alarms measure up: EEMUA 191 and ISA-18.2, counted by hand."""

from __future__ import annotations

from cell.control.alarms.performance import (
    HOUR_NS,
    STALE_NS,
    TEN_MIN_NS,
    Raised,
    Standing,
    figures,
)

S = 10**9
LOST, DIED, ADVICE = "camera.frame_failed", "process.belt_died", "recorder.disk_low"


def test_counts_an_hour_and_the_top_ten() -> None:
    raised = [Raised(LOST, n * TEN_MIN_NS) for n in range(12)]
    raised += [Raised(DIED, 5 * S), Raised(ADVICE, 6 * S), Raised(LOST, 7 * S, shelved=True)]
    found = figures(raised, (), 0, 2 * HOUR_NS)
    assert (found.alarms, found.shelved, found.per_hour) == (13, 1, 6.5)
    assert not found.acceptable
    assert found.top == ((LOST, 12), (DIED, 1))
    assert found.advisories == ((ADVICE, 1),)
    assert found.hours == ((0, 7), (HOUR_NS, 6))
    assert (found.most_in_ten_min, found.flood_share) == (2, 0.0)
    assert figures(raised[:12], (), 0, 2 * HOUR_NS).acceptable


def test_a_flood_is_more_than_ten_in_ten_minutes() -> None:
    ten = [Raised(LOST, n * 50 * S) for n in range(10)]
    assert figures(ten, (), 0, HOUR_NS).flood_share == 0.0
    eleven = [*ten, Raised(DIED, 599 * S)]
    assert figures(eleven, (), 0, HOUR_NS).flood_share == 1 / 6


def test_chattering_is_three_in_a_minute() -> None:
    assert figures([Raised(LOST, t * S) for t in (0, 30, 60)], (), 0, HOUR_NS).chattering == (LOST,)
    assert figures([Raised(LOST, t * S) for t in (0, 30, 61)], (), 0, HOUR_NS).chattering == ()
    mixed = [Raised(LOST, 0), Raised(DIED, 1), Raised(LOST, 2)]
    assert figures(mixed, (), 0, HOUR_NS).chattering == ()


def test_stale_is_more_than_a_day() -> None:
    standing = (Standing(DIED, 0), Standing(LOST, 1))
    assert figures((), standing, 0, STALE_NS + 1).stale == (Standing(DIED, 0),)


def test_nothing_at_all() -> None:
    found = figures((), (), 0, 8 * HOUR_NS)
    assert (found.alarms, found.per_hour, found.top, len(found.hours)) == (0, 0.0, (), 8)
    assert found.acceptable

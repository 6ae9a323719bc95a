"""What docs/quality.md states of false advisories and of delays, at small scale and seeded."""

from __future__ import annotations

import pytest

from tests.quality.lines_at_rest import delay, false_advisories

RUN, PARTS = 2000, 6000


@pytest.mark.parametrize(
    ("condition", "lines"), [("independent", 12), ("skewed", 12), ("neighbours", 12)]
)
def test_lines_at_rest_raise_no_more_than_is_stated(condition: str, lines: int) -> None:
    """Of 36 that are allowed; the limits of before raised some thousand among neighbours."""
    counts, by = false_advisories(condition, 500, RUN, lines, PARTS, seed=11)
    assert counts.sum() <= lines * PARTS / RUN, by


def test_a_shift_of_the_light_is_found() -> None:
    assert delay("independent", 500, 50_000, 2.0, 8, seed=3) < 25
    assert delay("independent", 500, 50_000, 1.0, 8, seed=3) < 120
